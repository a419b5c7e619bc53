"""An error at any point of a use case leaves all of it or nothing."""

from collections import defaultdict
from contextlib import nullcontext, suppress
from datetime import timedelta
from uuid import uuid4

import pytest

from gptchina.db.engine import get_engine, transaction
from gptchina.domain import catalog, claims, clock, codes, ledger, payments, referrals
from gptchina.domain.accounts import operators, registration
from gptchina.domain.accounts.sessions import Device
from gptchina.domain.chat import admission, endings
from gptchina.domain.chat.charges import Delivered
from gptchina.domain.chat.records import End
from gptchina.domain.errors import DomainError
from tests.conftest import forget_settings
from tests.factories import LEASE, hold, make_account, make_terms, spend
from tests.money.faults import (
    InjectedError,
    difference,
    everything,
    fault_points,
    violations,
    wallet,
)
from tests.money.purchase_scenarios import agree, make_order, paid

MODEL = "gpt-4o-mini"
RICH = 10**7


@pytest.fixture(autouse=True)
def offered_model(database, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-test")
    monkeypatch.setenv("ALLOW_CODES", "true")
    monkeypatch.setenv("REFERRAL_REWARD", "30")
    # A hash takes a quarter of a second by design, and no part in the transaction.
    monkeypatch.setattr(registration, "hash_password", lambda _password: "no hash")
    forget_settings()
    catalog.forget()
    yield
    catalog.forget()


# Each use case prepares what it needs and returns the step to fail in, which may be repeated.


def grant():
    address, key = f"{uuid4().hex}@example.com", uuid4().hex
    with transaction() as session:
        account = registration.add_account(session, "Li", address, "no hash")
    return account, lambda: operators.grant_tokens(address, 7, "a gift", key)


def claim():
    account = make_account()
    return account, lambda: claims.claim(account)


def redeem():
    account, code = make_account(), codes.make_codes(None, codes.Wanted(500, uses=9))[0]
    return account, lambda: codes.redeem(account, code)


def reward():
    host, guest = make_account(5), make_account()
    invitation = referrals.invitation_of(host)
    with transaction() as session:
        referrals.remember(session, guest, invitation)
    truth = paid(make_order(guest))
    return host, lambda: agree(truth)


def register():
    address = f"{uuid4().hex}@example.com"
    device = Device("127.0.0.1", "browser")
    return 0, lambda: registration.register("Li", address, "a long password", device)


def reserve():
    account = make_account(100)
    terms, until = make_terms(account), clock.now() + LEASE

    def step():
        with transaction() as session:
            ledger.hold(session, terms, 60, until)

    return account, step


def settle(cost=20):
    account = make_account(100)
    with transaction() as session:
        turn = hold(session, account, 60)

    def step():
        with transaction() as session:
            ledger.settle(session, turn, ledger.Use(cost=cost))

    return account, step


def release():
    return settle(cost=0)


def overrun():
    return settle(cost=90)


def ask():
    account = make_account(RICH)
    first = admission.start(account, "", "Hello", MODEL)
    endings.finish(first.id, Delivered("Hi"), ledger.Use(cost=3), End(status="done"))
    return account, lambda: admission.start(account, first.conversation_id, "Why?", MODEL)


def ask_again():
    account = make_account(RICH)
    first = admission.start(account, "", "Hello", MODEL)
    endings.finish(first.id, Delivered(), ledger.Use(cost=0), End(status="error", code="failed"))
    return account, lambda: admission.retry(account, first.id, MODEL)


def checkpoint():
    account = make_account(RICH)
    turn = admission.start(account, "", "Hello", MODEL)
    return account, lambda: endings.checkpoint(turn.id, Delivered("Half an answer"))


def finish():
    account = make_account(RICH)
    turn = admission.start(account, "", "Hello", MODEL)
    use, end = ledger.Use(cost=5, output_tokens=4), End(status="done")
    return account, lambda: endings.finish(turn.id, Delivered("Hi"), use, end)


def sweep():
    account = make_account(RICH)
    turn = admission.start(account, "", "Hello", MODEL)
    endings.checkpoint(turn.id, Delivered("Half an answer"))
    with transaction() as session:
        ledger.renew(session, turn.id, clock.now() - timedelta(seconds=1))
    return account, endings.sweep


def buy():
    account = make_account()
    truth = paid(make_order(account))
    return account, lambda: agree(truth)


def take_back():
    account = make_account()
    reference = make_order(account)
    agree(paid(reference))
    spend(account, 30_000)
    return account, lambda: agree(paid(reference, refunded=1000))


def restore():
    account = make_account()
    reference = make_order(account)
    agree(paid(reference))
    spend(account, 30_000)
    agree(paid(reference, disputed=1000))
    return account, lambda: agree(paid(reference))


def repay():
    account = make_account()
    reference = make_order(account)
    agree(paid(reference))
    spend(account, 30_000)
    agree(paid(reference, refunded=1000))
    truth = paid(make_order(account))
    return account, lambda: agree(truth)


def settle_in_debt():
    account = make_account()
    reference = make_order(account)
    agree(paid(reference))
    with transaction() as session:
        turn = hold(session, account, 60_000)
    agree(paid(reference, refunded=1000))

    def step():
        with transaction() as session:
            ledger.settle(session, turn, ledger.Use(cost=20))

    return account, step


def order():
    account, attempt = make_account(), uuid4().hex
    package = payments.find_package("package_100k")
    wanted = payments.orders._wanted(package, "stripe", live=False)
    return account, lambda: payments.orders._place(account, wanted, attempt)


USE_CASES = [
    buy,
    take_back,
    restore,
    repay,
    settle_in_debt,
    order,
    grant,
    claim,
    redeem,
    reward,
    register,
    reserve,
    settle,
    release,
    overrun,
    ask,
    ask_again,
    checkpoint,
    finish,
    sweep,
]


@pytest.fixture(scope="module")
def tried(promise):
    """Count the points at which each database was made to fail."""
    points = defaultdict(list)
    yield points
    for dialect, counts in points.items():
        promise(
            f"{sum(counts)} errors before and after every statement and COMMIT of {len(counts)} "
            f"use cases on {dialect}: 0 half done, 0 moved twice by another try"
        )


@pytest.mark.parametrize("use_case", USE_CASES, ids=lambda use_case: use_case.__name__)
def test_an_error_at_any_point_leaves_all_or_nothing(use_case, tried):
    account, step = use_case()
    before = everything()
    with fault_points() as points:
        step()
    whole, result = difference(before, everything()), wallet(account)
    assert points.passed.count("after COMMIT") == 1, "one use case, one transaction"
    last = points.passed.index("after COMMIT")

    for number, name in enumerate(points.passed[: last + 1]):
        account, step = use_case()
        before = everything()
        with pytest.raises(InjectedError), fault_points(number):
            step()
        committed = number == last
        assert difference(before, everything()) == (whole if committed else {}), name
        assert not committed or wallet(account) == result
        # Whoever got no answer tries again. A use case that knows itself done may say so.
        with suppress(DomainError) if committed else nullcontext():
            step()
        assert difference(before, everything()) == whole, name
        assert wallet(account) == result
        assert violations() == []
    tried[get_engine().dialect.name].append(last + 1)
