"""What a browser opens: Stripe.js, the page of a wallet, and receipts."""

from __future__ import annotations

import html
from functools import cache
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from gptchina.standins.stripe import charges
from gptchina.standins.stripe.refusal import RefusedError

if TYPE_CHECKING:
    from starlette.requests import Request

    from gptchina.standins.stripe.controls import StandInStripe

_FILES = Path(__file__).parent / "files"
_SCRIPT = ("words", "api", "look", "drawing", "card", "elements", "stripe")
_METHODS = {
    "alipay": "Alipay",
    "wechat_pay": "WeChat Pay",
    "crypto": "Crypto",
    "card": "Card",
    "link": "Link",
}
_WHOLE_UNITS = frozenset({"jpy", "krw", "vnd"})
_SEE_OTHER = 303


@cache
def _file(name: str) -> str:
    return (_FILES / name).read_text(encoding="utf-8")


def _script() -> str:
    """Return the stand-in's Stripe.js: its parts in one, which leaves nothing else to the page."""
    parts = "\n".join(_file(f"stripe_js/{name}.js") for name in _SCRIPT)
    return f'(() => {{\n"use strict";\n{parts}}})();\n'


def base_of(request: Request) -> str:
    """Return the address at which a request reaches the stand-in, without a slash at its end."""
    root = request.scope.get("root_path", "")
    return f"{request.url.scheme}://{request.url.netloc}{root}"


def money(amount: int, currency: str) -> str:
    """Return an amount in minor units as people write it, such as `CNY 10.00`."""
    if currency in _WHOLE_UNITS:
        return f"{currency.upper()} {amount:,}"
    major, minor = divmod(amount, 100)
    return f"{currency.upper()} {major:,}.{minor:02}"


def _page(title: str, lines: str, actions: str = "", origin: str = "") -> Response:
    """Return a page; origin is where a form on it may lead in the end."""
    policy = (
        "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; "
        f"frame-ancestors 'none'; form-action 'self' {origin}"
    )
    words = {"title": html.escape(title), "lines": lines, "actions": actions}
    return HTMLResponse(
        Template(_file("page.html")).substitute(words),
        headers={"Content-Security-Policy": policy, "Cache-Control": "no-store"},
    )


def _returning(intent: dict[str, Any]) -> str:
    """Return the shop's address with the outcome in its query, as Stripe writes it."""
    parts = urlsplit(intent["_return_url"])
    outcome = {
        "payment_intent": intent["id"],
        "payment_intent_client_secret": intent["client_secret"],
        "redirect_status": "succeeded" if intent["status"] == "succeeded" else "failed",
    }
    query = urlencode([*parse_qsl(parts.query, keep_blank_values=True), *outcome.items()])
    return urlunsplit(parts._replace(query=query))


class _Pages:
    def __init__(self, stripe: StandInStripe) -> None:
        self._stripe = stripe

    async def script(self, request: Request) -> Response:
        """Return the stand-in's Stripe.js."""
        del request
        headers = {"Cache-Control": "no-cache", "Access-Control-Allow-Origin": "*"}
        return Response(_script(), 200, headers, "text/javascript")

    def _object(self, kind: str, identifier: str) -> dict[str, Any] | None:
        with self._stripe.store.transaction() as tx:
            found = tx.find(identifier)
        return found if found and found["object"] == kind else None

    async def wallet(self, request: Request) -> Response:
        """Ask the buyer, where a wallet would, whether to pay."""
        identifier = request.path_params["intent"]
        intent = await run_in_threadpool(self._object, "payment_intent", identifier)
        if intent is None:
            return _missing()
        origin = ""
        if back := intent.get("_return_url", ""):
            parts = urlsplit(back)
            origin = f"{parts.scheme}://{parts.netloc}"
        amount = html.escape(money(intent["amount"], intent["currency"]))
        lines = f"<p class='amount'>{amount}</p>"
        if intent["description"]:
            lines += f"<p>{html.escape(intent['description'])}</p>"
        if intent["status"] != "requires_action":
            words = {"succeeded": "This payment is done.", "canceled": "This payment was canceled."}
            over = words.get(intent["status"], "This payment does not wait for you.")
            return _page("Nothing to pay", lines + f"<p>{over}</p>")
        name = _METHODS[intent["_waits_for"]]
        buttons = (
            "<form method='post'>"
            "<button name='outcome' value='authorize'>Authorize test payment</button>"
            "<button name='outcome' value='fail' class='quiet'>Fail test payment</button></form>"
        )
        return _page(f"{name} test payment", lines, buttons, origin)

    async def decide(self, request: Request) -> Response:
        """Take the buyer's answer and send the browser back to the shop."""
        form = dict(parse_qsl((await request.body()).decode(errors="replace")))
        identifier = request.path_params["intent"]
        ok = form.get("outcome") == "authorize"
        try:
            intent = await run_in_threadpool(self._decide, identifier, ok=ok)
        except RefusedError:
            return await self.wallet(request)

        async def wake() -> None:
            self._stripe.courier.wake()

        if not intent.get("_return_url"):
            page = _page("Thank you", "<p>You can close this page.</p>")
            page.background = BackgroundTask(wake)
            return page
        return RedirectResponse(_returning(intent), _SEE_OTHER, background=BackgroundTask(wake))

    def _decide(self, identifier: str, *, ok: bool) -> dict[str, Any]:
        with self._stripe.store.transaction() as tx:
            intent = tx.get("payment_intent", identifier)
            charges.finish(tx, intent, ok=ok)
            return intent

    async def receipt(self, request: Request) -> Response:
        """Show what a charge was for."""
        identifier = request.path_params["charge"]
        charge = await run_in_threadpool(self._object, "charge", identifier)
        if charge is None or not charge["paid"]:
            return _missing()
        details = charge["payment_method_details"]
        card = details.get("card") or {}
        name = _METHODS.get(details["type"], details["type"])
        method = f"{card['brand']} •••• {card['last4']}" if card else name
        facts = {"Paid with": method, "Number": charge["id"]}
        if charge["description"]:
            facts["For"] = charge["description"]
        if charge["amount_refunded"]:
            facts["Refunded"] = money(charge["amount_refunded"], charge["currency"])
        rows = "".join(
            f"<dt>{name}</dt><dd>{html.escape(value)}</dd>" for name, value in facts.items()
        )
        amount = html.escape(money(charge["amount"], charge["currency"]))
        return _page("Receipt", f"<p class='amount'>{amount}</p><dl>{rows}</dl>")


def _missing() -> Response:
    page = _page("Not found", "<p>There is nothing at this address.</p>")
    page.status_code = 404
    return page


def page_routes(stripe: StandInStripe) -> list[Route]:
    """Return the routes of what a browser opens."""
    pages = _Pages(stripe)
    return [
        Route("/js/stripe.js", pages.script, methods=["GET"]),
        Route("/authorize/{intent}", pages.wallet, methods=["GET"]),
        Route("/authorize/{intent}", pages.decide, methods=["POST"]),
        Route("/receipts/{charge}", pages.receipt, methods=["GET"]),
    ]
