"""Holds: the worst case of a turn is reserved first, and what it cost is taken once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlmodel import col, delete, select

from gptchina.db.models import Hold, Usage
from gptchina.db.models.ledger import CEILING
from gptchina.db.statement import Statement
from gptchina.domain import clock

from .entries import Amount, KeyConflictError, Posting, ProgramAccount, post
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


_OPEN = Statement(
    """
    INSERT INTO hold (id, account_id, amount, captured, day, state, created_at, expires_at)
    VALUES (:turn_id, :account_id, :amount, 0, :day, 'open', :created_at, :expires_at)
    ON CONFLICT DO NOTHING
    """
)
_RESERVE = Statement(
    """
    UPDATE wallet SET held = held + :amount
    WHERE account_id = :account_id AND balance - held >= :amount AND (
        daily_limit IS NULL OR
        CASE WHEN spent_on = :day THEN spent ELSE 0 END + held + :amount <= daily_limit
    )
    """
)
_RENEW = Statement(
    "UPDATE hold SET expires_at = :expires_at WHERE id = :turn_id AND state = 'open'"
)
_END = Statement(
    """
    UPDATE hold SET
        captured = CASE WHEN amount < :cost THEN amount ELSE :cost END,
        state = CASE WHEN :cost > 0 THEN 'settled' ELSE 'released' END,
        closed_at = :closed_at
    WHERE id = :turn_id AND state = 'open'
    RETURNING account_id, captured, amount, day
    """
)
# The spending of an earlier day is over; what a turn of an earlier day costs is not counted.
_SPENDING = """
    spent = CASE
        WHEN spent_on > :day OR :day IS NULL OR :charged = 0 THEN spent
        WHEN spent_on = :day THEN spent + :charged
        ELSE :charged
    END,
    spent_on = CASE
        WHEN spent_on > :day OR :day IS NULL OR :charged = 0 THEN spent_on ELSE :day
    END
"""
_TAKE = Statement(
    f"""
    UPDATE wallet SET balance = balance - :charged, held = held - :held, {_SPENDING}
    WHERE account_id = :account_id AND debt = 0 RETURNING balance
    """  # noqa: S608 -- a part of its own, no value
)
_SPEND = Statement(f"UPDATE wallet SET {_SPENDING} WHERE account_id = :account_id")  # noqa: S608


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
    reserved = _RESERVE.run(
        session.connection(), account_id=terms.account_id, amount=amount, day=terms.day
    )
    if reserved.rowcount != 1:
        # The caller may go on in this transaction; nothing of the turn stays in it.
        session.connection().execute(delete(Hold).where(col(Hold.id) == terms.turn_id))
        raise refusal(balance_of(session, terms.account_id), amount, terms.day)
    open_usage(session, terms)
    return True


def refusal(balance: Balance, price: Amount, day: date | None) -> DomainError:
    """Return why a wallet does not cover a price: the balance, or the owner's limit for the day."""
    left = balance.spendable(day)
    if balance.available < price or left == balance.available:
        return InsufficientBalanceError(price=price, balance=balance.available)
    return SpendingLimitError(price=price, left=left)


def _open_hold(session: Session, terms: Terms, amount: Amount, expires_at: datetime) -> bool:
    inserted = _OPEN.run(
        session.connection(),
        turn_id=terms.turn_id,
        account_id=terms.account_id,
        amount=amount,
        day=terms.day,
        created_at=clock.now(),
        expires_at=expires_at,
    )
    if inserted.rowcount == 1:
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
    ended = _END.run(
        session.connection(),
        turn_id=turn_id,
        # No hold is larger, and no column takes more.
        cost=min(use.cost, LARGEST_AMOUNT),
        closed_at=clock.now(),
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
    """The end of a hold: what is taken, what was held, and the day the turn began.

    The day is as the database gives it, and goes only back to it.
    """

    turn_id: str
    account_id: int
    charged: Amount
    held: Amount
    day: date | str | None


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
    connection = session.connection()
    what = {"account_id": closing.account_id, "charged": closing.charged, "day": closing.day}
    # Last, since other turns of the same person wait for the row.
    taken = _TAKE.run(connection, held=closing.held, **what).one_or_none()
    if taken is not None:
        return taken.balance
    _take_from_debtor(session, closing)
    _SPEND.run(connection, **what)
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
    renewed = _RENEW.run(session.connection(), turn_id=turn_id, expires_at=expires_at)
    return renewed.rowcount == 1


def overdue(session: Session, at: datetime) -> list[str]:
    """Return the turns whose hold is open past its deadline, oldest first."""
    return list(
        session.exec(
            select(Hold.id)
            .where(Hold.state == "open", Hold.expires_at < at)
            .order_by(col(Hold.expires_at))
        )
    )
