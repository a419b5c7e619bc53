"""What the drivers do alone: the ceilings that the ledger is measured beside."""

from __future__ import annotations

import sqlite3
from contextlib import closing, contextmanager
from time import perf_counter
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import psycopg
from sqlalchemy import event

from gptchina.db.engine import get_engine

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

# What every payment costs at least: a guarded balance, a row with a unique key, a commit.
TABLES = (
    "CREATE TABLE purse (id INTEGER PRIMARY KEY, balance BIGINT NOT NULL)",
    "CREATE TABLE line (key TEXT PRIMARY KEY, amount BIGINT NOT NULL)",
    "INSERT INTO purse VALUES (1, 1000000000)",
)
GUARDED = "UPDATE purse SET balance = balance - 1 WHERE id = 1 AND balance >= 1"
LINE = "INSERT INTO line VALUES ('{key}', 1)"

Statement = tuple[str, Any]


@contextmanager
def connection(url: str) -> Generator[tuple[Any, str]]:
    """Open a connection of the bare driver; yield it and how its transactions begin."""
    if url.startswith("postgres"):
        with psycopg.connect(url, autocommit=True) as opened:
            yield opened, "BEGIN"
        return
    with closing(sqlite3.connect(url, isolation_level=None)) as opened:
        opened.execute("PRAGMA journal_mode=WAL")
        opened.execute("PRAGMA synchronous=FULL")
        opened.execute("PRAGMA foreign_keys=ON")
        yield opened, "BEGIN IMMEDIATE"


def payments_per_second(url: str, seconds: float) -> float:
    """Return how many of the smallest transactions one writer commits to disk in a second."""
    with connection(url) as (driver, begin):
        for statement in TABLES:
            driver.execute(statement)

        def pay() -> None:
            for statement in (begin, GUARDED, LINE.format(key=uuid4().hex), "COMMIT"):
                driver.execute(statement)

        return _per_second(pay, seconds)


def replays_per_second(url: str, steps: list[list[Statement]], name: str, seconds: float) -> float:
    """Return how often one writer runs these transactions in a second, for a new name each time.

    They are what the program sent to the driver, so that what remains is what it adds to it.
    """
    with connection(url) as (driver, begin):

        def replay() -> None:
            new = uuid4().hex
            for statements in steps:
                driver.execute(begin)
                for statement, parameters in statements:
                    cursor = driver.execute(statement, _renamed(parameters, name, new))
                    if cursor.description:
                        cursor.fetchall()
                driver.execute("COMMIT")

        return _per_second(replay, seconds)


def _renamed(parameters: Any, name: str, new: str) -> Any:  # noqa: ANN401 -- two drivers
    def value(given: Any) -> Any:  # noqa: ANN401
        return given.replace(name, new) if isinstance(given, str) else given

    if isinstance(parameters, dict):
        return {key: value(given) for key, given in parameters.items()}
    return tuple(map(value, parameters))


def _per_second(step: Callable[[], None], seconds: float) -> float:
    done, start = 0, perf_counter()
    while perf_counter() - start < seconds:
        step()
        done += 1
    return done / (perf_counter() - start)


def recorded(step: Callable[[], None]) -> list[Statement]:
    """Return the statements that a step sends to the driver, without those around them."""
    sent: list[Statement] = []

    def note(_connection: object, _cursor: object, *given: Any) -> None:  # noqa: ANN401
        statement, parameters = given[:2]
        if statement.startswith(("SELECT", "INSERT", "UPDATE", "DELETE")):
            sent.append((statement, parameters))

    event.listen(get_engine(), "before_cursor_execute", note)
    try:
        step()
    finally:
        event.remove(get_engine(), "before_cursor_execute", note)
    return sent
