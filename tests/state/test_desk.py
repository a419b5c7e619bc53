"""What the administrators' pages hold, for administrators alone; and refunds by them."""

from __future__ import annotations

import asyncio
from functools import cache

import pytest
import reflex as rx
from reflex.event import Event
from sqlmodel import col, select

from gptchina.db.engine import reading, transaction
from gptchina.db.models import Account, Refund
from gptchina.domain import accounts, ledger
from gptchina.providers.payments import PaymentFailure, registry
from gptchina.state.desk import DeskState
from gptchina.state.desk_case import DeskCaseState
from gptchina.state.feedback import MESSAGES, FeedbackState
from gptchina.state.forgetting import Forgetting
from gptchina.state.money_health import MoneyHealthState
from gptchina.state.receipt import ReceiptState
from gptchina.state.session import SessionState
from tests.factories import make_account, make_purchase
from tests.till import Taken, Till

HYDRATE = "reflex___state____state.hydrate_and_load"
EMAIL = "buyer@example.com"
FORM = {"amount": "12.00", "reason": "Asked for it"}


def go(root, path):
    data = {**root.router_data, "asPath": path, "pathname": path}
    root._update_router_vars(data, root.router_data)
    root.router_data = data


def set_role(account_id, role):
    with transaction() as session:
        session.get_one(Account, account_id).role = role


@pytest.fixture
def till(database, monkeypatch):
    made = Till()
    monkeypatch.setattr(registry, "_providers", cache(lambda: {"stripe": made}))
    return made


@pytest.fixture
def purchase(till):
    """Return a purchase of ¥35.00 that the till knows of."""
    buyer = make_account()
    with transaction() as session:
        session.get_one(Account, buyer).email = EMAIL
    payment_id = make_purchase(buyer, reference="pi_1")
    till.taken["pi_1"] = Taken("pi_1", payment_id, "", 3500, "cny", "succeeded", received=3500)
    return payment_id


@pytest.fixture
def root(database):
    """Return a tab of an account that is the administrator, because it is named first."""
    root = rx.State()
    signed_in = accounts.register("Root", "root@example.com", "long enough", accounts.Device())
    set_role(signed_in.account_id, "admin")
    root.router_data = {"headers": {"cookie": f"{accounts.cookie_name()}={signed_in.token}"}}
    root._update_router_vars(root.router_data, {})
    return root


async def call(root, state, handler, *arguments):
    found = await root.get_state(state)
    outcome = state.event_handlers[handler].fn(found, *arguments)
    if hasattr(outcome, "__aiter__"):
        _ = [event async for event in outcome]
    elif asyncio.iscoroutine(outcome):
        await outcome
    return found


def asked():
    with reading() as session:
        return session.exec(select(Refund).order_by(col(Refund.id))).all()


async def everything(root, payment_id):
    """Call what an administrator can, and return all that the tab then holds."""
    go(root, f"/admin/purchases/{payment_id}")
    for state in (DeskState, MoneyHealthState, DeskCaseState):
        await call(root, state, "load")
    await call(root, DeskState, "find", {"text": EMAIL})
    await call(root, DeskState, "choose_status", "succeeded")
    await call(root, DeskState, "load_more")
    await call(root, MoneyHealthState, "check")
    await call(root, DeskCaseState, "ask_refund")
    await call(root, DeskCaseState, "refund", FORM)
    return str(root.dict())


async def test_an_administrator_sees_it_all(root, purchase):
    held = await everything(root, purchase)
    assert EMAIL in held
    assert "pi_1" in held
    health = (await root.get_state(MoneyHealthState)).health
    assert (health.bought, health.broken, health.promises) == (500_000, 0, len(ledger.PROMISES))


async def test_nobody_else_sees_or_does_anything(root, purchase):
    signed_in = await root.get_state(SessionState)
    await signed_in._load()
    set_role(signed_in._owner, "user")
    held = await everything(root, purchase)
    assert EMAIL not in held
    assert "pi_1" not in held
    assert asked() == []
    assert (await root.get_state(MoneyHealthState)).health.checked_at == ""


async def test_a_tab_of_who_administers_no_more_forgets(root, purchase):
    signed_in = await root.get_state(SessionState)
    await signed_in._load()
    assert EMAIL in await everything(root, purchase)
    await Forgetting().preprocess(None, root, Event(name=HYDRATE))  # pyright: ignore[reportArgumentType]
    assert EMAIL in str(root.dict())
    set_role(signed_in._owner, "user")
    await Forgetting().preprocess(None, root, Event(name=HYDRATE))  # pyright: ignore[reportArgumentType]
    assert EMAIL not in str(root.dict())


