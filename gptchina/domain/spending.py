"""The limit that people set to what they spend in a day, where they are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlmodel import col, select, update

from gptchina.db.engine import reading, transaction
from gptchina.db.models import Account, Wallet
from gptchina.domain import clock, ledger, notices
from gptchina.domain.days import InvalidTimeZoneError, day_of, start_of, zone_of
from gptchina.domain.errors import DomainError, NotSignedInError
from gptchina.domain.ledger.wallets import LARGEST_AMOUNT

if TYPE_CHECKING:
    from datetime import date, datetime
    from zoneinfo import ZoneInfo

    from sqlmodel import Session

    from gptchina.domain.ledger import Balance


class InvalidLimitError(DomainError):
    """The limit is no whole number of tokens from 0 to a very large one."""

    code = "invalid_limit"


@dataclass(frozen=True)
class Spending:
    """What an account spends today, in tokens; `limit` is None if the owner has set none.

    `held` is what running answers may still cost, and `starts_anew` when the next day begins.
    """

    limit: int | None
    spent: int
    held: int
    left: int
    day: date
    starts_anew: datetime


def own_zone(name: str) -> ZoneInfo:
    """Return the zone that an account remembers; UTC until its browser has told one."""
    try:
        return zone_of(name)
    except InvalidTimeZoneError:
        return zone_of("UTC")


def today(session: Session, account_id: int) -> date:
    """Return the day on which a turn that begins now counts, for `Terms.day`."""
    zone, spent_on = session.exec(
        select(col(Account.time_zone), col(Wallet.spent_on))
        .join(Wallet, col(Wallet.account_id) == Account.id)
        .where(Account.id == account_id)
    ).one()
    return _not_before(spent_on, own_zone(zone))


def _not_before(spent_on: date | None, zone: ZoneInfo) -> date:
    """Return the day it is in a zone, but none before the one on which tokens were spent.

    Whoever flies to the west lives a day twice; it is still one day of their limit.
    """
    day = day_of(clock.now(), zone)
    return max(day, spent_on) if spent_on else day


def spending_of(account_id: int) -> Spending:
    """Return the limit of an account and what is spent today."""
    with reading() as session:
        balance = ledger.balance_of(session, account_id)
        name = session.exec(select(Account.time_zone).where(Account.id == account_id)).one()
    return _spending(balance, own_zone(name))


def _spending(balance: Balance, zone: ZoneInfo) -> Spending:
    day = _not_before(balance.spent_on, zone)
    return Spending(
        limit=balance.daily_limit,
        spent=balance.spent if balance.spent_on == day else 0,
        held=balance.held,
        left=balance.spendable(day),
        day=day,
        starts_anew=start_of(day + timedelta(days=1), zone),
    )


def set_limit(account_id: int, limit: object) -> None:
    """Set what may be spent in a day: 0 is nothing at all, None is no limit.

    It holds for the turns that begin from now on.

    Raises:
        InvalidLimitError: see there.
        NotSignedInError: the account is gone.
    """
    if limit is not None and (
        not isinstance(limit, int) or isinstance(limit, bool) or not 0 <= limit <= LARGEST_AMOUNT
    ):
        raise InvalidLimitError(field="limit")
    with transaction() as session:
        changed = session.connection().execute(
            update(Wallet).where(col(Wallet.account_id) == account_id).values(daily_limit=limit)
        )
    if changed.rowcount != 1:
        raise NotSignedInError
    notices.publish(account_id, "wallet")
