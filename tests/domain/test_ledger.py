from contextlib import suppress
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlmodel import select

from gptchina.db.engine import get_engine, reading, transaction
from gptchina.db.models import Hold, LedgerEntry, Usage, Wallet
from gptchina.db.models.ledger import CEILING
from gptchina.domain import clock, ledger
from tests.factories import LEASE, hold, make_account, make_terms


class _UndoError(Exception):
    """Rolls a deliberate damage back."""


def violations() -> list[str]:
    with reading() as session:
        return [violation.invariant for violation in ledger.verify(session)]


@pytest.fixture(autouse=True)
def clean_ledger(database):
    yield
    assert violations() == []


def balance(account_id: int) -> tuple[int, int]:
    with reading() as session:
        wallet = ledger.balance_of(session, account_id)
        return wallet.balance, wallet.held


def usage(turn_id: str) -> Usage:
    with reading() as session:
        return session.exec(select(Usage).where(Usage.id == turn_id)).one()


def test_the_same_grant_twice_credits_once():
    account = make_account()
    with transaction() as session:
        assert ledger.grant(session, account, 5, key="grant:a", kind="grant")
    with transaction() as session:
        assert not ledger.grant(session, account, 5, key="grant:a", kind="grant")
    assert balance(account) == (5, 0)


def test_the_same_key_with_another_body_is_an_error_and_moves_nothing():
    account, other = make_account(), make_account()
    with transaction() as session:
        ledger.grant(session, account, 5, key="grant:a", kind="grant")
    for owner, amount in ((account, 6), (other, 5)):
        with pytest.raises(ledger.KeyConflictError), transaction() as session:
            ledger.grant(session, owner, amount, key="grant:a", kind="grant")
    assert balance(account) == (5, 0)
    assert balance(other) == (0, 0)


@pytest.mark.parametrize("amount", [0, -1, -(2**63), 10**15 + 1, 2**63, 2**64])
def test_amounts_that_are_none_are_refused_at_every_door(amount):
    account = make_account(10)
    with pytest.raises(ledger.InvalidAmountError), transaction() as session:
        ledger.grant(session, account, amount, key="grant:a", kind="grant")
    with pytest.raises(ledger.InvalidAmountError), transaction() as session:
        hold(session, account, amount)
    assert balance(account) == (10, 0)


def test_a_wallet_never_passes_its_ceiling():
    account = make_account()
    with pytest.raises(ledger.InvalidAmountError), transaction() as session:
        session.get_one(Wallet, account).balance = CEILING - 1
        session.flush()
        ledger.grant(session, account, 2, key="grant:a", kind="grant")
    assert balance(account) == (0, 0)


def test_a_settled_turn_costs_what_it_cost_and_frees_the_rest():
    account = make_account(100)
    with transaction() as session:
        turn = hold(session, account, 80)
    assert balance(account) == (100, 80)
    with transaction() as session:
        settled = ledger.settle(session, turn, ledger.Use(cost=30, output_tokens=15))
    assert settled == ledger.Settlement(account, 30, 70)
    assert balance(account) == (70, 0)
    row = usage(turn)
    assert (row.status, row.cost, row.absorbed, row.output_tokens) == ("settled", 30, 0, 15)


def test_a_turn_that_cost_nothing_is_released():
    account = make_account(100)
    with transaction() as session:
        turn = hold(session, account, 80)
        ledger.settle(session, turn, ledger.Use(cost=0))
    assert balance(account) == (100, 0)
    assert usage(turn).status == "free"


def test_a_turn_never_costs_more_than_its_hold():
    account = make_account(100)
    with transaction() as session:
        turn = hold(session, account, 80)
        ledger.settle(session, turn, ledger.Use(cost=200))
    assert balance(account) == (20, 0)
    row = usage(turn)
    assert (row.cost, row.absorbed) == (80, 120)


@pytest.mark.parametrize("first", [0, 30])
@pytest.mark.parametrize("second", [0, 30, 50])
def test_the_first_end_of_a_turn_decides(first, second):
    account = make_account(100)
    with transaction() as session:
        turn = hold(session, account, 80)
    with transaction() as session:
        assert ledger.settle(session, turn, ledger.Use(cost=first)) is not None
    with transaction() as session:
        assert ledger.settle(session, turn, ledger.Use(cost=second)) is None
    assert balance(account) == (100 - first, 0)
    assert usage(turn).flag == ("late" if first != second else "")


