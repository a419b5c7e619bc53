"""Any sequence of buying, refunding, disputing and spending leaves what a plain model says."""

import asyncio
from dataclasses import dataclass, field
from functools import cache
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import event
from sqlmodel import col, select, update

from gptchina.db.engine import get_engine, reading, transaction
from gptchina.db.models import Payment, Wallet
from gptchina.domain import ledger, payments
from gptchina.domain.accounts import throttle
from gptchina.domain.payments import inbox, orders
from gptchina.domain.payments.truths import sync
from gptchina.providers.payments import registry
from tests.factories import hold, make_account
from tests.till import Till

PACKAGES = ("package_100k", "package_500k", "package_1m")
PARTS = st.sampled_from([1, 3, 7, 333, 500, 999, 1000, 10**6])


@dataclass
class ModelOrder:
    """An order as the ledger should know it after the last time the provider was asked."""

    account: int
    tokens: int
    amount: int
    credited: bool = False
    taken_back: int = 0


@dataclass
class ModelWallets:
    """Balance, held and debt of each account."""

    balance: dict[int, int] = field(default_factory=dict)
    held: dict[int, int] = field(default_factory=dict)
    debt: dict[int, int] = field(default_factory=dict)

    def credit(self, account, tokens):
        repaid = min(self.debt[account], tokens)
        self.debt[account] -= repaid
        self.balance[account] += tokens - repaid

    def take(self, account, tokens):
        taken = min(tokens, self.balance[account] - self.held[account])
        self.balance[account] -= taken
        self.debt[account] += tokens - taken

    def close(self, account, held, charged):
        self.held[account] -= held
        self.balance[account] -= charged
        repaid = min(self.debt[account], held - charged)
        self.debt[account] -= repaid
        self.balance[account] -= repaid


