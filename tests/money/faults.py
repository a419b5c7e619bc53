"""Errors before and after every statement of a transaction, and around its COMMIT."""

from contextlib import contextmanager
from typing import Any

from sqlalchemy import event, inspect, text

from gptchina.db.engine import get_engine, reading
from gptchina.db.models import Wallet
from gptchina.domain import ledger


class InjectedError(Exception):
    """What a lost connection, a full disk or a killed thread would raise."""


class Points:
    """The points a use case passed, in order; at the armed one it fails."""

    def __init__(self, armed=None):
        self.passed = []
        self._armed = armed

    def reach(self, name):
        self.passed.append(name)
        if len(self.passed) - 1 == self._armed:
            raise InjectedError(name)


@contextmanager
def fault_points(armed=None):
    """Count the points of what the block does on the database, and fail at the armed one."""
    engine, points = get_engine(), Points(armed)

    def before(_connection, _cursor, statement, *_rest):
        points.reach(f"before {statement.split(chr(10))[0][:40]}")

    def after(_connection, _cursor, statement, *_rest):
        points.reach(f"after {statement.split(chr(10))[0][:40]}")

    dialect: Any = engine.dialect
    commit = dialect.do_commit

    def commit_with_faults(connection):
        points.reach("before COMMIT")
        commit(connection)
        points.reach("after COMMIT")

    event.listen(engine, "before_cursor_execute", before)
    event.listen(engine, "after_cursor_execute", after)
    dialect.do_commit = commit_with_faults
    try:
        yield points
    finally:
        dialect.do_commit = commit
        event.remove(engine, "before_cursor_execute", before)
        event.remove(engine, "after_cursor_execute", after)


def everything():
    """Return every row of every table."""
    tables = sorted(inspect(get_engine()).get_table_names())
    with reading() as session:
        return {
            table: sorted(
                repr(tuple(row))
                for row in session.connection().execute(text(f"SELECT * FROM {table}"))  # noqa: S608
            )
            for table in tables
        }


def difference(before, after):
    """Return by how many rows each table grew, and how many of its rows are others now."""
    return {
        table: (len(rows) - len(before[table]), len(set(rows) - set(before[table])))
        for table, rows in after.items()
        if rows != before[table]
    }


def wallet(account):
    with reading() as session:
        row = session.get(Wallet, account)
        return row and (row.balance, row.held, row.claims, row.debt)


def violations():
    with reading() as session:
        return [found.invariant for found in ledger.verify(session)]
