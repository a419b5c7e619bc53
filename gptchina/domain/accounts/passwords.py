"""Passwords: what is accepted, and how it is kept.

bcrypt reads 72 bytes and ignores the rest, which a passphrase or 25 Han characters reach. So
bcrypt gets the SHA-256 of the whole password, in base64 because bcrypt also ends at a zero byte.
"""

from __future__ import annotations

import base64
import hashlib
import unicodedata

import bcrypt

from gptchina.settings import Environment, get_settings

from .errors import PasswordTooLongError, PasswordTooShortError

SHORTEST = 8
LONGEST = 1024
ROUNDS = 12
ROUNDS_IN_TESTS = 4


def valid_password(given: object, field: str = "password") -> str:
    """Return the password if it has 8 to 1,024 characters; raise PasswordToo…Error for a field."""
    if not isinstance(given, str) or len(given) < SHORTEST:
        raise PasswordTooShortError(field=field, minimum=SHORTEST)
    if len(given) > LONGEST:
        raise PasswordTooLongError(field=field, maximum=LONGEST)
    return given


def hash_password(password: str) -> str:
    """Return the bcrypt hash to store. Takes a quarter of a second: call it in no transaction."""
    return bcrypt.hashpw(_digest(password), bcrypt.gensalt(_rounds())).decode()


def verify_password(given: object, password_hash: str | None) -> bool:
    """Return whether the password fits; takes as long when there is nothing to compare with."""
    password = given if isinstance(given, str) and len(given) <= LONGEST else ""
    fits = bcrypt.checkpw(_digest(password), (password_hash or _unmatched()).encode())
    return fits and password_hash is not None


def _digest(password: str) -> bytes:
    # One letter can be typed in two ways; a lone surrogate is odd but somebody's password.
    composed = unicodedata.normalize("NFC", password).encode("utf-8", "surrogatepass")
    return base64.b64encode(hashlib.sha256(composed).digest())


def _unmatched() -> str:
    """Return a hash of nobody's password, as costly to check as a real one."""
    return f"$2b${_rounds():02d}$" + "." * 53


def _rounds() -> int:
    in_tests = get_settings().environment is Environment.TEST
    return ROUNDS_IN_TESTS if in_tests else ROUNDS
