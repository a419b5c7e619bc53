"""The meter adds up what was charged, and says how far the balance goes."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from gptchina.db.engine import transaction
from gptchina.domain import catalog, usage
from gptchina.domain.catalog import DEMO_MODEL, ModelNotOfferedError
from gptchina.domain.estimates import typical_chat_cost
from tests.factories import hold, make_account

if TYPE_CHECKING:
    from .conftest import Past

SHANGHAI = ZoneInfo("Asia/Shanghai")


def meter(past: Past, conversation: str = "c") -> usage.Meter:
    return usage.meter(past.account, conversation, DEMO_MODEL, SHANGHAI)


def test_last_answer_conversation_and_today(past: Past) -> None:
    past.ago(days=2).gift(10_000)
    past.ago(hours=13).answer(100)  # yesterday, since at noon twelve hours of today are over
    past.ago(hours=3).answer(20)
    past.ago(hours=2).answer(5, "another")
    past.ago(hours=1).answer(7)
    past.ago()
    read = meter(past)
    assert (read.last, read.conversation, read.today) == (7, 127, 32)
    new = meter(past, "")
    assert (new.last, new.conversation, new.today) == (0, 0, 32)


def test_a_running_answer_counts_when_it_has_ended(past: Past) -> None:
    past.gift(10_000)
    past.answer(7)
    with transaction() as session:
        hold(session, past.account, 500)
    read = meter(past)
    assert (read.last, read.today) == (7, 7)


def test_left_is_by_the_last_answer_of_the_model_or_a_typical_one(past: Past) -> None:
    past.gift(1000)
    typical = typical_chat_cost(catalog.find(DEMO_MODEL))
    assert (typical, meter(past).left) == (273, 3)
    past.answer(300, model=DEMO_MODEL)
    past.answer(100, model="another")
    assert (meter(past).answer, meter(past).left) == (300, 2)
    past.answer(0, model=DEMO_MODEL)
    assert meter(past).answer == 300
    past.answer(599)
    assert meter(past).left == 0


def test_another_accounts_conversation_costs_this_one_nothing(past: Past) -> None:
    past.gift(100)
    past.answer(50)
    other = usage.meter(make_account(10), "c", DEMO_MODEL, SHANGHAI)
    assert (other.last, other.conversation, other.today) == (0, 0, 0)


def test_a_model_that_is_not_offered_has_no_meter(past: Past) -> None:
    with pytest.raises(ModelNotOfferedError):
        usage.meter(past.account, "c", "gpt-0", SHANGHAI)
