"""Posting: the one way a token moves from one ledger account to another."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import literal
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import select

from gptchina.db.models import LedgerAccount, LedgerEntry
from gptchina.db.statement import Statement
from gptchina.domain import clock

if TYPE_CHECKING:
    from sqlalchemy.sql.dml import ReturningInsert
    from sqlmodel import Session, SQLModel

# A signed 64-bit integer number of tokens; 1,000,000 tokens are 1 USD of list-price usage.
Amount = int


class ProgramAccount(IntEnum):
    """The program's own ledger accounts; their ids are fixed by a migration."""

    USAGE = -1
    GRANTS = -2
    STRIPE = -3
    BTCPAY = -4


# Below it, the ledger has one account for the debt of each person: this less their number.
DEBTS = -(10**9)


class KeyConflictError(Exception):
    """A key that is already taken came again with another body: a fault, never a user's doing."""


@dataclass(frozen=True)
class Posting:
    """One movement of tokens. The key names its cause, such as `turn:<id>` or `claim:<id>:<n>`."""

    key: str
    kind: str
    debit: int
    credit: int
    amount: Amount
    note: str = ""
    payment_id: int | None = None


def debt_account(account_id: int) -> int:
    """Return the ledger account that says what a person owes."""
    return DEBTS - account_id


def insert_once(session: Session, table: type[SQLModel], **values: Any) -> bool:  # noqa: ANN401
    """Insert a row unless a unique key of it is taken; return whether it was inserted."""
    connection = session.connection()
    # A class can be a key, though pydantic's instances cannot.
    statement = _insertion(connection.dialect.name, table)  # pyright: ignore[reportArgumentType]
    return connection.execute(statement, values).first() is not None


@cache
def _insertion(dialect: str, table: type[SQLModel]) -> ReturningInsert[int]:
    # To build a statement takes SQLAlchemy ten times as long as to run it on SQLite.
    insert = sqlite.insert if dialect == "sqlite" else postgresql.insert
    return insert(table).on_conflict_do_nothing().returning(literal(1))


_POST = Statement(
    """
    INSERT INTO ledger_entry
        (key, kind, debit_id, credit_id, amount, payment_id, note, created_at)
    VALUES (:key, :kind, :debit_id, :credit_id, :amount, :payment_id, :note, :created_at)
    ON CONFLICT DO NOTHING
    """
)


def post(session: Session, posting: Posting) -> bool:
    """Write an entry; return False if the very same entry was already there.

    Raises:
        KeyConflictError: the key was used for a different movement.
    """
    inserted = _POST.run(
        session.connection(),
        key=posting.key,
        kind=posting.kind,
        debit_id=posting.debit,
        credit_id=posting.credit,
        amount=posting.amount,
        payment_id=posting.payment_id,
        note=posting.note,
        created_at=clock.now(),
    )
    if inserted.rowcount == 1:
        return True
    there = session.exec(
        select(
            LedgerEntry.kind, LedgerEntry.debit_id, LedgerEntry.credit_id, LedgerEntry.amount
        ).where(LedgerEntry.key == posting.key)
    ).one()
    if there != (posting.kind, posting.debit, posting.credit, posting.amount):
        raise KeyConflictError(posting.key)
    return False


def open_ledger_account(session: Session, account_id: int, code: str) -> bool:
    """Make a ledger account unless it is there; return whether it was made."""
    return insert_once(session, LedgerAccount, id=account_id, code=code)
