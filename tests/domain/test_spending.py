from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from gptchina.db.engine import reading, transaction
from gptchina.domain import accounts, clock, ledger, spending
from gptchina.domain.days import InvalidTimeZoneError
from gptchina.domain.errors import DomainError
from tests.factories import LEASE, make_account, make_terms

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
EAST, WEST = "Pacific/Kiritimati", "Pacific/Pago_Pago"


@pytest.fixture(autouse=True)
def clean_ledger(database):
    yield
    with reading() as session:
        assert ledger.verify(session) == []


@pytest.fixture(autouse=True)
def at(database, monkeypatch):
    def set_time(time: datetime) -> None:
        monkeypatch.setattr(clock, "now", lambda: time)

    set_time(NOON)
    return set_time


def begin(account, amount):
    """Hold an amount for a turn that begins today; return the turn's id."""
    with transaction() as session:
        terms = make_terms(account)
        today = spending.today(session, account)
        terms = replace(terms, day=today)
        ledger.hold(session, terms, amount, clock.now() + LEASE)
    return terms.turn_id


def end(turn, cost):
    with transaction() as session:
        ledger.settle(session, turn, ledger.Use(cost=cost))


def refused(account, amount):
    with pytest.raises(DomainError) as caught:
        begin(account, amount)
    return caught.value.code, caught.value.params


def limited(limit, balance=1000):
    account = make_account(balance)
    spending.set_limit(account, limit)
    return account


def test_there_is_no_limit_until_somebody_sets_one():
    account = make_account(1000)
    found = spending.spending_of(account)
    assert found == spending.Spending(
        limit=None,
        spent=0,
        held=0,
        left=1000,
        day=date(2026, 11, 25),
        starts_anew=datetime(2026, 11, 26, tzinfo=UTC),
    )
    begin(account, 1000)


def test_what_is_held_and_what_is_spent_counts():
    account = limited(100)
    turn = begin(account, 60)
    assert refused(account, 41) == ("spending_limit", {"price": 41, "left": 40})
    begin(account, 40)
    end(turn, 10)
    found = spending.spending_of(account)
    assert (found.spent, found.held, found.left) == (10, 40, 50)
    assert refused(account, 51) == ("spending_limit", {"price": 51, "left": 50})


def test_a_limit_of_nothing_lets_nothing_begin():
    account = limited(0)
    assert refused(account, 1) == ("spending_limit", {"price": 1, "left": 0})
    spending.set_limit(account, None)
    begin(account, 1)


def test_too_little_balance_is_said_before_the_limit():
    account = limited(5, balance=3)
    assert refused(account, 4) == ("insufficient_balance", {"price": 4, "balance": 3})
    assert refused(account, 6)[0] == "insufficient_balance"


def test_a_limit_below_what_is_spent_ends_the_day():
    account = limited(100)
    end(begin(account, 80), 80)
    spending.set_limit(account, 50)
    assert spending.spending_of(account).left == 0
    assert refused(account, 1)[1]["left"] == 0


def test_a_new_day_starts_anew_at_midnight_where_the_person_is(at):
    account = limited(100)
    accounts.set_time_zone(account, "Asia/Shanghai")
    end(begin(account, 100), 100)
    midnight = datetime(2026, 11, 25, 16, tzinfo=UTC)
    assert spending.spending_of(account).starts_anew == midnight
    at(midnight - timedelta(microseconds=1))
    assert refused(account, 1)[0] == "spending_limit"
    at(midnight)
    assert spending.spending_of(account).spent == 0
    begin(account, 100)


def test_a_turn_that_began_yesterday_counts_to_yesterday(at):
    account = limited(100)
    old = begin(account, 60)
    at(NOON + timedelta(days=1))
    # While it runs, it is held back from today; nobody knows yet what it will cost.
    assert refused(account, 41)[0] == "spending_limit"
    end(begin(account, 30), 30)
    end(old, 60)
    found = spending.spending_of(account)
    assert (found.spent, found.left) == (30, 70)
    begin(account, 70)


def test_yesterdays_turn_that_ends_first_leaves_today_whole(at):
    account = limited(100)
    old = begin(account, 60)
    at(NOON + timedelta(days=1))
    end(old, 60)
    assert spending.spending_of(account).left == 100
    begin(account, 100)


def test_whoever_goes_west_does_not_get_the_same_day_twice():
    account = limited(100)
    accounts.set_time_zone(account, EAST)
    end(begin(account, 100), 100)
    accounts.set_time_zone(account, WEST)
    assert spending.spending_of(account).day == date(2026, 11, 26)
    assert refused(account, 1)[0] == "spending_limit"


def test_a_day_of_23_hours_ends_at_its_own_midnight(at):
    account = make_account()
    accounts.set_time_zone(account, "Europe/Berlin")
    at(datetime(2026, 3, 29, 12, tzinfo=UTC))
    assert spending.spending_of(account).starts_anew == datetime(2026, 3, 29, 22, tzinfo=UTC)


@pytest.mark.parametrize("limit", [-1, 10**15 + 1, 2**64, 1.5, "5", True, [], {}])
def test_what_is_no_limit_is_refused(limit):
    account = limited(7)
    with pytest.raises(spending.InvalidLimitError):
        spending.set_limit(account, limit)
    assert spending.spending_of(account).limit == 7


def test_nobody_has_no_limit():
    with pytest.raises(DomainError) as caught:
        spending.set_limit(2**40, 5)
    assert caught.value.code == "not_signed_in"


@pytest.mark.parametrize("zone", ["", "Mars/Olympus", "../../etc/passwd", None, 5, "x" * 10**6])
def test_only_zones_are_remembered(zone):
    account = make_account()
    with pytest.raises(InvalidTimeZoneError):
        accounts.set_time_zone(account, zone)
    assert spending.spending_of(account).day == date(2026, 11, 25)


def test_a_deleted_account_forgets_where_it_was():
    signed_in = accounts.register("Li", "li@example.com", "long enough", accounts.Device())
    assert accounts.resolve(signed_in.token).time_zone == ""
    accounts.set_time_zone(signed_in.account_id, EAST)
    assert accounts.resolve(signed_in.token).time_zone == EAST
    accounts.delete_account(signed_in.account_id, "long enough")
    assert spending.spending_of(signed_in.account_id).day == date(2026, 11, 25)
