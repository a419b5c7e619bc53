"""The history as a table for spreadsheets, whose changes add up to the balance."""

from __future__ import annotations

import csv
from io import StringIO
from typing import TYPE_CHECKING

from sqlmodel import col

from gptchina.db.engine import reading
from gptchina.db.models import LedgerEntry
from gptchina.domain import clock
from gptchina.domain.payments.amounts import plain

from .causes import causes_of
from .entries import newer_than, page

if TYPE_CHECKING:
    from collections.abc import Iterator
    from zoneinfo import ZoneInfo

    from .causes import Cause
    from .entries import SignedEntry

ROWS_AT_ONCE = 1000
# By it a spreadsheet knows the text for UTF-8.
BYTE_ORDER_MARK = "\ufeff"
# What makes a spreadsheet take a text for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")

COLUMNS = (
    "kind",
    "change",
    "balance",
    "debt_change",
    "model",
    "conversation",
    "conversation_id",
    "input_tokens",
    "cache_read_tokens",
    "cache_write_tokens",
    "output_tokens",
    "reasoning_tokens",
    "estimated",
    "money",
    "currency",
    "note",
    "key",
)


def export(account_id: int, zone: ZoneInfo) -> Iterator[str]:
    """Return the account's whole history as CSV, oldest first, in pieces.

    `change` adds up to the balance, `debt_change` to what is owed. Times are the reader's. Each
    piece is read by itself: a slow reader keeps no connection. What happens after the beginning
    is left out.
    """
    ends = col(LedgerEntry.created_at) <= clock.now()
    yield BYTE_ORDER_MARK + _written([(f"time ({zone.key})", *COLUMNS)])
    balance, after = 0, None
    while True:
        conditions = [ends] if after is None else [ends, newer_than(after)]
        with reading() as session:
            rows = page(session, account_id, conditions, ROWS_AT_ONCE, newest_first=False)
            causes = causes_of(session, account_id, rows)
        lines: list[tuple[str | int, ...]] = []
        for row, cause in zip(rows, causes, strict=True):
            balance += row.change
            lines.append(_line(row, cause, balance, zone))
        yield _written(lines)
        if len(rows) < ROWS_AT_ONCE:
            return
        after = rows[-1].place


def _line(row: SignedEntry, cause: Cause, balance: int, zone: ZoneInfo) -> tuple[str | int, ...]:
    of_turn = (
        cause.input_tokens,
        cause.cache_read_tokens,
        cause.cache_write_tokens,
        cause.output_tokens,
        cause.reasoning_tokens,
        "yes" if cause.estimated else "no",
    )
    return (
        row.place.at.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S"),
        row.kind,
        row.change,
        balance,
        row.debt,
        _harmless(cause.model),
        _harmless(cause.title),
        cause.conversation,
        *(of_turn if row.turn_id else ("",) * len(of_turn)),
        plain(cause.money, cause.currency) if cause.money else "",
        cause.currency.upper(),
        _harmless(cause.note),
        _harmless(row.key),
    )


def _harmless(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULA) else text


def _written(lines: list[tuple[str | int, ...]]) -> str:
    written = StringIO()
    csv.writer(written).writerows(lines)
    return written.getvalue()
