"""What people change about their own account."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select, update

from gptchina.db.engine import transaction
from gptchina.db.models import Account
from gptchina.domain import notices
from gptchina.domain.days import zone_of
from gptchina.domain.errors import NotSignedInError

from . import throttle
from .errors import EmailTakenError, InvalidChoiceError, WrongPasswordError
from .passwords import hash_password, valid_password, verify_password
from .sessions import end_sessions
from .validation import valid_email, valid_name

if TYPE_CHECKING:
    from sqlmodel import Session

LANGUAGES = ("en", "zh")
THEMES = ("system", "light", "dark")
MODEL_LENGTH = 200


def change_name(account_id: int, name: object) -> str:
    """Rename the account and return the name as stored; raise InvalidNameError."""
    valid = valid_name(name)
    _change(account_id, name=valid)
    return valid


def set_language(account_id: int, language: object) -> None:
    """Remember the language, "en" or "zh"; raise InvalidChoiceError for another."""
    if language not in LANGUAGES:
        raise InvalidChoiceError(field="language")
    _change(account_id, language=language)


def set_theme(account_id: int, theme: object) -> None:
    """Remember the theme, "system", "light" or "dark"; raise InvalidChoiceError for another."""
    if theme not in THEMES:
        raise InvalidChoiceError(field="theme")
    _change(account_id, theme=theme)


def set_model(account_id: int, model: object) -> None:
    """Remember the chosen model's id; whether it is offered is for the caller to know."""
    if not isinstance(model, str) or len(model) > MODEL_LENGTH or not model.isprintable():
        raise InvalidChoiceError(field="model")
    _change(account_id, model=model)


def set_time_zone(account_id: int, zone: object) -> str:
    """Remember where the account counts its days, an IANA name, and return it.

    Raises:
        InvalidTimeZoneError: there is no zone of that name.
    """
    name = zone_of(zone).key
    _change(account_id, time_zone=name)
    return name


def _change(account_id: int, **values: Any) -> None:  # noqa: ANN401 -- columns differ in type
    with transaction() as session:
        _update(session, account_id, **values)
    notices.publish(account_id, "profile")


def _update(session: Session, account_id: int, **values: Any) -> None:  # noqa: ANN401
    changed = session.connection().execute(
        update(Account)
        .where(col(Account.id) == account_id, col(Account.deleted_at).is_(None))
        .values(**values)
    )
    if changed.rowcount != 1:
        raise NotSignedInError


def change_email(account_id: int, email: object, password: object) -> str:
    """Change the address one logs in with, and return it as stored.

    Raises:
        InvalidEmailError, EmailTakenError: the address.
        WrongPasswordError, TooManyAttemptsError: the password, which protects the change.
    """
    valid = valid_email(email)
    known = prove_password(account_id, password)
    with transaction() as session:
        require_same_password(session, account_id, known)
        try:
            _update(session, account_id, email=valid)
        except IntegrityError:
            raise EmailTakenError(field="email") from None
    notices.publish(account_id, "profile")
    return valid


def change_password(account_id: int, session_id: int, old: object, new: object) -> None:
    """Change the password and log out every device but the session that changes it.

    Raises:
        PasswordTooShortError, PasswordTooLongError: the new password; field "new_password".
        WrongPasswordError, TooManyAttemptsError: the old password.
    """
    valid = valid_password(new, field="new_password")
    known = prove_password(account_id, old)
    password_hash = hash_password(valid)
    with transaction() as session:
        require_same_password(session, account_id, known)
        _update(session, account_id, password_hash=password_hash)
        end_sessions(session, account_id, except_=session_id)
    notices.publish(account_id, "session")


def prove_password(account_id: int, password: object) -> str:
    """Return the stored hash that the given password fits.

    Attempts are counted: a session left open must not serve to guess the password.

    Raises:
        WrongPasswordError, TooManyAttemptsError: it does not fit; field "password".
        NotSignedInError: the account is gone.
    """
    counter = throttle.Counter(throttle.PASSWORD_BY_ACCOUNT, str(account_id))
    with transaction() as session:
        throttle.count_attempt(session, counter)
        known = session.exec(
            select(Account.password_hash).where(
                col(Account.id) == account_id, col(Account.deleted_at).is_(None)
            )
        ).one_or_none()
    if known is None:
        raise NotSignedInError
    if not verify_password(password, known):
        raise WrongPasswordError(field="password")
    with transaction() as session:
        throttle.clear(session, counter)
    return known


def require_same_password(session: Session, account_id: int, known: str) -> None:
    """Lock the account; raise WrongPasswordError if its password was changed meanwhile."""
    current = session.exec(
        select(Account.password_hash).where(col(Account.id) == account_id).with_for_update()
    ).one_or_none()
    if current != known:
        raise WrongPasswordError(field="password")
