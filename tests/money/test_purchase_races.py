"""Of many processes that hear of the same payment, one credits it."""

import pytest

from gptchina.db.engine import get_engine
from tests.money import purchase_scenarios
from tests.money.crew import play
from tests.money.purchase_scenarios import TOKENS


@pytest.fixture
def dialect(database):
    return get_engine().dialect.name


def test_a_paid_order_is_credited_once(dialect, promise):
    rounds = 40
    seen = play(purchase_scenarios.race_to_credit, rounds=rounds)
    assert seen == {
        "credited": [1],
        "attempts": [24],
        "wallets": [[7 + TOKENS, 0]],
        "violations": [],
    }
    promise(f"{rounds} races of 24 deliveries of one paid order on {dialect}: 1 credit in each")


def test_readings_of_different_age_come_to_what_is_true(dialect, promise):
    rounds = 30
    seen = play(purchase_scenarios.race_of_truths, rounds=rounds)
    assert seen == {"right": rounds, "violations": []}
    promise(f"{rounds} races of 24 readings of one refunded order on {dialect}: all books right")


def test_one_attempt_makes_one_order(dialect, promise):
    rounds = 40
    seen = play(purchase_scenarios.race_for_one_attempt, rounds=rounds)
    assert seen == {"orders": [1], "rows": rounds}
    promise(f"{rounds} races of 8 orders of one attempt on {dialect}: 1 order in each")
