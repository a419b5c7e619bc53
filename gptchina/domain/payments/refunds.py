"""Refunds that an administrator asks for: who and why is written down before the provider hears."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog
from sqlmodel import col, select, update

from gptchina.db.engine import transaction
from gptchina.db.models import Account, Payment, Refund
from gptchina.domain import clock
from gptchina.domain.errors import NotAllowedError, NotFoundError
from gptchina.domain.ledger import InvalidAmountError
from gptchina.domain.threads import in_thread
from gptchina.providers.payments import PaymentFailure, PaymentProviderError

from .errors import InvalidReasonError, PaymentUnavailableError, RefundRefusedError
from .orders import LONGEST_ATTEMPT, require_provider
from .truths import sync

if TYPE_CHECKING:
    from sqlmodel import Session

    from gptchina.providers.payments import PaymentProvider

    from .records import Purchase

log = structlog.get_logger()

LONGEST_REASON = 400


async def refund(
    admin_id: int, payment_id: int, amount: int | None, reason: object, attempt: object
) -> Purchase:
    """Give money back for a purchase; its tokens follow when the provider says that it did.

    Args:
        admin_id: who decides.
        payment_id: the purchase.
        amount: minor units of its currency; None for all that is left.
        reason: why, for the books.
        attempt: made by the server for one decision; asked twice with it, money goes back once.

    Raises:
        NotAllowedError: the account is no administrator.
        NotFoundError: there is no such purchase.
        InvalidAmountError: more than is left, or nothing.
        InvalidReasonError: no reason, or a long one.
        PurchasesClosedError: its provider is not configured any more.
        RefundRefusedError: the provider does not refund it.
        PaymentUnavailableError: the provider does not answer; asking again is safe.
    """
    why = reason.strip() if isinstance(reason, str) else ""
    if not 0 < len(why) <= LONGEST_REASON or not isinstance(attempt, str):
        raise InvalidReasonError(field="reason")
    asked = await in_thread(_write, admin_id, payment_id, amount, why, attempt)
    provider = asked.provider
    try:
        reference = await provider.refund(asked.reference, asked.amount, f"refund-{asked.id}", why)
        await in_thread(_note_reference, asked.id, reference)
        purchase = await sync(provider, asked.reference)
    except PaymentProviderError as error:
        log.warning("refund_failed", refund=asked.id, detail=error.detail)
        if error.code is PaymentFailure.UNAVAILABLE:
            raise PaymentUnavailableError from error
        raise RefundRefusedError from error
    if purchase is None:
        raise NotFoundError
    return purchase


@dataclass(frozen=True)
class _Asked:
    """A refund as it was written down, and the payment it is of."""

    id: int
    amount: int
    provider: PaymentProvider
    reference: str


def _write(admin_id: int, payment_id: int, amount: int | None, reason: str, attempt: str) -> _Asked:
    with transaction() as session:
        require_admin(session, admin_id)
        payment = session.get(Payment, payment_id)
        if payment is None or payment.reference is None:
            raise NotFoundError
        provider = require_provider(payment.provider, live=payment.live)
        there = session.exec(select(Refund).where(Refund.attempt == attempt)).one_or_none()
        if there is None:
            there = Refund(
                payment_id=payment_id,
                admin_id=admin_id,
                attempt=attempt[:LONGEST_ATTEMPT],
                amount=_amount(payment, amount),
                reason=reason,
                created_at=clock.now(),
            )
            session.add(there)
            session.flush()
        elif there.payment_id != payment_id:
            raise NotFoundError
        assert there.id is not None  # noqa: S101 -- the database numbered it
        return _Asked(there.id, there.amount, provider, payment.reference)


def _amount(payment: Payment, amount: int | None) -> int:
    left = payment.received - payment.refunded
    wanted = left if amount is None else amount
    if not 0 < wanted <= left:
        raise InvalidAmountError(field="amount", amount=wanted)
    return wanted


def _note_reference(refund_id: int, reference: str) -> None:
    with transaction() as session:
        session.connection().execute(
            update(Refund).where(col(Refund.id) == refund_id).values(reference=reference[:80])
        )


def require_admin(session: Session, account_id: int) -> None:
    """Raise NotAllowedError unless the account is an administrator now."""
    role = session.exec(select(Account.role).where(Account.id == account_id)).one_or_none()
    if role != "admin":
        raise NotAllowedError
