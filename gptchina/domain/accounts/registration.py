"""Making accounts: by people who register, and by the operator."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy.exc import IntegrityError
from sqlmodel import select

from gptchina.db.engine import transaction
from gptchina.db.locks import lock_name
from gptchina.db.models import Account
from gptchina.domain import clock, ledger, referrals
from gptchina.settings import Settings, get_settings

from . import throttle
from .errors import EmailLoginClosedError, EmailTakenError, RegistrationClosedError
from .passwords import hash_password, valid_password
from .sessions import Device, SignedIn, sign_in
from .validation import valid_email, valid_name

if TYPE_CHECKING:
    from sqlmodel import Session


def register(
    name: object, email: object, password: object, device: Device, invitation: object = None
) -> SignedIn:
    """Make an account with its start balance, and sign the device in.

    The first account of an installation becomes its administrator. The invitation is the code of
    whoever brought the person in; one that is none is no reason to refuse them.

    Raises:
        RegistrationClosedError, EmailLoginClosedError: the operator allows none.
        InvalidNameError, InvalidEmailError, PasswordTooShortError, PasswordTooLongError: a field.
        EmailTakenError: the address has an account.
        TooManyAttemptsError: too many registrations from the network.
    """
    settings = get_settings()
    if not settings.allow_registration:
        raise RegistrationClosedError
    if not settings.allow_email_login:
        raise EmailLoginClosedError
    valid = valid_name(name), valid_email(email)
    chosen = valid_password(password)
    _count_registration(settings, device)
    # Outside of any transaction: it takes a quarter of a second.
    password_hash = hash_password(chosen)
    with transaction() as session:
        account_id = add_account(session, *valid, password_hash)
        referrals.remember(session, account_id, invitation)
        return sign_in(session, account_id, device)


def _count_registration(settings: Settings, device: Device) -> None:
    network = throttle.network(device.address)
    if not settings.production and network in {"127.0.0.1", "::/64"}:
        return  # Whoever tries the program out at home may make as many accounts as they like.
    with transaction() as session:
        counter = throttle.Counter(throttle.REGISTRATION_BY_ADDRESS, network)
        throttle.count_attempt(session, counter)


def add_account(
    session: Session, name: str, email: str, password_hash: str, role: str = "user"
) -> int:
    """Add an account with wallet and start balance as a step; return its id.

    Raises:
        EmailTakenError: the address has an account; the transaction cannot go on.
    """
    # Two first registrations at the same time must not both find the house empty.
    lock_name(session, "registration")
    first = session.exec(select(Account.id).limit(1)).first() is None
    account = Account(
        name=name,
        email=email,
        password_hash=password_hash,
        role="admin" if first else role,
        created_at=clock.now(),
    )
    session.add(account)
    try:
        session.flush()
    except IntegrityError:
        raise EmailTakenError(field="email") from None
    assert account.id is not None  # noqa: S101 -- the database numbered it
    _open_wallet(session, account.id)
    return account.id


def _open_wallet(session: Session, account_id: int) -> None:
    ledger.open_wallet(session, account_id)
    start = get_settings().start_balance
    if start:
        ledger.grant(session, account_id, start, key=f"start:{account_id}", kind="start")
