"""Of many processes that want the same thing at the same moment, one gets it."""

import pytest

from gptchina.db.engine import get_engine
from gptchina.settings import get_settings
from tests.money import race_scenarios
from tests.money.crew import play
from tests.money.race_scenarios import PROCESSES


@pytest.fixture
def dialect(database):
    return get_engine().dialect.name


def test_sixty_four_turns_on_a_balance_for_ten_admit_ten(dialect, promise):
    rounds = 15
    seen = play(race_scenarios.race_for_holds, rounds=rounds, attempts=64, covered=10)
    assert seen == {
        "attempts": [64],
        "admitted": [10],
        "wallets": [[76, 70]],
        "violations": [],
    }
    promise(f"{rounds} races of 64 holds on a balance for 10 on {dialect}: 10 admitted in each")


def test_of_parallel_claims_one_is_granted(dialect, promise):
    rounds = 40
    seen = play(race_scenarios.race_for_claims, rounds=rounds)
    amount = get_settings().claim_amount
    assert seen == {
        "attempts": [24],
        "granted": [1],
        "wallets": [[amount, 0]],
        "violations": [],
    }
    promise(f"{rounds} races of 24 claims on {dialect}: 1 granted in each")


def test_a_key_moves_once_and_another_body_never(dialect, promise):
    rounds = 60
    seen = play(race_scenarios.race_for_a_key, rounds=rounds)
    for said, balance in zip(seen["rounds"], seen["balances"], strict=True):
        assert balance in {5, 6}
        half = PROCESSES // 2
        assert said == [str(balance)] + ["conflict"] * half + ["repeated"] * (half - 1)
    assert len(seen["rounds"]) == rounds
    assert seen["violations"] == []
    promise(f"{rounds} races of {PROCESSES} grants under one key on {dialect}: 1 moved in each")


def test_a_turn_ends_once(dialect, promise):
    rounds = 60
    seen = play(race_scenarios.race_for_the_end, rounds=rounds)
    for said, wallet in zip(seen["rounds"], seen["wallets"], strict=True):
        charges = [int(charged) for charged in said if charged != "late"]
        assert len(charges) == 1
        assert len(said) == PROCESSES
        assert wallet == [100 - charges[0], 0]
    assert len(seen["rounds"]) == rounds
    assert seen["violations"] == []
    released = sum("0" in said for said in seen["rounds"])
    promise(
        f"{rounds} races of settling against releasing on {dialect}: one end each, "
        f"{rounds - released} settled, {released} released"
    )


def test_a_turn_is_held_once(dialect, promise):
    rounds = 60
    seen = play(race_scenarios.race_for_the_same_hold, rounds=rounds)
    once = ["repeated"] * (PROCESSES - 1) + ["reserved"]
    assert [sorted(said) for said in seen["rounds"]] == [once] * rounds
    assert seen["wallets"] == [[100, 60]]
    assert seen["violations"] == []
    promise(f"{rounds} races of {PROCESSES} holds for one turn on {dialect}: 1 reserved in each")


def test_an_address_registers_once_and_gets_one_start_balance(dialect, promise):
    rounds = 40
    seen = play(race_scenarios.race_to_register, rounds=rounds)
    start = get_settings().start_balance
    assert seen == {"made": [1], "wallets": [[start, 0]], "violations": []}
    promise(f"{rounds} races of {PROCESSES} registrations of one address on {dialect}: 1 made")


def test_no_writer_starves(dialect, promise):
    pairs = 400
    seen = play(race_scenarios.race_for_turns, pairs=pairs)
    assert sum(seen["pairs"]) == pairs
    # A fair share is an eighth; without the fair writer some get nothing at all.
    assert min(seen["pairs"]) > pairs / PROCESSES / 10
    assert seen["wallet"] == [10**9 - 3 * pairs, 0]
    assert seen["violations"] == []
    promise(
        f"{PROCESSES} processes on one wallet on {dialect}: {pairs / seen['seconds']:.0f} "
        f"hold+settle pairs/s, {min(seen['pairs'])} to {max(seen['pairs'])} each, "
        f"longest wait {seen['longest']} ms"
    )


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_no_writer_starves_beside_processes_with_many(database, promise):
    """A group of many threads is one turn among processes, however many wait in it."""
    pairs = 800
    seen = play(race_scenarios.race_for_turns, pairs=pairs, crowded=2)
    alone = seen["pairs"][2:]
    assert sum(seen["pairs"]) == pairs
    assert min(alone) > max(alone) / 4
    assert seen["wallet"] == [10**9 - 3 * pairs, 0]
    assert seen["violations"] == []
    promise(
        f"2 processes with 8 threads and 6 with one on sqlite: {min(alone)} to {max(alone)} "
        f"hold+settle pairs for the single ones, longest wait {seen['longest']} ms"
    )
