"""Made-up orders: what a provider holds true of them, applied as one transaction each."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from sqlmodel import select

from gptchina.db.engine import transaction
from gptchina.db.models import Payment
from gptchina.domain import clock, ledger, referrals

if TYPE_CHECKING:
    from sqlmodel import Session

AMOUNT = 1000


def make_order(account_id: int, tokens: int = 100) -> int:
    """Make an order that nobody has paid; return the payment's id."""
    with transaction() as session:
        payment = Payment(
            account_id=account_id,
            provider="stripe",
            reference=f"pi_{uuid.uuid4().hex}",
            attempt=uuid.uuid4().hex,
            package_id="100k",
            tokens=tokens,
            amount=AMOUNT,
            currency="cny",
            created_at=clock.now(),
            updated_at=clock.now(),
        )
        session.add(payment)
        session.flush()
        assert payment.id is not None
        return payment.id


def follow(payment_id: int, *, undone: int = 0) -> int | None:
    """Let the ledger follow a paid order of which some tokens were refunded.

    Returns:
        The account that brought the buyer in, if its wallet changed.
    """
    with transaction() as session:
        payment = session.exec(
            select(Payment).where(Payment.id == payment_id).with_for_update()
        ).one()
        _apply(session, payment, undone)
        return referrals.follow(session, payment)


def _apply(session: Session, payment: Payment, undone: int) -> None:
    assert payment.id is not None
    assert payment.reference is not None
    order = ledger.Order(payment.id, payment.account_id, payment.provider, payment.reference)
    if payment.credited_at is None:
        payment.status, payment.received = "succeeded", AMOUNT
        payment.credited_at = clock.now()
        ledger.credit_order(session, order, payment.tokens)
    payment.refunded = AMOUNT * undone // payment.tokens
    change = undone - payment.taken_back
    if change:
        payment.taken_back = undone
        payment.adjustments += 1
        number = payment.adjustments
        if change > 0:
            ledger.take_back(session, order, change, kind="refund", number=number)
        else:
            ledger.give_back(session, order, -change, number=number)
    session.add(payment)
    session.flush()
