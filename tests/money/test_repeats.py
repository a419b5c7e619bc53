"""What comes twice moves money once, and what makes no sense moves none."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel import select

from gptchina.db.engine import reading, transaction
from gptchina.db.models import Hold, Usage
from gptchina.db.models.ledger import CEILING
from gptchina.domain import clock, ledger
from tests.factories import LEASE, hold, make_account, make_terms


@pytest.fixture(autouse=True)
def clean_ledger(database):
    yield
    with reading() as session:
        assert ledger.verify(session) == []


def wallet(account):
    with reading() as session:
        found = ledger.balance_of(session, account)
        return found.balance, found.held


def usage(turn):
    with reading() as session:
        return session.exec(select(Usage).where(Usage.id == turn)).one()


@pytest.mark.parametrize("settled", [False, True])
def test_a_hold_that_comes_twice_reserves_once(settled):
    account = make_account(100)
    terms = make_terms(account)
    with transaction() as session:
        assert ledger.hold(session, terms, 60, clock.now() + LEASE)
    if settled:
        with transaction() as session:
            ledger.settle(session, terms.turn_id, ledger.Use(cost=10))
    before = wallet(account)
    with transaction() as session:
        # The balance would not cover a second one, and need not.
        assert not ledger.hold(session, terms, 60, clock.now() + LEASE)
    assert wallet(account) == before == ((90, 0) if settled else (100, 60))


def test_a_second_hold_of_a_turn_with_another_body_is_an_error():
    account, other = make_account(100), make_account(100)
    with transaction() as session:
        turn = hold(session, account, 20)
    for owner, amount in ((account, 21), (other, 20)):
        with pytest.raises(ledger.KeyConflictError), transaction() as session:
            hold(session, owner, amount, turn)
    assert wallet(account) == (100, 20)
    assert wallet(other) == (100, 0)


def test_a_refused_hold_leaves_nothing_in_a_transaction_that_goes_on():
    account = make_account(100)
    terms = make_terms(account)
    with transaction() as session:
        with pytest.raises(ledger.InsufficientBalanceError):
            ledger.hold(session, terms, 101, clock.now() + LEASE)
        assert session.exec(select(Hold)).all() == []
        assert ledger.hold(session, terms, 40, clock.now() + LEASE)
    assert wallet(account) == (100, 40)


def test_the_same_end_twice_is_no_cause_for_review():
    account = make_account(100)
    with transaction() as session:
        turn = hold(session, account, 10)
    for _ in range(2):
        with transaction() as session:
            ledger.settle(session, turn, ledger.Use(cost=25))
    assert wallet(account) == (90, 0)
    assert (usage(turn).cost, usage(turn).absorbed, usage(turn).flag) == (10, 15, "")


def test_a_negative_cost_is_refused():
    account = make_account(100)
    with transaction() as session:
        turn = hold(session, account, 10)
    with pytest.raises(ledger.InvalidAmountError), transaction() as session:
        ledger.settle(session, turn, ledger.Use(cost=-1))
    assert wallet(account) == (100, 10)


@pytest.mark.parametrize("cost", [2**63 - 1, 2**63, 2**70])
def test_a_cost_that_no_column_holds_still_closes_the_turn(cost):
    account = make_account(100)
    with transaction() as session:
        turn = hold(session, account, 10)
    for _ in range(2):
        with transaction() as session:
            ledger.settle(session, turn, ledger.Use(cost=cost))
    assert wallet(account) == (90, 0)
    assert (usage(turn).cost, usage(turn).absorbed) == (10, CEILING - 10)
    assert usage(turn).flag == ""


def test_verify_finds_a_charge_without_a_turn():
    account = make_account(100)
    found = []
    with pytest.raises(ZeroDivisionError), transaction() as session:
        ledger.post(
            session,
            ledger.Posting(key="turn:none", kind="turn", debit=account, credit=-1, amount=5),
        )
        session.connection().execute(text("UPDATE wallet SET balance = balance - 5"))
        found += [violation.invariant for violation in ledger.verify(session)]
        raise ZeroDivisionError
    assert found == ["I5"]


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE ledger_entry SET amount = 1",
        "DELETE FROM ledger_entry",
        (
            "INSERT OR REPLACE INTO ledger_entry SELECT id, key, kind, debit_id, credit_id, "
            "amount + 1, note, created_at, payment_id FROM ledger_entry"
        ),
        (
            "INSERT INTO ledger_entry SELECT * FROM ledger_entry WHERE TRUE "
            "ON CONFLICT (id) DO UPDATE SET amount = ledger_entry.amount + 1"
        ),
        "TRUNCATE ledger_entry",
    ],
)
def test_an_entry_is_never_changed_by_any_statement(change):
    account = make_account(100)
    # A statement that only one of the databases knows is refused by the other for its form.
    with pytest.raises(DBAPIError, match=r"never changed|syntax error"), transaction() as session:
        session.connection().execute(text(change))
    assert wallet(account) == (100, 0)
