"""Notices to an account's open tabs: what changed, by name; the tab then fetches it."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from contextlib import contextmanager
from threading import Lock
from typing import TYPE_CHECKING, Literal, get_args

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

Topic = Literal["wallet", "payments", "chats", "turns", "profile", "session"]


class Mailbox:
    """The topics one listener has not seen yet; equal ones are kept once."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._topics: set[str] = set()
        self._filled = asyncio.Event()

    def put(self, topic: str) -> None:
        """Leave a topic, from any thread."""
        self._loop.call_soon_threadsafe(self._put, topic)

    def _put(self, topic: str) -> None:
        self._topics.add(topic)
        self._filled.set()

    async def take(self) -> set[str]:
        """Wait for topics and return all that have come."""
        await self._filled.wait()
        self._filled.clear()
        taken, self._topics = self._topics, set()
        return taken


_guard = Lock()
_mailboxes: dict[int, set[Mailbox]] = defaultdict(set)
_relays: list[Callable[[int, str], None]] = []


def publish(account_id: int, topic: Topic) -> None:
    """Tell every open tab of the account that something changed; never blocks, never fails.

    Call it after the commit: a tab that hears of it reads the database at once.
    """
    deliver(account_id, topic)
    for relay in _relays:
        relay(account_id, topic)


def deliver(account_id: int, topic: str) -> None:
    """Put a topic into the mailboxes of this process."""
    with _guard:
        mailboxes = list(_mailboxes.get(account_id, ()))
    for mailbox in mailboxes:
        mailbox.put(topic)


def deliver_everything() -> None:
    """Put every topic into every mailbox of this process, when notices may have been missed."""
    with _guard:
        everybody = [mailbox for mailboxes in _mailboxes.values() for mailbox in mailboxes]
    for mailbox in everybody:
        for topic in get_args(Topic):
            mailbox.put(topic)


@contextmanager
def relayed(relay: Callable[[int, str], None]) -> Generator[None]:
    """Pass every notice of this process on to the other processes, for as long as the block."""
    _relays.append(relay)
    try:
        yield
    finally:
        _relays.remove(relay)


@contextmanager
def mailbox(account_id: int) -> Generator[Mailbox]:
    """Listen to the notices of an account for as long as the block."""
    opened = Mailbox()
    with _guard:
        _mailboxes[account_id].add(opened)
    try:
        yield opened
    finally:
        with _guard:
            _mailboxes[account_id].discard(opened)
            if not _mailboxes[account_id]:
                del _mailboxes[account_id]
