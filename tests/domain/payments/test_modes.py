"""Test payments beside real ones: an operator tried first, and then set the real keys."""

import pytest
from sqlmodel import col, select

from gptchina.db.engine import reading
from gptchina.db.models import Payment, Refund
from gptchina.domain import payments
from gptchina.domain.payments import inbox
from tests.domain.payments.conftest import wallet
from tests.factories import make_admin


def modes():
    with reading() as session:
        return session.exec(select(Payment.live).order_by(col(Payment.id))).all()


async def test_an_order_remembers_whether_it_was_for_real_money(till, buyer, order):
    await order(buyer)
    till.live = True
    await order(buyer)
    assert modes() == [False, True]


async def test_a_receipt_says_test_by_its_payment_and_not_by_todays_keys(till, buyer, order):
    tried, reference = await order(buyer)
    await inbox.take(till, till.pay(reference))
    till.live = True
    bought, reference = await order(buyer)
    till.pay(reference)
    await payments.refresh(buyer, bought)
    for _ in range(2):
        assert payments.receipt_of(buyer, tried).test
        assert not payments.receipt_of(buyer, bought).test
        till.live = not till.live


async def test_an_attempt_does_not_go_on_with_the_other_kind_of_money(till, buyer, order):
    await order(buyer, attempt="mine")
    till.live = True
    with pytest.raises(payments.AttemptOverError):
        await order(buyer, attempt="mine")


async def test_stripe_is_not_asked_about_payments_of_the_other_key(till, buyer, order):
    tried, reference = await order(buyer)
    till.live = True
    before = till.asked
    assert (await payments.refresh(buyer, tried)).status == "open"
    assert (await payments.reconcile(everything=True)).looked_at == 0
    with pytest.raises(payments.PurchasesClosedError):
        await payments.cancel(buyer, tried)
    assert till.asked == before
    assert till.taken[reference].status == "open"
    till.live = False
    assert (await payments.reconcile(everything=True)).looked_at == 1


@pytest.mark.parametrize("real", [False, True])
async def test_a_payment_is_not_refunded_with_the_other_key(till, buyer, order, real):
    till.live = real
    paid, reference = await order(buyer)
    till.pay(reference)
    await payments.refresh(buyer, paid)
    admin = make_admin()
    assert payments.purchase_case(admin, paid).refundable
    till.live = not real
    assert not payments.purchase_case(admin, paid).refundable
    with pytest.raises(payments.PurchasesClosedError):
        await payments.refund(admin, paid, None, "a try", "decision")
    assert till.taken[reference].refunds == {}
    assert wallet(buyer) == (101_000, 0)
    with reading() as session:
        assert session.exec(select(Refund)).all() == []
