"""Registering, logging in and logging out: the routes that set the session cookie."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import JSONResponse
from starlette.routing import Route

from gptchina.domain import accounts
from gptchina.domain.threads import in_thread

from .addresses import device_of
from .bodies import json_object
from .cookies import drop_session, read_session, set_session
from .origin import require_own_site

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response


async def register(request: Request) -> Response:
    """Make an account from `name`, `email`, `password`, and sign the browser in.

    `invite`, if there is one, is the code of the invitation that the person followed.
    """
    require_own_site(request.headers)
    form = await json_object(request)
    signed_in = await in_thread(
        accounts.register,
        form.get("name"),
        form.get("email"),
        form.get("password"),
        device_of(request),
        form.get("invite"),
    )
    return await _signed_in(request, signed_in)


async def log_in(request: Request) -> Response:
    """Sign the browser in with `email` and `password`."""
    require_own_site(request.headers)
    form = await json_object(request)
    signed_in = await in_thread(
        accounts.log_in, form.get("email"), form.get("password"), device_of(request)
    )
    return await _signed_in(request, signed_in)


async def log_out(request: Request) -> Response:
    """End the browser's session; the answer is the same when there is none."""
    require_own_site(request.headers)
    await _end_session(request)
    response = _done()
    drop_session(response)
    return response


async def _signed_in(request: Request, signed_in: accounts.SignedIn) -> Response:
    # The browser forgets the session it had, so nobody else shall go on using it.
    await _end_session(request)
    response = _done()
    set_session(response, signed_in.token)
    return response


async def _end_session(request: Request) -> None:
    token = read_session(request)
    if token:
        await in_thread(accounts.end_by_token, token)


def _done() -> Response:
    return JSONResponse({"done": True})


routes = [
    Route("/api/register", register, methods=["POST"]),
    Route("/api/login", log_in, methods=["POST"]),
    Route("/api/logout", log_out, methods=["POST"]),
]
