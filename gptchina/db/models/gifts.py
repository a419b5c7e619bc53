"""Tokens that are given: redemption codes, and rewards for bringing somebody in."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint
from sqlmodel import Field, SQLModel

from .base import BigId, moment
from .base import tokens as token_amount


class RedemptionCode(SQLModel, table=True):
    """A code worth tokens, for as many accounts as it has uses; only its hash is kept."""

    __tablename__ = "redemption_code"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        CheckConstraint("tokens > 0 AND most_uses > 0", name="amount"),
        CheckConstraint("uses >= 0 AND uses <= most_uses", name="uses"),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    code_hash: str = Field(unique=True, max_length=64)
    hint: str = Field(max_length=8)
    tokens: int = token_amount()
    uses: int = Field(default=0, sa_type=BigInteger)
    most_uses: int = Field(default=1, sa_type=BigInteger)
    note: str = Field(default="", max_length=400)
    made_by: int | None = Field(default=None, foreign_key="account.id", sa_type=BigId)
    created_at: datetime = moment()
    expires_at: datetime | None = moment(nullable=True)
    disabled_at: datetime | None = moment(nullable=True)


class Redemption(SQLModel, table=True):
    """One account's use of a code; no account uses a code twice."""

    __tablename__ = "redemption"  # pyright: ignore[reportAssignmentType]

    code_id: int = Field(foreign_key="redemption_code.id", primary_key=True, sa_type=BigId)
    account_id: int = Field(foreign_key="account.id", primary_key=True, sa_type=BigId)
    created_at: datetime = moment()


class Invitation(SQLModel, table=True):
    """The code by which an account invites others."""

    __tablename__ = "invitation"  # pyright: ignore[reportAssignmentType]

    account_id: int = Field(foreign_key="account.id", primary_key=True, sa_type=BigId)
    code: str = Field(unique=True, max_length=20)
    created_at: datetime = moment()


class Referral(SQLModel, table=True):
    """Who brought an account in, and the reward for its first paid order.

    `reward` is fixed with that order; `taken_back` follows the order's refunds and disputes.
    """

    __tablename__ = "referral"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        CheckConstraint("guest_id <> host_id", name="oneself"),
        CheckConstraint("taken_back >= 0 AND taken_back <= reward", name="taken_back"),
    )

    guest_id: int = Field(foreign_key="account.id", primary_key=True, sa_type=BigId)
    host_id: int = Field(foreign_key="account.id", index=True, sa_type=BigId)
    payment_id: int | None = Field(default=None, foreign_key="payment.id", sa_type=BigId)
    reward: int = token_amount(default=0)
    taken_back: int = token_amount(default=0)
    adjustments: int = Field(default=0, sa_type=BigInteger)
    created_at: datetime = moment()
    rewarded_at: datetime | None = moment(nullable=True)
