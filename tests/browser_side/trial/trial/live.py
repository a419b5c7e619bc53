"""Scripted answers over the live websockets, as the tests order them."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import orjson
from starlette.responses import JSONResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

if TYPE_CHECKING:
    from starlette.requests import Request

WINDOW = 0.04


@dataclass
class Script:
    """One running answer: pieces due at their times, and where its sockets are cut."""

    pieces: list[list[Any]]  # [seconds since start, kind "t" or "r", text]
    end: dict[str, Any]
    cuts: list[int] = field(default_factory=list)  # offsets after which a socket is dropped once
    lost: bool = False  # answered with 4404
    user: dict[str, str] = field(default_factory=dict)
    conversation: str = ""
    started: float = field(default_factory=time.monotonic)
    opened: list[int] = field(default_factory=list)  # the offsets that sockets asked from

    def due(self) -> list[list[Any]]:
        """Pieces whose time has come."""
        age = time.monotonic() - self.started
        return [piece for piece in self.pieces if piece[0] <= age]


SCRIPTS: dict[str, Script] = {}
ORDERED: list[dict[str, Any]] = []
ACCOUNT: list[asyncio.Queue[str | int]] = []  # a topic to send or a code to close with
FORMS: list[dict[str, Any]] = []
ANSWERS: list[tuple[int, dict[str, Any]]] = []
EVENTS: list[str] = []


def begin(generation: str, conversation: str, user: dict[str, str]) -> None:
    """Start the answer that a test has ordered, or a short one."""
    order = ORDERED.pop(0) if ORDERED else {"pieces": [[0, "t", "Hello."]], "end": {}}
    end = {"status": "done", "code": None, "params": {}, "cost": 7, "estimated": False}
    SCRIPTS[generation] = Script(
        pieces=order["pieces"],
        end=end | order.get("end", {}),
        cuts=order.get("cuts", []),
        lost=order.get("lost", False),
        user=user,
        conversation=conversation,
    )


async def generation_socket(ws: WebSocket) -> None:
    """Follow an answer as the program's own route does."""
    await ws.accept()
    script = SCRIPTS.get(ws.path_params["generation"])
    if script is None or script.lost:
        await ws.close(4404)
        return
    offset = int(ws.query_params["from"])
    script.opened.append(offset)
    head = {
        "turn": ws.path_params["generation"],
        "conversation": script.conversation,
        "user": script.user,
        "model": "demo",
    }
    await ws.send_text("h" + orjson.dumps(head).decode())
    try:
        await send_pieces(ws, script, offset)
    except (WebSocketDisconnect, RuntimeError):
        return


async def send_pieces(ws: WebSocket, script: Script, offset: int) -> None:
    """Send everything behind `offset`, one frame a window, then the end."""
    while True:
        due = script.due()
        sent = 0
        for kind, group in grouped(due):
            fresh = group[max(0, offset - sent) :]
            sent += len(group)
            if not fresh:
                continue
            if script.cuts and offset + len(fresh) >= script.cuts[0]:
                await ws.send_text(kind + fresh[: script.cuts.pop(0) - offset])
                await ws.close(1011)
                return
            await ws.send_text(kind + fresh)
            offset += len(fresh)
        if len(due) == len(script.pieces):
            await ws.send_text("e" + orjson.dumps(script.end).decode())
            await ws.close(1000)
            return
        await asyncio.sleep(WINDOW)


def grouped(pieces: list[list[Any]]) -> list[tuple[str, str]]:
    """Join neighbours of one kind."""
    runs: list[tuple[str, str]] = []
    for _, kind, text in pieces:
        if runs and runs[-1][0] == kind:
            runs[-1] = (kind, runs[-1][1] + text)
        else:
            runs.append((kind, text))
    return runs


async def account_socket(ws: WebSocket) -> None:
    """Send topics as the tests order them, and close when they say so."""
    await ws.accept()
    orders: asyncio.Queue[str | int] = asyncio.Queue()
    ACCOUNT.append(orders)
    try:
        while isinstance(order := await orders.get(), str):
            await ws.send_text(order)
        await ws.close(order)
    except (WebSocketDisconnect, RuntimeError):
        pass
    finally:
        if orders in ACCOUNT:
            ACCOUNT.remove(orders)


async def control(request: Request) -> JSONResponse:
    """Carry out one order of a test."""
    order = await request.json()
    kind = order.pop("do")
    if kind == "answer":
        ORDERED.append(order)
    elif kind == "reply":
        ANSWERS.append((order["status"], order["body"]))
    elif kind == "tell":
        for orders in ACCOUNT:
            orders.put_nowait(order["what"])
    elif kind == "reset":
        for held in (ORDERED, ANSWERS, FORMS, EVENTS, SCRIPTS, ACCOUNT):
            held.clear()
    opened = {name: script.opened for name, script in SCRIPTS.items()}
    return JSONResponse(
        {
            "opened": opened,
            "conversations": {name: script.conversation for name, script in SCRIPTS.items()},
            "forms": FORMS,
            "events": EVENTS,
            "account": len(ACCOUNT),
        }
    )


async def form(request: Request) -> JSONResponse:
    """Take a form and answer as ordered."""
    FORMS.append(await request.json())
    status, body = ANSWERS.pop(0) if ANSWERS else (200, {})
    return JSONResponse(body, status_code=status)


ROUTES = [
    WebSocketRoute("/live/account", account_socket),
    WebSocketRoute("/live/{generation}", generation_socket),
    Route("/control", control, methods=["POST"]),
    Route("/api/login", form, methods=["POST"]),
]
