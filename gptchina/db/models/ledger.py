"""The ledger: who has how many tokens, where each came from and where it went."""

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKeyConstraint, Index, text
from sqlmodel import Field, SQLModel

from .base import BigId, moment, tokens

# No balance comes near it, and no sum of two balances overflows 64 bits.
CEILING = 4 * 10**18


class LedgerAccount(SQLModel, table=True):
    """One side of an entry: somebody's wallet, or one of the program's own accounts.

    A wallet has the id of the account it belongs to; the program's own accounts count down
    from -1, so that the two never meet.
    """

    __tablename__ = "ledger_account"  # pyright: ignore[reportAssignmentType]

    id: int = Field(primary_key=True, sa_type=BigInteger)
    code: str = Field(unique=True, max_length=80)


class Wallet(SQLModel, table=True):
    """A person's balance as a guarded number: always the sum of the wallet's ledger entries.

    `held` tokens are part of the balance but promised to running turns; what is left is
    available, and the database refuses to let it fall below zero. `debt` is what refunds and
    disputes took back beyond that; while there is any, nothing is available.

    `spent` is what turns that began on the day `spent_on` have cost; the owner may set a limit
    for a day.
    """

    __tablename__ = "wallet"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_wallet_account"),
        ForeignKeyConstraint(
            ["account_id"], ["ledger_account.id"], name="fk_wallet_ledger_account"
        ),
        CheckConstraint("held >= 0", name="held"),
        CheckConstraint("balance >= held", name="available"),
        CheckConstraint(f"balance <= {CEILING}", name="ceiling"),
        CheckConstraint(
            f"debt >= 0 AND debt <= {CEILING} AND (debt = 0 OR balance = held)", name="debt"
        ),
        CheckConstraint("daily_limit IS NULL OR daily_limit >= 0", name="daily_limit"),
    )

    account_id: int = Field(primary_key=True, sa_type=BigInteger)
    balance: int = tokens(default=0)
    held: int = tokens(default=0)
    claims: int = tokens(default=0)
    claimed_at: datetime | None = moment(nullable=True)
    debt: int = tokens(default=0)
    daily_limit: int | None = Field(default=None, sa_type=BigInteger)
    spent: int = tokens(default=0)
    spent_on: date | None = Field(default=None)


class LedgerEntry(SQLModel, table=True):
    """An amount that moved from one ledger account to another; never changed, never deleted.

    One row carries both sides, so that an unbalanced entry cannot be written down at all.
    """

    __tablename__ = "ledger_entry"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        CheckConstraint("amount > 0", name="amount"),
        CheckConstraint("debit_id <> credit_id", name="sides"),
        # With the amount in them, balances are added up without reading the table.
        Index(
            "ix_ledger_entry_debit_id_created_at_id_amount",
            "debit_id",
            "created_at",
            "id",
            "amount",
        ),
        Index(
            "ix_ledger_entry_credit_id_created_at_id_amount",
            "credit_id",
            "created_at",
            "id",
            "amount",
        ),
        Index(
            "ix_ledger_entry_payment_id",
            "payment_id",
            sqlite_where=text("payment_id IS NOT NULL"),
            postgresql_where=text("payment_id IS NOT NULL"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    key: str = Field(unique=True, max_length=120)
    kind: str = Field(max_length=20)
    debit_id: int = Field(foreign_key="ledger_account.id", sa_type=BigId)
    credit_id: int = Field(foreign_key="ledger_account.id", sa_type=BigId)
    amount: int = tokens()
    payment_id: int | None = Field(default=None, foreign_key="payment.id", sa_type=BigId)
    note: str = Field(default="", max_length=400)
    created_at: datetime = moment()


class Hold(SQLModel, table=True):
    """Tokens promised to a running turn, until it is settled or released, exactly once."""

    __tablename__ = "hold"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        CheckConstraint("amount > 0", name="amount"),
        CheckConstraint("captured >= 0 AND captured <= amount", name="captured"),
        CheckConstraint("state IN ('open', 'settled', 'released')", name="state"),
        Index("ix_hold_state_expires_at", "state", "expires_at"),
    )

    id: str = Field(primary_key=True, max_length=32)
    account_id: int = Field(foreign_key="account.id", sa_type=BigId)
    amount: int = tokens()
    captured: int = tokens(default=0)
    day: date | None = Field(default=None)
    state: str = Field(default="open", max_length=10)
    created_at: datetime = moment()
    expires_at: datetime = moment()
    closed_at: datetime | None = moment(nullable=True)


class Usage(SQLModel, table=True):
    """What one turn used and cost. Written with the hold, so that no turn is without one."""

    __tablename__ = "usage"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        CheckConstraint("status IN ('unsettled', 'settled', 'free')", name="status"),
        CheckConstraint("cost >= 0 AND absorbed >= 0", name="cost"),
        Index("ix_usage_account_id_created_at", "account_id", "created_at"),
        Index("ix_usage_account_id_conversation_id", "account_id", "conversation_id"),
    )

    id: str = Field(primary_key=True, max_length=32)
    account_id: int = Field(foreign_key="account.id", sa_type=BigId)
    conversation_id: str = Field(max_length=32)
    model: str = Field(max_length=200)
    input_rate: str = Field(max_length=32)
    output_rate: str = Field(max_length=32)
    cache_read_rate: str = Field(max_length=32)
    cache_write_rate: str = Field(max_length=32)
    markup: str = Field(max_length=32)
    status: str = Field(default="unsettled", max_length=10)
    input_tokens: int = tokens(default=0)
    cache_read_tokens: int = tokens(default=0)
    cache_write_tokens: int = tokens(default=0)
    output_tokens: int = tokens(default=0)
    reasoning_tokens: int = tokens(default=0)
    cost: int = tokens(default=0)
    absorbed: int = tokens(default=0)
    estimated: bool = Field(default=False)
    flag: str = Field(default="", max_length=40)
    created_at: datetime = moment()
    closed_at: datetime | None = moment(nullable=True)
