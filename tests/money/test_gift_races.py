"""Of many who want the same gift at the same moment, as many get it as it has uses."""

import pytest

from gptchina.db.engine import get_engine
from tests.money import gift_scenarios
from tests.money.crew import play
from tests.money.gift_scenarios import REDEEMERS, WORTH


@pytest.fixture
def dialect(database, monkeypatch):
    monkeypatch.setenv("ALLOW_CODES", "true")
    monkeypatch.setenv("REFERRAL_REWARD", "30")
    return get_engine().dialect.name


@pytest.mark.parametrize(("uses", "rounds"), [(1, 25), (5, 10)])
def test_of_32_redeemers_as_many_win_as_a_code_has_uses(dialect, promise, uses, rounds):
    seen = play(gift_scenarios.race_for_a_code, rounds=rounds, uses=uses)
    assert seen == {
        "attempts": [REDEEMERS],
        "winners": [uses],
        "refusals": ["code_used_up"],
        "used": [uses],
        "told": True,
        "paid": True,
        "violations": [],
    }
    promise(f"{rounds} races of {REDEEMERS} for a code of {uses} uses on {dialect}: {uses} won")


def test_one_person_uses_a_code_once(dialect, promise):
    rounds = 20
    seen = play(gift_scenarios.race_of_one_person, rounds=rounds)
    assert seen == {
        "rounds": [[str(WORTH), "code_used"]] * rounds,
        "wallets": [[WORTH, 0]],
        "violations": [],
    }
    promise(f"{rounds} races of one person 32 times for one code on {dialect}: once in each")


def test_of_64_guesses_at_once_ten_are_looked_at(dialect, promise):
    rounds = 5
    seen = play(gift_scenarios.race_of_guesses, rounds=rounds)
    assert seen == {"attempts": [64], "looked_at": [10], "refused": [54]}
    promise(f"{rounds} races of 64 guesses of a code on {dialect}: 10 looked at in each")


def test_a_guest_is_rewarded_once_and_a_refund_takes_all_of_it(dialect, promise):
    rounds = 25
    seen = play(gift_scenarios.race_to_reward, rounds=rounds)
    assert seen == {"rewarded": [1], "rich": [35], "left": [5], "violations": []}
    promise(f"{rounds} races of 16 first orders of one guest on {dialect}: 1 reward in each")


def test_sixty_four_turns_on_a_limit_for_ten_admit_ten(dialect, promise):
    rounds = 10
    seen = play(gift_scenarios.race_for_a_day, rounds=rounds, attempts=64, covered=10)
    assert seen == {
        "attempts": [64],
        "admitted": [10],
        "wallets": [[10**6, 70]],
        "violations": [],
    }
    promise(f"{rounds} races of 64 holds on a limit for 10 on {dialect}: 10 admitted in each")
