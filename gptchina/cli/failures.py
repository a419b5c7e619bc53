"""Tells the operator in one line why a command could not do what it was asked."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from . import CommandError

if TYPE_CHECKING:
    from collections.abc import Generator

MESSAGES = {
    "email_taken": "Another account has this e-mail address.",
    "invalid_amount": "The amount must be a positive number of tokens, at most 10^15.",
    "invalid_email": "This is not an e-mail address.",
    "invalid_name": "The name must have 1 to 80 visible characters.",
    "not_found": "No account has this e-mail address.",
    "password_too_long": "The password may have at most {maximum} characters.",
    "password_too_short": "The password needs at least {minimum} characters.",
}


@contextmanager
def told_to_operator() -> Generator[None]:
    """Raise CommandError, with one line, for every failure that is to be expected."""
    from sqlalchemy.exc import DBAPIError, SQLAlchemyError

    from gptchina.domain.errors import DomainError
    from gptchina.domain.ledger import KeyConflictError

    try:
        yield
    except DomainError as error:
        raise CommandError(MESSAGES.get(error.code, error.code).format(**error.params)) from error
    except KeyConflictError as error:
        raise CommandError(
            "This key was already used for another account or another amount."
        ) from error
    except (SQLAlchemyError, OSError) as error:
        cause = str(error.orig if isinstance(error, DBAPIError) else error).strip()
        first = cause.splitlines()[0] if cause else type(error).__name__
        hint = "; run `gptchina db migrate` first" if _lacks_tables(first) else ""
        raise CommandError(f"The database cannot be used: {first}{hint}") from error


def _lacks_tables(cause: str) -> bool:
    return "no such table" in cause or 'relation "' in cause
