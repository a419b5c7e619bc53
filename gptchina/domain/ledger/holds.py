"""Holds: the worst case of a turn is reserved first, and what it cost is taken once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import BigInteger, Date, String, bindparam, case
from sqlmodel import col, delete, or_, select, update

from gptchina.db.models import Hold, Usage, Wallet
from gptchina.db.models.ledger import CEILING
from gptchina.domain import clock

from .entries import Amount, KeyConflictError, Posting, ProgramAccount, insert_once, post
from .usage import Terms, Use, close_usage, flag_late, open_usage
from .wallets import (
    LARGEST_AMOUNT,
    InsufficientBalanceError,
    InvalidAmountError,
    SpendingLimitError,
    balance_of,
    change,
    locked,
    post_repayment,
)

if TYPE_CHECKING:
    from datetime import date, datetime

    from sqlmodel import Session

    from gptchina.domain.errors import DomainError

    from .wallets import Balance


@dataclass(frozen=True)
class Settlement:
    """What a turn was charged, in tokens, and the balance after it."""

    account_id: int
    charged: Amount
    balance: Amount


# Statements are built once, which takes SQLAlchemy ten times as long as to run them on SQLite.
_OWNER = bindparam("owner", type_=BigInteger)
_TURN = bindparam("turn", type_=String)
_PRICE = bindparam("price", type_=BigInteger)
_CHARGED = bindparam("charged", type_=BigInteger)
_RELEASED = bindparam("released", type_=BigInteger)
_DAY = bindparam("today", type_=Date)
_SPENT_TODAY = case((col(Wallet.spent_on) == _DAY, col(Wallet.spent)), else_=0)

_RESERVE = (
    update(Wallet)
    .where(
        col(Wallet.account_id) == _OWNER,
        col(Wallet.balance) - col(Wallet.held) >= _PRICE,
        or_(
            col(Wallet.daily_limit).is_(None),
            _SPENT_TODAY + col(Wallet.held) + _PRICE <= col(Wallet.daily_limit),
        ),
    )
    .values(held=col(Wallet.held) + _PRICE)
)
_OPEN = update(Hold).where(col(Hold.id) == _TURN, col(Hold.state) == "open")
_END = _OPEN.values(
    captured=case((col(Hold.amount) < _CHARGED, col(Hold.amount)), else_=_CHARGED)
).returning(col(Hold.account_id), col(Hold.captured), col(Hold.amount), col(Hold.day))
_TAKE = (
    update(Wallet)
    .where(col(Wallet.account_id) == _OWNER, col(Wallet.debt) == 0)
    .values(balance=col(Wallet.balance) - _CHARGED, held=col(Wallet.held) - _RELEASED)
    .returning(col(Wallet.balance))
)
# The spending of an earlier day is over; a turn that began before the last one counts nowhere.
_SPENDING: dict[str, Any] = {
    "spent": case(
        (col(Wallet.spent_on) > _DAY, col(Wallet.spent)),
        (col(Wallet.spent_on) == _DAY, col(Wallet.spent) + _CHARGED),
        else_=_CHARGED,
    ),
    "spent_on": case((col(Wallet.spent_on) > _DAY, col(Wallet.spent_on)), else_=_DAY),
}
_TAKE_TODAY = _TAKE.values(**_SPENDING)
_SPEND = update(Wallet).where(col(Wallet.account_id) == _OWNER).values(**_SPENDING)


def hold(session: Session, terms: Terms, amount: Amount, expires_at: datetime) -> bool:
    """Reserve an amount for a turn and open its usage row.

    The condition stands in the UPDATE itself, so that of any number of turns at once only as
    many are admitted as the balance covers. Return False, and move nothing, if the turn has this
    very hold already: whoever lost the acknowledgement may ask again.

    Raises:
        InsufficientBalanceError: the available balance is smaller than the amount.
        SpendingLimitError: it covers the amount, but the owner's limit for the day does not.
        InvalidAmountError: the amount is not between 1 and LARGEST_AMOUNT.
        KeyConflictError: the turn has another hold.
    """
    if not 0 < amount <= LARGEST_AMOUNT:
        raise InvalidAmountError(amount=amount)
    if not _open_hold(session, terms, amount, expires_at):
        return False
    values = {"owner": terms.account_id, "price": amount, "today": terms.day}
    if session.connection().execute(_RESERVE, values).rowcount != 1:
        # The caller may go on in this transaction; nothing of the turn stays in it.
        session.connection().execute(delete(Hold).where(col(Hold.id) == terms.turn_id))
        raise refusal(balance_of(session, terms.account_id), amount, terms.day)
    open_usage(session, terms)
    return True


def refusal(balance: Balance, price: Amount, day: date | None) -> DomainError:
    """Return why a wallet does not cover a price: the balance, or the owner's limit for the day."""
    if balance.available < price:
        return InsufficientBalanceError(price=price, balance=balance.available)
    return SpendingLimitError(price=price, left=balance.spendable(day))


