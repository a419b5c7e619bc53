"""The charts say what the ledger says, day by day in the reader's zone."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from gptchina.domain import chat
from gptchina.domain.errors import NotFoundError
from gptchina.domain.usage import InvalidPeriodError, summary
from tests.factories import make_account

if TYPE_CHECKING:
    from .conftest import Past

SHANGHAI = ZoneInfo("Asia/Shanghai")


def test_the_balance_is_followed_day_by_day_to_what_it_is(busy: Past) -> None:
    days = summary(busy.account, 90, SHANGHAI).days
    assert len(days) == 90
    assert (days[0].balance, days[-1].day) == (0, date(2026, 11, 25))
    assert days[-1].balance == busy.wallet().balance
    by_day = {point.day: point for point in days}
    assert by_day[date(2026, 10, 16)].balance == 20_000
    assert (by_day[date(2026, 10, 26)].spent, by_day[date(2026, 10, 26)].balance) == (500, 19_500)
    assert by_day[date(2026, 11, 5)].balance == 519_500


def test_spending_is_told_by_model_and_by_conversation(busy: Past) -> None:
    told = summary(busy.account, 90, SHANGHAI)
    assert [(model.id, model.spent, model.answers) for model in told.models] == [
        ("gpt-6-luna", 300_000, 1),
        ("gpt-5-mini", 500, 2),
    ]
    (tea,) = told.chats
    assert (tea.title, tea.spent, tea.answers) == ("Tea from Fujian", 300_500, 3)
    assert not tea.deleted
    assert (told.spent, told.answers, told.more_chats) == (300_500, 3, 0)
    assert sum(point.spent for point in told.days) == told.spent
    assert summary(busy.account, 7, SHANGHAI).spent == 0


def test_only_the_dearest_conversations_are_named_and_the_rest_counted(past: Past) -> None:
    past.gift(10_000)
    for cost in range(1, 14):
        past.answer(cost, f"{cost:032}")
    told = summary(past.account, 7, SHANGHAI)
    assert [share.spent for share in told.chats] == list(range(13, 3, -1))
    assert told.more_chats == 3
    assert all(share.deleted for share in told.chats)


def test_a_deleted_conversation_is_counted_without_its_title(past: Past) -> None:
    past.gift(1000)
    conversation = past.chat("A secret")
    past.answer(10, conversation)
    chat.conversations.delete(past.account, conversation)
    (share,) = summary(past.account, 7, SHANGHAI).chats
    assert (share.title, share.deleted, share.spent) == ("", True, 10)


def test_the_day_that_has_23_hours_has_all_of_them(past: Past) -> None:
    berlin = ZoneInfo("Europe/Berlin")
    past.now = datetime(2026, 3, 1, tzinfo=UTC)
    past.gift(1000)
    for hour in (22, 23):  # UTC: the last minutes of the 28th and the first of the 29th
        past.now = datetime(2026, 3, 28, hour, 30, tzinfo=UTC)
        past.answer(hour)
    past.now = datetime(2026, 3, 29, 21, 59, tzinfo=UTC)
    past.answer(100)
    past.now = datetime(2026, 3, 29, 22, 1, tzinfo=UTC)  # already the 30th
    past.answer(7)
    told = {point.day.day: point.spent for point in summary(past.account, 7, berlin).days}
    assert (told[28], told[29], told[30]) == (22, 123, 7)


def test_nobody_sees_what_is_not_theirs(busy: Past) -> None:
    told = summary(make_account(7), 90, SHANGHAI)
    assert (told.spent, told.chats, told.models, told.days[-1].balance) == (0, [], [], 7)


def test_a_period_that_is_not_offered_is_refused(past: Past) -> None:
    for period in (0, -1, 8, 10**9):
        with pytest.raises(InvalidPeriodError):
            summary(past.account, period, SHANGHAI)
    with pytest.raises(NotFoundError):
        summary(0, 7, SHANGHAI)
