from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from gptchina.db.engine import reading
from gptchina.domain import claims, clock, ledger
from gptchina.domain.errors import DomainError
from gptchina.settings import Settings
from tests.factories import make_account

DAY = timedelta(hours=24)


@pytest.fixture(autouse=True)
def clean_ledger(database):
    yield
    with reading() as session:
        assert ledger.verify(session) == []


@pytest.fixture
def at(monkeypatch):
    start = clock.now()

    def set_clock(passed: timedelta) -> None:
        monkeypatch.setattr(clock, "now", lambda: start + passed)

    set_clock(timedelta(0))
    return set_clock


def balance(account: int) -> int:
    with reading() as session:
        return ledger.balance_of(session, account).balance


def test_the_cooldown_is_a_day():
    assert Settings.model_fields["claim_cooldown_hours"].default == 24
    assert Settings.model_fields["claim_amount"].default == 20_000


def test_a_new_account_may_claim_at_once(at):
    account = make_account()
    assert claims.claimable(account) == claims.Claimable(20_000, None)
    assert claims.claim(account) == 20_000
    assert balance(account) == 20_000
    assert claims.claimable(account).ready_at == clock.now() + DAY


@pytest.mark.parametrize(
    ("early", "seconds"),
    [
        (timedelta(microseconds=1), 1),
        (timedelta(seconds=1), 1),
        (timedelta(seconds=1, microseconds=1), 2),
        (timedelta(hours=5), 5 * 3600),
    ],
)
def test_a_claim_within_the_cooldown_is_refused_and_moves_nothing(at, early, seconds):
    account = make_account()
    claims.claim(account)
    at(DAY - early)
    with pytest.raises(claims.ClaimNotReadyError) as caught:
        claims.claim(account)
    assert caught.value.params == {"seconds": seconds}
    assert balance(account) == 20_000


def test_the_next_claim_is_due_exactly_a_day_later(at):
    account = make_account()
    claims.claim(account)
    at(DAY)
    assert claims.claimable(account).ready_at is None
    claims.claim(account)
    assert balance(account) == 40_000


def test_a_refused_claim_does_not_postpone_the_next(at):
    account = make_account()
    claims.claim(account)
    at(DAY / 2)
    with pytest.raises(claims.ClaimNotReadyError):
        claims.claim(account)
    at(DAY)
    claims.claim(account)
    assert balance(account) == 40_000


def test_of_twenty_parallel_claims_one_wins():
    account = make_account()

    def attempt(_: int) -> bool:
        try:
            claims.claim(account)
        except DomainError:
            return False
        return True

    with ThreadPoolExecutor(20) as pool:
        won = list(pool.map(attempt, range(20)))
    assert won.count(True) == 1
    assert balance(account) == 20_000
