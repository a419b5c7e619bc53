"""Mirrors: the running answers of this process, written where the other workers read them."""

from __future__ import annotations

import asyncio
from dataclasses import asdict, dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

import orjson
import structlog

from gptchina.providers.redis import BusError

from .log import Chunk
from .records import End

if TYPE_CHECKING:
    from gptchina.providers.redis import Bus

    from .log import Log

logger = structlog.get_logger()

# As often as a follower is sent a frame: writing more often would show nobody anything sooner.
WINDOW_SECONDS = 0.04
RETRY_SECONDS = 1.0


@dataclass
class _Mirrored:
    """A log, and how much of it has been written."""

    log: Log
    offset: int = 0
    wake: partial[None] | None = field(default=None, repr=False)


class Mirror:
    """Writes the answers of this process to Redis, those of all turns together."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self._mirrored: dict[str, _Mirrored] = {}
        self._grown: dict[str, None] = {}
        self._fresh = asyncio.Event()

    def add(self, turn_id: str, log: Log) -> None:
        """Write what a log has and gets, until its end has been written."""
        wake = partial(self._grow, turn_id)
        self._mirrored[turn_id] = _Mirrored(log, wake=wake)
        log.watch(wake)
        wake()

    def _grow(self, turn_id: str) -> None:
        self._grown[turn_id] = None
        self._fresh.set()

    async def run(self) -> None:
        """Write what comes, again and again; what Redis did not take is written later."""
        while True:
            await self._fresh.wait()
            self._fresh.clear()
            try:
                await self.write()
            except BusError as error:
                logger.warning("answers_not_mirrored", error=str(error))
                self._forget_ended()
                self._fresh.set()
                await asyncio.sleep(RETRY_SECONDS)
            await asyncio.sleep(WINDOW_SECONDS)

    async def write(self) -> None:
        """Write what has come since the last time. Raises BusError and forgets nothing."""
        # What comes during the writing has to wait for the next round.
        grown = {turn_id: self._mirrored[turn_id] for turn_id in self._grown}
        ends = {turn_id: mirrored.log.end for turn_id, mirrored in grown.items()}
        reached = {turn_id: mirrored.log.length for turn_id, mirrored in grown.items()}
        await self._bus.append(
            [
                (turn_id, encode(mirrored.log, mirrored.offset, ends[turn_id]))
                for turn_id, mirrored in grown.items()
            ]
        )
        for turn_id, mirrored in grown.items():
            mirrored.offset = reached[turn_id]
            if ends[turn_id]:
                self._forget(turn_id)
            elif mirrored.log.length == mirrored.offset and mirrored.log.end is None:
                del self._grown[turn_id]

    def _forget_ended(self) -> None:
        # They are stored; to keep them for when Redis is back would fill the memory.
        for turn_id, mirrored in list(self._mirrored.items()):
            if mirrored.log.end:
                self._forget(turn_id)

    def _forget(self, turn_id: str) -> None:
        mirrored = self._mirrored.pop(turn_id)
        self._grown.pop(turn_id, None)
        if mirrored.wake:
            mirrored.log.let_go(mirrored.wake)


@dataclass(frozen=True)
class Entry:
    """A part of an answer: where it begins, its text, and the end if it is the last."""

    start: int
    chunks: list[Chunk]
    end: End | None


def encode(log: Log, offset: int, end: End | None) -> bytes:
    """Return the entry with all that lies behind an offset."""
    chunks = [[chunk.kind, chunk.text] for chunk in log.since(offset)]
    return orjson.dumps([offset, chunks, asdict(end) if end else None])


def decode(content: bytes) -> Entry:
    """Return the entry that `encode` made."""
    start, chunks, end = _loaded(content)
    return Entry(start, [Chunk(kind, text) for kind, text in chunks], End(**end) if end else None)


def _loaded(content: bytes) -> Any:  # noqa: ANN401 -- JSON
    return orjson.loads(content)
