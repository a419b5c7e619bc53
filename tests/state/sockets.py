"""Talks to the program as a browser does, but says whatever it likes."""

from __future__ import annotations

import asyncio
import json
import secrets
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import aiohttp

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from tests.e2e.server import Server

PASSWORD = "correct horse battery"
STATE = "reflex___state____state"
SHOW_FAULT = f"{STATE}.gptchina___state___feedback____feedback_state.show_fault"


class Account:
    """Somebody with an account, and the cookie of their session."""

    def __init__(self, server: Server, name: str = "Mallory") -> None:
        self.server = server
        self.name = name
        self.email = f"{secrets.token_hex(8)}@example.com"
        self.cookie = ""

    async def register(self) -> Account:
        form = {"name": self.name, "email": self.email, "password": PASSWORD}
        return await self._sign_in("/api/register", form)

    async def log_in(self) -> Account:
        return await self._sign_in("/api/login", {"email": self.email, "password": PASSWORD})

    async def _sign_in(self, path: str, form: dict[str, str]) -> Account:
        async with (
            aiohttp.ClientSession() as http,
            http.post(self.server.url + path, json=form) as response,
        ):
            assert response.status == 200, await response.text()
            self.cookie = f"gptchina={response.cookies['gptchina'].value}"
        return self


class EventSocket:
    """The socket that carries the page's events, spoken at the level of its packets."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self.received: list[str] = []

    async def open(self) -> None:
        await self._until(lambda packet: packet.startswith("0"))
        await self._socket.send_str("40/_event,")
        await self._until(lambda packet: packet.startswith("40/_event"))

    async def send(self, name: str, payload: object, path: str = "/") -> None:
        """Send an event as if from the page at a path."""
        pathname = "/c/[chat_id]" if path.startswith("/c/") else path
        event = {
            "name": name,
            "payload": payload,
            "router_data": {
                "pathname": pathname,
                "asPath": path,
                "query": {"chat_id": path.removeprefix("/c/")} if pathname != path else {},
                # What only the server may say.
                "headers": {"cookie": "gptchina=forged"},
                "ip": "203.0.113.9",
                "token": "forged",
            },
        }
        await self._socket.send_str("42/_event," + json.dumps(["event", event]))

    async def settle(self) -> str:
        """Return what was received once the server has handled everything sent so far."""
        begun = len(self.received)
        # Events of one page are handled in the order of their arrival.
        await self.send(SHOW_FAULT, {})
        await self._until(lambda packet: "notices" in packet and "went wrong" in packet)
        return "\n".join(self.received[begun:])

    async def _until(self, found: Any) -> None:
        async with asyncio.timeout(60):
            while True:
                message = await self._socket.receive()
                assert message.type is aiohttp.WSMsgType.TEXT, message
                if message.data == "2":
                    await self._socket.send_str("3")
                    continue
                self.received.append(message.data)
                if found(message.data):
                    return


def headers(server: Server, cookie: str = "", origin: str | None = None) -> dict[str, str]:
    given = {"Origin": server.url if origin is None else origin}
    return {**given, "Cookie": cookie} if cookie else given


@asynccontextmanager
async def event_socket(
    server: Server, cookie: str = "", *, tab: str = "", origin: str | None = None
) -> AsyncIterator[EventSocket]:
    """Open the socket of a page's events; tab is the page's own name of itself."""
    address = f"{server.url}/_event/?EIO=4&transport=websocket&token={tab or secrets.token_hex(16)}"
    async with (
        aiohttp.ClientSession() as http,
        http.ws_connect(address, headers=headers(server, cookie, origin), max_msg_size=0) as raw,
    ):
        socket = EventSocket(raw)
        await socket.open()
        yield socket


@asynccontextmanager
async def live_socket(
    server: Server, path: str, cookie: str = "", *, origin: str | None = None
) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
    """Open one of the live sockets."""
    async with (
        aiohttp.ClientSession() as http,
        http.ws_connect(server.url + path, headers=headers(server, cookie, origin)) as socket,
    ):
        yield socket


async def eventually(look: Callable[[], Any]) -> Any:
    """Return what a look finds, as soon as it finds something."""
    async with asyncio.timeout(60):
        # What is looked at lies in another process.
        while not (found := look()):  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    return found
