"""The stand-in Stripe over HTTP: the API as the SDK and Stripe.js ask it."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

import orjson
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response
from starlette.routing import Route

from gptchina.standins.refused import refuse_in_production
from gptchina.standins.stripe.api import answer
from gptchina.standins.stripe.control_routes import control_routes
from gptchina.standins.stripe.controls import StandInStripe, StripeRequest
from gptchina.standins.stripe.options import StripeOptions
from gptchina.standins.stripe.pages import base_of, page_routes
from gptchina.standins.stripe.parameters import read_form
from gptchina.standins.stripe.refusal import RefusedError
from gptchina.standins.stripe.transaction import API_VERSION, Asker, Transaction, shown

if TYPE_CHECKING:
    from starlette.requests import Request

    from gptchina.settings import Environment

_SECRET = ("sk_test_", "rk_test_", "sk_live_")
_PUBLISHABLE = ("pk_test_",)
_DECLINED = 402
# A browser asks from the shop's page, which is another site.
_CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Headers": "*",
    "Access-Control-Allow-Methods": "GET, POST, DELETE",
    "Access-Control-Expose-Headers": "Request-Id",
}

Reply = tuple[int, dict[str, Any], dict[str, str]]


def _asker(request: Request, data: dict[str, Any]) -> Asker:
    """Return who asks; raise RefusedError unless the key is of a kind that there is."""
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    key = given.strip() if scheme.lower() == "bearer" else ""
    key = data.pop("key", "") or key
    kind = key[:8]
    if kind not in _SECRET + _PUBLISHABLE or len(key) == len(kind):
        hidden = f"{kind}{'*' * min(len(key[8:]), 12)}" if key else ""
        message = (
            f"Invalid API Key provided: {hidden}" if key else "You did not provide an API key."
        )
        raise RefusedError(401, message)
    return Asker(
        base=base_of(request),
        secret=kind in _SECRET,
        livemode=kind == "sk_live_",
        request_id=f"req_{secrets.token_hex(7)}",
        idempotency_key=request.headers.get("idempotency-key"),
    )


class _Api:
    """Answers requests to the API, each in one transaction."""

    def __init__(self, stripe: StandInStripe) -> None:
        self._stripe = stripe

    async def __call__(self, request: Request) -> Response:
        """Answer, then have the events posted."""
        if request.method == "OPTIONS":
            return Response(status_code=204, headers=_CORS)
        body = (await request.body()).decode(errors="replace")
        key = request.headers.get("idempotency-key")
        self._stripe.record(StripeRequest(request.method, self._path(request), key))
        status, reply, headers = await run_in_threadpool(self._answer, request, body)
        return Response(
            orjson.dumps(reply),
            status,
            {"Stripe-Version": API_VERSION, **_CORS, **headers},
            "application/json",
            BackgroundTask(self._wake),
        )

    async def _wake(self) -> None:
        # A coroutine, for it must run where the event loop is.
        self._stripe.courier.wake()

    @staticmethod
    def _path(request: Request) -> str:
        return request.url.path.removeprefix(request.scope.get("root_path", ""))

    def _answer(self, request: Request, body: str) -> Reply:
        try:
            data = read_form(request.url.query) | read_form(body)
            asker = _asker(request, data)
            with self._stripe.store.transaction() as tx:
                tx.asker = asker
                status, reply, headers = self._once(tx, request, data, body)
        except RefusedError as error:
            return error.status, {"error": shown(error.error)}, {}
        return status, reply, {"Request-Id": asker.request_id or "", **headers}

    def _once(self, tx: Transaction, request: Request, data: dict[str, Any], body: str) -> Reply:
        """Answer, unless the same was answered under its idempotency key before."""
        path = self._path(request)
        fault = _fault(tx, request.method, path)
        if fault and not fault["after"]:
            return fault["status"], {"error": fault["error"]}, {}
        key = tx.asker.idempotency_key if request.method == "POST" else None
        asked = f"{request.method} {path}?{body}"
        if key and (replayed := _replay(tx, key, asked)):
            return replayed
        status, reply = _carry_out(tx, request.method, path, data)
        if key:
            tx.connection.execute(
                "INSERT INTO replies (key, request, status, body) VALUES (?, ?, ?, ?)",
                (key, asked, status, orjson.dumps(reply).decode()),
            )
        if fault:
            return fault["status"], {"error": fault["error"]}, {}
        return status, reply, {"Idempotency-Key": key} if key else {}


def _carry_out(
    tx: Transaction, method: str, path: str, data: dict[str, Any]
) -> tuple[int, dict[str, Any]]:
    try:
        return 200, answer(tx, method, path.strip("/"), data)
    except RefusedError as error:
        if error.status != _DECLINED:
            raise
        # A declined card is news that the intent keeps; all other refusals change nothing.
        return error.status, {"error": shown(error.error)}


def _fault(tx: Transaction, method: str, path: str) -> dict[str, Any] | None:
    """Return the fault that a request was destined for, and use it up."""
    row = tx.connection.execute(
        "SELECT seq, times, fault FROM faults "
        "WHERE instr(?, path_part) AND method IN ('', ?) ORDER BY seq LIMIT 1",
        (path, method),
    ).fetchone()
    if row is None:
        return None
    number, times, fault = row
    change = "UPDATE faults SET times = times - 1 WHERE seq = ?"
    tx.connection.execute(change if times > 1 else "DELETE FROM faults WHERE seq = ?", (number,))
    return orjson.loads(fault)


def _replay(tx: Transaction, key: str, asked: str) -> Reply | None:
    """Return what was answered before; raise RefusedError if it was asked something else."""
    row = tx.connection.execute(
        "SELECT request, status, body FROM replies WHERE key = ?", (key,)
    ).fetchone()
    if row is None:
        return None
    request, status, body = row
    if request != asked:
        message = (
            "Keys for idempotent requests can only be used with the same parameters they were "
            f"first used with. Try using a key other than '{key}'."
        )
        raise RefusedError(400, message, type="idempotency_error")
    return status, orjson.loads(body), {"Idempotency-Key": key, "Idempotent-Replayed": "true"}


def build_stripe_server(
    options: StripeOptions | None = None, environment: Environment | None = None
) -> Starlette:
    """Return the server as an ASGI application; `app.state.stripe` is its StandInStripe.

    Mount it where the API's base URL shall point: its routes begin with `/v1`, Stripe.js is
    `/js/stripe.js`, the controls are under `/_test`. Raises StandInRefusedError in production.
    """
    refuse_in_production(environment)
    stripe = StandInStripe(options or StripeOptions())
    api = _Api(stripe)
    methods = ["GET", "POST", "DELETE", "OPTIONS"]
    app = Starlette(
        routes=[
            Route("/v1/{path:path}", api.__call__, methods=methods),
            Route("/v2/{path:path}", api.__call__, methods=methods),
            *page_routes(stripe),
            *control_routes(stripe),
        ]
    )
    app.state.stripe = stripe
    return app
