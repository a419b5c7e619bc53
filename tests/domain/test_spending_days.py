from dataclasses import replace
from datetime import date

import pytest

from gptchina.db.engine import reading, transaction
from gptchina.db.statement import Statement
from gptchina.domain import clock, ledger
from tests.factories import LEASE, make_account, make_terms

pytestmark = pytest.mark.usefixtures("database")
LIMIT = Statement("UPDATE wallet SET daily_limit = :daily_limit WHERE account_id = :account_id")
FIRST, SECOND, THIRD = (date(2026, 1, day) for day in (1, 2, 3))


def spend(account, day, cost):
    """Hold and settle a turn that began on a day; return what is counted as spent, and when."""
    terms = replace(make_terms(account), day=day)
    with transaction() as session:
        ledger.hold(session, terms, 50, clock.now() + LEASE)
    with transaction() as session:
        settled = ledger.settle(session, terms.turn_id, ledger.Use(cost=cost))
        assert settled
        assert settled.charged == cost
    with reading() as session:
        balance = ledger.balance_of(session, account)
        assert settled.balance == balance.balance
        return balance.spent, balance.spent_on


def test_what_the_turns_of_a_day_cost_is_added_up():
    account = make_account(1000)
    assert spend(account, None, 5) == (0, None)
    assert spend(account, SECOND, 0) == (0, None)
    assert spend(account, SECOND, 7) == (7, SECOND)
    assert spend(account, SECOND, 4) == (11, SECOND)
    assert spend(account, FIRST, 3) == (11, SECOND), "an earlier day is over"
    assert spend(account, THIRD, 0) == (11, SECOND), "nothing was spent yet"
    assert spend(account, THIRD, 2) == (2, THIRD)
    assert spend(account, None, 9) == (2, THIRD)


def test_a_limit_for_a_day_refuses_what_the_balance_would_cover():
    account = make_account(1000)
    with transaction() as session:
        LIMIT.run(session.connection(), account_id=account, daily_limit=60)
    assert spend(account, FIRST, 11) == (11, FIRST)
    with pytest.raises(ledger.SpendingLimitError):
        spend(account, FIRST, 1)
    assert spend(account, SECOND, 1) == (1, SECOND)
