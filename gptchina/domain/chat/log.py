"""The log of a running answer: pieces with offsets, read by any number of followers."""

from __future__ import annotations

import asyncio
from bisect import bisect_right
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Callable

    from .records import End

Kind = Literal["t", "r"]


@dataclass(frozen=True)
class Chunk:
    """Text of one kind: `t` for the answer, `r` for the reasoning before it."""

    kind: Kind
    text: str


class Log:
    """What an answer has delivered so far, in order.

    Offsets count Unicode code points of all text, of both kinds, from the beginning. The log is
    bounded by the answer itself, whose length is capped by the tokens held for it.
    """

    def __init__(self) -> None:
        self._chunks: list[Chunk] = []
        self._starts: list[int] = []
        self.length = 0
        self.end: End | None = None
        self._watchers: set[Callable[[], object]] = set()

    def append(self, kind: Kind, text: str) -> None:
        """Add text and wake the followers; no text is nothing."""
        if not text:
            return
        self._chunks.append(Chunk(kind, text))
        self._starts.append(self.length)
        self.length += len(text)
        self._wake()

    def close(self, end: End) -> None:
        """Say how the answer ended; nothing is added after it."""
        self.end = end
        self._wake()

    def text(self, kind: Kind) -> str:
        """Return all text of a kind so far."""
        return "".join(chunk.text for chunk in self._chunks if chunk.kind == kind)

    def since(self, offset: int) -> list[Chunk]:
        """Return what lies behind an offset, neighbours of one kind joined."""
        offset = max(offset, 0)
        if offset >= self.length:
            return []
        first = bisect_right(self._starts, offset) - 1
        joined = [
            Chunk(kind, "".join(chunk.text for chunk in chunks))
            for kind, chunks in groupby(self._chunks[first:], key=attrgetter("kind"))
        ]
        head = joined[0]
        joined[0] = Chunk(head.kind, head.text[offset - self._starts[first] :])
        return joined

    def watch(self, wake: Callable[[], object]) -> None:
        """Call a function whenever there is more, or the end, until it is let go."""
        self._watchers.add(wake)

    def let_go(self, wake: Callable[[], object]) -> None:
        """Do not call the function any more."""
        self._watchers.discard(wake)

    def follow(self) -> Follower:
        """Return a follower, to be closed when it is not needed any more."""
        return Follower(self)

    def _wake(self) -> None:
        for wake in self._watchers:
            wake()


class Follower:
    """Waits until there is something new in a log."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self._fresh = asyncio.Event()
        log.watch(self._fresh.set)

    async def wait(self) -> None:
        """Wait for text or the end; returns at once if either came since the last wait."""
        await self._fresh.wait()
        self._fresh.clear()

    def close(self) -> None:
        """Stop being woken."""
        self._log.let_go(self._fresh.set)
