"""Heals what was missed: lost webhooks, payments left open, and orders that never got one."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import structlog
from sqlalchemy import func
from sqlmodel import col, select, update

from gptchina.db.engine import reading, transaction
from gptchina.db.models import Payment, WebhookEvent
from gptchina.domain import clock
from gptchina.domain.threads import in_thread
from gptchina.providers.payments import PaymentProviderError, payment_providers

from .following import close
from .inbox import take
from .truths import sync

if TYPE_CHECKING:
    from gptchina.providers.payments import PaymentProvider

log = structlog.get_logger()

ABANDONED = timedelta(hours=24)
# Clocks differ, and an event may be told of a little after it happened.
OVERLAP = timedelta(hours=1)
# How far back a provider can be asked for its events.
KEPT = timedelta(days=30)
FRESH = timedelta(hours=1)
UNFINISHED = ("open", "processing", "failed")
# Of those left open for long, so large a part is asked about in each round.
ROUNDS = 30


@dataclass
class Reconciled:
    """What one round did: notices heard late, by what became of them, and payments looked at."""

    notices: Counter[str] = field(default_factory=Counter[str])
    looked_at: int = 0
    changed: int = 0
    canceled: int = 0
    failed: int = 0


async def reconcile(since: datetime | None = None, *, everything: bool = False) -> Reconciled:
    """Ask every provider what was missed, and make the ledger agree; a second round does nothing.

    Args:
        since: from when on events are asked for; by default since the last one that was heard.
        everything: look at every unfinished payment, not only at those whose turn it is.
    """
    done = Reconciled()
    for provider in payment_providers():
        try:
            await _hear(provider, since, done)
        except PaymentProviderError as error:
            done.failed += 1
            log.warning("notices_not_heard", provider=provider.name, detail=error.detail)
        for row in await in_thread(_unfinished, provider.name, provider.live):
            if everything or _is_due(row, clock.now()):
                await _look(provider, row, done)
    await in_thread(_give_up_unbound)
    return done


@dataclass(frozen=True)
class _Unfinished:
    id: int
    reference: str
    status: str
    created_at: datetime


async def _hear(provider: PaymentProvider, since: datetime | None, done: Reconciled) -> None:
    begin = since or await in_thread(_last_heard, provider.name)
    async for notice in provider.notices_since(max(begin, clock.now() - KEPT)):
        try:
            done.notices[await take(provider, notice)] += 1
        except PaymentProviderError as error:
            done.failed += 1
            log.warning("notice_not_taken", notice=notice.id, detail=error.detail)


def _last_heard(provider: str) -> datetime:
    """Return from when on events may have been missed.

    Not since the last event that was heard, but since the first that was not acted upon, if there
    is an earlier one.
    """
    with reading() as session:
        last = session.exec(
            select(func.max(WebhookEvent.happened_at)).where(WebhookEvent.provider == provider)
        ).one()
        failed = session.exec(
            select(func.min(WebhookEvent.happened_at)).where(
                WebhookEvent.provider == provider, col(WebhookEvent.processed_at).is_(None)
            )
        ).one()
    # SQLModel believes that an aggregate of no rows is never NULL.
    known = list(filter(None, (last, failed)))
    return (min(known) if known else clock.now() - KEPT) - OVERLAP


def _unfinished(provider: str, live: bool) -> list[_Unfinished]:  # noqa: FBT001
    """Return what the provider can be asked about: with another key it knows no others."""
    with reading() as session:
        rows = session.exec(
            select(Payment)
            .where(
                Payment.provider == provider,
                Payment.live == live,
                col(Payment.status).in_(UNFINISHED),
                col(Payment.reference).is_not(None),
            )
            .order_by(col(Payment.id))
        ).all()
        return [
            _Unfinished(row.id or 0, row.reference or "", row.status, row.created_at)
            for row in rows
        ]


def _is_due(row: _Unfinished, now: datetime) -> bool:
    """Return whether a payment is asked about in this round: new ones always, old ones in turns."""
    age = now - row.created_at
    turn = int(now.timestamp()) // 60 % ROUNDS == row.id % ROUNDS
    return age < FRESH or turn or (age > ABANDONED and row.status != "processing")


async def _look(provider: PaymentProvider, row: _Unfinished, done: Reconciled) -> None:
    done.looked_at += 1
    abandoned = clock.now() - row.created_at > ABANDONED and row.status != "processing"
    try:
        purchase = await (close if abandoned else sync)(provider, row.reference)
    except PaymentProviderError as error:
        done.failed += 1
        log.warning("payment_not_looked_at", payment=row.id, detail=error.detail)
        return
    if purchase and purchase.status != row.status:
        done.changed += 1
        done.canceled += purchase.status == "canceled"


def _give_up_unbound() -> None:
    """Cancel orders that never got a payment; one that turns up all the same is still credited."""
    with transaction() as session:
        session.connection().execute(
            update(Payment)
            .where(
                col(Payment.reference).is_(None),
                col(Payment.status) == "open",
                col(Payment.created_at) < clock.now() - ABANDONED,
            )
            .values(status="canceled", version=col(Payment.version) + 1, updated_at=clock.now())
        )
