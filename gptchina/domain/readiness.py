"""Whether what the program stands on answers."""

from __future__ import annotations

from functools import cache

from redis import Redis
from sqlalchemy import text

from gptchina.db.engine import reading
from gptchina.settings import get_settings

# A busy server still answers within it; whoever asks for readiness does not wait for ever.
SECONDS = 2


def check_database() -> None:
    """Ask the database for an answer; raise the driver's error if there is none."""
    with reading() as session:
        session.connection().execute(text("SELECT 1"))


def check_redis() -> None:
    """Ask Redis for an answer, if it is configured; raise the client's error if there is none."""
    url = get_settings().redis_url
    if url:
        _client(url).ping()  # pyright: ignore[reportUnknownMemberType] -- redis types it for async too


@cache
def _client(url: str) -> Redis:
    return Redis.from_url(url, socket_timeout=SECONDS, socket_connect_timeout=SECONDS)  # pyright: ignore[reportUnknownMemberType]
