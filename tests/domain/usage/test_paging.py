"""Every entry has its cause and the balance after it, on whichever page and filter it is found."""

from __future__ import annotations

from datetime import date
from itertools import pairwise, product
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from gptchina.domain import chat, usage
from gptchina.domain.usage import paging
from gptchina.domain.usage.paging import Filters, InvalidFilterError, history
from tests.factories import make_account

if TYPE_CHECKING:
    from .conftest import Past

SHANGHAI = ZoneInfo("Asia/Shanghai")
ALL = Filters(SHANGHAI)


def read_all(account: int, filters: Filters = ALL) -> list[usage.HistoryEntry]:
    """Return all entries, page after page."""
    found, bookmark = [], None
    while True:
        page = history(account, filters, bookmark)
        found += page.entries
        bookmark = page.bookmark
        if not bookmark:
            return found


def test_the_newest_entry_has_todays_balance_and_each_the_one_before_it(busy: Past) -> None:
    entries = read_all(busy.account)
    wallet = busy.wallet()
    assert wallet.debt == 140_500  # of 500,000 tokens bought, so many were not there any more
    assert entries[0].balance == wallet.balance
    for newer, older in pairwise(entries):
        assert newer.balance - newer.change == older.balance
    assert entries[-1].balance == entries[-1].change == 20_000
    assert sum(entry.change for entry in entries) == wallet.balance
    assert sum(entry.debt for entry in entries) == wallet.debt


def test_pages_and_filters_change_nothing_about_an_entry(
    busy: Past, monkeypatch: pytest.MonkeyPatch
) -> None:
    everything = read_all(busy.account)
    kinds = {"": tuple({entry.kind for entry in everything}), **usage.KINDS}
    texts = ("", "fuji", "GPT-5", "trouble", "500k", "100%", "_", "nothing")
    monkeypatch.setattr(paging, "PAGE", 2)
    for kind, text in product(kinds, texts):
        filtered = read_all(busy.account, Filters(SHANGHAI, kind, text=text))
        assert [entry for entry in everything if entry in filtered] == filtered
        assert {entry.kind for entry in filtered} <= set(kinds[kind])
        if not text:
            assert filtered == [entry for entry in everything if entry.kind in kinds[kind]]


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("fuji", {"turn"}),
        ("LUNA", {"turn"}),
        ("trouble", {"grant"}),
        ("500k", {"stripe", "refund", "debt"}),
        ("%", set()),
    ],
)
def test_a_text_is_found_in_titles_models_notes_and_packages(
    busy: Past, text: str, kinds: set[str]
) -> None:
    found = {entry.kind for entry in read_all(busy.account, Filters(SHANGHAI, text=text))}
    assert kinds - {"debt"} <= found <= kinds


def test_causes_are_told_in_full(busy: Past) -> None:
    by_kind = {entry.kind: entry for entry in read_all(busy.account)}
    answer = by_kind["turn"].cause
    assert (answer.title, answer.model, answer.deleted) == ("Tea from Fujian", "gpt-5-mini", False)
    assert (answer.input_tokens, answer.output_tokens) == (900, 400)
    order = by_kind["stripe"].cause
    assert (order.tokens, order.money, order.currency) == (500_000, 3500, "cny")
    assert by_kind["grant"].cause.note == "For the trouble"
    # What was paid is said once: a refund may have been of a part.
    refund = by_kind["refund"].cause
    assert (refund.money, refund.currency) == (0, "")
    assert refund.note.startswith("GC-0000")


def test_what_was_owed_changes_the_debt_and_repaying_changes_both(busy: Past) -> None:
    entries = read_all(busy.account)
    owed = [entry for entry in entries if entry.debt > 0]
    assert [(entry.kind, entry.change) for entry in owed] == [("refund", 0)]
    repaid = [entry for entry in entries if entry.kind == "debt"]
    assert [(entry.change, entry.debt) for entry in repaid] == [
        (-20_000, -20_000),
        (-100_000, -100_000),
    ]


def test_a_deleted_conversation_keeps_its_cost_and_loses_its_words(past: Past) -> None:
    past.gift(1000)
    conversation = past.chat("A secret")
    past.answer(10, conversation)
    chat.conversations.delete(past.account, conversation)
    answer = read_all(past.account)[0]
    assert (answer.change, answer.cause.title, answer.cause.deleted) == (-10, "", True)
    assert read_all(past.account, Filters(SHANGHAI, text="secret")) == []


@pytest.mark.parametrize(
    ("zone", "day"),
    [("Asia/Shanghai", date(2026, 11, 25)), ("America/New_York", date(2026, 11, 24))],
)
def test_days_are_those_of_the_reader(past: Past, zone: str, day: date) -> None:
    past.gift(1)  # at noon in Shanghai, which is 11 pm of the day before in New York
    found = ZoneInfo(zone)
    assert len(read_all(past.account, Filters(found, first=day, last=day))) == 1
    for other in (day.replace(day=day.day - 1), day.replace(day=day.day + 1)):
        assert read_all(past.account, Filters(found, first=other, last=other)) == []


def test_nobody_sees_what_is_not_theirs(busy: Past) -> None:
    other = make_account(7)
    assert [entry.change for entry in read_all(other)] == [7]
    for text in ("fuji", "gpt", "trouble", "500k"):
        assert read_all(other, Filters(SHANGHAI, text=text)) == []
    assert read_all(0) == []


@pytest.mark.parametrize(("kind", "text"), [("theft", ""), ("stripe", ""), ("", "x" * 201)])
def test_a_filter_that_is_not_offered_is_refused(kind: str, text: str) -> None:
    with pytest.raises(InvalidFilterError):
        Filters(SHANGHAI, kind, text=text)


def test_entries_of_one_moment_are_neither_lost_nor_doubled(past: Past) -> None:
    for amount in range(1, 2 * paging.PAGE + 2):
        past.gift(amount)
    entries = read_all(past.account)
    assert [entry.change for entry in entries] == list(range(2 * paging.PAGE + 1, 0, -1))
