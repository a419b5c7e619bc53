"""A model server that writes into its text when each chunk was sent; runs in its own process."""

from __future__ import annotations

import argparse
import asyncio
import re
import sys
import time
from typing import TYPE_CHECKING, Any, cast

import orjson
import uvloop

from gptchina.standins.demo_model import sample_text
from gptchina.standins.serving import serving

if TYPE_CHECKING:
    from starlette.applications import Starlette
    from starlette.types import Receive, Scope, Send

MODEL = "gpt-4o-mini"
STAMP = 10  # characters in a chunk that tells its time
PLAIN = 4  # characters in a chunk that does not
CYCLE = 10**9  # microseconds until the stamps begin anew
_WISH = re.compile(r"\[bench count=(\d+) delay=(\d+) first=(\d+) stamp=([01])\]")


def wish(count: int, *, delay: int = 0, first: int = 0, stamp: bool = False) -> str:
    """Return a message that asks for `count` chunks, `delay` ms apart, after `first` ms."""
    return f"[bench count={count} delay={delay} first={first} stamp={int(stamp)}]"


def stamp() -> str:
    """Return the present time of this machine's monotonic clock as a chunk of text."""
    return f"{int(time.monotonic() * 1e6) % CYCLE:09} "


def _event(**delta: object) -> bytes:
    choice = {"index": 0, "delta": delta, "finish_reason": None}
    chunk = {"id": "b", "object": "chat.completion.chunk", "created": 1, "model": MODEL}
    return b"data: " + orjson.dumps({**chunk, "choices": [choice]}) + b"\n\n"


def _ending(count: int) -> bytes:
    chunk = {"id": "b", "object": "chat.completion.chunk", "created": 1, "model": MODEL}
    last = {**chunk, "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}
    usage = {"prompt_tokens": 10, "completion_tokens": count, "total_tokens": 10 + count}
    parts = (last, {**chunk, "choices": [], "usage": usage})
    return b"".join(b"data: " + orjson.dumps(p) + b"\n\n" for p in parts) + b"data: [DONE]\n\n"


class Provider:
    """The ASGI application; remembers when requests arrived."""

    def __init__(self) -> None:
        self.arrivals: list[float] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a completion, the list of models, or what arrived."""
        if scope["type"] != "http":
            return
        arrived, path = time.monotonic(), scope["path"]
        if path.endswith("/chat/completions"):
            body = b""
            while True:
                message = await receive()
                body += message.get("body", b"")
                if not message.get("more_body"):
                    break
            self.arrivals.append(arrived)
            await _begin(send, b"text/event-stream")
            await _stream(orjson.loads(body), send)
            return
        listed = {"object": "list", "data": [{"id": MODEL, "object": "model"}]}
        await _begin(send, b"application/json")
        content = orjson.dumps(self.arrivals if path == "/arrivals" else listed)
        await send({"type": "http.response.body", "body": content})


async def _begin(send: Send, kind: bytes) -> None:
    headers = [(b"content-type", kind)]
    await send({"type": "http.response.start", "status": 200, "headers": headers})


async def _stream(body: dict[str, Any], send: Send) -> None:
    found = _WISH.search(body["messages"][-1]["content"])
    count, delay, first, stamped = map(int, found.groups()) if found else (20, 10, 0, 0)
    text = "" if stamped else sample_text(count * PLAIN)
    await asyncio.sleep(first / 1000)
    loop = asyncio.get_running_loop()
    due = loop.time()
    for number in range(count):
        piece = stamp() if stamped else text[number * PLAIN : (number + 1) * PLAIN]
        chunk = _event(content=piece)
        await send({"type": "http.response.body", "body": chunk, "more_body": True})
        due += delay / 1000
        if delay:
            await asyncio.sleep(max(0.0, due - loop.time()))
    await send({"type": "http.response.body", "body": _ending(count)})


async def _serve(port: int) -> None:
    async with serving(cast("Starlette", Provider()), port=port):
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    uvloop.run(_serve(parser.parse_args().port))
