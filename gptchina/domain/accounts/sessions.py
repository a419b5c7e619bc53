"""Signed-in devices: random tokens, stored hashed, ended at once everywhere."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlmodel import col, delete, select, update

from gptchina.db import models
from gptchina.db.engine import reading, transaction
from gptchina.domain import clock, notices

from .browsers import browser_name

if TYPE_CHECKING:
    from sqlmodel import Session

LIFETIME = timedelta(days=30)
# How exactly "last seen" is known; a session is written at most this often.
SEEN_EVERY = timedelta(minutes=1)

LARGEST_ID = 2**63 - 1

# Sessions seen by this process and not yet written down: id -> time. See write_seen().
_seen: dict[int, datetime] = {}


@dataclass(frozen=True)
class Device:
    """Where a request comes from."""

    address: str = ""
    user_agent: str = ""


@dataclass(frozen=True)
class SignedIn:
    """A new session; the token goes into the cookie and is kept nowhere else."""

    account_id: int
    token: str
    expires_at: datetime


@dataclass(frozen=True)
class Identity:
    """Who is signed in, as of one session, with what the pages show on every visit."""

    account_id: int
    session_id: int
    name: str
    email: str
    role: str
    language: str
    theme: str
    model: str
    time_zone: str

    @property
    def admin(self) -> bool:
        """Whether the account may administer the installation."""
        return self.role == "admin"


@dataclass(frozen=True)
class SignedInDevice:
    """A session as its owner sees it."""

    id: int
    browser: str
    address: str
    seen_at: datetime
    current: bool


def sign_in(session: Session, account_id: int, device: Device) -> SignedIn:
    """Open a session for a device; return its token."""
    token = secrets.token_urlsafe(32)
    now = clock.now()
    session.add(
        models.Session(
            token_hash=_hash(token),
            account_id=account_id,
            user_agent=_storable(device.user_agent, 400),
            address=_storable(device.address, 64),
            created_at=now,
            seen_at=now,
            expires_at=now + LIFETIME,
        )
    )
    return SignedIn(account_id, token, now + LIFETIME)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def _storable(text: str, length: int) -> str:
    return "".join(character for character in text if character.isprintable())[:length]


def resolve(token: str) -> Identity | None:
    """Return who holds the token, or None if it is no session's, expired or ended. One query."""
    if not token:
        return None
    now = clock.now()
    with reading() as session:
        found = session.exec(
            select(models.Account, models.Session)
            .join(models.Session, col(models.Session.account_id) == models.Account.id)
            .where(
                models.Session.token_hash == _hash(token),
                models.Session.expires_at > now,
                col(models.Account.deleted_at).is_(None),
            )
        ).one_or_none()
    if found is None:
        return None
    account, device = found
    assert account.id is not None  # noqa: S101 -- both come from the database
    assert device.id is not None  # noqa: S101
    if now - device.seen_at >= SEEN_EVERY:
        _seen[device.id] = now
    return Identity(
        account_id=account.id,
        session_id=device.id,
        name=account.name or "",
        email=account.email or "",
        role=account.role,
        language=account.language,
        theme=account.theme,
        model=account.model,
        time_zone=account.time_zone,
    )


def write_seen(session: Session) -> None:
    """Write down when sessions were seen, which also moves their end to 30 days from then.

    Resolving a session only notes it in memory: a page must not wait for the writer.
    """
    for session_id in list(_seen):
        at = _seen.pop(session_id)
        session.connection().execute(
            update(models.Session)
            .where(col(models.Session.id) == session_id, col(models.Session.seen_at) < at)
            .values(seen_at=at, expires_at=at + LIFETIME)
        )


def devices(account_id: int, current_session_id: int | None = None) -> list[SignedInDevice]:
    """Return the account's devices: the current one first, then by when they were last seen."""
    with reading() as session:
        found = session.exec(
            select(models.Session).where(
                models.Session.account_id == account_id,
                models.Session.expires_at > clock.now(),
            )
        ).all()
    listed = [
        SignedInDevice(
            id=each.id,
            browser=browser_name(each.user_agent),
            address=each.address,
            seen_at=max(each.seen_at, _seen.get(each.id, each.seen_at)),
            current=each.id == current_session_id,
        )
        for each in found
        if each.id is not None
    ]
    return sorted(listed, key=lambda each: (each.current, each.seen_at, each.id), reverse=True)


def end_by_token(token: str) -> None:
    """Log out the device that holds the token; nothing happens if there is none."""
    with transaction() as session:
        account_id = session.connection().scalar(
            delete(models.Session)
            .where(col(models.Session.token_hash) == _hash(token))
            .returning(col(models.Session.account_id))
        )
    if account_id is not None:
        notices.publish(account_id, "session")


def end(account_id: int, session_id: object) -> None:
    """Log out one device of the account; anything but the id of one is left alone."""
    if type(session_id) is not int or not 0 < session_id <= LARGEST_ID:
        return
    with transaction() as session:
        session.connection().execute(
            delete(models.Session).where(
                col(models.Session.id) == session_id,
                col(models.Session.account_id) == account_id,
            )
        )
    notices.publish(account_id, "session")


def end_all(account_id: int, *, except_: int | None = None) -> None:
    """Log out every device of the account, but for the session whose id is given."""
    with transaction() as session:
        end_sessions(session, account_id, except_=except_)
    notices.publish(account_id, "session")


def end_sessions(session: Session, account_id: int, *, except_: int | None = None) -> None:
    """Delete the account's sessions as a step; publish "session" after the commit."""
    statement = delete(models.Session).where(col(models.Session.account_id) == account_id)
    if except_ is not None:
        statement = statement.where(col(models.Session.id) != except_)
    session.connection().execute(statement)


def prune_sessions(session: Session) -> None:
    """Delete the sessions that have expired."""
    session.connection().execute(
        delete(models.Session).where(col(models.Session.expires_at) <= clock.now())
    )
