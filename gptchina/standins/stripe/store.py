"""Where the stand-in keeps its objects: one SQLite database, in memory or in a file."""

from __future__ import annotations

import contextlib
import sqlite3
import threading
import weakref
from typing import TYPE_CHECKING

from gptchina.standins.stripe.transaction import SCHEMA, Transaction

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

_BUSY_SECONDS = 30.0


class Store:
    """The objects; several processes may share a file, each request is one transaction."""

    def __init__(self, path: Path | None, methods: Sequence[str]) -> None:
        """Keep objects in the file, or in memory for None; methods are those of the account."""
        self._path = path
        self._methods = tuple(methods)
        self._lock = threading.RLock()
        self._opened: sqlite3.Connection | None = None

    def _connection(self) -> sqlite3.Connection:
        if self._opened is None:
            if self._path is not None:
                self._path.parent.mkdir(parents=True, exist_ok=True)
            opened = sqlite3.connect(
                self._path or ":memory:",
                timeout=_BUSY_SECONDS,
                isolation_level=None,
                check_same_thread=False,
            )
            weakref.finalize(self, opened.close)
            # Made-up money need not outlive a power failure.
            opened.execute("PRAGMA synchronous=OFF")
            opened.execute("BEGIN IMMEDIATE")
            for statement in SCHEMA:
                opened.execute(statement)
            opened.execute("COMMIT")
            self._opened = opened
        return self._opened

    @contextlib.contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """Open a transaction that sees and changes the objects alone; an exception undoes it."""
        with self._lock:
            connection = self._connection()
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield Transaction(connection, self._methods)
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")
