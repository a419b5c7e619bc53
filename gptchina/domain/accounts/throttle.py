"""Counts attempts in the database, so that they cannot be made faster than a limit allows."""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlmodel import col, delete, select

from gptchina.db.locks import lock_name
from gptchina.db.models import Attempt
from gptchina.domain import clock
from gptchina.settings import get_settings

from .errors import TooManyAttemptsError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlmodel import Session


@dataclass(frozen=True)
class Limit:
    """How many attempts of one kind are let through in a sliding window of time."""

    name: str
    attempts: int
    window: timedelta


LOGIN_BY_ADDRESS = Limit("login-address", 7, timedelta(minutes=5))
LOGIN_BY_ACCOUNT = Limit("login-account", 7, timedelta(minutes=5))
PASSWORD_BY_ACCOUNT = Limit("password-account", 7, timedelta(minutes=5))
REGISTRATION_BY_ADDRESS = Limit("registration-address", 20, timedelta(hours=1))
CODE_BY_ACCOUNT = Limit("code-account", 10, timedelta(hours=1))
LONGEST_WINDOW = REGISTRATION_BY_ADDRESS.window


@dataclass(frozen=True)
class Counter:
    """A limit applied to somebody: a network, an e-mail address, an account."""

    limit: Limit
    subject: str

    @property
    def key(self) -> str:
        """Return what the attempts are stored under; it tells nothing about the subject."""
        secret = get_settings().secret_key.get_secret_value().encode()
        text = f"{self.limit.name}:{self.subject}".encode()
        return hmac.new(secret, text, hashlib.sha256).hexdigest()


def network(address: str) -> str:
    """Return the network that is counted as one: an IPv4 address, or an IPv6 /64 prefix."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv4Address):
        return str(parsed)
    if parsed.ipv4_mapped:
        return str(parsed.ipv4_mapped)
    # Whoever has one IPv6 address has the 2^64 around it.
    return str(ipaddress.ip_network((parsed, 64), strict=False))


def count_attempt(session: Session, *counters: Counter) -> list[int]:
    """Count an attempt against every counter and return the ids of the counts.

    Call it, and commit, before the attempt is looked at: attempts made at the same time then
    see each other. Nothing is counted when one counter is full.

    Raises:
        TooManyAttemptsError: a counter is full.
    """
    now = clock.now()
    # In one order for all, so that two attempts cannot wait for each other.
    for counter in sorted(counters, key=lambda each: each.key):
        lock_name(session, counter.key)
        _refuse_if_full(session, counter, now)
    attempts = [Attempt(key=counter.key, at=now) for counter in counters]
    session.add_all(attempts)
    session.flush()
    return [attempt.id for attempt in attempts if attempt.id is not None]


def _refuse_if_full(session: Session, counter: Counter, now: datetime) -> None:
    limit = counter.limit
    latest = session.exec(
        select(Attempt.at)
        .where(Attempt.key == counter.key, Attempt.at > now - limit.window)
        .order_by(col(Attempt.at).desc())
        .limit(limit.attempts)
    ).all()
    if len(latest) >= limit.attempts:
        wait = (latest[-1] + limit.window - now).total_seconds()
        raise TooManyAttemptsError(seconds=max(1, math.ceil(wait)))


def take_back(session: Session, attempts: Sequence[int]) -> None:
    """Forget single counts: the attempt was no guess."""
    session.connection().execute(delete(Attempt).where(col(Attempt.id).in_(attempts)))


def clear(session: Session, *counters: Counter) -> None:
    """Forget everything counted against these counters."""
    keys = [counter.key for counter in counters]
    session.connection().execute(delete(Attempt).where(col(Attempt.key).in_(keys)))


def prune_attempts(session: Session) -> None:
    """Delete the attempts that no limit looks at any more."""
    session.connection().execute(
        delete(Attempt).where(col(Attempt.at) < clock.now() - LONGEST_WINDOW)
    )