class PurchasesMachine(RuleBasedStateMachine):
    """Does the same at the till and in the model; the ledger hears of it as chance will have it."""

    accounts = Bundle("accounts")
    bought = Bundle("bought")
    turns = Bundle("turns")
    notices = Bundle("notices")
    steps = 0
    examples = 0
    runner: asyncio.Runner
    till: Till

    def __init__(self):
        super().__init__()
        self.model = ModelWallets()
        self.orders = {}
        self.open_turns = {}
        self.processed = set()

    @initialize(target=accounts)
    def open_first(self):
        return self.open()

    @rule(target=accounts)
    def open_another(self):
        return self.open() if len(self.model.balance) < 3 else next(iter(self.model.balance))

    def open(self):
        account = make_account()
        for each in (self.model.balance, self.model.held, self.model.debt):
            each[account] = 0
        return account

    @rule(target=bought, account=accounts, package=st.sampled_from(PACKAGES))
    def order(self, account, package):
        checkout = self.runner.run(payments.begin(account, package, uuid4().hex, "stripe"))
        reference = checkout.client_secret.partition("_secret_")[0]
        sold = payments.find_package(package)
        self.orders[reference] = ModelOrder(account, sold.tokens, sold.price)
        return reference

    @rule(target=notices, reference=bought, differs=st.sampled_from([0, 0, 0, 0, -1, 1]))
    def pay(self, reference, differs):
        taken = self.till.taken[reference]
        if taken.status == "open":
            return self.till.pay(reference, taken.amount + differs)
        return self.till.tell(reference)

    @rule(target=notices, reference=bought)
    def decline(self, reference):
        if self.till.taken[reference].status == "open":
            return self.till.decline(reference)
        return self.till.tell(reference, "payment_intent.processing")

    @rule(
        target=notices,
        reference=bought,
        part=PARTS,
        state=st.sampled_from(["succeeded", "pending"]),
    )
    def refund(self, reference, part, state):
        taken = self.till.taken[reference]
        amount = min(part, taken.received - taken.refunded)
        if amount > 0 and taken.status == "succeeded":
            self.till.give_back(reference, amount, state=state)
        return self.till.tell(reference, "charge.refunded")

    @rule(target=notices, reference=bought, last=st.booleans())
    def fail_a_refund(self, reference, last):
        refunds = list(self.till.taken[reference].refunds.values())
        if refunds:
            refunds[-1 if last else 0][1] = "failed"
        return self.till.tell(reference, "refund.failed")

    @rule(target=notices, reference=bought, part=PARTS, inquiry=st.booleans())
    def dispute(self, reference, part, inquiry):
        taken = self.till.taken[reference]
        if taken.status == "succeeded":
            state = "warning_needs_response" if inquiry else "needs_response"
            self.till.dispute(reference, min(part, taken.received), state)
        return self.till.tell(reference, "charge.dispute.created")

    @rule(
        target=notices,
        reference=bought,
        outcome=st.sampled_from(["won", "lost", "needs_response", "warning_closed"]),
    )
    def go_on_with_a_dispute(self, reference, outcome):
        for dispute in self.till.taken[reference].disputes.values():
            dispute[1] = outcome
        return self.till.tell(reference, "charge.dispute.closed")

    @rule(notice=notices)
    def deliver(self, notice):
        already = notice.id in self.processed
        outcome = self.runner.run(inbox.take(self.till, notice))
        assert outcome == ("duplicate" if already else "done")
        self.processed.add(notice.id)
        if not already:
            self.heard(notice.reference)

    @rule(reference=bought)
    def ask(self, reference):
        self.runner.run(sync(self.till, reference))
        self.heard(reference)

    @rule(account=accounts)
    def reconcile(self, account):
        self.runner.run(payments.reconcile(everything=True))
        self.processed |= {notice.id for notice in self.till.told}
        # Whatever happens at the till is told of, and all of it is heard now.
        for reference in self.orders:
            self.heard(reference)

    def heard(self, reference):
        """Do in the model what the rule says: one credit, and the floor of what is undone."""
        order, taken = self.orders[reference], self.till.taken[reference]
        if taken.status != "succeeded" or taken.received != order.amount:
            return
        if not order.credited:
            order.credited = True
            self.model.credit(order.account, order.tokens)
        undone = min(order.amount, taken.refunded + taken.disputed)
        target = order.tokens * undone // order.amount
        if target > order.taken_back:
            self.model.take(order.account, target - order.taken_back)
        elif target < order.taken_back:
            self.model.credit(order.account, order.taken_back - target)
        order.taken_back = target

    @rule(account=accounts, amount=st.sampled_from([1, 40, 20_000]))
    def grant(self, account, amount):
        with transaction() as session:
            ledger.grant(session, account, amount, key=f"grant:{uuid4().hex}", kind="grant")
        self.model.credit(account, amount)

    @rule(target=turns, account=accounts, amount=st.sampled_from([1, 777, 60_000, 500_000]))
    def hold(self, account, amount):
        turn = uuid4().hex
        available = self.model.balance[account] - self.model.held[account]
        try:
            with transaction() as session:
                hold(session, account, amount, turn)
        except ledger.InsufficientBalanceError:
            assert available < amount
        else:
            assert available >= amount
            self.open_turns[turn] = (account, amount)
            self.model.held[account] += amount
        return turn

    @rule(turn=turns, part=st.sampled_from([0, 1, 2]))
    def settle(self, turn, part):
        if turn not in self.open_turns:
            return
        account, amount = self.open_turns.pop(turn)
        cost = amount * part // 2
        with transaction() as session:
            ledger.settle(session, turn, ledger.Use(cost=cost))
        self.model.close(account, amount, cost)

    @invariant()
    def wallets_agree(self):
        type(self).steps += 1
        with reading() as session:
            rows = session.exec(
                select(Wallet).where(col(Wallet.account_id).in_(list(self.model.balance)))
            ).all()
        for row in rows:
            account = row.account_id
            assert (row.balance, row.held, row.debt) == (
                self.model.balance[account],
                self.model.held[account],
                self.model.debt[account],
            )

    def teardown(self):
        type(self).examples += 1
        with reading() as session:
            rows = session.exec(
                select(Payment).where(col(Payment.reference).in_(list(self.orders)))
            ).all()
            found = {row.reference: (row.credited_at is not None, row.taken_back) for row in rows}
            assert found == {
                reference: (order.credited, order.taken_back)
                for reference, order in self.orders.items()
            }
            if self.examples % 20 == 0:
                assert ledger.verify(session) == []
        # The next example finds an empty till, and nothing left to ask about.
        self.till.taken.clear()
        self.till.told.clear()
        with transaction() as session:
            session.connection().execute(
                update(Payment)
                .where(col(Payment.status).in_(("open", "processing", "failed")))
                .values(status="canceled")
            )


# Hypothesis ends some sequences early.
SIZES = {"sqlite": (500, 54), "postgresql": (30, 50)}


@pytest.mark.timeout(600)
def test_purchases_do_what_the_model_says(database, monkeypatch, promise, request):
    dialect = get_engine().dialect.name
    run = request.getfixturevalue("seed")
    examples, steps = SIZES[dialect]
    till = Till()
    monkeypatch.setattr(registry, "_providers", cache(lambda: {"stripe": till}))
    # Limits are tried elsewhere; here one account buys as often as chance will have it.
    monkeypatch.setattr(throttle, "count_attempt", lambda *_: [])
    monkeypatch.setattr(orders, "_refuse_too_much", lambda *_: None)
    if dialect == "sqlite":
        # What is tried here is the logic; that commits reach the disk is tried by killing.
        event.listen(get_engine(), "connect", _forget_the_disk)

    @seed(run)
    class Machine(PurchasesMachine):
        pass

    with asyncio.Runner() as runner:
        Machine.runner, Machine.till = runner, till
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
        f"{Machine.examples} sequences, {Machine.steps:,} steps of buying, refunding and disputing "
        f"on {dialect}: ledger and plain model agree, seed {run}"
    )


def _forget_the_disk(connection, _record):
    connection.execute("PRAGMA synchronous=OFF").close()
