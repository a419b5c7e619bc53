"""The audit: every payment that a provider calls paid, against what the ledger says of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import structlog
from sqlalchemy import case, func
from sqlmodel import col, select

from gptchina.db.engine import reading
from gptchina.db.models import LedgerEntry, Payment
from gptchina.domain import ledger
from gptchina.domain.threads import in_thread
from gptchina.providers.payments import payment_providers

from .truths import sync, undone_tokens

if TYPE_CHECKING:
    from datetime import datetime

    from gptchina.providers.payments import PaymentProvider, Truth

log = structlog.get_logger()


@dataclass(frozen=True)
class Difference:
    """A paid payment of which the ledger says something else than the provider.

    `kind` is "unknown" for a payment that no order is for, "review" for one that paid something
    else than was asked, "tokens" for one whose tokens were not those in the ledger; these are
    mended by the audit.
    """

    provider: str
    reference: str
    kind: Literal["unknown", "review", "tokens"]
    expected: int
    found: int


@dataclass(frozen=True)
class Audit:
    """How many paid payments were looked at, and those that differ."""

    looked_at: int
    differences: list[Difference]


async def audit(since: datetime) -> Audit:
    """Compare every payment that was opened since then and paid with the ledger; mend and report.

    Raises PaymentProviderError if a provider does not answer.
    """
    looked_at, differences = 0, list[Difference]()
    for provider in payment_providers():
        async for reference in provider.paid_since(since):
            looked_at += 1
            truth = await provider.truth(reference)
            difference = await in_thread(_difference, provider.name, truth)
            if difference is not None:
                log.error("payment_differs_from_ledger", **vars(difference))
                differences.append(difference)
                await _mend(provider, reference)
    return Audit(looked_at, differences)


async def _mend(provider: PaymentProvider, reference: str) -> None:
    await sync(provider, reference)


def _difference(provider: str, truth: Truth) -> Difference | None:
    with reading() as session:
        row = session.exec(
            select(Payment).where(
                Payment.provider == provider, Payment.reference == truth.reference
            )
        ).one_or_none()
        if row is None:
            return Difference(provider, truth.reference, "unknown", 0, 0)
        # A debt repaid and an inviter's reward belong to the payment, too, but not to its provider.
        clearing = ledger.CLEARING[provider]
        amount = col(LedgerEntry.amount)
        moved = case(
            (col(LedgerEntry.debit_id) == clearing, amount),
            (col(LedgerEntry.credit_id) == clearing, -amount),
            else_=0,
        )
        found = session.exec(
            select(func.coalesce(func.sum(moved), 0)).where(LedgerEntry.payment_id == row.id)
        ).one()
        exact = (truth.received, truth.currency) == (row.amount, row.currency)
        expected = row.tokens - undone_tokens(row, truth) if exact else 0
    if int(found) == expected and exact:
        return None
    kind = "tokens" if exact else "review"
    return Difference(provider, truth.reference, kind, expected, int(found))
