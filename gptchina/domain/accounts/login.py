"""Logging in by e-mail and password."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlmodel import col, select

from gptchina.db.engine import transaction
from gptchina.db.models import Account
from gptchina.settings import get_settings

from . import throttle
from .errors import EmailLoginClosedError, InvalidEmailError, WrongCredentialsError
from .passwords import verify_password
from .sessions import Device, SignedIn, sign_in
from .validation import valid_email

if TYPE_CHECKING:
    from sqlmodel import Session


def log_in(email: object, password: object, device: Device) -> SignedIn:
    """Open a session for whoever knows an account's password.

    An unknown address and a wrong password get the same answer after the same work.

    Raises:
        EmailLoginClosedError: the operator allows none.
        TooManyAttemptsError: too many attempts from the network or for the address.
        WrongCredentialsError: no account has this address and this password.
    """
    if not get_settings().allow_email_login:
        raise EmailLoginClosedError
    address = _comparable(email)
    by_account = login_counter(address)
    by_network = throttle.Counter(throttle.LOGIN_BY_ADDRESS, throttle.network(device.address))
    with transaction() as session:
        attempts = throttle.count_attempt(session, by_network, by_account)
        found = session.exec(
            select(Account.id, Account.password_hash).where(Account.email == address)
        ).one_or_none()
    account_id, password_hash = found or (None, None)
    # Outside of any transaction: it takes a quarter of a second.
    if not verify_password(password, password_hash) or account_id is None:
        raise WrongCredentialsError
    with transaction() as session:
        _require_unchanged(session, account_id, password_hash)
        # What was no guess does not count for the network; its other attempts stay counted,
        # or an account of one's own would buy guesses at the accounts of others.
        throttle.take_back(session, attempts)
        throttle.clear(session, by_account)
        return sign_in(session, account_id, device)


def _require_unchanged(session: Session, account_id: int, password_hash: str | None) -> None:
    # A password that was changed meanwhile has ended all sessions; this one must not outlive it.
    unchanged = session.exec(
        select(Account.id)
        .where(col(Account.id) == account_id, Account.password_hash == password_hash)
        .with_for_update()
    ).one_or_none()
    if unchanged is None:
        raise WrongCredentialsError


def login_counter(email: str) -> throttle.Counter:
    """Return what the attempts to log in to one address are counted by."""
    return throttle.Counter(throttle.LOGIN_BY_ACCOUNT, email)


def _comparable(email: object) -> str:
    try:
        return valid_email(email)
    except InvalidEmailError:
        return ""  # Nobody's address, and counted as one.
