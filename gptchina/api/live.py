"""Live sockets: what happens to an account, and an answer as it is written."""

from __future__ import annotations

import asyncio
import re
from contextlib import aclosing, suppress
from typing import TYPE_CHECKING, Any

import orjson
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from gptchina.domain import accounts, chat, notices
from gptchina.domain.errors import NotFoundError
from gptchina.domain.threads import in_thread

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

CLOSED = 1000
NOT_SIGNED_IN = 4401
NOT_FOUND = 4404
OFFSET = re.compile(r"[0-9]{1,12}")


async def account_socket(socket: WebSocket) -> None:
    """Send the topics of the account's notices; the page then asks for what it shows of them."""
    await _serve(socket, _send_topics)


async def answer_socket(socket: WebSocket) -> None:
    """Send an answer from an offset on: its head, its text in small frames, and its end.

    A frame is text whose first character is its kind: `h` head and `e` end, as JSON; `t` text
    of the answer; `r` text of the reasoning. `?from=` counts code points of `t` and `r` text.
    """
    await _serve(socket, _send_answer)


async def _serve(
    socket: WebSocket,
    work: Callable[[WebSocket, int], Coroutine[Any, Any, int]],
) -> None:
    """Do the work of a socket until it is done, the page is gone or the session has ended."""
    await socket.accept()
    token = accounts.session_token(socket.headers.get("cookie", ""))
    identity = await in_thread(accounts.resolve, token)
    if identity is None:
        await socket.close(NOT_SIGNED_IN)
        return
    watches = {
        asyncio.create_task(work(socket, identity.account_id)),
        asyncio.create_task(_gone(socket)),
        asyncio.create_task(_session_ended(identity.account_id, token)),
    }
    try:
        done, _ = await asyncio.wait(watches, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for watch in watches:
            watch.cancel()
        results = await asyncio.gather(*watches, return_exceptions=True)
    for task in done:
        if fault := task.exception():
            raise fault
    code = max(result for result in results if isinstance(result, int))
    with suppress(RuntimeError, WebSocketDisconnect):
        await socket.close(code)


async def _gone(socket: WebSocket) -> int:
    """Return when the page has closed the socket; what it sends is of no interest."""
    while (await socket.receive())["type"] != "websocket.disconnect":
        pass
    return CLOSED


async def _session_ended(account_id: int, token: str) -> int:
    """Return when the session behind the token is no more."""
    with notices.mailbox(account_id) as mailbox:
        while await in_thread(accounts.resolve, token):
            while "session" not in await mailbox.take():
                pass
    return NOT_SIGNED_IN


async def _send_topics(socket: WebSocket, account_id: int) -> int:
    with notices.mailbox(account_id) as mailbox:
        while True:
            for topic in await mailbox.take():
                if topic != "session":
                    await socket.send_text(topic)


async def _send_answer(socket: WebSocket, account_id: int) -> int:
    offset = socket.query_params.get("from", "")
    start = int(offset) if OFFSET.fullmatch(offset) else 0
    turn_id: str = socket.path_params["turn"]
    try:
        async with aclosing(chat.follow(account_id, turn_id, start)) as frames:
            async for frame in frames:
                await socket.send_text(_encode(frame))
    except NotFoundError:
        return NOT_FOUND
    except WebSocketDisconnect:
        return CLOSED
    return CLOSED


def _encode(frame: chat.Frame) -> str:
    match frame:
        case chat.Chunk(kind, text):
            return kind + text
        case chat.Head():
            return "h" + _json(
                {
                    "turn": frame.turn,
                    "conversation": frame.conversation,
                    "user": {"id": frame.question.id, "text": frame.question.text},
                    "model": frame.model,
                }
            )
        case chat.End():
            return "e" + _json(
                {
                    "status": frame.status,
                    "code": frame.code or None,
                    "params": frame.params,
                    "cost": frame.cost,
                    "estimated": frame.estimated,
                    "usage": frame.usage,
                }
            )


def _json(value: dict[str, Any]) -> str:
    return orjson.dumps(value).decode()


routes = [
    WebSocketRoute("/live/account", account_socket),
    WebSocketRoute("/live/{turn}", answer_socket),
]
