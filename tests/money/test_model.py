"""Any sequence of steps leaves the ledger as the plain model says."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import event
from sqlmodel import col, select

from gptchina.db.engine import get_engine, reading, transaction
from gptchina.db.models import Hold, LedgerEntry, Usage, Wallet
from gptchina.domain import claims, clock, ledger
from gptchina.settings import get_settings
from tests.factories import make_account, make_terms
from tests.money.model import Model, ModelWallet

START = datetime(2026, 11, 20, tzinfo=UTC)
HOUR = 3600
AMOUNTS = st.one_of(st.integers(1, 40), st.sampled_from([1, 1000, 20_000, 10**15]))
LEASES = st.sampled_from([0, 1, 60, HOUR])


class LedgerMachine(RuleBasedStateMachine):
    """Does the same to the ledger and to the model, and compares after every step."""

    accounts = Bundle("accounts")
    turns = Bundle("turns")
    steps = 0
    examples = 0

    def __init__(self):
        super().__init__()
        given = get_settings()
        self.model = Model(given.claim_cooldown_hours * HOUR, given.claim_amount)
        self.name = uuid4().hex[:12]
        clock.now = lambda: START + timedelta(seconds=self.model.now)

    @initialize(target=accounts)
    def open_first(self):
        return self.open()

    @precondition(lambda self: len(self.model.wallets) < 3)
    @rule(target=accounts)
    def open_another(self):
        return self.open()

    def open(self):
        account = make_account()
        self.model.wallets[account] = ModelWallet()
        return account

    @rule(account=accounts, amount=AMOUNTS, number=st.integers(0, 9))
    def grant(self, account, amount, number):
        key = f"grant:{self.name}:{number}"
        expected = self.model.grant(account, amount, key)
        assert (
            _outcome(lambda session: ledger.grant(session, account, amount, key=key, kind="grant"))
            == expected
        )

    @rule(account=accounts, amount=st.sampled_from([0, -1, -(2**63), 10**15 + 1, 2**64]))
    def grant_nonsense(self, account, amount):
        with pytest.raises(ledger.InvalidAmountError), transaction() as session:
            ledger.grant(session, account, amount, key=f"grant:{uuid4().hex}", kind="grant")

    @rule(account=accounts)
    def claim(self, account):
        seconds = self.model.claim(account)
        if not seconds:
            assert claims.claim(account) == self.model.claim_amount
            return
        with pytest.raises(claims.ClaimNotReadyError) as refused:
            claims.claim(account)
        assert refused.value.params == {"seconds": seconds}

    @rule(seconds=st.sampled_from([1, 59, 61, HOUR, 23 * HOUR, 24 * HOUR - 1, 24 * HOUR]))
    def wait(self, seconds):
        self.model.now += seconds

    @rule(target=turns, account=accounts, amount=AMOUNTS, lease=LEASES)
    def hold(self, account, amount, lease):
        turn = uuid4().hex
        self.hold_for(turn, account, amount, lease)
        return turn

    @rule(turn=turns, account=accounts, amount=st.none() | AMOUNTS, lease=LEASES)
    def hold_again(self, turn, account, amount, lease):
        there = self.model.turns.get(turn)
        if there and amount is None:
            account, amount = there.account, there.amount
        self.hold_for(turn, account, amount or 1, lease)

    def hold_for(self, turn, account, amount, lease):
        expected = self.model.hold(turn, account, amount, lease)
        until = clock.now() + timedelta(seconds=lease)
        terms = make_terms(account, turn)
        assert _outcome(lambda session: ledger.hold(session, terms, amount, until)) == expected

    @rule(turn=turns, lease=LEASES)
    def renew(self, turn, lease):
        if turn in self.model.turns:
            expected = self.model.renew(turn, lease)
            with transaction() as session:
                until = clock.now() + timedelta(seconds=lease)
                assert ledger.renew(session, turn, until) is expected

    @rule(turn=turns, part=st.sampled_from([0, 0.001, 0.5, 1, 1.5]), more=st.integers(0, 2))
    def settle(self, turn, part, more):
        if turn not in self.model.turns:
            with transaction() as session:
                assert ledger.settle(session, turn, ledger.Use(cost=more)) is None
            return
        self.settle_for(turn, int(self.model.turns[turn].amount * part) + more)

    def settle_for(self, turn, cost):
        there = self.model.turns[turn]
        charged = self.model.settle(turn, cost)
        with transaction() as session:
            settled = ledger.settle(session, turn, ledger.Use(cost=cost))
        if charged is None:
            assert settled is None
        else:
            balance = self.model.wallets[there.account].balance
            assert settled == ledger.Settlement(there.account, charged, balance)

    @rule(cost=st.integers(0, 50))
    def sweep(self, cost):
        with reading() as session:
            found = [
                turn for turn in ledger.overdue(session, clock.now()) if turn in self.model.turns
            ]
        assert set(found) == self.model.overdue()
        deadlines = [self.model.turns[turn].expires_at for turn in found]
        assert deadlines == sorted(deadlines)
        for turn in found:
            self.settle_for(turn, cost)

    @rule(account=accounts, amount=st.integers(1, 40))
    def change_everything_and_fail(self, account, amount):
        with suppress(ZeroDivisionError), transaction() as session:
            ledger.grant(session, account, amount, key=f"grant:{uuid4().hex}", kind="grant")
            terms = make_terms(account)
            ledger.hold(session, terms, amount, clock.now())
            ledger.settle(session, terms.turn_id, ledger.Use(cost=1))
            raise ZeroDivisionError

    @invariant()
    def wallets_agree(self):
        type(self).steps += 1
        with reading() as session:
            rows = session.exec(
                select(Wallet.account_id, Wallet.balance, Wallet.held).where(
                    col(Wallet.account_id).in_(list(self.model.wallets))
                )
            )
            assert {row[0]: (row[1], row[2]) for row in rows} == {
                account: (wallet.balance, wallet.held)
                for account, wallet in self.model.wallets.items()
            }

    def teardown(self):
        type(self).examples += 1
        with reading() as session:
            self.turns_agree(session)
            self.entries_agree(session)
            if self.examples % 20 == 0:
                assert ledger.verify(session) == []

    def turns_agree(self, session):
        rows = session.exec(
            select(Hold, Usage)
            .join(Usage, col(Usage.id) == Hold.id)
            .where(col(Hold.account_id).in_(list(self.model.wallets)))
        ).all()
        status = {"open": "unsettled", "settled": "settled", "released": "free"}
        found = {
            hold.id: (hold.account_id, hold.amount, hold.state, hold.captured, usage.absorbed)
            for hold, usage in rows
        }
        assert found == {
            turn: (there.account, there.amount, there.state, there.captured, there.absorbed)
            for turn, there in self.model.turns.items()
        }
        for hold, usage in rows:
            assert (usage.status, usage.cost) == (status[hold.state], hold.captured)
            assert usage.flag == self.model.turns[hold.id].flag

    def entries_agree(self, session):
        accounts = list(self.model.wallets)
        entries = session.exec(
            select(LedgerEntry).where(
                col(LedgerEntry.credit_id).in_(accounts) | col(LedgerEntry.debit_id).in_(accounts)
            )
        ).all()
        given = {
            entry.key: (entry.credit_id, entry.amount) for entry in entries if entry.kind == "grant"
        }
        taken = {entry.key[5:]: entry.amount for entry in entries if entry.kind == "turn"}
        assert given == self.model.grants
        assert taken == {
            turn: there.captured for turn, there in self.model.turns.items() if there.captured
        }


def _outcome(step):
    try:
        with transaction() as session:
            return "moved" if step(session) else "repeated"
    except ledger.KeyConflictError:
        return "conflict"
    except ledger.InsufficientBalanceError:
        return "refused"


# Hypothesis ends some sequences early; at least 25,000 steps come of this.
SIZES = {"sqlite": (500, 58), "postgresql": (40, 50)}


@pytest.mark.timeout(600)  # 25,000 steps take a minute on an idle machine.
def test_the_ledger_does_what_the_model_says(database, monkeypatch, promise, request):
    dialect = get_engine().dialect.name
    run = request.getfixturevalue("seed")
    examples, steps = SIZES[dialect]
    monkeypatch.setattr(clock, "now", clock.now)
    if dialect == "sqlite":
        # What is tried here is the logic; that commits reach the disk is tried by killing.
        event.listen(get_engine(), "connect", _forget_the_disk)

    @seed(run)
    class Machine(LedgerMachine):
        pass

    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            database=None,
            print_blob=True,
            suppress_health_check=[HealthCheck.too_slow],
        ),
    )
    with reading() as session:
        assert ledger.verify(session) == []
    assert Machine.examples >= examples
    promise(
        f"{Machine.examples} sequences, {Machine.steps:,} steps on {dialect}: "
        f"ledger and plain model agree, seed {run}"
    )


def _forget_the_disk(connection, _record):
    connection.execute("PRAGMA synchronous=OFF").close()
