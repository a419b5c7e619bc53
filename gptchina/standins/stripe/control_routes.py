"""The controls over HTTP, for tests with a browser and for curious developers."""

from __future__ import annotations

import dataclasses
import inspect
from typing import TYPE_CHECKING, Any

import orjson
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from gptchina.standins.stripe.refusal import RefusedError

if TYPE_CHECKING:
    from starlette.requests import Request

    from gptchina.standins.stripe.controls import StandInStripe

_ACTIONS = frozenset(
    {
        *("pay", "finish", "refund", "finish_refund"),
        *("dispute", "escalate_dispute", "close_dispute"),
        *("fail_next", "forget_requests", "webhook", "pause", "resume", "deliver"),
    }
)


class _Controls:
    def __init__(self, stripe: StandInStripe) -> None:
        self._stripe = stripe

    async def act(self, request: Request) -> Response:
        """Do what the path names; the JSON in the body are the arguments of the control."""
        try:
            arguments = await _arguments(request)
            done = await self._act(request.path_params["action"], arguments)
        except RefusedError as error:
            return JSONResponse({"error": error.error}, error.status)
        # What was done in a thread has no event loop to post from.
        self._stripe.courier.wake()
        return JSONResponse(done)

    async def _act(self, action: str, arguments: dict[str, Any]) -> object:
        if action not in _ACTIONS:
            raise RefusedError(404, f"There is no control {action}")
        control = self._deliver if action == "deliver" else getattr(self._stripe, action)
        try:
            inspect.signature(control).bind(**arguments)
        except TypeError as error:
            raise RefusedError(400, str(error)) from None
        if inspect.iscoroutinefunction(control):
            return await control(**arguments)
        return await run_in_threadpool(control, **arguments)

    async def _deliver(self, event_id: str = "", *, thin: bool = False) -> dict[str, Any]:
        """Post an event once more, or for "" all that wait, and return the statuses."""
        names = [event_id] if event_id else await run_in_threadpool(self._stripe.pending)
        events = {each["id"]: each for each in await run_in_threadpool(self._stripe.events)}
        statuses: dict[str, Any] = {}
        for name in names:
            if name not in events:
                raise RefusedError(404, f"No such event: '{name}'")
            event = self._stripe.thin(events[name]) if thin else events[name]
            statuses[name] = await self._stripe.deliver(event)
        return statuses

    async def objects(self, request: Request) -> Response:
        """Return the objects of a kind, oldest first."""
        kind = request.query_params.get("kind", "payment_intent")
        found = await run_in_threadpool(self._stripe.objects, kind)
        return JSONResponse({"object": "list", "data": found})

    async def requests(self, request: Request) -> Response:
        """Return what this process was asked, newest last."""
        del request
        asked = [dataclasses.asdict(each) for each in self._stripe.requests]
        return JSONResponse({"object": "list", "data": asked})

    async def pending(self, request: Request) -> Response:
        """Return the names of the events that the webhook has not accepted."""
        del request
        waiting = await run_in_threadpool(self._stripe.pending)
        return JSONResponse({"object": "list", "data": waiting})


async def _arguments(request: Request) -> dict[str, Any]:
    """Return the JSON object in the body; raise RefusedError.

    A page of another site cannot send this type without asking first, which it is not allowed.
    """
    if request.headers.get("content-type", "").partition(";")[0] != "application/json":
        raise RefusedError(415, "Send JSON as application/json")
    try:
        arguments = orjson.loads(await request.body() or b"{}")
    except orjson.JSONDecodeError:
        raise RefusedError(400, "The body is not JSON") from None
    if not isinstance(arguments, dict):
        raise RefusedError(400, "The body is not a JSON object")
    return arguments


def control_routes(stripe: StandInStripe) -> list[Route]:
    """Return the routes of the controls."""
    controls = _Controls(stripe)
    return [
        Route("/_test/objects", controls.objects, methods=["GET"]),
        Route("/_test/requests", controls.requests, methods=["GET"]),
        Route("/_test/pending", controls.pending, methods=["GET"]),
        Route("/_test/{action}", controls.act, methods=["POST"]),
    ]
