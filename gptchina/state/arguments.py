"""Checks of what a browser sends: any handler can be called with anything."""

from __future__ import annotations

from gptchina.domain.errors import DomainError

LONGEST = 200_000


class InvalidRequestError(DomainError):
    """The browser sent what no page of ours sends."""

    code = "invalid_request"


def text(value: object) -> str:
    """Return a text argument; raise InvalidRequestError if it is none, or absurdly long."""
    if not isinstance(value, str) or len(value) > LONGEST:
        raise InvalidRequestError
    return value


def form_text(form: object, name: str) -> str:
    """Return a field of a submitted form; a missing one is empty."""
    if not isinstance(form, dict):
        raise InvalidRequestError
    return text(form.get(name, ""))


def number(value: object) -> int:
    """Return an id that pages carry as text; raise InvalidRequestError if it is no number."""
    digits = text(value)
    if not (digits.isascii() and digits.isdecimal()) or len(digits) > 18:  # noqa: PLR2004
        raise InvalidRequestError
    return int(digits)
