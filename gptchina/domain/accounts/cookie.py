"""The name of the session cookie, and the reading of it from a header."""

from __future__ import annotations

import re

from gptchina.settings import get_settings

_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")


def cookie_name() -> str:
    """Return the cookie's name; the prefix on TLS lets no sibling site or plain HTTP set it."""
    return "__Host-gptchina" if get_settings().https else "gptchina"


def session_token(cookie_header: str) -> str:
    """Return the session token in the value of a Cookie header, or "" if there is none."""
    name = cookie_name()
    for pair in cookie_header.split(";"):
        key, _, value = pair.strip().partition("=")
        if key == name:
            return value if _TOKEN.fullmatch(value) else ""
    return ""
