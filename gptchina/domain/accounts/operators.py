"""What the operator does to accounts from the command line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import uuid4

from sqlmodel import col, select, update

from gptchina.db.engine import reading, transaction
from gptchina.db.models import Account, Wallet
from gptchina.domain import ledger, notices
from gptchina.domain.errors import NotFoundError

from . import throttle
from .login import login_counter
from .passwords import hash_password, valid_password
from .registration import add_account
from .sessions import end_sessions
from .validation import valid_email, valid_name

if TYPE_CHECKING:
    from datetime import datetime

    from sqlmodel import Session


@dataclass(frozen=True)
class ListedAccount:
    """An account as the operator sees it; the amounts are tokens."""

    id: int
    email: str
    name: str
    role: str
    balance: int
    held: int
    created_at: datetime


def listed_accounts() -> list[ListedAccount]:
    """Return all accounts that are not deleted, oldest first."""
    with reading() as session:
        rows = session.exec(
            select(Account, Wallet)
            .join(Wallet, col(Wallet.account_id) == Account.id)
            .where(col(Account.deleted_at).is_(None))
            .order_by(col(Account.id))
        ).all()
    return [
        ListedAccount(
            id=wallet.account_id,
            email=account.email or "",
            name=account.name or "",
            role=account.role,
            balance=wallet.balance,
            held=wallet.held,
            created_at=account.created_at,
        )
        for account, wallet in rows
    ]


def create_account(name: object, email: object, password: object, *, admin: bool = False) -> int:
    """Make an account with its start balance, also while registration is closed; return its id.

    Raises:
        InvalidNameError, InvalidEmailError, PasswordTooShortError, PasswordTooLongError: a field.
        EmailTakenError: the address has an account.
    """
    valid = valid_name(name), valid_email(email)
    password_hash = hash_password(valid_password(password))
    with transaction() as session:
        return add_account(session, *valid, password_hash, "admin" if admin else "user")


def reset_password(email: object, password: object) -> None:
    """Give an account a new password, log out all its devices and let it log in again at once.

    Raises:
        NotFoundError: nobody has the address.
        PasswordTooShortError, PasswordTooLongError: the password.
    """
    address = valid_email(email)
    password_hash = hash_password(valid_password(password))
    with transaction() as session:
        account_id = _id_of(session, address)
        session.connection().execute(
            update(Account).where(col(Account.id) == account_id).values(password_hash=password_hash)
        )
        end_sessions(session, account_id)
        counter = throttle.Counter(throttle.PASSWORD_BY_ACCOUNT, str(account_id))
        throttle.clear(session, login_counter(address), counter)
    notices.publish(account_id, "session")


def grant_tokens(email: object, amount: int, reason: str, key: str = "") -> bool:
    """Give tokens to an account; return False, and give none, if the key was used before.

    Raises:
        NotFoundError: nobody has the address.
        InvalidAmountError: the amount is not positive, or absurdly large.
        KeyConflictError: the key was used for another account or amount.
    """
    address = valid_email(email)
    with transaction() as session:
        account_id = _id_of(session, address)
        granted = ledger.grant(
            session,
            account_id,
            amount,
            key=f"grant:{key or uuid4().hex}",
            kind="grant",
            note=reason,
        )
    notices.publish(account_id, "wallet")
    return granted


def _id_of(session: Session, email: str) -> int:
    account_id = session.exec(select(Account.id).where(Account.email == email)).one_or_none()
    if account_id is None:
        raise NotFoundError(field="email")
    return account_id
