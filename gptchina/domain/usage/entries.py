"""The entries of one account in the ledger as its owner sees them: signed, in order of time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Select, case, func, literal, select, tuple_, union_all
from sqlmodel import col

from gptchina.db.models import LedgerEntry
from gptchina.db.types import UtcDateTime
from gptchina.domain import ledger

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement, ScalarSelect
    from sqlmodel import Session

Condition = "ColumnElement[bool]"
_COLUMNS = ("id", "key", "kind", "note", "payment_id", "created_at")


@dataclass(frozen=True)
class Place:
    """Where an entry stands in the order of time; the id decides between equal times."""

    at: datetime
    id: int


@dataclass(frozen=True)
class SignedEntry:
    """A ledger entry from its owner's side: what it did to the balance and to the debt."""

    place: Place
    key: str
    kind: str
    note: str
    payment_id: int | None
    change: int
    debt: int

    @property
    def turn_id(self) -> str:
        """Return the id of the turn that the entry pays for, "" for other entries."""
        return self.key.removeprefix("turn:") if self.kind == "turn" else ""


def page(
    session: Session,
    account_id: int,
    conditions: Iterable[ColumnElement[bool]],
    limit: int,
    *,
    newest_first: bool = True,
) -> list[SignedEntry]:
    """Return the first of the account's entries that meet all conditions, in order of time."""
    time, number = col(LedgerEntry.created_at), col(LedgerEntry.id)
    wanted = (time.desc(), number.desc()) if newest_first else (time.asc(), number.asc())
    conditions = list(conditions)
    # Each side is cut by its own index before they meet: no page sorts what it does not show.
    firsts = [
        select(side.where(*conditions).order_by(*wanted).limit(limit).subquery())
        for side in _sides(account_id)
    ]
    together = union_all(*firsts).subquery()
    order = (together.c.created_at, together.c.id)
    rows = session.connection().execute(
        select(together)
        .order_by(*(each.desc() if newest_first else each.asc() for each in order))
        .limit(limit)
    )
    return [
        SignedEntry(
            place=Place(row.created_at, row.id),
            key=row.key,
            kind=row.kind,
            note=row.note,
            payment_id=row.payment_id,
            change=row.change,
            debt=row.debt,
        )
        for row in rows
    ]


def _sides(account_id: int) -> list[Select[Any]]:
    """Return the selects whose rows together are the account's entries.

    What was owed before it could be taken moved in the debt's own ledger account: such an entry
    changes the debt and leaves the balance alone. Repaying takes from the one for the other.
    """
    columns = [col(getattr(LedgerEntry, name)) for name in _COLUMNS]
    amount, debit, credit = (
        col(column) for column in (LedgerEntry.amount, LedgerEntry.debit_id, LedgerEntry.credit_id)
    )
    debtor = ledger.debt_account(account_id)
    repaid = case((credit == debtor, -amount), else_=0).label("debt")
    nothing = literal(0)
    return [
        select(*columns, (-amount).label("change"), repaid).where(debit == account_id),
        select(*columns, amount.label("change"), nothing.label("debt")).where(credit == account_id),
        select(*columns, nothing.label("change"), amount.label("debt")).where(debit == debtor),
    ]


def older_than(place: Place) -> ColumnElement[bool]:
    """Return the condition that an entry is before a place."""
    return _order() < _value(place)


def newer_than(place: Place) -> ColumnElement[bool]:
    """Return the condition that an entry is after a place."""
    return _order() > _value(place)


def _order() -> Any:  # noqa: ANN401 -- the type of a tuple of columns is of no use
    return tuple_(col(LedgerEntry.created_at), col(LedgerEntry.id))


def _value(place: Place) -> Any:  # noqa: ANN401
    return tuple_(literal(place.at, UtcDateTime()), literal(place.id))


def net_changes(
    session: Session, account_id: int, spans: Sequence[Sequence[ColumnElement[bool]]]
) -> list[int]:
    """Return by how much the balance changed in each span, which conditions on entries describe."""
    if not spans:
        return []
    sums = [
        select(literal(place).label("place"), net_change(account_id, *span).label("net"))
        for place, span in enumerate(spans)
    ]
    found = {row.place: row.net for row in session.connection().execute(union_all(*sums))}
    return [int(found[place]) for place in range(len(spans))]


def net_change(account_id: int, *span: ColumnElement[bool]) -> ColumnElement[int]:
    """Return the change of the balance by the entries that meet the conditions, as a column.

    The indexes hold the amounts, so that no row of the table is read.
    """
    return _total(col(LedgerEntry.credit_id) == account_id, *span) - _total(
        col(LedgerEntry.debit_id) == account_id, *span
    )


def _total(*conditions: ColumnElement[bool]) -> ScalarSelect[int]:
    amount = func.coalesce(func.sum(LedgerEntry.amount), 0)
    return select(amount).where(*conditions).scalar_subquery()
