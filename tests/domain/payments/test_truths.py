"""The ledger agrees with the provider, whatever was heard, how often and in which order."""

import asyncio
from itertools import permutations

import pytest
from sqlmodel import col, select

from gptchina.db.engine import reading, transaction
from gptchina.db.models import LedgerEntry, Payment
from gptchina.domain import ledger, notices, payments
from gptchina.domain.payments import inbox
from gptchina.domain.payments.truths import sync
from tests.domain.payments.conftest import wallet
from tests.factories import hold, make_account, spend


def kinds(account):
    with reading() as session:
        entries = session.exec(
            select(LedgerEntry)
            .where((col(LedgerEntry.credit_id) == account) | (col(LedgerEntry.debit_id) == account))
            .order_by(col(LedgerEntry.id))
        )
        return [(each.kind, each.amount) for each in entries][1:]


async def test_a_paid_order_is_credited_once_however_often_it_is_told(till, buyer, order):
    payment, reference = await order(buyer)
    notice = till.pay(reference)
    outcomes = [await inbox.take(till, notice) for _ in range(3)]
    assert outcomes == ["done", "duplicate", "duplicate"]
    await asyncio.gather(*(inbox.take(till, till.tell(reference)) for _ in range(20)))
    assert wallet(buyer) == (101_000, 0)
    assert kinds(buyer) == [("stripe", 100_000)]
    bought = payments.purchase(buyer, payment)
    assert (bought.credited, bought.status, bought.brand, bought.last4) == (
        True,
        "succeeded",
        "visa",
        "4242",
    )


@pytest.mark.parametrize(
    ("field", "value"),
    [("received", 999), ("received", 1001), ("currency", "usd"), ("amount", 100)],
)
async def test_another_amount_or_currency_is_for_review_and_credits_nothing(
    till, buyer, order, field, value
):
    payment, reference = await order(buyer)
    notice = till.pay(reference)
    setattr(till.taken[reference], field, value)
    assert await inbox.take(till, notice) == "done"
    assert wallet(buyer) == (1000, 0)
    assert payments.purchase(buyer, payment).status == "review"


async def test_an_event_before_the_order_is_bound_finds_it(till, buyer, order, monkeypatch):
    payment, reference = await order(buyer)
    with monkeypatch.context() as patched:
        # The process died between opening the payment and writing its reference down.
        patched.setattr("gptchina.domain.payments.orders._bind", lambda *_: None)
        lost, unbound = await order(buyer)
    assert await inbox.take(till, till.pay(unbound)) == "done"
    assert wallet(buyer) == (101_000, 0)
    assert payments.purchase(buyer, lost).credited
    assert not payments.purchase(buyer, payment).credited
    assert reference != unbound


async def test_a_number_of_another_installation_binds_nothing(till, buyer, order, monkeypatch):
    with monkeypatch.context() as patched:
        patched.setattr("gptchina.domain.payments.orders._bind", lambda *_: None)
        payment, reference = await order(buyer)
    till.taken[reference].key = "order-1-of-another-installation"
    assert await inbox.take(till, till.pay(reference)) == "unknown"
    assert not payments.purchase(buyer, payment).credited
    assert wallet(buyer) == (1000, 0)


