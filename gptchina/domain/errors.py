"""The expected failures of every use case, each with a code that never changes."""

from __future__ import annotations

from typing import ClassVar

Param = str | int


class DomainError(Exception):
    """An expected failure: something to tell the user, not a fault of the program.

    Attributes:
        code: stable name of the failure; pages and HTTP replies build their text from it.
        field: name of the form field the failure belongs to, if there is one.
        params: values that the text for the code mentions.
    """

    code: ClassVar[str] = "failed"

    def __init__(self, *, field: str | None = None, **params: Param) -> None:
        super().__init__(self.code)
        self.field = field
        self.params = params


class NotSignedInError(DomainError):
    """No valid session belongs to the caller."""

    code = "not_signed_in"


class NotFoundError(DomainError):
    """The thing does not exist, or belongs to somebody else: the caller cannot tell which."""

    code = "not_found"


class NotAllowedError(DomainError):
    """The caller is known but may not do this."""

    code = "not_allowed"


class InvalidFilterError(DomainError):
    """A filter that no page offers."""

    code = "invalid_filter"
