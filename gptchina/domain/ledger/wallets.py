"""Wallets: a person's balance, guarded by conditions in the statement that changes it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import sqlalchemy
from sqlalchemy import BigInteger, bindparam
from sqlmodel import col, select, update

from gptchina.db.models import Wallet
from gptchina.db.models.ledger import CEILING
from gptchina.db.statement import Statement
from gptchina.domain.errors import DomainError, NotFoundError

from .entries import (
    Amount,
    Posting,
    ProgramAccount,
    debt_account,
    insert_once,
    open_ledger_account,
    post,
)

if TYPE_CHECKING:
    from datetime import date, datetime

    from sqlmodel import Session

# More than anybody can buy at once; far below the ceiling of a wallet.
LARGEST_AMOUNT = 10**15


class InsufficientBalanceError(DomainError):
    """The available balance does not cover what the turn could cost."""

    code = "insufficient_balance"


class SpendingLimitError(DomainError):
    """The owner's own limit for a day does not cover what the turn could cost."""

    code = "spending_limit"


class InvalidAmountError(DomainError):
    """An amount that is zero, negative or absurdly large."""

    code = "invalid_amount"


@dataclass(frozen=True)
class Balance:
    """A wallet at one moment, in tokens."""

    balance: Amount
    held: Amount
    claims: int
    claimed_at: datetime | None
    debt: Amount = 0
    daily_limit: Amount | None = None
    spent: Amount = 0
    spent_on: date | None = None

    @property
    def available(self) -> Amount:
        """Return what can be spent now: the balance less what running turns hold."""
        return self.balance - self.held

    def spendable(self, day: date | None) -> Amount:
        """Return what can be spent on a day: what is available, within the owner's own limit."""
        if self.daily_limit is None or day is None:
            return self.available
        spent = self.spent if self.spent_on == day else 0
        return max(min(self.available, self.daily_limit - spent - self.held), 0)


_CREDIT = Statement(
    """
    UPDATE wallet SET balance = balance + :amount
    WHERE account_id = :account_id AND debt = 0 AND balance <= :most
    """
)
_BALANCE = sqlalchemy.select(
    col(Wallet.balance),
    col(Wallet.held),
    col(Wallet.claims),
    col(Wallet.claimed_at),
    col(Wallet.debt),
    col(Wallet.daily_limit),
    col(Wallet.spent),
    col(Wallet.spent_on),
).where(col(Wallet.account_id) == bindparam("account_id", type_=BigInteger))


def open_wallet(session: Session, account_id: int) -> None:
    """Give the account a wallet with nothing in it, unless it has one."""
    open_ledger_account(session, account_id, f"wallet:{account_id}")
    insert_once(session, Wallet, account_id=account_id, balance=0, held=0, claims=0)


def balance_of(session: Session, account_id: int) -> Balance:
    """Return the wallet of an account; raise NotFoundError if it has none."""
    row = session.connection().execute(_BALANCE, {"account_id": account_id}).one_or_none()
    if row is None:
        raise NotFoundError
    return Balance(*row)


def grant(
    session: Session,
    account_id: int,
    amount: Amount,
    *,
    key: str,
    kind: str,
    note: str = "",
) -> bool:
    """Give tokens to an account; return False, and move nothing, if the key was used before.

    What the account owes is repaid first.

    Raises:
        InvalidAmountError: the amount is not between 1 and LARGEST_AMOUNT.
        KeyConflictError: the key was used for a different movement.
    """
    return credit(
        session,
        Posting(
            key=key,
            kind=kind,
            debit=ProgramAccount.GRANTS,
            credit=account_id,
            amount=amount,
            note=note,
        ),
    )


def credit(session: Session, posting: Posting) -> bool:
    """Post an entry in favour of a wallet; errors and result as of `grant`."""
    if not 0 < posting.amount <= LARGEST_AMOUNT:
        raise InvalidAmountError(field="amount", amount=posting.amount)
    posted = post(session, posting)
    if posted:
        _credit(session, posting)
    return posted


def _credit(session: Session, posting: Posting) -> None:
    account_id, amount = posting.credit, posting.amount
    credited = _CREDIT.run(
        session.connection(), account_id=account_id, amount=amount, most=CEILING - amount
    )
    if credited.rowcount == 1:
        return
    wallet = locked(session, account_id)
    if wallet is None or not wallet.debt:
        raise InvalidAmountError(field="amount", amount=amount)
    repaid = min(wallet.debt, amount)
    change(session, account_id, balance=amount - repaid, debt=-repaid)
    post_repayment(session, account_id, repaid, posting.key, posting.payment_id)


def withdraw(session: Session, posting: Posting) -> Amount:
    """Post an entry at the cost of a wallet; return how many of the tokens were spent already.

    Those become a debt, which whatever is credited next repays first. Tokens that running turns
    hold are left to them. Whoever calls must see to it that the key comes once.

    Raises:
        InvalidAmountError: the amount is not above 0, or there is no wallet.
    """
    account_id, amount = posting.debit, posting.amount
    wallet = locked(session, account_id)
    if wallet is None or amount <= 0:
        raise InvalidAmountError(amount=amount)
    taken = min(amount, wallet.balance - wallet.held)
    owed = amount - taken
    if taken:
        post(session, replace(posting, amount=taken))
    if owed:
        debtor = debt_account(account_id)
        open_ledger_account(session, debtor, f"debt:{account_id}")
        post(session, replace(posting, key=f"{posting.key}:debt", debit=debtor, amount=owed))
    change(session, account_id, balance=-taken, debt=owed)
    return owed


def locked(session: Session, account_id: int) -> Wallet | None:
    """Return a wallet as it is now, to be changed by nobody else until the transaction ends."""
    return session.exec(
        select(Wallet)
        .where(col(Wallet.account_id) == account_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()


def change(
    session: Session, account_id: int, *, balance: Amount = 0, held: Amount = 0, debt: Amount = 0
) -> None:
    """Add to the numbers of a wallet, in one statement, since their conditions span them."""
    session.connection().execute(
        update(Wallet)
        .where(col(Wallet.account_id) == account_id)
        .values(
            balance=col(Wallet.balance) + balance,
            held=col(Wallet.held) + held,
            debt=col(Wallet.debt) + debt,
        )
    )


def post_repayment(
    session: Session, account_id: int, amount: Amount, cause: str, payment_id: int | None = None
) -> None:
    """Write down that tokens which came by the entry `cause` went into what the account owes."""
    post(
        session,
        Posting(
            key=f"debt:{cause}",
            kind="debt",
            debit=account_id,
            credit=debt_account(account_id),
            amount=amount,
            payment_id=payment_id,
        ),
    )
