"""Purchases: what was ordered and paid, what the providers told, and what was given back."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from .base import BigId, moment
from .base import tokens as token_amount


class Payment(SQLModel, table=True):
    """One order of a package, and what its provider last said of it.

    Money is in minor units of the currency, and real if `live`, whatever the keys are later.
    `version` grows with every change, so that what was read from the provider before another change
    is not written over it. `taken_back` is how many of the credited tokens refunds and disputes
    have clawed back. `mailed_at` is when a receipt was about to go out by mail, which happens once.
    """

    __tablename__ = "payment"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        UniqueConstraint("account_id", "attempt", name="uq_payment_attempt"),
        UniqueConstraint("provider", "reference", name="uq_payment_reference"),
        CheckConstraint("provider IN ('stripe', 'btcpay')", name="provider"),
        CheckConstraint(
            "status IN ('open', 'processing', 'succeeded', 'failed', 'canceled', 'refunded',"
            " 'disputed', 'review')",
            name="status",
        ),
        CheckConstraint("amount > 0 AND tokens > 0", name="amount"),
        CheckConstraint("taken_back >= 0 AND taken_back <= tokens", name="taken_back"),
        CheckConstraint("taken_back = 0 OR credited_at IS NOT NULL", name="credited"),
        Index("ix_payment_account_id_created_at", "account_id", "created_at"),
        Index("ix_payment_status_created_at", "status", "created_at"),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    account_id: int = Field(foreign_key="account.id", sa_type=BigId)
    provider: str = Field(max_length=10)
    live: bool = Field(default=False)
    reference: str | None = Field(default=None, max_length=80)
    attempt: str = Field(max_length=64)
    package_id: str = Field(max_length=40)
    tokens: int = token_amount()
    amount: int = Field(sa_type=BigInteger)
    currency: str = Field(max_length=3)
    status: str = Field(default="open", max_length=10)
    received: int = Field(default=0, sa_type=BigInteger)
    refunded: int = Field(default=0, sa_type=BigInteger)
    disputed: int = Field(default=0, sa_type=BigInteger)
    taken_back: int = token_amount(default=0)
    adjustments: int = Field(default=0, sa_type=BigInteger)
    version: int = Field(default=0, sa_type=BigInteger)
    failure: str = Field(default="", max_length=60)
    method: str = Field(default="", max_length=30)
    brand: str = Field(default="", max_length=30)
    last4: str = Field(default="", max_length=4)
    receipt_url: str = Field(default="", max_length=500)
    created_at: datetime = moment()
    updated_at: datetime = moment()
    credited_at: datetime | None = moment(nullable=True)
    mailed_at: datetime | None = moment(nullable=True)


class WebhookEvent(SQLModel, table=True):
    """One notice of a provider: stored first, then acted upon; the id is "provider:event".

    `reference` is the payment it turned out to be about, "" before that or if it is none.
    """

    __tablename__ = "webhook_event"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (Index("ix_webhook_event_provider_happened_at", "provider", "happened_at"),)

    id: str = Field(primary_key=True, max_length=120)
    provider: str = Field(max_length=10)
    kind: str = Field(max_length=80)
    object_id: str = Field(default="", max_length=80)
    reference: str = Field(default="", index=True, max_length=80)
    attempts: int = Field(default=0)
    error: str = Field(default="", max_length=400)
    happened_at: datetime = moment()
    received_at: datetime = moment()
    processed_at: datetime | None = moment(nullable=True)


class Refund(SQLModel, table=True):
    """A refund that an administrator asked for: who, how much, and why."""

    __tablename__ = "refund"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (CheckConstraint("amount > 0", name="amount"),)

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    payment_id: int = Field(foreign_key="payment.id", index=True, sa_type=BigId)
    admin_id: int = Field(foreign_key="account.id", sa_type=BigId)
    attempt: str = Field(unique=True, max_length=64)
    amount: int = Field(sa_type=BigInteger)
    reason: str = Field(max_length=400)
    reference: str = Field(default="", max_length=80)
    created_at: datetime = moment()


class Lease(SQLModel, table=True):
    """A job that one process at a time does, until the lease has ended."""

    __tablename__ = "lease"  # pyright: ignore[reportAssignmentType]

    name: str = Field(primary_key=True, max_length=40)
    until: datetime = moment()
