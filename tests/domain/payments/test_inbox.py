"""Events are stored first, acted upon until it worked, and then never again."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlmodel import select

from gptchina.db.engine import reading, transaction
from gptchina.db.models import Referral, WebhookEvent
from gptchina.domain import clock, payments
from gptchina.domain.payments import inbox
from gptchina.providers.payments import PaymentFailure, PaymentProviderError
from tests.conftest import forget_settings
from tests.domain.payments.conftest import wallet
from tests.factories import make_account, spend


def stored():
    with reading() as session:
        return session.exec(select(WebhookEvent)).all()


async def test_an_event_that_failed_is_noted_and_taken_when_it_comes_again(till, buyer, order):
    _, reference = await order(buyer)
    notice = till.pay(reference)
    till.fails = PaymentFailure.UNAVAILABLE
    with pytest.raises(PaymentProviderError):
        await inbox.take(till, notice)
    (event,) = stored()
    assert (event.attempts, event.processed_at) == (1, None)
    assert "payment_unavailable" in event.error
    till.fails = None
    assert await inbox.take(till, notice) == "done"
    (event,) = stored()
    assert (event.attempts, event.error) == (2, "")
    assert event.processed_at is not None
    assert wallet(buyer) == (101_000, 0)


async def test_what_does_not_concern_us_is_not_even_stored(till, buyer, order):
    _, reference = await order(buyer)
    notice = till.pay(reference)
    assert await inbox.take(till, replace(notice, kind="payment_intent.created")) == "ignored"
    assert await inbox.take(till, replace(notice, live=True)) == "other mode"
    assert stored() == []
    assert wallet(buyer) == (1000, 0)


async def test_an_event_without_a_reference_is_asked_about(till, buyer, order):
    _, reference = await order(buyer)
    notice = replace(till.pay(reference), reference="")
    assert await inbox.take(till, notice) == "done"
    assert wallet(buyer) == (101_000, 0)


async def test_what_the_provider_does_not_know_is_taken_for_good(till, buyer):
    assert await inbox.take(till, till.tell("pi_gone")) == "unknown"
    assert await inbox.take(till, till.told[-1]) == "duplicate"


async def test_lost_events_are_heard_and_a_second_round_does_nothing(till, buyer, order):
    references = [(await order(buyer))[1] for _ in range(3)]
    await inbox.take(till, till.pay(references[0]))
    for reference in references[1:]:
        till.pay(reference)
    done = await payments.reconcile()
    assert (done.notices, done.failed) == ({"done": 2, "duplicate": 1}, 0)
    assert wallet(buyer) == (301_000, 0)
    again = await payments.reconcile()
    assert again.notices == {"duplicate": 3}
    assert (again.looked_at, again.changed) == (0, 0)


async def test_an_event_that_failed_long_ago_is_heard_again(till, buyer, order, monkeypatch):
    _, reference = await order(buyer)
    notice = till.pay(reference)
    till.fails = PaymentFailure.UNAVAILABLE
    with pytest.raises(PaymentProviderError):
        await inbox.take(till, notice)
    till.fails = None
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(days=3))
    _, later = await order(buyer)
    await inbox.take(till, till.pay(later))
    assert (await payments.reconcile()).notices["done"] == 1
    assert wallet(buyer) == (201_000, 0)


async def test_a_payment_whose_event_never_came_is_looked_at(till, buyer, order):
    payment, reference = await order(buyer)
    till.pay(reference)
    till.told.clear()
    done = await payments.reconcile()
    assert (done.looked_at, done.changed, done.canceled) == (1, 1, 0)
    assert payments.purchase(buyer, payment).credited


async def test_abandoned_payments_are_canceled_after_a_day_but_paid_ones_credited(
    till, buyer, order, monkeypatch
):
    left, _ = await order(buyer)
    paid, reference = await order(buyer)
    waiting, on_its_way = await order(buyer)
    till.taken[on_its_way].status = "processing"
    await payments.refresh(buyer, waiting)
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(hours=23, minutes=59))
    await payments.reconcile(everything=True)
    assert payments.purchase(buyer, left).status == "open"
    till.pay(reference)
    till.told.clear()
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(hours=24, minutes=1))
    done = await payments.reconcile()
    assert done.canceled == 1
    found = [payments.purchase(buyer, each).status for each in (left, paid, waiting)]
    assert found == ["canceled", "succeeded", "processing"]


async def test_an_order_without_a_payment_is_given_up_and_still_credited(
    till, buyer, order, monkeypatch
):
    with monkeypatch.context() as patched:
        patched.setattr("gptchina.domain.payments.orders._bind", lambda *_: None)
        payment, reference = await order(buyer)
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(hours=25))
    await payments.reconcile()
    assert payments.purchase(buyer, payment).status == "canceled"
    await inbox.take(till, till.pay(reference))
    assert payments.purchase(buyer, payment).credited
    assert wallet(buyer) == (101_000, 0)


async def test_a_provider_that_does_not_answer_is_counted_and_asked_the_next_time(
    till, buyer, order
):
    payment, reference = await order(buyer)
    till.pay(reference)
    till.fails = PaymentFailure.UNAVAILABLE
    done = await payments.reconcile()
    assert (done.failed, payments.purchase(buyer, payment).status) == (2, "open")
    till.fails = None
    await payments.reconcile()
    assert payments.purchase(buyer, payment).credited


async def test_the_audit_finds_what_the_ledger_misses_and_mends_it(till, buyer, order):
    since = clock.now() - timedelta(minutes=1)
    payment, reference = await order(buyer)
    till.pay(reference)
    _, strange = await order(buyer)
    till.pay(strange, 999)
    _, foreign = await order(buyer)
    till.pay(foreign)
    till.taken["pi_foreign"] = replace(till.taken[foreign], reference="pi_foreign", key="other")
    await payments.reconcile()
    till.give_back(reference, 500)
    found = await payments.audit(since)
    assert found.looked_at == 4
    differences = {
        each.reference: (each.kind, each.expected, each.found) for each in found.differences
    }
    assert differences == {
        reference: ("tokens", 50_000, 100_000),
        strange: ("review", 0, 0),
        "pi_foreign": ("unknown", 0, 0),
    }
    assert payments.purchase(buyer, payment).taken_back == 50_000
    again = await payments.audit(since)
    assert {each.kind for each in again.differences} == {"review", "unknown"}


async def test_a_reward_and_a_repaid_debt_are_no_difference(till, buyer, order, monkeypatch):
    monkeypatch.setenv("REFERRAL_REWARD", "7000")
    forget_settings()
    host = make_account()
    with transaction() as session:
        session.add(Referral(guest_id=buyer, host_id=host, reward=0, created_at=clock.now()))
    since = clock.now() - timedelta(minutes=1)
    _, first = await order(buyer)
    await inbox.take(till, till.pay(first))
    spend(buyer, 60_000)
    till.give_back(first, 1000)
    await inbox.take(till, till.tell(first, "charge.refunded"))
    _, second = await order(buyer)
    await inbox.take(till, till.pay(second))
    assert wallet(buyer) == (41_000, 0)
    assert await payments.audit(since) == payments.Audit(2, [])
