"""An administrator gives money back, once for each decision, and the tokens follow."""

import asyncio

import pytest
from sqlmodel import select

from gptchina.db.engine import reading, transaction
from gptchina.db.models import Account, Refund
from gptchina.domain import payments
from gptchina.domain.errors import NotAllowedError, NotFoundError
from gptchina.domain.ledger import InvalidAmountError
from gptchina.domain.payments import inbox
from gptchina.providers.payments import PaymentFailure
from tests.domain.payments.conftest import wallet
from tests.factories import make_account


@pytest.fixture
def admin(till):
    account_id = make_account()
    with transaction() as session:
        account = session.get(Account, account_id)
        account.role = "admin"
    return account_id


@pytest.fixture
async def paid(till, buyer, order):
    payment, reference = await order(buyer)
    await inbox.take(till, till.pay(reference))
    return payment


def written():
    with reading() as session:
        return session.exec(select(Refund)).all()


async def test_a_refund_is_written_down_and_takes_the_tokens(till, buyer, paid, admin):
    found = await payments.refund(admin, paid, 400, "  asked for it ", "decision")
    assert (found.refunded, found.taken_back, found.status) == (400, 40_000, "succeeded")
    assert wallet(buyer) == (61_000, 0)
    (row,) = written()
    assert (row.admin_id, row.amount, row.reason) == (admin, 400, "asked for it")
    assert row.reference
    rest = await payments.refund(admin, paid, None, "the rest", "another")
    assert (rest.refunded, rest.status) == (1000, "refunded")
    assert wallet(buyer) == (1000, 0)


async def test_a_refund_is_offered_where_money_is_left_and_can_be_sent_back(till, paid, admin):
    assert payments.purchase_case(admin, paid).refundable
    # As Bitcoin: it goes back by hand.
    till.can_refund = False
    assert not payments.purchase_case(admin, paid).refundable
    till.can_refund = True
    await payments.refund(admin, paid, None, "asked for it", "decision")
    assert not payments.purchase_case(admin, paid).refundable


async def test_a_double_click_refunds_once(till, buyer, paid, admin):
    await asyncio.gather(
        *(payments.refund(admin, paid, 400, "twice", "decision") for _ in range(5)),
        return_exceptions=True,
    )
    await payments.refund(admin, paid, 400, "twice", "decision")
    assert wallet(buyer) == (61_000, 0)
    assert len(written()) == 1


async def test_only_administrators_refund(till, buyer, paid):
    with pytest.raises(NotAllowedError):
        await payments.refund(buyer, paid, None, "please", "decision")
    assert written() == []


@pytest.mark.parametrize("amount", [0, -1, 1001, 2**63])
async def test_no_more_than_was_paid_goes_back(till, paid, admin, amount):
    with pytest.raises(InvalidAmountError):
        await payments.refund(admin, paid, amount, "too much", "decision")
    assert written() == []


@pytest.mark.parametrize("reason", ["", "  ", None, 5, "x" * 401])
async def test_a_refund_needs_a_reason(till, paid, admin, reason):
    with pytest.raises(payments.InvalidReasonError):
        await payments.refund(admin, paid, None, reason, "decision")


async def test_an_unknown_or_unpaid_payment_is_not_refunded(till, buyer, order, admin):
    with pytest.raises(NotFoundError):
        await payments.refund(admin, 999, None, "no such", "decision")
    payment, _ = await order(buyer)
    with pytest.raises(InvalidAmountError):
        await payments.refund(admin, payment, None, "unpaid", "decision")


async def test_a_lost_answer_is_asked_for_again_under_the_same_key(till, buyer, paid, admin):
    given = till.refund

    async def and_lose_the_answer(*arguments):
        await given(*arguments)
        till.refund = given
        till.fails = PaymentFailure.UNAVAILABLE
        till._answer()

    till.refund = and_lose_the_answer
    with pytest.raises(payments.PaymentUnavailableError):
        await payments.refund(admin, paid, 400, "lost", "decision")
    till.fails = None
    await payments.refund(admin, paid, 400, "lost", "decision")
    assert wallet(buyer) == (61_000, 0)


async def test_what_the_provider_refuses_moves_nothing(till, buyer, paid, admin):
    till.fails = PaymentFailure.REFUSED
    with pytest.raises(payments.RefundRefusedError):
        await payments.refund(admin, paid, None, "refused", "decision")
    till.fails = None
    assert wallet(buyer) == (101_000, 0)
