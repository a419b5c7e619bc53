"""The fields of a notice, checked: what is stored and asked about is a plain name."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING, Any, cast

from .contract import MalformedNoticeError

if TYPE_CHECKING:
    from collections.abc import Mapping

# Names that a database, a log and an address take as they are.
_NAME = re.compile(r"[A-Za-z0-9_.:-]{1,80}")


def header_of(headers: Mapping[str, str], wanted: str) -> str:
    """Return a header, "" if it is missing; wanted is in lower case."""
    return next((value for name, value in headers.items() if name.lower() == wanted), "")


def as_object(given: object) -> dict[str, Any]:
    """Return an object; raise MalformedNoticeError."""
    if not isinstance(given, dict):
        raise MalformedNoticeError("no object")
    return cast("dict[str, Any]", given)


def as_name(given: object) -> str:
    """Return a name of 1 to 80 characters; raise MalformedNoticeError."""
    if not isinstance(given, str) or not _NAME.fullmatch(given):
        raise MalformedNoticeError("no name")
    return given


def as_optional_name(given: object) -> str:
    """Return a name, "" if there is none; raise MalformedNoticeError."""
    return "" if given is None else as_name(given)


def as_time(given: object) -> dt.datetime:
    """Return a moment from its seconds; raise MalformedNoticeError."""
    if not isinstance(given, int) or isinstance(given, bool):
        raise MalformedNoticeError("no time")
    try:
        return dt.datetime.fromtimestamp(given, dt.UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise MalformedNoticeError("no time") from error
