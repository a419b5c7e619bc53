"""A fair queue for SQLite's one writer."""

from __future__ import annotations

import fcntl
import os
from collections import deque
from contextlib import contextmanager
from threading import Lock, get_ident
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
        self._holder = 0
        self._waiting: deque[Lock] = deque()
        self._descriptor = -1
        os.register_at_fork(after_in_child=self._forget_parent)

    @contextmanager
    def turn(self) -> Generator[None]:
        """Wait for the writer's turn and hold it for the block.

        Raises:
            RuntimeError: this thread has the turn, and would wait for itself for ever.
        """
        self._enter_queue()
        try:
            self._lock()
            try:
                yield
            finally:
                self._unlock()
        finally:
            self._hand_on()

    def _enter_queue(self) -> None:
        with self._guard:
            if not self._busy:
                self._busy, self._holder = True, get_ident()
                return
            if self._holder == get_ident():
                raise RuntimeError("a transaction inside a transaction")
            ticket = Lock()
            ticket.acquire()
            self._waiting.append(ticket)
        try:
            ticket.acquire()
        except BaseException:
            # Ctrl-C while waiting: whoever hands the turn on must not hand it to this thread.
            with self._guard:
                called = ticket not in self._waiting
                if not called:
                    self._waiting.remove(ticket)
            if called:
                self._hand_on()
            raise
        self._holder = get_ident()

    def _hand_on(self) -> None:
        with self._guard:
            self._call_next()

    def _call_next(self) -> None:
        self._holder = 0
        if self._waiting:
            self._waiting.popleft().release()
        else:
            self._busy = False

    def _lock(self) -> None:
        if self._descriptor < 0:
            self._descriptor = os.open(self._lock_file, os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(self._descriptor, fcntl.LOCK_EX)

    def _unlock(self) -> None:
        fcntl.flock(self._descriptor, fcntl.LOCK_UN)

    def _forget_parent(self) -> None:
        # The parent's threads, which wait or write, are not in the child. Its descriptor shares
        # the parent's lock, and would keep it if the parent were killed.
        self._guard = Lock()
        self._busy = False
        self._holder = 0
        self._waiting = deque()
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1
