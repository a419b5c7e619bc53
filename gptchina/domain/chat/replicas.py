"""Replicas: answers that another worker writes, copied into logs of this process."""

from __future__ import annotations

import asyncio
from contextlib import aclosing, asynccontextmanager, contextmanager, suppress
from typing import TYPE_CHECKING

import structlog

from gptchina.domain import notices, tasks
from gptchina.domain.errors import NotFoundError
from gptchina.domain.threads import in_thread
from gptchina.providers.redis import BusError

from . import stored
from .log import Log
from .mirrors import decode
from .records import End

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Generator

    from gptchina.providers.redis import Bus

    from .mirrors import Entry

logger = structlog.get_logger()

# How long silence is taken for thinking; then the database is asked whether it is the end.
STORED_SECONDS = 1.0

_buses: list[Bus] = []


@contextmanager
def fed_by(bus: Bus) -> Generator[None]:
    """Read answers of other workers from Redis, for as long as the block."""
    _buses.append(bus)
    try:
        yield
    finally:
        _buses.remove(bus)


class Replica:
    """A copy of an answer's log, for all its followers in this process."""

    def __init__(self, account_id: int, turn_id: str) -> None:
        self.log = Log()
        self.followers = 0
        self._account_id = account_id
        self._turn_id = turn_id

    async def copy(self) -> None:
        """Bring the log up to its end: from Redis when it can be read, else as it is stored.

        What is stored is about a second behind. It has the last word on the end: the worker that
        writes the answer may die.
        """
        with notices.mailbox(self._account_id) as mailbox:
            while self.log.end is None:
                try:
                    await self._copy_more()
                except NotFoundError:
                    # The conversation was deleted.
                    self.log.close(End(status="stopped"))
                except Exception:
                    # The next time may succeed, and somebody waits for it.
                    logger.exception("answer_not_copied", turn=self._turn_id)
                if self.log.end is None:
                    with suppress(TimeoutError):
                        async with asyncio.timeout(STORED_SECONDS):
                            await mailbox.take()

    async def _copy_more(self) -> None:
        for bus in _buses:
            try:
                await self._copy_entries(bus)
            except BusError as error:
                logger.warning("answer_not_read", turn=self._turn_id, error=str(error))
        if self.log.end is None:
            await self._copy_stored()

    async def _copy_entries(self, bus: Bus) -> None:
        """Copy from Redis until the end, or until something is missing there."""
        async with aclosing(bus.entries(self._turn_id, STORED_SECONDS)) as entries:
            async for content in entries:
                if content is None:
                    await self._copy_stored()
                elif not self._take(decode(content)):
                    return
                if self.log.end:
                    return

    def _take(self, entry: Entry) -> bool:
        """Append what is new in an entry; return False if there is a gap before it."""
        known = self.log.length - entry.start
        if known < 0:
            return False
        for chunk in entry.chunks:
            self.log.append(chunk.kind, chunk.text[known:])
            known = max(0, known - len(chunk.text))
        if entry.end:
            self.log.close(entry.end)
        return True

    async def _copy_stored(self) -> None:
        answer = await in_thread(stored.answer, self._account_id, self._turn_id)
        for chunk in answer.log.since(self.log.length):
            self.log.append(chunk.kind, chunk.text)
        if answer.end:
            self.log.close(answer.end)


_replicas: dict[str, tuple[Replica, asyncio.Task[None]]] = {}


@asynccontextmanager
async def replica(account_id: int, turn_id: str) -> AsyncGenerator[Log]:
    """Share a log that grows as another worker's answer does, for as long as the block.

    The caller has checked that the turn is the account's.
    """
    if turn_id not in _replicas or _replicas[turn_id][1].done():
        made = Replica(account_id, turn_id)
        _replicas[turn_id] = made, asyncio.create_task(made.copy())
    shared, copying = _replicas[turn_id]
    shared.followers += 1
    try:
        yield shared.log
    finally:
        shared.followers -= 1
        if not shared.followers:
            if _replicas.get(turn_id, (None,))[0] is shared:
                del _replicas[turn_id]
            await tasks.end([copying])