@pytest.mark.parametrize("parts", [(1, 1, 1), (3, 333, 664), (999, 1), (1000,)])
async def test_refunds_take_back_the_floor_of_their_sum(till, buyer, order, parts):
    payment, reference = await order(buyer)
    await inbox.take(till, till.pay(reference))
    undone = 0
    for part in parts:
        till.give_back(reference, part)
        await inbox.take(till, till.tell(reference, "charge.refunded"))
        undone += part
        assert wallet(buyer) == (101_000 - 100_000 * undone // 1000, 0)
    expected = "refunded" if undone == 1000 else "succeeded"
    assert payments.purchase(buyer, payment).status == expected


async def test_an_odd_price_takes_back_every_token_at_last(till, buyer, order):
    payment, reference = await order(buyer, "package_500k")
    await inbox.take(till, till.pay(reference))
    for part in (1, 1, 1, 1166, 1167, 1164):
        till.give_back(reference, part)
        await sync(till, reference)
        undone = till.taken[reference].refunded
        assert payments.purchase(buyer, payment).taken_back == 500_000 * undone // 3500
    assert wallet(buyer) == (1000, 0)


async def test_a_refund_that_fails_gives_the_tokens_back(till, buyer, order):
    _, reference = await order(buyer)
    await inbox.take(till, till.pay(reference))
    name = till.give_back(reference, 400, state="pending")
    await sync(till, reference)
    assert wallet(buyer) == (61_000, 0)
    till.taken[reference].refunds[name][1] = "failed"
    await inbox.take(till, till.tell(reference, "refund.failed"))
    assert wallet(buyer) == (101_000, 0)
    assert [kind for kind, _ in kinds(buyer)] == ["stripe", "refund", "restored"]


async def test_spent_tokens_become_a_debt_that_the_next_credit_repays(till, buyer, order):
    payment, reference = await order(buyer)
    await inbox.take(till, till.pay(reference))
    spend(buyer, 31_000)
    till.give_back(reference, 1000)
    await sync(till, reference)
    assert wallet(buyer) == (0, 30_000)
    assert payments.purchase(buyer, payment).status == "refunded"
    _, second = await order(buyer)
    await inbox.take(till, till.pay(second))
    assert wallet(buyer) == (70_000, 0)
    assert kinds(buyer)[-2:] == [("stripe", 100_000), ("debt", 30_000)]


async def test_what_running_turns_hold_is_left_to_them_and_repays_when_it_returns(
    till, buyer, order
):
    _, reference = await order(buyer)
    await inbox.take(till, till.pay(reference))
    with transaction() as session:
        turn = hold(session, buyer, 60_000)
    till.give_back(reference, 1000)
    await sync(till, reference)
    assert wallet(buyer) == (60_000, 59_000)
    with transaction() as session:
        ledger.settle(session, turn, ledger.Use(cost=10_000))
    # 50,000 return, and all of it goes into the debt.
    assert wallet(buyer) == (0, 9_000)


async def test_a_dispute_takes_back_at_once_an_inquiry_does_not_and_won_restores(
    till, buyer, order
):
    payment, reference = await order(buyer)
    await inbox.take(till, till.pay(reference))
    inquiry = till.dispute(reference, 1000, "warning_needs_response")
    await sync(till, reference)
    assert wallet(buyer) == (101_000, 0)
    till.taken[reference].disputes[inquiry][1] = "needs_response"
    await sync(till, reference)
    assert wallet(buyer) == (1000, 0)
    assert payments.purchase(buyer, payment).status == "disputed"
    till.taken[reference].disputes[inquiry][1] = "won"
    await sync(till, reference)
    assert wallet(buyer) == (101_000, 0)
    assert payments.purchase(buyer, payment).status == "succeeded"


async def test_what_is_refunded_and_disputed_is_taken_once(till, buyer, order):
    _, reference = await order(buyer)
    await inbox.take(till, till.pay(reference))
    till.give_back(reference, 600)
    till.dispute(reference, 1000, "lost")
    await sync(till, reference)
    assert wallet(buyer) == (1000, 0)


@pytest.mark.parametrize("turn", range(6))
async def test_five_events_in_any_order_come_to_the_same(till, order, turn):
    """Every order of five events, with duplicates; a sixth of the orders in each part."""
    for places in list(permutations(range(5)))[turn::6]:
        buyer = make_account(500)
        _, reference = await order(buyer)
        told = [till.pay(reference)]
        till.give_back(reference, 250)
        told.append(till.tell(reference, "charge.refunded"))
        told.append(till.tell(reference, "refund.updated"))
        name = till.dispute(reference, 300)
        told.append(till.tell(reference, "charge.dispute.created"))
        till.taken[reference].disputes[name][1] = "won"
        told.append(till.tell(reference, "charge.dispute.closed"))
        for place in (*places, *places[::2]):
            await inbox.take(till, told[place])
        assert wallet(buyer) == (75_500, 0)


async def test_what_was_read_earlier_is_never_written_over_what_was_read_later(till, buyer, order):
    _, reference = await order(buyer)
    await inbox.take(till, till.pay(reference))

    async def meanwhile():
        # The reading that is on its way has not seen this refund.
        till.give_back(reference, 900)
        await sync(till, reference)

    till.give_back(reference, 100)
    till.before_truth = meanwhile
    await sync(till, reference)
    assert wallet(buyer) == (1000, 0)
    assert [amount for kind, amount in kinds(buyer) if kind == "restored"] == []


async def test_a_late_failure_takes_no_credit_away(till, buyer, order):
    payment, reference = await order(buyer)
    await inbox.take(till, till.pay(reference))
    till.taken[reference].status = "canceled"
    await sync(till, reference)
    assert payments.purchase(buyer, payment).status == "succeeded"
    assert wallet(buyer) == (101_000, 0)


async def test_only_tabs_of_the_buyer_hear_of_it(till, buyer, order):
    stranger = make_account()
    _, reference = await order(buyer)
    notice = till.pay(reference)
    with notices.mailbox(buyer) as mine, notices.mailbox(stranger) as theirs:
        await inbox.take(till, notice)
        await inbox.take(till, till.tell(reference))
        async with asyncio.timeout(5):
            assert await mine.take() == {"wallet", "payments"}
        assert theirs._topics == set()


async def test_a_payment_that_is_no_order_moves_nothing(till, buyer):
    assert await inbox.take(till, till.tell("pi_foreign")) == "unknown"
    with reading() as session:
        assert session.exec(select(Payment)).all() == []