def _open_hold(session: Session, terms: Terms, amount: Amount, expires_at: datetime) -> bool:
    inserted = insert_once(
        session,
        Hold,
        id=terms.turn_id,
        account_id=terms.account_id,
        amount=amount,
        captured=0,
        day=terms.day,
        state="open",
        created_at=clock.now(),
        expires_at=expires_at,
    )
    if inserted:
        return True
    there = session.exec(select(Hold.account_id, Hold.amount).where(Hold.id == terms.turn_id)).one()
    if there != (terms.account_id, amount):
        raise KeyConflictError(f"hold {terms.turn_id}")
    return False


def settle(session: Session, turn_id: str, use: Use) -> Settlement | None:
    """Take what a turn cost from its hold, return the rest, and close its usage row.

    A turn that cost nothing is released. Never more than the hold is taken: the difference is
    written down as absorbed. The first call decides; a later one moves nothing, marks the usage
    row for review if it disagrees, and returns None.

    Raises:
        InvalidAmountError: the cost is negative.
    """
    if use.cost < 0:
        raise InvalidAmountError(amount=use.cost)
    ended = session.connection().execute(
        _END,
        {
            "turn": turn_id,
            # No hold is larger, and no column takes more.
            "charged": min(use.cost, LARGEST_AMOUNT),
            "state": "settled" if use.cost else "released",
            "closed_at": clock.now(),
        },
    )
    row = ended.one_or_none()
    if row is None:
        _note_latecomer(session, turn_id, use)
        return None
    closing = _Closing(turn_id, *row)
    close_usage(session, turn_id, use, closing.charged)
    return Settlement(closing.account_id, closing.charged, _take(session, closing))


@dataclass(frozen=True)
class _Closing:
    """The end of a hold: what is taken, what was held, and the day the turn began."""

    turn_id: str
    account_id: int
    charged: Amount
    held: Amount
    day: date | None


def _take(session: Session, closing: _Closing) -> Amount:
    """Charge the wallet, and return its balance."""
    if closing.charged:
        post(
            session,
            Posting(
                key=f"turn:{closing.turn_id}",
                kind="turn",
                debit=closing.account_id,
                credit=ProgramAccount.USAGE,
                amount=closing.charged,
            ),
        )
    counts = closing.charged and closing.day is not None
    values: dict[str, Any] = {
        "owner": closing.account_id,
        "charged": closing.charged,
        "released": closing.held,
    }
    if counts:
        values["today"] = closing.day
    # Last, since other turns of the same person wait for the row.
    taken = session.connection().execute(_TAKE_TODAY if counts else _TAKE, values).one_or_none()
    if taken is not None:
        return taken.balance
    _take_from_debtor(session, closing)
    if counts:
        session.connection().execute(_SPEND, values)
    return balance_of(session, closing.account_id).balance


def _take_from_debtor(session: Session, closing: _Closing) -> None:
    """Close a hold of somebody who owes: what returns of it goes into the debt."""
    wallet = locked(session, closing.account_id)
    repaid = min(wallet.debt, closing.held - closing.charged) if wallet else 0
    change(
        session,
        closing.account_id,
        balance=-closing.charged - repaid,
        held=-closing.held,
        debt=-repaid,
    )
    if repaid:
        post_repayment(session, closing.account_id, repaid, f"hold:{closing.turn_id}")


def _note_latecomer(session: Session, turn_id: str, use: Use) -> None:
    written = session.exec(
        select(Usage.cost, Usage.absorbed).where(Usage.id == turn_id)
    ).one_or_none()
    if written is not None and sum(written) != min(use.cost, CEILING):
        flag_late(session, turn_id)


def renew(session: Session, turn_id: str, expires_at: datetime) -> bool:
    """Move the deadline of an open hold; return False if the hold is not open any more."""
    values = {"turn": turn_id, "expires_at": expires_at}
    return session.connection().execute(_OPEN, values).rowcount == 1


def overdue(session: Session, at: datetime) -> list[str]:
    """Return the turns whose hold is open past its deadline, oldest first."""
    return list(
        session.exec(
            select(Hold.id)
            .where(Hold.state == "open", Hold.expires_at < at)
            .order_by(col(Hold.expires_at))
        )
    )
