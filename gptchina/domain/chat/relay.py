"""The relay: keeps this process in step with the other workers of the installation."""

from __future__ import annotations

import asyncio
from contextlib import ExitStack, asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import orjson
import structlog

from gptchina.domain import notices, tasks
from gptchina.providers.redis import BusError, open_bus

from . import generations, replicas
from .mirrors import Mirror

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from gptchina.providers.redis import Bus

    from .log import Log

logger = structlog.get_logger()

RETRY_SECONDS = 1.0
# What waits for Redis to come back. Whoever listens again then looks at everything anyway.
MOST_WAITING = 10_000
# How long the last words of a process that stops may take.
LAST_SECONDS = 2.0

NOTICE = "notice"
STOP = "stop"


class Relay:
    """Sends notices and requests to stop to the other workers, and does what they ask."""

    def __init__(self, bus: Bus) -> None:
        """Belongs to the running event loop."""
        self.mirror = Mirror(bus)
        self._bus = bus
        self._me = uuid4().hex
        self._loop = asyncio.get_running_loop()
        self._waiting: dict[bytes, None] = {}
        self._filled = asyncio.Event()

    def begun(self, turn_id: str, log: Log) -> None:
        """Mirror an answer that begins here."""
        self.mirror.add(turn_id, log)

    def notice(self, account_id: int, topic: str) -> None:
        """Pass a notice on, from any thread."""
        self._post(NOTICE, account_id, topic)

    def stop(self, account_id: int, turn_id: str) -> None:
        """Ask the other workers to stop a turn, from any thread."""
        self._post(STOP, account_id, turn_id)

    def _post(self, kind: str, account_id: int, what: str) -> None:
        message = orjson.dumps([self._me, kind, account_id, what])
        # A use case may outlive the loop when the process ends; then nobody listens here.
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._put, message)

    def _put(self, message: bytes) -> None:
        # Equal messages that wait together say it once.
        self._waiting[message] = None
        if len(self._waiting) > MOST_WAITING:
            del self._waiting[next(iter(self._waiting))]
        self._filled.set()

    async def send(self) -> None:
        """Send what waits, again and again."""
        while True:
            await self._filled.wait()
            self._filled.clear()
            try:
                await self.send_waiting()
            except BusError as error:
                logger.warning("workers_not_told", error=str(error))
                self._filled.set()
                await asyncio.sleep(RETRY_SECONDS)

    async def send_waiting(self) -> None:
        """Send what waits. Raises BusError and forgets nothing."""
        # What is put meanwhile is news, even if it reads the same.
        sent, self._waiting = self._waiting, {}
        try:
            if sent:
                await self._bus.publish(sent)
        except BaseException:
            self._waiting = {**sent, **self._waiting}
            raise

    async def receive(self) -> None:
        """Do what the other workers ask, again and again."""
        while True:
            try:
                async for message in self._bus.messages():
                    self._take(message)
            except BusError as error:
                logger.warning("workers_not_heard", error=str(error))
            await asyncio.sleep(RETRY_SECONDS)

    def _take(self, message: bytes | None) -> None:
        if message is None:
            # Something may have been said while this worker did not listen.
            notices.deliver_everything()
            return
        sender, kind, account_id, what = _loaded(message)
        if sender == self._me:
            return
        if kind == NOTICE:
            notices.deliver(account_id, what)
        elif kind == STOP:
            generations.stop_here(account_id, what)


def _loaded(message: bytes) -> Any:  # noqa: ANN401 -- JSON
    return orjson.loads(message)


@asynccontextmanager
async def with_other_workers() -> AsyncGenerator[None]:
    """Keep this process in step with the other workers for as long as the block.

    Without Redis in the settings this process is alone, and the block is all there is.
    """
    bus = open_bus()
    if bus is None:
        yield
        return
    relay = Relay(bus)
    jobs = [asyncio.create_task(job()) for job in (relay.send, relay.receive, relay.mirror.run)]
    try:
        with ExitStack() as joined:
            joined.enter_context(notices.relayed(relay.notice))
            joined.enter_context(generations.relayed(relay))
            joined.enter_context(replicas.fed_by(bus))
            yield
    finally:
        await tasks.end(jobs)
        with suppress(BusError, TimeoutError):
            async with asyncio.timeout(LAST_SECONDS):
                await relay.mirror.write()
                await relay.send_waiting()
        await bus.aclose()
