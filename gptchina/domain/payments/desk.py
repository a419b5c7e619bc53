"""The administrators' desk: everybody's purchases, found, paged and looked at closely."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

from sqlalchemy import and_, case, or_
from sqlmodel import col, select

from gptchina.db.engine import reading
from gptchina.db.models import Account, LedgerEntry, Payment, Refund, WebhookEvent
from gptchina.domain import ledger
from gptchina.domain.errors import InvalidFilterError, NotFoundError

from .orders import provider_of
from .receipts import LARGEST_ID
from .records import PaymentStatus, Purchase, purchase_of
from .refunds import require_admin

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import ColumnElement
    from sqlmodel import Session

# Whose account an entry of a purchase moved.
Side = Literal["wallet", "debt", "host"]

PAGE = 25
LONGEST_TEXT = 254
MOST_ROWS = 200
# What a person has to look at stands first.
ATTENTION = ("review", "disputed")
_NUMBER = re.compile(r"(?:GC-)?0*([1-9][0-9]{0,17})", re.IGNORECASE)


@dataclass(frozen=True)
class DeskPurchase:
    """A purchase with what only an administrator sees; name and e-mail "" of a deleted account."""

    purchase: Purchase
    reference: str
    name: str
    email: str


@dataclass(frozen=True)
class Entry:
    """A ledger entry of a purchase; the amount is what it added.

    `side` is what it added to: "wallet" or "debt" of the buyer, or the "host" who invited them.
    """

    key: str
    amount: int
    side: Side
    at: datetime


@dataclass(frozen=True)
class Event:
    """A notice of the provider about a purchase, and whether it was acted upon."""

    id: str
    kind: str
    received_at: datetime
    processed_at: datetime | None
    attempts: int
    error: str


@dataclass(frozen=True)
class AskedRefund:
    """A refund that an administrator asked for; without a reference the provider has not agreed."""

    amount: int
    reason: str
    admin: str
    reference: str
    at: datetime


@dataclass(frozen=True)
class Case:
    """All that is known of one purchase.

    `left` was not given back yet, in minor units; `refundable` if its provider can be asked to.
    """

    shown: DeskPurchase
    left: int
    refundable: bool
    balance: int
    debt: int
    mailed_at: datetime | None
    entries: list[Entry]
    events: list[Event]
    refunds: list[AskedRefund]


def everybodys_purchases(
    admin_id: int,
    *,
    text: object = "",
    status: object = "",
    after: Purchase | None = None,
    limit: int = PAGE,
) -> list[DeskPurchase]:
    """Return purchases: those that need somebody first, and of each kind the latest first.

    Args:
        admin_id: who asks.
        text: a receipt's number, a part of an e-mail address or a provider's reference.
        status: one of PaymentStatus; "" for all.
        after: the last purchase of the page before.
        limit: how many at most.

    Raises:
        NotAllowedError: the account is no administrator.
        InvalidFilterError: no page asks for that.
    """
    if status not in {"", *get_args(PaymentStatus)}:
        raise InvalidFilterError
    if not isinstance(text, str) or len(text) > LONGEST_TEXT:
        raise InvalidFilterError
    rank = case((col(Payment.status).in_(ATTENTION), 0), else_=1)
    query = select(Payment, Account).join(Account, col(Account.id) == Payment.account_id)
    if status:
        query = query.where(Payment.status == status)
    if text.strip():
        query = query.where(_matches(text.strip()))
    if after is not None:
        passed = 0 if after.status in ATTENTION else 1
        query = query.where(or_(rank > passed, and_(rank == passed, col(Payment.id) < after.id)))
    with reading() as session:
        require_admin(session, admin_id)
        found = session.exec(query.order_by(rank, col(Payment.id).desc()).limit(limit)).all()
        return [_shown(payment, account) for payment, account in found]


def purchase_case(admin_id: int, payment_id: object) -> Case:
    """Return all that is known of a purchase.

    Raises:
        NotAllowedError: the account is no administrator.
        NotFoundError: there is no such purchase.
    """
    with reading() as session:
        require_admin(session, admin_id)
        if type(payment_id) is not int or not 0 < payment_id <= LARGEST_ID:
            raise NotFoundError
        payment = session.get(Payment, payment_id)
        if payment is None:
            raise NotFoundError
        account = session.get_one(Account, payment.account_id)
        wallet = ledger.balance_of(session, payment.account_id)
        left = max(payment.received - payment.refunded, 0)
        provider = provider_of(payment.provider, live=payment.live)
        return Case(
            shown=_shown(payment, account),
            left=left,
            refundable=left > 0 and provider is not None and provider.can_refund,
            balance=wallet.balance,
            debt=wallet.debt,
            mailed_at=payment.mailed_at,
            entries=_entries(session, payment),
            events=_events(session, payment),
            refunds=_refunds(session, payment_id),
        )


def _matches(text: str) -> ColumnElement[bool]:
    literal = re.sub(r"([\\%_])", r"\\\1", text.lower())
    found = [
        col(Account.email).like(f"%{literal}%", escape="\\"),
        col(Payment.reference) == text,
    ]
    if number := _NUMBER.fullmatch(text):
        found.append(col(Payment.id) == int(number[1]))
    return or_(*found)


def _shown(payment: Payment, account: Account) -> DeskPurchase:
    return DeskPurchase(
        purchase=purchase_of(payment),
        reference=payment.reference or "",
        name=account.name or "",
        email=account.email or "",
    )


def _entries(session: Session, payment: Payment) -> list[Entry]:
    rows = session.exec(
        select(LedgerEntry)
        .where(LedgerEntry.payment_id == payment.id)
        .order_by(col(LedgerEntry.id))
        .limit(MOST_ROWS)
    ).all()
    return [_entry(row, payment.account_id) for row in rows]


def _entry(row: LedgerEntry, buyer: int) -> Entry:
    side: Side = "wallet" if buyer in {row.debit_id, row.credit_id} else "host"
    taken = row.debit_id > 0
    if row.debit_id == ledger.debt_account(buyer):
        side = "debt"
    return Entry(row.key, -row.amount if taken else row.amount, side, row.created_at)


def _events(session: Session, payment: Payment) -> list[Event]:
    if payment.reference is None:
        return []
    rows = session.exec(
        select(WebhookEvent)
        .where(
            WebhookEvent.provider == payment.provider,
            or_(
                col(WebhookEvent.reference) == payment.reference,
                # One that is not acted upon yet.
                col(WebhookEvent.object_id) == payment.reference,
            ),
        )
        .order_by(col(WebhookEvent.received_at), col(WebhookEvent.id))
        .limit(MOST_ROWS)
    ).all()
    return [
        Event(
            id=row.id,
            kind=row.kind,
            received_at=row.received_at,
            processed_at=row.processed_at,
            attempts=row.attempts,
            error=row.error,
        )
        for row in rows
    ]


def _refunds(session: Session, payment_id: int) -> list[AskedRefund]:
    rows = session.exec(
        select(Refund, Account.name)
        .join(Account, col(Account.id) == Refund.admin_id)
        .where(Refund.payment_id == payment_id)
        .order_by(col(Refund.id))
    ).all()
    return [
        AskedRefund(row.amount, row.reason, name or "", row.reference, row.created_at)
        for row, name in rows
    ]
