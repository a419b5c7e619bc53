"""Serve a stand-in on a port of this machine for as long as a block of code runs."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from typing import TYPE_CHECKING

from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server.embed import Server

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.applications import Starlette

_START_SECONDS = 20.0
_STOP_SECONDS = 3.0


def free_port(host: str = "127.0.0.1") -> int:
    """Return a port on which nothing listens."""
    with socket.socket() as probe:
        probe.bind((host, 0))
        return probe.getsockname()[1]


async def _until_it_listens(host: str, port: int) -> None:
    """Return when a connection succeeds; the server gives no other sign that it is up."""
    while True:
        try:
            _, writer = await asyncio.open_connection(host, port)
        except OSError:
            await asyncio.sleep(0.01)
        else:
            writer.close()
            await writer.wait_closed()
            return


@contextlib.asynccontextmanager
async def serving(app: Starlette, host: str = "127.0.0.1", port: int = 0) -> AsyncIterator[str]:
    """Serve the application and yield its address, such as `http://127.0.0.1:9000`.

    Port 0 takes a free one. The server runs in the event loop of the caller. Raises TimeoutError
    if it does not come up.
    """
    port = port or free_port(host)
    server = Server(
        app,
        address=host,
        port=port,
        interface=Interfaces.ASGI,
        log_enabled=False,
        log_level=LogLevels.critical,
        websockets=False,
    )
    running = asyncio.create_task(server.serve())
    try:
        async with asyncio.timeout(_START_SECONDS):
            await _until_it_listens(host, port)
        yield f"http://{host}:{port}"
    finally:
        server.stop()
        # A reply that still hangs would hold the server up for good.
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(running, _STOP_SECONDS)