def test_a_turn_that_never_was_settles_nothing(database):
    with transaction() as session:
        assert ledger.settle(session, "0" * 32, ledger.Use(cost=5)) is None


def test_a_hold_that_is_not_covered_is_refused_with_price_and_balance():
    account = make_account(79)
    with pytest.raises(ledger.InsufficientBalanceError) as caught, transaction() as session:
        hold(session, account, 80)
    assert caught.value.params == {"price": 80, "balance": 79}
    assert balance(account) == (79, 0)


def test_only_overdue_open_holds_are_swept_and_a_renewed_one_is_not():
    account = make_account(100)
    with transaction() as session:
        late, renewed, closed = (hold(session, account, 10) for _ in range(3))
        ledger.settle(session, closed, ledger.Use(cost=1))
        assert ledger.renew(session, renewed, clock.now() + 3 * LEASE)
        assert not ledger.renew(session, closed, clock.now() + 3 * LEASE)
    with reading() as session:
        assert ledger.overdue(session, clock.now()) == []
        assert ledger.overdue(session, clock.now() + LEASE + timedelta(seconds=1)) == [late]


@pytest.mark.parametrize(
    ("statement", "invariant"),
    [
        ("UPDATE wallet SET balance = balance + 1", {"I2", "I12"}),
        ("UPDATE wallet SET held = held + 1", {"I3"}),
        ("UPDATE hold SET state = 'open' WHERE captured > 0", {"I3", "I5", "I11"}),
        ("UPDATE hold SET captured = captured + 1 WHERE captured > 0", {"I5", "I11"}),
        ("UPDATE usage SET cost = cost + 1 WHERE cost > 0", {"I11"}),
        ("UPDATE usage SET status = 'free'", {"I11"}),
        ("DELETE FROM usage", {"I11"}),
    ],
)
def test_verify_finds_what_is_broken(statement, invariant):
    account = make_account(100)
    with transaction() as session:
        hold(session, account, 20)
        turn = hold(session, account, 20)
        ledger.settle(session, turn, ledger.Use(cost=7))
    found: set[str] = set()
    with suppress(_UndoError), transaction() as session:
        session.connection().execute(text(statement))
        found.update(violation.invariant for violation in ledger.verify(session))
        raise _UndoError
    assert found == invariant


def test_verify_misses_the_trigger_when_it_is_gone(database):
    drop = "DROP TRIGGER ledger_entry_no_UPDATE"
    if get_engine().dialect.name == "postgresql":
        drop = "DROP TRIGGER ledger_entry_no_change ON ledger_entry"
    found: list[str] = []
    with suppress(_UndoError), transaction() as session:
        session.connection().execute(text(drop))
        found.extend(violation.invariant for violation in ledger.verify(session))
        raise _UndoError
    assert found == ["I10"]


@pytest.mark.parametrize(
    "change", [{"balance": -1}, {"held": -1}, {"held": 11}, {"balance": 5 * 10**18}]
)
def test_the_database_itself_refuses_an_impossible_wallet(change):
    account = make_account(10)
    with pytest.raises(IntegrityError), transaction() as session:
        wallet = session.get_one(Wallet, account)
        for name, value in change.items():
            setattr(wallet, name, value)


@pytest.mark.parametrize(("amount", "credit"), [(0, -1), (-5, -1), (5, -2)])
def test_the_database_itself_refuses_an_entry_that_moves_nothing(database, amount, credit):
    entry = LedgerEntry(
        key="grant:x",
        kind="grant",
        amount=amount,
        debit_id=-2,
        credit_id=credit,
        created_at=clock.now(),
    )
    with pytest.raises(IntegrityError), transaction() as session:
        session.add(entry)


def test_a_key_is_unique_in_the_database(database):
    account = make_account(10)
    with pytest.raises(IntegrityError), transaction() as session:
        for amount in (1, 2):
            session.add(
                LedgerEntry(
                    key="grant:x",
                    kind="grant",
                    amount=amount,
                    debit_id=-2,
                    credit_id=account,
                    created_at=clock.now(),
                )
            )
            session.flush()


def test_a_hold_that_fails_halfway_leaves_nothing():
    account = make_account(100)
    terms = make_terms(account)
    with pytest.raises(RuntimeError), transaction() as session:
        ledger.hold(session, terms, 10, clock.now() + LEASE)
        raise RuntimeError
    assert balance(account) == (100, 0)
    with reading() as session:
        assert session.exec(select(Hold)).all() == []
        assert session.exec(select(Usage)).all() == []
