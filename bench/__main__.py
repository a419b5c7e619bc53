"""Measure and print: `python -m bench`, or some of it: `python -m bench wire latency`."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from . import browser, ledger, streams, webhooks
from .installation import installed
from .report import Row, print_table

if TYPE_CHECKING:
    from collections.abc import Callable

    from .installation import Installation


def cold_start(running: Installation) -> list[Row]:
    """From the command to the first page, everything built."""
    return [Row("cold start (built) -> first 200", running.cold_start, "s", "", 4)]


MEASURES: dict[str, Callable[[Installation], list[Row]]] = {
    "start": cold_start,
    "send": streams.send,
    "memory": streams.idle_memory,
    "latency": streams.latency,
    "wire": browser.wire,
    "token": browser.first_token,
    "flood": browser.flood,
    "load": browser.load,
}

# What prints a table of its own, since a limit of the machine stands beside it.
REPORTS: dict[str, Callable[[], None]] = {"ledger": ledger.report, "webhooks": webhooks.report}


def _asked() -> list[str]:
    names = [*MEASURES, "workers", *REPORTS]
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("measures", nargs="*", metavar="measure", help=", ".join(names))
    asked: list[str] = parser.parse_args().measures or names
    unknown = [name for name in asked if name not in names]
    if unknown:
        parser.error(f"{unknown[0]}: known are {', '.join(names)}")
    return asked


def main() -> None:
    """Measure what was asked for, or everything."""
    asked = _asked()
    rows: list[Row] = []
    if set(asked) & set(MEASURES):
        with installed() as running:
            for name in asked:
                if name in MEASURES:
                    print(f"{name} …", flush=True)
                    rows += MEASURES[name](running)
    if "workers" in asked:
        print("workers …", flush=True)
        rows += streams.workers()
    if rows:
        print_table(rows)
    for name in asked:
        if name in REPORTS:
            REPORTS[name]()


if __name__ == "__main__":
    main()
