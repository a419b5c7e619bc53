"""The history of an account: every entry with its cause, a page at a time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import literal, or_
from sqlmodel import col, select

from gptchina.db.engine import reading
from gptchina.db.models import Conversation, LedgerEntry, Payment, Usage
from gptchina.domain import ledger
from gptchina.domain.days import start_of
from gptchina.domain.errors import InvalidFilterError

from .causes import Cause, causes_of
from .entries import Place, SignedEntry, net_changes, newer_than, older_than, page

if TYPE_CHECKING:
    from datetime import date, datetime
    from zoneinfo import ZoneInfo

    from sqlalchemy import ColumnElement
    from sqlmodel import Session

PAGE = 50
LONGEST_TEXT = 200
_ONE_DAY = timedelta(days=1)

# What a reader can choose from, and the kinds of ledger entries that are meant.
KINDS: dict[str, tuple[str, ...]] = {
    "turn": ("turn",),
    "purchase": ("stripe", "btcpay"),
    "claim": ("claim",),
    "gift": ("start", "grant", "code", "referral"),
    "return": ("refund", "dispute", "restored", "debt"),
}


@dataclass(frozen=True)
class Filters:
    """Which entries are wanted; empty means all. Days are the reader's, both inclusive.

    Raises InvalidFilterError for an unknown kind or an absurd text.
    """

    zone: ZoneInfo
    kind: str = ""
    first: date | None = None
    last: date | None = None
    text: str = ""

    def __post_init__(self) -> None:
        if (self.kind and self.kind not in KINDS) or len(self.text) > LONGEST_TEXT:
            raise InvalidFilterError

    @property
    def skips(self) -> bool:
        """Whether entries between two wanted ones may be unwanted."""
        return bool(self.kind or self.text)


@dataclass(frozen=True)
class HistoryEntry:
    """An entry as it is shown; amounts in tokens, `balance` as it was after the entry."""

    id: int
    at: datetime
    kind: str
    change: int
    debt: int
    balance: int
    cause: Cause


@dataclass(frozen=True)
class Bookmark:
    """Where a page ended, and the balance before its last entry."""

    place: Place
    balance: int


@dataclass(frozen=True)
class HistoryPage:
    """Some entries, the newest first; without a bookmark there are no more."""

    entries: list[HistoryEntry]
    bookmark: Bookmark | None


def history(account_id: int, filters: Filters, after: Bookmark | None = None) -> HistoryPage:
    """Return the account's newest entries, or those that follow a bookmark."""
    with reading() as session:
        conditions = [*_conditions(account_id, filters)]
        if after:
            conditions.append(older_than(after.place))
        found = page(session, account_id, conditions, PAGE + 1)
        shown, more = found[:PAGE], found[PAGE:]
        balances = _balances(session, account_id, shown, after, filters)
        causes = causes_of(session, account_id, shown)
    entries = [
        HistoryEntry(each.place.id, each.place.at, each.kind, each.change, each.debt, balance, why)
        for each, balance, why in zip(shown, balances, causes, strict=True)
    ]
    if not more:
        return HistoryPage(entries, None)
    return HistoryPage(entries, Bookmark(shown[-1].place, balances[-1] - shown[-1].change))


def _conditions(account_id: int, filters: Filters) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    at = col(LedgerEntry.created_at)
    if filters.first:
        conditions.append(at >= start_of(filters.first, filters.zone))
    if filters.last:
        conditions.append(at < start_of(filters.last + _ONE_DAY, filters.zone))
    if filters.kind:
        conditions.append(col(LedgerEntry.kind).in_(KINDS[filters.kind]))
    if filters.text.strip():
        conditions.append(_mentions(account_id, filters.text.strip()))
    return conditions


def _mentions(account_id: int, text: str) -> ColumnElement[bool]:
    """Return the condition that a text occurs in the chat's title, the model or the note."""

    def says(column: str) -> ColumnElement[bool]:
        return col(column).icontains(text, autoescape=True)

    chats = select(Conversation.id).where(
        Conversation.account_id == account_id, says(Conversation.title)
    )
    turns = select(literal("turn:").concat(Usage.id)).where(
        Usage.account_id == account_id,
        or_(says(Usage.model), col(Usage.conversation_id).in_(chats)),
    )
    orders = select(Payment.id).where(Payment.account_id == account_id, says(Payment.package_id))
    return or_(
        says(LedgerEntry.note),
        col(LedgerEntry.key).in_(turns),
        col(LedgerEntry.payment_id).in_(orders),
    )


def _balances(
    session: Session,
    account_id: int,
    shown: list[SignedEntry],
    after: Bookmark | None,
    filters: Filters,
) -> list[int]:
    """Return the balance after each entry: that of now, less what is newer."""
    if not shown:
        return []
    balance = after.balance if after else ledger.balance_of(session, account_id).balance
    above = [after.place if after else None, *(each.place for each in shown[:-1])]
    gaps = [
        [newer_than(each.place), *([older_than(newer)] if newer else [])]
        for each, newer in zip(shown, above, strict=True)
    ]
    if not filters.skips:
        # Only what is newer than the first day asked for may lie between.
        gaps = gaps[:1]
    between = net_changes(session, account_id, gaps) + [0] * (len(shown) - len(gaps))
    balances: list[int] = []
    for each, unseen in zip(shown, between, strict=True):
        balances.append(balance - unseen)
        balance = balances[-1] - each.change
    return balances
