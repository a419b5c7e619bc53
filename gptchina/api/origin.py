"""Tells the program's own pages from those of other sites."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from gptchina.domain.errors import DomainError
from gptchina.settings import get_settings

if TYPE_CHECKING:
    from collections.abc import Mapping

LOOPBACK = {"localhost", "127.0.0.1", "::1"}
DEFAULT_PORTS = {"http": 80, "https": 443}


class ForeignOriginError(DomainError):
    """The request was made by a page of another site."""

    code = "foreign_origin"


def require_own_site(headers: Mapping[str, str]) -> None:
    """Raise ForeignOriginError if a browser says that another site made the request.

    A request without both headers comes from no browser, and so carries nobody's cookie.
    """
    if not is_own_origin(headers.get("origin"), headers.get("host", "")):
        raise ForeignOriginError
    if headers.get("sec-fetch-site", "same-origin") != "same-origin":
        raise ForeignOriginError


def is_own_origin(origin: str | None, host: str) -> bool:
    """Return whether an Origin header names the program's own pages, or is not there at all.

    On a developer's machine, pages and server may have different ports and names of loopback.
    """
    if origin is None:
        return True
    given = _parts(origin)
    if given is None:
        return False
    settings = get_settings()
    if given == _parts(settings.url):
        return True
    asked = _parts(f"http://{host}")
    return (
        not settings.production
        and given[:1] == ("http",)
        and given[1] in LOOPBACK
        and asked is not None
        and asked[1] in LOOPBACK
    )


def _parts(origin: str) -> tuple[str, str, int | None] | None:
    """Return scheme, host and port in the form a browser would compare; None if it is none."""
    try:
        split = urlsplit(origin)
        port = split.port or DEFAULT_PORTS.get(split.scheme)
        host = (split.hostname or "").encode("idna").decode()
    except ValueError:
        return None
    return (split.scheme, host, port) if host else None
