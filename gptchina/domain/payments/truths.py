"""The one rule of payments: read what the provider holds true, and make the ledger agree.

Webhook, return page, dialog and reconciler all come here and nowhere else, so that the order and
the repetition of what they heard do not matter.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import structlog
from sqlmodel import Session, col, select, update

from gptchina.db.engine import reading, transaction
from gptchina.db.models import Payment
from gptchina.domain import clock, ledger, notices, referrals
from gptchina.domain.threads import in_thread

from . import mailing
from .records import Purchase, purchase_of

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from gptchina.providers.payments import PaymentProvider, Truth

log = structlog.get_logger()

# Each try is made because somebody else changed the payment meanwhile, and so came further.
ATTEMPTS = 10
LONGEST_ADDRESS = 500


class UnsettledPaymentError(Exception):
    """A payment was changed by others again and again while it was read."""


@dataclass(frozen=True)
class _Agreement:
    """What came of one reading: the purchase, and what others have to hear of it."""

    purchase: Purchase | None
    changed: bool = False
    credited: bool = False
    outdated: bool = False
    host_id: int | None = None


async def sync(provider: PaymentProvider, reference: str) -> Purchase | None:
    """Make payment and ledger agree with the provider; return the purchase, None if it is no order.

    The version of the payment is read before the provider is asked, and what it said is written
    only over that version. So what was read earlier is never written over what was read later.

    Raises:
        PaymentProviderError: the provider did not answer.
    """
    for _ in range(ATTEMPTS):
        version = await in_thread(_version, provider.name, reference)
        truth = await provider.truth(reference)
        found = await in_thread(_agree, provider.name, truth, version)
        if not found.outdated:
            _tell(found)
            return found.purchase
    raise UnsettledPaymentError(reference)


def _version(provider: str, reference: str) -> int | None:
    with reading() as session:
        return session.exec(
            select(Payment.version).where(
                Payment.provider == provider, Payment.reference == reference
            )
        ).one_or_none()


def _agree(provider: str, truth: Truth, version: int | None) -> _Agreement:
    with transaction() as session:
        row = session.exec(
            select(Payment).where(
                Payment.provider == provider, Payment.reference == truth.reference
            )
        ).one_or_none()
        if row is None:
            return _Agreement(None, outdated=_bind(session, provider, truth))
        if row.version != version:
            return _Agreement(None, outdated=True)
        changes = _changes(row, truth)
        if not changes:
            return _Agreement(purchase_of(row))
        if not _write(session, row, changes):
            return _Agreement(None, outdated=True)
        before = purchase_of(row)
        session.refresh(row)
        _move(session, row, before)
        host_id = referrals.follow(session, row)
        log.info("payment_changed", payment=row.id, reference=row.reference, status=row.status)
        after = purchase_of(row)
        credited = after.credited and not before.credited
        return _Agreement(after, changed=True, credited=credited, host_id=host_id)


def _bind(session: Session, provider: str, truth: Truth) -> bool:
    """Bind a payment to the order whose process died, or is still about to; return whether it did.

    The key tells that the number is one of ours: another installation may use the same account.
    """
    row = session.get(Payment, truth.payment_id) if truth.payment_id is not None else None
    if row is None or row.provider != provider or row.reference is not None:
        log.warning("payment_unknown", provider=provider, reference=truth.reference)
        return False
    if truth.key != order_key(truth.payment_id or 0, row.attempt):
        log.warning("payment_of_others", provider=provider, reference=truth.reference)
        return False
    bound = session.connection().execute(
        update(Payment)
        .where(col(Payment.id) == row.id, col(Payment.reference).is_(None))
        .values(reference=truth.reference, version=col(Payment.version) + 1)
    )
    return bound.rowcount == 1


def order_key(payment_id: int, attempt: str) -> str:
    """Return the idempotency key with which the payment of an order is opened."""
    return f"order-{payment_id}-{attempt}"


def _changes(row: Payment, truth: Truth) -> dict[str, Any]:
    """Return the columns that the truth changes; nothing takes a credit away but its undoing."""
    if row.credited_at is not None and truth.status != "succeeded":
        log.error("payment_no_longer_paid", payment=row.id, status=truth.status)
        return {}
    exact = (truth.received, truth.amount, truth.currency) == (row.amount, row.amount, row.currency)
    paid = truth.status == "succeeded" and exact
    wanted: dict[str, Any] = {
        "status": _status(row, truth, paid=paid),
        "received": truth.received,
        "refunded": truth.refunded,
        "disputed": truth.disputed,
        "failure": truth.failure[:60],
        "taken_back": undone_tokens(row, truth) if paid else row.taken_back,
        "credited_at": row.credited_at or (clock.now() if paid else None),
    }
    if truth.method.kind:
        wanted |= {
            "method": truth.method.kind[:30],
            "brand": truth.method.brand[:30],
            "last4": truth.method.last4[:4],
            "receipt_url": truth.receipt_url if len(truth.receipt_url) <= LONGEST_ADDRESS else "",
        }
    return {name: value for name, value in wanted.items() if getattr(row, name) != value}


def _status(row: Payment, truth: Truth, *, paid: bool) -> str:
    if not paid:
        if truth.status in {"succeeded", "partly"}:
            log.error(
                "payment_differs",
                payment=row.id,
                asked=f"{row.amount} {row.currency}",
                came=f"{truth.received} {truth.currency}",
            )
            return "review"
        return "failed" if truth.status == "open" and truth.failure else truth.status
    if truth.disputed:
        return "disputed"
    return "refunded" if truth.refunded >= row.amount else "succeeded"


def undone_tokens(row: Payment, truth: Truth) -> int:
    """Return how many tokens refunds and disputes take back: rounded down once, of their sum.

    What was both refunded and disputed counts once, and the whole amount takes back every token.
    """
    undone = min(row.amount, truth.refunded + truth.disputed)
    return row.tokens * undone // row.amount


def _write(session: Session, row: Payment, changes: dict[str, Any]) -> bool:
    """Write what changed over the version that was read; return False if there is another now."""
    adjusted = 1 if "taken_back" in changes else 0
    written = session.connection().execute(
        update(Payment)
        .where(col(Payment.id) == row.id, col(Payment.version) == row.version)
        .values(
            **changes,
            adjustments=col(Payment.adjustments) + adjusted,
            version=col(Payment.version) + 1,
            updated_at=clock.now(),
        )
    )
    return written.rowcount == 1


def _move(session: Session, row: Payment, before: Purchase) -> None:
    """Move the tokens by which the order now differs from what it was."""
    if row.credited_at is None:
        return
    order = ledger.Order(before.id, row.account_id, row.provider, row.reference or "")
    if not before.credited:
        ledger.credit_order(session, order, row.tokens)
    more = row.taken_back - before.taken_back
    if more > 0:
        kind = "dispute" if row.disputed > before.disputed else "refund"
        ledger.take_back(session, order, more, kind=kind, number=row.adjustments)
    elif more < 0:
        ledger.give_back(session, order, -more, number=row.adjustments)


_beside: set[asyncio.Task[None]] = set()


def _tell(found: _Agreement) -> None:
    """Tell the tabs of whoever's wallet moved; a receipt goes out beside, and may fail."""
    if not found.changed or found.purchase is None:
        return
    for account_id in filter(None, (found.purchase.account_id, found.host_id)):
        notices.publish(account_id, "wallet")
    notices.publish(found.purchase.account_id, "payments")
    if found.credited:
        _run_beside(mailing.mail_receipt(found.purchase.id))


def _run_beside(work: Coroutine[Any, Any, None]) -> None:
    task = asyncio.create_task(work)
    _beside.add(task)
    task.add_done_callback(_beside.discard)
