"""Gives every request an id, logs those to the API, and catches what nobody expected."""

from __future__ import annotations

import logging
import re
import time
from typing import TYPE_CHECKING
from uuid import uuid4

from starlette.datastructures import Headers, MutableHeaders
from structlog.contextvars import bound_contextvars

from gptchina.logs import get_logger

from .errors import internal_error

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

logger = get_logger(__name__)

LOGGED = ("/api/", "/v1/")
# Asked every few seconds by whoever watches over the program.
PROBES = {"/api/health", "/api/ready"}
_SANE_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{7,63}")


class Requests:
    """ASGI middleware around everything else."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request or socket under its own id."""
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        request_id = request_id_of(Headers(scope=scope))
        with bound_contextvars(request_id=request_id):
            if scope["type"] == "websocket":
                await self._app(scope, receive, send)
            else:
                await self._handle(scope, receive, send, request_id)

    async def _handle(self, scope: Scope, receive: Receive, send: Send, request_id: str) -> None:
        # Inner applications that are mounted change the path in the scope.
        path, started, status = scope["path"], time.perf_counter(), 0

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = int(message["status"])
                MutableHeaders(scope=message)["X-Request-Id"] = request_id
            await send(message)

        try:
            await self._app(scope, receive, send_with_id)
        except Exception:
            logger.exception("unexpected error", method=scope["method"], path=path)
            if status:
                raise  # Half an answer can only be cut.
            await internal_error(request_id)(scope, receive, send_with_id)
        if path.startswith(LOGGED):
            logger.log(
                logging.DEBUG if path in PROBES else logging.INFO,
                "request",
                method=scope["method"],
                path=path,
                status=status,
                milliseconds=round((time.perf_counter() - started) * 1000, 1),
            )


def request_id_of(headers: Headers) -> str:
    """Return the id a proxy gave the request, if it is a harmless text, or a new one."""
    given = headers.get("x-request-id", "")
    return given if _SANE_ID.fullmatch(given) else uuid4().hex