async def test_pages_of_purchases_follow_each_other(root, purchase):
    buyer = make_account()
    for _ in range(25):
        make_purchase(buyer, credited=False)
    desk = await call(root, DeskState, "load")
    assert (len(desk.purchases), desk.more) == (10, True)
    for _ in range(3):
        await call(root, DeskState, "load_more")
    numbers = [int(each.id) for each in desk.purchases]
    assert (numbers, desk.more) == (sorted(numbers, reverse=True), False)
    assert len(set(numbers)) == 26
    make_purchase(buyer, credited=False)
    await call(root, DeskState, "follow")
    assert int(desk.purchases[0].id) == numbers[0] + 1


async def open_dialog(root, purchase):
    go(root, f"/admin/purchases/{purchase}")
    await call(root, DeskCaseState, "load")
    case = await call(root, DeskCaseState, "ask_refund")
    assert (case.buyer.left_typed, case.buyer.refundable) == ("35.00", True)
    return case


async def test_a_refund_closes_the_dialog_and_is_shown(root, purchase):
    case = await open_dialog(root, purchase)
    await call(root, DeskCaseState, "refund", FORM)
    assert (case.refunding, case.busy, case.purchase.refunded) == (False, False, 1200)
    assert (case.purchase.status, case.buyer.left_typed) == ("Partly refunded", "23.00")
    assert [(each.amount, each.agreed) for each in case.refunds] == [(1200, True)]
    (notice,) = (await root.get_state(FeedbackState)).notices
    assert notice.kind == "success"


async def test_a_double_click_refunds_once(root, purchase, till):
    await open_dialog(root, purchase)
    await asyncio.gather(*(call(root, DeskCaseState, "refund", FORM) for _ in range(4)))
    assert len(asked()) == 1
    assert till.taken["pi_1"].refunded == 1200


async def test_without_the_dialog_nothing_is_refunded(root, purchase):
    go(root, f"/admin/purchases/{purchase}")
    await call(root, DeskCaseState, "load")
    await call(root, DeskCaseState, "refund", FORM)
    assert asked() == []


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({**FORM, "amount": "35.01"}, "amount"),
        ({**FORM, "amount": "0"}, "amount"),
        ({**FORM, "amount": "all"}, "amount"),
        ({**FORM, "reason": "  "}, "reason"),
        ({"amount": "1"}, "reason"),
        ({}, "amount"),
    ],
)
async def test_what_is_wrong_stands_by_its_field_and_nothing_moves(root, purchase, form, field):
    case = await open_dialog(root, purchase)
    await call(root, DeskCaseState, "refund", form)
    assert (case.wrong.name, case.refunding, case.busy) == (field, True, False)
    assert case.wrong.message in MESSAGES.values()
    assert asked() == []
    await call(root, DeskCaseState, "refund", FORM)
    assert (case.purchase.refunded, case.wrong.message) == (1200, "")


async def test_a_lost_answer_is_asked_for_again_as_the_same_refund(root, purchase, till):
    case = await open_dialog(root, purchase)
    till.fails = PaymentFailure.UNAVAILABLE
    await call(root, DeskCaseState, "refund", FORM)
    assert (case.unanswered, case.refunding) == (True, True)
    till.fails = None
    await call(root, DeskCaseState, "refund", FORM)
    assert (len(asked()), till.taken["pi_1"].refunded) == (1, 1200)


async def test_after_a_refusal_another_refund_is_asked_for(root, purchase, till):
    case = await open_dialog(root, purchase)
    till.fails = PaymentFailure.REFUSED
    await call(root, DeskCaseState, "refund", FORM)
    assert (case.unanswered, case.wrong.message) == (False, MESSAGES["refund_refused"])
    till.fails = None
    await call(root, DeskCaseState, "refund", {**FORM, "amount": "5"})
    assert [each.amount for each in asked()] == [1200, 500]
    assert till.taken["pi_1"].refunded == 500


@pytest.mark.parametrize("path", ["/admin/purchases/x", "/admin/purchases/99", "/admin/purchases/"])
async def test_a_purchase_that_is_not_there_is_missing(root, purchase, path):
    go(root, path)
    case = await call(root, DeskCaseState, "load")
    assert (case.missing, case.purchase.id) == (True, "")


async def test_a_receipt_follows_what_happens_to_it(root, purchase):
    go(root, f"/receipts/{purchase}")
    shown = await call(root, ReceiptState, "load")
    assert (shown.receipt.status, shown.receipt.tone) == ("Paid", "ready")
    await open_dialog(root, purchase)
    await call(root, DeskCaseState, "refund", {**FORM, "amount": "35"})
    go(root, f"/receipts/{purchase}")
    await call(root, ReceiptState, "follow")
    assert (shown.receipt.status, shown.receipt.refunded) == ("Refunded", 3500)


async def test_no_link_of_a_receipt_runs_a_program(root, purchase):
    payment_id = make_purchase(make_account(), receipt_url="javascript:alert(1)")
    go(root, f"/receipts/{payment_id}")
    shown = await call(root, ReceiptState, "load")
    assert (shown.receipt.id, shown.receipt.receipt_url) == (str(payment_id), "")
