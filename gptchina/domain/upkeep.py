"""What runs beside the requests: sweeping, verifying, cleaning, and a clean stop."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

import structlog

from gptchina.domain import accounts, catalog, chat, clock, payments
from gptchina.domain.leases import drop_lease, take_lease
from gptchina.domain.ledger_check import check_ledger
from gptchina.domain.threads import in_thread
from gptchina.providers import llm
from gptchina.providers.payments import close_payment_providers

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable

log = structlog.get_logger()

SWEEP_SECONDS = 15
MINUTE_SECONDS = 60
HOUR_SECONDS = 3600
LISTING_SECONDS = 600
# A stand-in answers only when the program does, and a start has enough to do without vendors.
SETTLED_SECONDS = 20
DAY_SECONDS = 24 * 3600
# A payment can be refunded and disputed long after; what is older is for the operator's command.
AUDITED = timedelta(days=30)
# How long running answers may go on when the program is told to stop.
PATIENCE_SECONDS = 10


async def reconcile_payments() -> None:
    """Hear what the payment providers told in vain; one process does it for all."""
    if await in_thread(take_lease, "reconcile", MINUTE_SECONDS - 5):
        await payments.reconcile()


async def audit_payments() -> None:
    """Compare the ledger with the payment providers, once a day and in one process."""
    if not await in_thread(take_lease, "audit", DAY_SECONDS):
        return
    try:
        await payments.audit(clock.now() - AUDITED)
    except BaseException:
        # Not in a day, but in the next round.
        await in_thread(drop_lease, "audit")
        raise


@asynccontextmanager
async def upkeep() -> AsyncGenerator[None]:
    """Keep house for as long as the block; then let running answers end, or cut and charge them."""
    llm.warm_up([model.upstream for model in catalog.offered()])
    # The other workers hear of the running answers to the last.
    async with chat.with_other_workers():
        try:
            async with _jobs():
                yield
        finally:
            await chat.drain(PATIENCE_SECONDS)
            await close_payment_providers()


@asynccontextmanager
async def _jobs() -> AsyncGenerator[None]:
    jobs = [
        asyncio.create_task(_every(SWEEP_SECONDS, partial(in_thread, chat.sweep))),
        asyncio.create_task(_every(MINUTE_SECONDS, partial(in_thread, accounts.keep_house))),
        asyncio.create_task(_every(HOUR_SECONDS, partial(in_thread, check_ledger))),
        asyncio.create_task(_every(LISTING_SECONDS, catalog.refresh)),
        asyncio.create_task(_every(MINUTE_SECONDS, reconcile_payments, after=SETTLED_SECONDS)),
        asyncio.create_task(_every(HOUR_SECONDS, audit_payments, after=SETTLED_SECONDS)),
    ]
    try:
        yield
    finally:
        for job in jobs:
            job.cancel()
        await asyncio.gather(*jobs, return_exceptions=True)


async def _every(seconds: float, job: Callable[[], Awaitable[object]], *, after: float = 0) -> None:
    await asyncio.sleep(after)
    while True:
        try:
            await job()
        except Exception:
            # The next round may succeed; a job that failed must not end all later ones.
            log.exception("upkeep_failed", job=repr(job))
        await asyncio.sleep(seconds)
