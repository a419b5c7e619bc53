"""The charts: the balance over time, and what was spent per day, model and conversation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import Integer, String, and_, column, func, select, type_coerce, values
from sqlmodel import col

from gptchina.db.engine import reading
from gptchina.db.models import Conversation, LedgerEntry, Usage
from gptchina.db.types import UtcDateTime
from gptchina.domain import clock, ledger
from gptchina.domain.days import day_of, days_until, start_of
from gptchina.domain.errors import DomainError

from .entries import net_change, net_changes

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from sqlalchemy import ColumnElement, Subquery
    from sqlmodel import Session

PERIODS = (7, 30, 90, 365)
MOST_SHARES = 10
_ONE_DAY = timedelta(days=1)


class InvalidPeriodError(DomainError):
    """A number of days that no page offers."""

    code = "invalid_period"


@dataclass(frozen=True)
class DayPoint:
    """A day of the reader: what was spent on it, and the balance at its end, in tokens."""

    day: date
    spent: int
    balance: int


@dataclass(frozen=True)
class Share:
    """What went into one model or conversation: the tokens, and for how many answers.

    A conversation has its title; that of a deleted one is gone, and `last` tells it apart.
    """

    id: str
    title: str
    deleted: bool
    spent: int
    answers: int
    last: datetime


@dataclass(frozen=True)
class Summary:
    """A period in figures; `models` are all there were, `chats` the dearest."""

    days: list[DayPoint]
    models: list[Share]
    chats: list[Share]
    more_chats: int

    @property
    def spent(self) -> int:
        """Return what was spent in the period, in tokens."""
        return sum(model.spent for model in self.models)

    @property
    def answers(self) -> int:
        """Return how many answers were charged or given for nothing in the period."""
        return sum(model.answers for model in self.models)


def summary(account_id: int, period: int, zone: ZoneInfo) -> Summary:
    """Return the last so many days, today included, in figures.

    An answer counts for the day on which it was asked for.

    Raises:
        InvalidPeriodError: the number of days is not offered.
        NotFoundError: the account has no wallet.
    """
    if period not in PERIODS:
        raise InvalidPeriodError
    days = days_until(day_of(clock.now(), zone), period)
    begin = start_of(days[0], zone)
    with reading() as session:
        points = _days(session, account_id, days, zone)
        models = _models(session, account_id, begin)
        chats, more = _chats(session, account_id, begin)
    return Summary(points, models, chats, more)


def _days(session: Session, account_id: int, days: list[date], zone: ZoneInfo) -> list[DayPoint]:
    table = values(
        column("place", Integer), column("start", UtcDateTime()), column("stop", UtcDateTime())
    ).data(
        [
            (place, start_of(day, zone), start_of(day + _ONE_DAY, zone))
            for place, day in enumerate(days)
        ]
    )
    spans = table.cte("days")
    spent = (
        select(func.coalesce(func.sum(Usage.cost), 0))
        .where(
            col(Usage.account_id) == account_id,
            col(Usage.created_at) >= spans.c.start,
            col(Usage.created_at) < spans.c.stop,
        )
        .scalar_subquery()
    )
    at = col(LedgerEntry.created_at)
    net = net_change(account_id, at >= spans.c.start, at < spans.c.stop)
    # Sums of 64-bit columns are decimals on PostgreSQL.
    found = {
        row.place: (int(row.spent), int(row.net))
        for row in session.connection().execute(
            select(spans.c.place, spent.label("spent"), net.label("net"))
        )
    }
    (later,) = net_changes(session, account_id, [[at >= start_of(days[-1] + _ONE_DAY, zone)]])
    balance = ledger.balance_of(session, account_id).balance - later
    points: list[DayPoint] = []
    for place, day in reversed(list(enumerate(days))):
        spent_then, net_then = found[place]
        points.append(DayPoint(day, spent_then, balance))
        balance -= net_then
    return points[::-1]


def _counted(account_id: int, begin: datetime, by: ColumnElement[str]) -> Subquery:
    return (
        select(
            by.label("id"),
            func.sum(Usage.cost).label("spent"),
            func.count().label("answers"),
            func.max(Usage.created_at).label("last"),
        )
        .where(
            col(Usage.account_id) == account_id,
            col(Usage.created_at) >= begin,
            col(Usage.status) != "unsettled",
        )
        .group_by(by)
        .subquery()
    )


def _models(session: Session, account_id: int, begin: datetime) -> list[Share]:
    counted = _counted(account_id, begin, type_coerce(col(Usage.model), String))
    rows = session.connection().execute(
        select(counted).order_by(counted.c.spent.desc(), counted.c.id)
    )
    return [
        Share(
            row.id, row.id, deleted=False, spent=int(row.spent), answers=row.answers, last=row.last
        )
        for row in rows
    ]


def _chats(session: Session, account_id: int, begin: datetime) -> tuple[list[Share], int]:
    """Return the dearest conversations, and how many others there are."""
    counted = _counted(account_id, begin, type_coerce(col(Usage.conversation_id), String))
    numbered = select(counted, func.count().over().label("chats")).order_by(
        counted.c.spent.desc(), counted.c.id
    )
    dearest = numbered.limit(MOST_SHARES).subquery()
    rows = (
        session.connection()
        .execute(
            select(dearest, col(Conversation.title))
            .select_from(dearest)
            .join(
                Conversation,
                and_(
                    col(Conversation.id) == dearest.c.id,
                    col(Conversation.account_id) == account_id,
                ),
                isouter=True,
            )
            .order_by(dearest.c.spent.desc(), dearest.c.id)
        )
        .all()
    )
    shares = [
        Share(
            row.id,
            row.title or "",
            deleted=row.title is None,
            spent=int(row.spent),
            answers=row.answers,
            last=row.last,
        )
        for row in rows
    ]
    return shares, rows[0].chats - len(rows) if rows else 0
