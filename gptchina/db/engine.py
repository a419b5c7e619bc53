"""The engine, and the only commit in the program."""

from __future__ import annotations

import select
from contextlib import contextmanager
from functools import cache, partial
from pathlib import Path
from threading import Lock
from time import monotonic
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import InvalidatePoolError
from sqlmodel import Session

from gptchina.settings import get_settings

from .group_commit import GroupWriter

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from sqlalchemy import Dialect

POOL_SIZE = 16

# Seconds after which a connection to PostgreSQL is asked whether it still is one.
LONG_IDLE = 30

# PostgreSQL shows each statement another state unless it is asked for one.
ONE_STATE = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}


# Threads that ask at the same moment would each make one, and the connections of all but the last
# would stay open until they are collected as garbage.
_making = Lock()


def get_engine() -> Engine:
    """Return the engine of the configured database, made once."""
    with _making:
        return _engine()


@cache
def _engine() -> Engine:
    return make_engine(get_settings().database)


def make_engine(url: str) -> Engine:
    """Return an engine for a SQLAlchemy URL: SQLite in WAL mode, or PostgreSQL by psycopg 3."""
    if not url.startswith("sqlite"):
        engine = create_engine(url, pool_size=POOL_SIZE, max_overflow=0)
        event.listen(engine, "checkin", _note_use)
        event.listen(engine, "checkout", partial(_replace_dead, engine.dialect))
        return engine
    file = sqlite_file(url)
    if file:
        file.parent.mkdir(parents=True, exist_ok=True)
        # What people write is nobody else's on this machine; SQLite's other files follow suit.
        file.touch(mode=0o600)
    engine = create_engine(
        url,
        pool_size=POOL_SIZE,
        max_overflow=POOL_SIZE,
        # Transactions begin when transaction() says so; the driver must not begin any itself.
        connect_args={"timeout": 30, "check_same_thread": False, "isolation_level": None},
    )
    event.listen(engine, "connect", _prepare_sqlite)
    _run_savepoints_uncompiled(engine.dialect)
    return engine


def _note_use(_connection: object, record: Any) -> None:  # noqa: ANN401 -- the pool's
    record.info["used"] = monotonic()


def _replace_dead(dialect: Dialect, connection: Any, record: Any, _proxy: object) -> None:  # noqa: ANN401
    """Have the pool connect anew if the server closed a connection meanwhile.

    To ask the server each time would make a short transaction a tenth longer. A connection that
    was closed has something to read, namely its end, and only such a one is asked, or one that
    was idle for long: what lies between may have dropped it without a word.
    """
    used = record.info.get("used")
    if used is None:
        return  # It was made this moment.
    try:
        ready = select.poll()
        ready.register(connection, select.POLLIN)
        if ready.poll(0) or monotonic() - used > LONG_IDLE:
            dialect.do_ping(connection)
    except Exception as error:
        raise InvalidatePoolError from error


def sqlite_file(url: str) -> Path | None:
    """Return the file of a SQLite URL, or None for another database."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite" or not parsed.database:
        return None
    return Path(parsed.database)


def _prepare_sqlite(connection: Any, _record: object) -> None:  # noqa: ANN401 -- the driver's
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        # A settled turn must survive a power cut, which NORMAL does not promise in WAL mode.
        "synchronous=FULL",
        "foreign_keys=ON",
        # Without it INSERT OR REPLACE deletes a ledger entry and no trigger hears of it.
        "recursive_triggers=ON",
        "busy_timeout=30000",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


class _SharedTransaction:
    """SQLite's one write transaction, in which each member of a group has a savepoint."""

    def __init__(self, engine: Engine) -> None:
        self._lost = False
        self._connection = engine.connect()
        self._driver: Any = self._connection.connection.dbapi_connection
        try:
            self._connection.exec_driver_sql("BEGIN IMMEDIATE")
        except BaseException:
            self._connection.close()
            raise

    @property
    def broken(self) -> bool:
        """Return whether a member's work could not be undone, so that nothing may be kept."""
        # When the disk is full, SQLite rolls back everything, savepoints included.
        return self._lost or not self._driver.in_transaction

    @contextmanager
    def member(self) -> Generator[Session]:
        """Open the session of a member, whose work is whole or undone at the end."""
        with Session(
            self._connection, expire_on_commit=False, join_transaction_mode="create_savepoint"
        ) as session:
            try:
                yield session
                session.flush()
            except BaseException:
                with self._certainly():
                    session.rollback()
                raise
            with self._certainly():
                session.commit()

    @contextmanager
    def _certainly(self) -> Generator[None]:
        try:
            yield
        except BaseException:
            self._lost = True
            raise

    def keep(self) -> None:
        """Commit for all members; raise, and keep nothing, if that fails."""
        if self.broken:
            self.drop()
            raise RuntimeError("another member of the group lost the transaction")
        try:
            self._connection.commit()
        except BaseException:
            self.drop()
            raise
        self._connection.close()

    def drop(self) -> None:
        """Roll back for all members."""
        try:
            self._connection.rollback()
            self._connection.close()
        except Exception:  # noqa: BLE001 -- a connection that cannot roll back is of no more use
            self._connection.invalidate()


def _run_savepoints_uncompiled(dialect: Any) -> None:  # noqa: ANN401 -- it is given other methods
    """SQLAlchemy compiles these anew each time, which takes five times as long as to run them."""

    def run(sql: str) -> Callable[[Connection, str], object]:
        return lambda connection, name: connection.exec_driver_sql(sql + name)

    dialect.do_savepoint = run("SAVEPOINT ")
    dialect.do_release_savepoint = run("RELEASE ")
    dialect.do_rollback_to_savepoint = run("ROLLBACK TO ")


@cache
def _writer(url: str) -> GroupWriter[_SharedTransaction] | None:
    file = sqlite_file(url)
    if not file:
        return None
    lock_file = file.with_name(file.name + ".lock")
    return GroupWriter(lock_file, lambda: _SharedTransaction(get_engine()))


@contextmanager
def transaction() -> Generator[Session]:
    """Open the one transaction of a use case: commit at the end, roll back on any error.

    On SQLite one writer works at a time, in the order of arrival, across threads and processes,
    so that no task starves. Threads that wait together share one commit; each returns after it,
    and if it fails, it fails for all of them. Do not call the network inside.
    """
    engine = get_engine()
    writer = _writer(engine.url.render_as_string(hide_password=False))
    if writer is None:
        with Session(engine, expire_on_commit=False) as session, session.begin():
            yield session
        return
    with writer.share() as work, work.member() as session:
        yield session


@contextmanager
def reading() -> Generator[Session]:
    """Open a session that only reads, from one consistent state of the database."""
    engine = get_engine()
    with Session(engine, expire_on_commit=False) as session:
        if engine.dialect.name == "sqlite":
            session.connection().exec_driver_sql("BEGIN")
        else:
            session.connection(execution_options=ONE_STATE)
        yield session
