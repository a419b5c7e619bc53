"""Generations: answers on their way, detached from any page, followed by any number of them."""

from __future__ import annotations

import asyncio
from contextlib import aclosing, contextmanager, suppress
from functools import partial
from typing import TYPE_CHECKING, Protocol

import structlog

from gptchina.domain.threads import in_thread
from gptchina.providers.llm import (
    FinishPiece,
    ProviderError,
    ReasoningPiece,
    TextPiece,
    TokenUsage,
    UsagePiece,
    count_text,
    get_language_model,
)

from . import endings
from .charges import Delivered, use_of
from .log import Log
from .records import End

if TYPE_CHECKING:
    from collections.abc import Generator

    from .records import Turn

log = structlog.get_logger()

CHECKPOINT_SECONDS = 1.5
# How long the answers that were cut may take to be charged and stored.
SETTLING_SECONDS = 10
# A follower that comes a little late still finds the pieces; later ones read the database.
KEPT_SECONDS = 30


class Generation:
    """One running answer."""

    def __init__(self, turn: Turn) -> None:
        self.turn = turn
        self.log = Log()
        self._reported: TokenUsage | None = None
        self._finished = False
        self._cause = End(status="done")
        self._reader: asyncio.Task[None] | None = None

    async def run(self) -> None:
        """Read the answer to its end, whatever that is, then settle and store it."""
        with structlog.contextvars.bound_contextvars(turn=self.turn.id):
            self._reader = asyncio.create_task(self._read())
            if self._cause.status != "done":
                # It was stopped before it could begin.
                self._reader.cancel()
            keeper = asyncio.create_task(self._keep())
            try:
                await asyncio.wait({self._reader})
            finally:
                keeper.cancel()
                with suppress(asyncio.CancelledError):
                    await keeper
            self._judge(self._reader)
            self.log.close(await self._settle())

    def stop(self, cause: End) -> None:
        """End the answer now; what was delivered stays, and is charged."""
        if self._reader is None:
            self._cause = cause
        elif not self._reader.done():
            self._cause = cause
            self._reader.cancel()

    def delivered(self) -> Delivered:
        """Return what has been delivered so far."""
        return Delivered(self.log.text("t"), self.log.text("r"))

    async def _read(self) -> None:
        assert self.turn.request is not None  # noqa: S101 -- a refused turn is never begun
        async with aclosing(get_language_model().stream(self.turn.request)) as pieces:
            async for piece in pieces:
                match piece:
                    case TextPiece(text):
                        self.log.append("t", text)
                    case ReasoningPiece(text):
                        self.log.append("r", text)
                    case UsagePiece(usage):
                        self._reported = usage
                    case FinishPiece():
                        self._finished = True

    async def _keep(self) -> None:
        """Store what was delivered, and renew the hold, again and again."""
        while True:
            await asyncio.sleep(CHECKPOINT_SECONDS)
            try:
                if not await in_thread(endings.checkpoint, self.turn.id, self.delivered()):
                    self.stop(End(status="error", code="interrupted"))
            except Exception:
                # The next one may succeed, and the end stores everything anyway.
                log.exception("checkpoint_failed")

    def _judge(self, reader: asyncio.Task[None]) -> None:
        """Decide how the answer ended."""
        if reader.cancelled():
            return
        fault = reader.exception()
        if isinstance(fault, ProviderError):
            log.warning("provider_failed", code=str(fault.code), detail=fault.detail)
            self._cause = End(status="error", code=str(fault.code))
        elif fault is not None:
            log.error("generation_failed", exc_info=fault)
            self._cause = End(status="error", code="failed")
        elif not self.log.text("t"):
            self._cause = End(status="error", code="provider_empty")

    async def _settle(self) -> End:
        delivered = self.delivered()
        use = await in_thread(
            use_of,
            delivered,
            self._reported,
            self.turn.price,
            partial(count_text, self.turn.model),
            finished=self._finished,
        )
        try:
            return await in_thread(endings.finish, self.turn.id, delivered, use, self._cause)
        except Exception:
            # The hold stays open and the text is checkpointed: the sweeper settles it.
            log.exception("settling_failed")
            return End(status="error", code="failed")


class Relay(Protocol):
    """The other workers, as far as answers go."""

    def begun(self, turn_id: str, log: Log) -> None:
        """Let them read an answer that begins here."""
        ...

    def stop(self, account_id: int, turn_id: str) -> None:
        """Ask whichever of them runs a turn to stop it."""
        ...


_running: dict[str, Generation] = {}
_tasks: set[asyncio.Task[None]] = set()
_relays: list[Relay] = []


@contextmanager
def relayed(relay: Relay) -> Generator[None]:
    """Tell a relay of the answers of this process, for as long as the block."""
    _relays.append(relay)
    try:
        yield
    finally:
        _relays.remove(relay)


def begin(turn: Turn) -> None:
    """Let a turn's answer be generated, detached from the caller."""
    generation = Generation(turn)
    _running[turn.id] = generation
    for relay in _relays:
        relay.begun(turn.id, generation.log)
    task = asyncio.create_task(_run(generation), name=f"generation-{turn.id}")
    _tasks.add(task)
    task.add_done_callback(_tasks.discard)


async def _run(generation: Generation) -> None:
    await generation.run()
    asyncio.get_running_loop().call_later(
        KEPT_SECONDS, partial(_running.pop, generation.turn.id, None)
    )


def find(turn_id: str) -> Generation | None:
    """Return the generation of a turn that this process runs or has just run."""
    return _running.get(turn_id)


def stop(account_id: int, turn_id: str) -> None:
    """Stop an answer of the account, whichever worker runs it; nothing happens if none does."""
    if turn_id and not stop_here(account_id, turn_id):
        for relay in _relays:
            relay.stop(account_id, turn_id)


def stop_here(account_id: int, turn_id: str) -> bool:
    """Stop an answer of the account; return whether this process runs it, or just has."""
    generation = _running.get(turn_id)
    if generation is None or generation.turn.account_id != account_id:
        return False
    generation.stop(End(status="stopped"))
    return True


async def drain(patience: float) -> None:
    """Wait for the running answers to end; what still runs then is cut, charged and stored.

    Args:
        patience: seconds to wait before cutting.
    """
    if _tasks:
        await asyncio.wait(_tasks, timeout=patience)
    for generation in list(_running.values()):
        generation.stop(End(status="error", code="interrupted"))
    if _tasks:
        await asyncio.wait(_tasks, timeout=SETTLING_SECONDS)
