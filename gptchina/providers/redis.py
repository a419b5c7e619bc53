"""Redis between the workers of one installation: messages to all of them, and logs that grow."""

from __future__ import annotations

import asyncio
import hashlib
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from gptchina.settings import get_settings

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Generator, Iterable

    from gptchina.settings import Settings

# Silence after which a connection is asked whether it still lives.
_DOUBTFUL_SECONDS = 10
_CONNECT_SECONDS = 2
# A log is a window on what was said lately: the database has all of it.
LONGEST_LOG = 4000
LOG_SECONDS = 600


class BusError(Exception):
    """Redis cannot be reached, or refuses; the message says why."""


class Bus:
    """What the workers of one installation say to each other; belongs to one event loop."""

    def __init__(self, url: str, prefix: str) -> None:
        """Prepare to talk; nothing is connected yet.

        Args:
            url: Redis, `redis://…` or `rediss://…`.
            prefix: what tells this installation from others that share the Redis.
        """
        self._prefix = prefix
        # Whoever calls knows better than the client when to try again.
        self._redis: Any = Redis.from_url(  # pyright: ignore[reportUnknownMemberType]
            url,
            retry=Retry(NoBackoff(), 0),
            socket_connect_timeout=_CONNECT_SECONDS,
            socket_timeout=_DOUBTFUL_SECONDS,
            health_check_interval=_DOUBTFUL_SECONDS,
        )

    async def publish(self, messages: Iterable[bytes]) -> None:
        """Send messages to all workers, this one included, in order. Raises BusError."""
        with _translated():
            async with self._redis.pipeline(transaction=False) as commands:
                for message in messages:
                    commands.publish(f"{self._prefix}:workers", message)
                await commands.execute()

    async def messages(self) -> AsyncGenerator[bytes | None]:
        """Yield None once it listens, then every message that is sent. Raises BusError."""
        with _translated():
            async with self._redis.pubsub() as subscription:
                await subscription.subscribe(f"{self._prefix}:workers")
                while True:
                    got = await subscription.get_message(timeout=_DOUBTFUL_SECONDS / 2)
                    if got and got["type"] in {"subscribe", "message"}:
                        yield got["data"] if got["type"] == "message" else None

    async def append(self, entries: Iterable[tuple[str, bytes]]) -> None:
        """Append entries to logs, each given as name and content, in order. Raises BusError.

        A log keeps its latest LONGEST_LOG entries, and is gone LOG_SECONDS after the last one.
        """
        with _translated():
            async with self._redis.pipeline(transaction=False) as commands:
                for name, content in entries:
                    key = self._key(name)
                    commands.xadd(key, {"e": content}, maxlen=LONGEST_LOG, approximate=True)
                    commands.expire(key, LOG_SECONDS)
                await commands.execute()

    async def entries(self, name: str, silence: float) -> AsyncGenerator[bytes | None]:
        """Yield the entries of a log from its first on, and None after that many silent seconds.

        Raises BusError.
        """
        key, last = self._key(name), b"0"
        # A connection that waits is not shared, and not used again by anybody.
        own = self._redis.client()
        try:
            with _translated():
                while True:
                    found = await own.xread({key: last}, block=int(silence * 1000))
                    if not found:
                        yield None
                        continue
                    for number, fields in found[0][1]:
                        last = number
                        yield fields[b"e"]
        finally:
            await own.aclose()

    async def aclose(self) -> None:
        """Close all connections."""
        await self._redis.aclose()

    def _key(self, name: str) -> str:
        return f"{self._prefix}:log:{name}"


@contextmanager
def _translated() -> Generator[None]:
    try:
        yield
    except (RedisError, OSError) as error:
        task = asyncio.current_task()
        if task and task.cancelling():
            # The client closes the connection of a cancelled wait and complains of that instead.
            raise asyncio.CancelledError from error
        raise BusError(str(error) or repr(error)) from error


def open_bus(settings: Settings | None = None) -> Bus | None:
    """Return a bus in the configured Redis, or None if none is configured."""
    settings = settings or get_settings()
    if not settings.redis_url:
        return None
    # Messages reach every database of a Redis, so the name has to tell installations apart.
    secret = settings.secret_key.get_secret_value().encode()
    return Bus(settings.redis_url, f"gptchina:{hashlib.sha256(b'redis' + secret).hexdigest()[:12]}")
