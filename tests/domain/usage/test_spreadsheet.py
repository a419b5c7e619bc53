"""The export adds up to the balance, and no cell of it does anything in a spreadsheet."""

from __future__ import annotations

import csv
from io import StringIO
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from gptchina.domain.usage import export, spreadsheet
from tests.factories import make_account

if TYPE_CHECKING:
    from .conftest import Past

SHANGHAI = ZoneInfo("Asia/Shanghai")


def rows_of(account: int) -> list[dict[str, str]]:
    text = "".join(export(account, SHANGHAI))
    assert text.startswith("\ufeff")
    return list(csv.DictReader(StringIO(text.removeprefix("\ufeff"), newline="")))


@pytest.mark.parametrize("at_once", [1, 3, 1000])
def test_the_changes_add_up_to_the_balance_and_to_the_debt(
    busy: Past, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    monkeypatch.setattr(spreadsheet, "ROWS_AT_ONCE", at_once)
    rows = rows_of(busy.account)
    wallet = busy.wallet()
    assert sum(int(row["change"]) for row in rows) == wallet.balance
    assert sum(int(row["debt_change"]) for row in rows) == wallet.debt == 140_500
    running = 0
    for row in rows:
        running += int(row["change"])
        assert int(row["balance"]) == running


def test_each_row_says_what_it_is_about(busy: Past) -> None:
    rows = rows_of(busy.account)
    first, answer, order = rows[:3]
    assert (first["time (Asia/Shanghai)"], first["kind"]) == ("2026-10-16 12:00:00", "start")
    assert (answer["model"], answer["conversation"]) == ("gpt-5-mini", "Tea from Fujian")
    assert (answer["input_tokens"], answer["output_tokens"]) == ("900", "400")
    assert (order["kind"], order["money"], order["currency"]) == ("stripe", "35.00", "CNY")
    assert order["input_tokens"] == first["model"] == ""
    assert [row["kind"] for row in rows if row["money"]] == ["stripe"]


@pytest.mark.parametrize(
    "title",
    ['=HYPERLINK("http://x")', "+1", "-1+2", "@SUM(A1)", "\t=1", "  =1", '"quoted", and\nmore'],
)
def test_no_title_becomes_a_formula(past: Past, title: str) -> None:
    past.gift(100, note=title)
    past.answer(1, past.chat(title))
    gift, answer = rows_of(past.account)
    for cell in (gift["note"], answer["conversation"]):
        assert cell.lstrip(" ")[0] not in "=+-@\t\r\n"
        assert cell.removeprefix("'") == title


def test_an_export_is_of_one_account_and_one_moment(past: Past) -> None:
    make_account(7)
    past.gift(5)
    pieces = export(past.account, SHANGHAI)
    header = next(pieces)
    past.ago(hours=-1).gift(6)
    assert "change" in header
    assert "".join(pieces).count("claim,") == 1
