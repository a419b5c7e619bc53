"""A fair queue for SQLite's one writer."""

from __future__ import annotations

import fcntl
import os
from collections import deque
from contextlib import contextmanager
from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path


class FairWriter:
    """Lets one writer in at a time: threads in the order they came, then processes by a file lock.

    SQLite's own busy handler wakes waiters at random; with eight processes some then make no
    commit for seconds. A lock file in front of it ends that.
    """

    def __init__(self, lock_file: Path) -> None:
        self._lock_file = lock_file
        self._guard = Lock()
        self._busy = False
        self._waiting: deque[Lock] = deque()
        self._descriptor = -1
        self._owner = 0

    @contextmanager
    def turn(self) -> Generator[None]:
        """Wait for the writer's turn and hold it for the block. Not reentrant."""
        self._enter_queue()
        try:
            descriptor = self._open()
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            try:
                yield
            finally:
                fcntl.flock(descriptor, fcntl.LOCK_UN)
        finally:
            self._leave_queue()

    def _enter_queue(self) -> None:
        with self._guard:
            if not self._busy:
                self._busy = True
                return
            ticket = Lock()
            ticket.acquire()
            self._waiting.append(ticket)
        ticket.acquire()

    def _leave_queue(self) -> None:
        with self._guard:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._busy = False

    def _open(self) -> int:
        # A forked child shares its parent's descriptor, and with it the parent's lock.
        if self._owner != os.getpid():
            self._descriptor = os.open(self._lock_file, os.O_RDWR | os.O_CREAT, 0o600)
            self._owner = os.getpid()
        return self._descriptor
