"""A page without a browser: the Reflex socket, and the live socket of an answer."""

from __future__ import annotations

import asyncio
import time
import uuid
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import orjson
import socketio

from gptchina.state.chat import ChatState

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    import aiohttp

    from .installation import Installation

NAMESPACE = "/_event"
CHAT = ChatState.get_full_name()
PATIENCE = 60


@dataclass
class Followed:
    """An answer as it arrived: frames of its text with their times, and how it ended."""

    frames: list[tuple[float, str]] = field(default_factory=list)
    status: str = ""

    @property
    def text(self) -> str:
        """All of the text."""
        return "".join(text for _, text in self.frames)


class Visitor:
    """Somebody with the chat page open."""

    def __init__(self, running: Installation) -> None:
        self._running = running
        self._socket: Any = socketio.AsyncClient(reconnection=False)
        self._socket.on("event", self._updated, namespace=NAMESPACE)
        self._generations: asyncio.Queue[str] = asyncio.Queue()
        self._models: asyncio.Queue[str] = asyncio.Queue()

    def _updated(self, update: dict[str, Any]) -> None:
        for name, value in ((update.get("delta") or {}).get(CHAT) or {}).items():
            if name.startswith("generation") and value:
                self._generations.put_nowait(value)
            elif name.partition("_rx")[0] == "model" and value:
                self._models.put_nowait(value)

    async def open(self) -> None:
        """Open the chat page."""
        await self._socket.connect(
            f"{self._running.url}{NAMESPACE}?token={uuid.uuid4()}",
            headers={"Cookie": self._running.cookie, "Origin": self._running.url},
            socketio_path=NAMESPACE,
            namespaces=[NAMESPACE],
            transports=["websocket"],
        )
        await self._emit("reflex___state____state.hydrate")
        await self._emit(f"{CHAT}.open")
        async with asyncio.timeout(PATIENCE):
            await self._models.get()

    async def _emit(self, name: str, **payload: object) -> None:
        router = {"pathname": "/", "query": {}, "asPath": "/"}
        event = {"name": name, "payload": payload, "router_data": router}
        await self._socket.emit("event", event, namespace=NAMESPACE)

    async def send(self, text: str) -> tuple[str, float]:
        """Send a message; return the id of its answer and when it was sent."""
        sent = time.monotonic()
        await self._emit(f"{CHAT}.send", text=text)
        async with asyncio.timeout(PATIENCE):
            return await self._generations.get(), sent

    async def new_chat(self) -> None:
        """Begin an empty conversation."""
        await self._emit(f"{CHAT}.new_chat")

    async def close(self) -> None:
        """Close the page."""
        await self._socket.disconnect()


@asynccontextmanager
async def visitors(running: Installation, number: int) -> AsyncIterator[list[Visitor]]:
    """Open some pages for as long as the block."""
    opened = [Visitor(running) for _ in range(number)]
    try:
        for visitor in opened:
            await visitor.open()
        yield opened
    finally:
        for visitor in opened:
            await visitor.close()


async def follow(http: aiohttp.ClientSession, running: Installation, turn: str) -> Followed:
    """Follow an answer to its end."""
    got = Followed()
    headers = {"Cookie": running.cookie, "Origin": running.url}
    async with http.ws_connect(f"{running.url}/live/{turn}", headers=headers) as socket:
        async for message in socket:
            now, text = time.monotonic(), str(message.data)
            if text[0] == "t":
                got.frames.append((now, text[1:]))
            elif text[0] == "e":
                got.status = orjson.loads(text[1:])["status"]
    return got
