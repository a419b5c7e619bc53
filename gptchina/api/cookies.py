"""Puts the session into the browser's cookie, where no script can read it, and takes it out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gptchina.domain.accounts import cookie_name, session_token
from gptchina.settings import get_settings

if TYPE_CHECKING:
    from starlette.requests import HTTPConnection
    from starlette.responses import Response

# The longest that browsers allow. The server ends a session 30 days after it was last used.
MAX_AGE = 400 * 24 * 3600


def read_session(connection: HTTPConnection) -> str:
    """Return the session token that a request or socket carries, or ""."""
    return session_token(connection.headers.get("cookie", ""))


def set_session(response: Response, token: str) -> None:
    """Let the browser keep the session's token."""
    _set(response, token, MAX_AGE)


def drop_session(response: Response) -> None:
    """Let the browser forget the session's token."""
    _set(response, "", 0)


def _set(response: Response, value: str, max_age: int) -> None:
    response.set_cookie(
        cookie_name(),
        value,
        max_age=max_age,
        path="/",
        secure=get_settings().https,
        httponly=True,
        samesite="lax",
    )
