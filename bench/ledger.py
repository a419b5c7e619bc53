"""Times holding and settling beside what the bare driver can do on the same disk."""

from __future__ import annotations

import json
import os
import sqlite3
import statistics
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal
from multiprocessing import get_context
from pathlib import Path
from time import perf_counter
from typing import Any
from uuid import uuid4

import psycopg

from gptchina.db.engine import get_engine, transaction
from gptchina.db.migrations import migrate
from gptchina.domain import clock, ledger
from gptchina.domain.accounts.registration import add_account

WORKERS = 8
SECONDS = 3.0
POSTGRES = os.environ.get("TEST_DATABASE_URL", "postgresql://postgres@127.0.0.1:5432/postgres")
HEADINGS = ("", "tx/s", "pairs/s", "of the driver", "p50 ms", "p99 ms", "longest ms", "least")
COLUMNS = "{:38} {:>7} {:>8} {:>14} {:>7} {:>7} {:>11} {:>6}"

# What every payment costs at least: a guarded balance, a row with a unique key, a commit.
TABLES = (
    "CREATE TABLE purse (id INTEGER PRIMARY KEY, balance BIGINT NOT NULL)",
    "CREATE TABLE line (key TEXT PRIMARY KEY, amount BIGINT NOT NULL)",
    "INSERT INTO purse VALUES (1, 1000000000)",
)
GUARDED = "UPDATE purse SET balance = balance - 1 WHERE id = 1 AND balance >= 1"
LINE = "INSERT INTO line VALUES ('{key}', 1)"


def report() -> None:
    """Measure both databases, print a table, and leave nothing behind."""
    with tempfile.TemporaryDirectory() as folder:
        _print("SQLite", _measured(folder, f"sqlite:///{folder}/bench.db", f"{folder}/bare.db"))
        name = f"gptchina_bench_{uuid4().hex[:12]}"
        try:
            with psycopg.connect(POSTGRES, autocommit=True) as connection:
                connection.execute(f"CREATE DATABASE {name}".encode())
        except psycopg.OperationalError as error:
            print(f"PostgreSQL is not reachable: {error}")
            return
        url = f"{POSTGRES.rpartition('/')[0]}/{name}"
        try:
            _print("PostgreSQL", _measured(folder, url, url))
        finally:
            with psycopg.connect(POSTGRES, autocommit=True) as connection:
                connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


def _print(database: str, rows: list[dict[str, Any]]) -> None:
    print(COLUMNS.format(f"Ledger on {database}", *HEADINGS[1:]))
    ceiling = rows[0]["transactions"]
    for row in rows:
        waits = [f"{row[name]:.1f}" if name in row else "" for name in ("p50", "p99", "longest")]
        pairs = f"{row['transactions'] / 2:.0f}" if waits[0] else ""
        share = f"{row['transactions'] / ceiling:.0%}"
        least = row.get("least", "")
        print(
            COLUMNS.format(row["name"], f"{row['transactions']:.0f}", pairs, share, *waits, least)
        )
    print()


def _measured(folder: str, url: str, bare: str) -> list[dict[str, Any]]:
    """Measure in a program of its own, whose settings name the database."""
    done = subprocess.run(  # noqa: S603 -- our own program
        [sys.executable, "-m", "bench.ledger", bare],
        env=os.environ | {"ENVIRONMENT": "test", "DATA_DIR": folder, "DATABASE_URL": url},
        cwd=Path(__file__).resolve().parents[1],
        stdout=subprocess.PIPE,
        check=True,
    )
    return json.loads(done.stdout)


def _measure(bare: str) -> list[dict[str, Any]]:
    migrate()
    rows: list[dict[str, Any]] = [{"name": "bare driver, 1 writer", "transactions": _ceiling(bare)}]
    hot = [_account()] * WORKERS
    rows.append(_summary(f"{WORKERS} threads, one wallet", _in_threads(hot)))
    # A connection must not cross into another process.
    get_engine().dispose()
    rows.append(_summary(f"{WORKERS} processes, one wallet", _in_processes(hot)))
    many = [_account() for _ in range(WORKERS)]
    get_engine().dispose()
    rows.append(_summary(f"{WORKERS} processes, a wallet each", _in_processes(many)))
    return rows


def _ceiling(bare: str) -> float:
    """Return the transactions per second of the bare driver: one writer, each commit on disk."""
    if bare.startswith("postgres"):
        with psycopg.connect(bare, autocommit=True) as connection:
            return _commits_per_second(connection, "BEGIN")
    connection = sqlite3.connect(bare, isolation_level=None)
    try:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        return _commits_per_second(connection, "BEGIN IMMEDIATE")
    finally:
        connection.close()


def _commits_per_second(connection: Any, begin: str) -> float:  # noqa: ANN401 -- two drivers
    for statement in TABLES:
        connection.execute(statement)
    done, start = 0, perf_counter()
    while perf_counter() - start < SECONDS:
        for statement in (begin, GUARDED, LINE.format(key=uuid4().hex), "COMMIT"):
            connection.execute(statement)
        done += 1
    return done / (perf_counter() - start)


def _account() -> int:
    with transaction() as session:
        account = add_account(session, "Bench", f"{uuid4().hex}@example.com", "none")
        ledger.grant(session, account, 10**12, key=f"grant:{uuid4().hex}", kind="grant")
    return account


def _in_threads(accounts: list[int]) -> list[list[float]]:
    with ThreadPoolExecutor(len(accounts)) as pool:
        return list(pool.map(_hold_and_settle, accounts))


def _in_processes(accounts: list[int]) -> list[list[float]]:
    with get_context("fork").Pool(len(accounts)) as pool:
        return pool.map(_hold_and_settle, accounts, chunksize=1)


def _hold_and_settle(account: int) -> list[float]:
    """Hold and settle turns for a while; return how long each transaction took, in seconds."""
    waits: list[float] = []
    finish = perf_counter() + SECONDS
    while perf_counter() < finish:
        terms = ledger.Terms(
            turn_id=uuid4().hex,
            account_id=account,
            conversation_id=uuid4().hex,
            model="bench",
            input_rate=Decimal(1),
            output_rate=Decimal(1),
            cache_read_rate=Decimal(1),
            cache_write_rate=Decimal(1),
            markup=Decimal(1),
        )
        start = perf_counter()
        with transaction() as session:
            ledger.hold(session, terms, 50, clock.now() + timedelta(minutes=1))
        middle = perf_counter()
        with transaction() as session:
            ledger.settle(session, terms.turn_id, ledger.Use(cost=30))
        waits += [middle - start, perf_counter() - middle]
    return waits


def _summary(name: str, each: list[list[float]]) -> dict[str, Any]:
    waits = sorted(wait * 1000 for worker in each for wait in worker)
    return {
        "name": name,
        "transactions": len(waits) / SECONDS,
        "p50": statistics.median(waits),
        "p99": waits[int(len(waits) * 0.99)],
        "longest": waits[-1],
        # A writer that starves shows here first.
        "least": min(len(worker) for worker in each) // 2,
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(_measure(sys.argv[1])) + "\n")
