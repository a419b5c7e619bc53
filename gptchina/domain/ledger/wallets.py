"""Wallets: a person's balance, guarded by conditions in the statement that changes it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlmodel import col, select, update

from gptchina.db.models import Wallet
from gptchina.db.models.ledger import CEILING
from gptchina.domain.errors import DomainError, NotFoundError

from .entries import Amount, Posting, ProgramAccount, insert_once, open_ledger_account, post

if TYPE_CHECKING:
    from datetime import datetime

    from sqlmodel import Session

# More than anybody can buy at once; far below the ceiling of a wallet.
LARGEST_AMOUNT = 10**15


class InsufficientBalanceError(DomainError):
    """The available balance does not cover what the turn could cost."""

    code = "insufficient_balance"


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

    @property
    def available(self) -> Amount:
        """Return what can be spent now: the balance less what running turns hold."""
        return self.balance - self.held


def open_wallet(session: Session, account_id: int) -> None:
    """Give the account a wallet with nothing in it, unless it has one."""
    open_ledger_account(session, account_id, f"wallet:{account_id}")
    insert_once(session, Wallet, account_id=account_id, balance=0, held=0, claims=0)


def balance_of(session: Session, account_id: int) -> Balance:
    """Return the wallet of an account; raise NotFoundError if it has none."""
    row = session.exec(
        select(Wallet.balance, Wallet.held, Wallet.claims, Wallet.claimed_at).where(
            Wallet.account_id == account_id
        )
    ).one_or_none()
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

    Raises:
        InvalidAmountError: the amount is not between 1 and LARGEST_AMOUNT.
        KeyConflictError: the key was used for a different movement.
    """
    if not 0 < amount <= LARGEST_AMOUNT:
        raise InvalidAmountError(field="amount", amount=amount)
    posted = post(
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
    if posted:
        _credit(session, account_id, amount)
    return posted


def _credit(session: Session, account_id: int, amount: Amount) -> None:
    credited = session.connection().execute(
        update(Wallet)
        .where(
            col(Wallet.account_id) == account_id,
            col(Wallet.balance) <= CEILING - amount,
        )
        .values(balance=col(Wallet.balance) + amount)
    )
    if credited.rowcount != 1:
        raise InvalidAmountError(field="amount", amount=amount)
