"""Times holding and settling beside what the bare driver can do on the same disk."""

from __future__ import annotations

import json
import statistics
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal
from multiprocessing import get_context
from time import perf_counter
from typing import Any
from uuid import uuid4

from gptchina.db.engine import get_engine, transaction
from gptchina.db.migrations import migrate
from gptchina.domain import clock, ledger
from gptchina.domain.accounts.registration import add_account

from .bare import payments_per_second, recorded, replays_per_second
from .databases import new_databases

WORKERS = 8
SECONDS = 3.0
HEADINGS = ("pairs/s", "of the least", "of the same", "p50 ms", "p99 ms", "longest ms", "fewest")
COLUMNS = "{:42} {:>8} {:>13} {:>13} {:>7} {:>7} {:>13} {:>7}"
# At least half of what the bare driver does, and nobody waits longer.
HALF = 0.5
LONGEST_WAIT = 250.0


def report() -> None:
    """Measure on each database and print a table."""
    for database in new_databases():
        schema = database.url.removeprefix("sqlite:///")
        _print(database.name, database.run("bench.ledger", database.bare, schema))


def _print(database: str, rows: list[dict[str, Any]]) -> None:
    print(COLUMNS.format(f"Hold and settle on {database}", *HEADINGS))
    least, same = rows[0]["pairs"], rows[1]["pairs"]
    for row in rows:
        cells = [f"{row['pairs'] / least:.0%}", f"{row['pairs'] / same:.0%}", "", "", "", ""]
        if "longest" in row:
            cells = [
                _judged(f"{row['pairs'] / least:.0%}", row["pairs"] >= HALF * least),
                _judged(f"{row['pairs'] / same:.0%}", row["pairs"] >= HALF * same),
                f"{row['p50']:.1f}",
                f"{row['p99']:.1f}",
                _judged(f"{row['longest']:.1f}", row["longest"] <= LONGEST_WAIT),
                row["fewest"],
            ]
        print(COLUMNS.format(row["name"], f"{row['pairs']:,.0f}", *cells))
    print()


def _judged(value: str, reached: bool) -> str:  # noqa: FBT001
    return f"{value} {'met' if reached else 'MISSED'}"


def _measure(bare: str, schema: str) -> list[dict[str, Any]]:
    migrate()
    hot = [_account()] * WORKERS
    rows = _ceilings(bare, schema, hot[0])
    rows.append(_summary(f"{WORKERS} threads, one wallet", _in_threads(hot)))
    # A connection must not cross into another process.
    get_engine().dispose()
    rows.append(_summary(f"{WORKERS} processes, one wallet", _in_processes(hot)))
    many = [_account() for _ in range(WORKERS)]
    get_engine().dispose()
    rows.append(_summary(f"{WORKERS} processes, a wallet each", _in_processes(many)))
    return rows


def _ceilings(url: str, schema: str, account: int) -> list[dict[str, Any]]:
    """Return what one writer does with the driver alone, each commit on disk.

    A pair is two transactions: the smallest there can be, and those that the program makes.
    """
    smallest = payments_per_second(url, SECONDS)
    terms = _terms(account)
    steps = [recorded(lambda: _hold(terms)), recorded(lambda: _settle(terms))]
    get_engine().dispose()
    same = replays_per_second(schema, steps, terms.turn_id, SECONDS)
    return [
        {"name": f"bare driver, two of {smallest:,.0f} least tx/s", "pairs": smallest / 2},
        {"name": "bare driver, the same statements", "pairs": same},
    ]


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
        terms = _terms(account)
        start = perf_counter()
        _hold(terms)
        middle = perf_counter()
        _settle(terms)
        waits += [middle - start, perf_counter() - middle]
    return waits


def _terms(account: int) -> ledger.Terms:
    return ledger.Terms(
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


def _hold(terms: ledger.Terms) -> None:
    with transaction() as session:
        ledger.hold(session, terms, 50, clock.now() + timedelta(minutes=1))


def _settle(terms: ledger.Terms) -> None:
    with transaction() as session:
        ledger.settle(session, terms.turn_id, ledger.Use(cost=30))


def _summary(name: str, each: list[list[float]]) -> dict[str, Any]:
    waits = sorted(wait * 1000 for worker in each for wait in worker)
    return {
        "name": name,
        "pairs": len(waits) / 2 / SECONDS,
        "p50": statistics.median(waits),
        "p99": waits[int(len(waits) * 0.99)],
        "longest": waits[-1],
        # A writer that starves shows here first.
        "fewest": min(len(worker) for worker in each) // 2,
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(_measure(*sys.argv[1:])) + "\n")
