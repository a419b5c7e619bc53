"""Writers die at any moment: what was acknowledged stays, the rest is whole or absent."""

import pytest

from gptchina.db.engine import get_engine
from tests.money.crew import play
from tests.money.kill_scenarios import WRITERS, kill_writers

CYCLES = 200
GROUP_CYCLES = 60
THREADS = 4


@pytest.mark.timeout(600)  # It commits thousands of times, which a busy disk makes slow.
def test_killed_writers_lose_nothing_and_leave_nothing_half_done(database, seed, promise):
    dialect = get_engine().dialect.name
    seen = play(kill_writers, cycles=CYCLES, seed=seed)
    assert seen["broken"] == []
    # Without kills in the middle of the work, nothing was tried.
    assert seen["acknowledged"] > CYCLES * WRITERS
    assert seen["landed"] + seen["undone"] > CYCLES
    assert seen["swept"] > 0
    promise(
        f"{CYCLES} kill -9 cycles of {WRITERS} writers on {dialect}: "
        f"{seen['acknowledged']:,} acknowledged, 0 lost, 0 doubled; "
        f"{seen['landed']} unacknowledged whole, {seen['undone']} undone, 0 half done; "
        f"{seen['swept']:,} holds of the dead swept once; {seen['seconds']:.0f} s, seed {seed}"
    )


@pytest.mark.timeout(600)
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_killed_group_loses_nothing_that_was_acknowledged(database, seed, promise):
    seen = play(kill_writers, cycles=GROUP_CYCLES, seed=seed, threads=THREADS)
    assert seen["broken"] == []
    assert seen["acknowledged"] > GROUP_CYCLES * WRITERS * THREADS
    assert seen["landed"] + seen["undone"] > GROUP_CYCLES * THREADS
    promise(
        f"{GROUP_CYCLES} kill -9 cycles of {WRITERS} writers with {THREADS} threads each, which "
        f"share commits: {seen['acknowledged']:,} acknowledged, 0 lost, 0 doubled; "
        f"{seen['landed']} unacknowledged whole, {seen['undone']} undone, 0 half done"
    )
