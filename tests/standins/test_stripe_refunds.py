"""The stand-in Stripe gives money back, and banks take it, as with the real one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import stripe

from gptchina.standins.stripe import RefusedError, StandInStripe

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    Paid = Callable[..., Awaitable[str]]


@pytest.fixture
def paid(client: stripe.StripeClient, fake: StandInStripe) -> Paid:
    async def made(method: str = "card", number: str = "4242424242424242") -> str:
        params: Any = {"amount": 1000, "currency": "cny"}
        intent = await client.v1.payment_intents.create_async(params)
        if fake.pay(intent.id, number, method=method)["status"] != "succeeded":
            fake.finish(intent.id)
        return intent.id

    return made


async def charge_of(client: stripe.StripeClient, intent: str) -> Any:
    charges = await client.v1.charges.list_async({"payment_intent": intent})
    return charges.data[0]


def told(fake: StandInStripe, since: int) -> list[str]:
    return [event["type"] for event in fake.events()[since:]]


async def test_a_card_is_refunded_at_once_in_parts_up_to_the_whole(
    client: stripe.StripeClient, fake: StandInStripe, paid: Paid
) -> None:
    intent = await paid()
    before = len(fake.events())
    first = await client.v1.refunds.create_async(
        {
            "payment_intent": intent,
            "amount": 300,
            "reason": "requested_by_customer",
            "metadata": {"order": "7"},
        }
    )
    assert (first.status, first.amount, first.reason) == ("succeeded", 300, "requested_by_customer")
    assert first.metadata["order"] == "7"  # type: ignore[index]
    assert told(fake, before) == ["refund.created", "charge.refunded"]
    charge = await charge_of(client, intent)
    assert (charge.amount_refunded, charge.refunded) == (300, False)
    with pytest.raises(stripe.InvalidRequestError, match="greater than unrefunded") as caught:
        await client.v1.refunds.create_async({"payment_intent": intent, "amount": 701})
    assert caught.value.param == "amount"
    rest = await client.v1.refunds.create_async({"charge": charge.id})
    assert rest.amount == 700
    charge = await charge_of(client, intent)
    assert (charge.amount_refunded, charge.refunded) == (1000, True)
    with pytest.raises(stripe.InvalidRequestError) as caught:
        await client.v1.refunds.create_async({"payment_intent": intent})
    assert caught.value.code == "charge_already_refunded"
    listed = await client.v1.refunds.list_async({"payment_intent": intent, "limit": 1})
    assert [refund.id async for refund in listed.auto_paging_iter()] == [rest.id, first.id]


async def test_the_same_key_refunds_once(client: stripe.StripeClient, paid: Paid) -> None:
    intent = await paid()
    refunds: Any = [
        await client.v1.refunds.create_async(
            {"payment_intent": intent, "amount": 300}, {"idempotency_key": "refund-7-1"}
        )
        for _ in range(2)
    ]
    assert refunds[0].id == refunds[1].id
    assert (await charge_of(client, intent)).amount_refunded == 300


@pytest.mark.parametrize("method", ["alipay", "wechat_pay"])
async def test_a_wallets_refund_arrives_later(
    client: stripe.StripeClient, fake: StandInStripe, paid: Paid, method: str
) -> None:
    intent = await paid(method)
    refund = await client.v1.refunds.create_async({"payment_intent": intent})
    assert refund.status == "pending"
    before = len(fake.events())
    assert fake.finish_refund(refund.id, ok=True)["status"] == "succeeded"
    assert told(fake, before) == ["refund.updated"]
    assert (await charge_of(client, intent)).amount_refunded == 1000


async def test_a_refund_may_fail_even_after_it_succeeded(
    client: stripe.StripeClient, fake: StandInStripe, paid: Paid
) -> None:
    for method in ("alipay", "card"):
        intent = await paid(method)
        refund = fake.refund(intent, 400)
        before = len(fake.events())
        failed = fake.finish_refund(refund["id"], ok=False)
        assert (failed["status"], failed["failure_reason"]) == ("failed", "unknown")
        assert told(fake, before) == ["refund.updated", "refund.failed"]
        charge = await charge_of(client, intent)
        assert (charge.amount_refunded, charge.refunded) == (0, False)
        with pytest.raises(RefusedError):
            fake.finish_refund(refund["id"], ok=True)


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"amount": 0},
        {"amount": "all"},
        {"reason": "regret"},
        {"colour": "red"},
        {"charge": "ch_none"},
    ],
)
async def test_a_wrong_refund_is_refused(
    client: stripe.StripeClient, paid: Paid, wrong: dict[str, Any]
) -> None:
    params: Any = {"payment_intent": await paid(), **wrong} if wrong else {}
    with pytest.raises(stripe.InvalidRequestError):
        await client.v1.refunds.create_async(params)


async def test_an_unpaid_intent_is_not_refunded(client: stripe.StripeClient) -> None:
    intent = await client.v1.payment_intents.create_async({"amount": 1000, "currency": "cny"})
    with pytest.raises(stripe.InvalidRequestError, match="does not have a successful charge"):
        await client.v1.refunds.create_async({"payment_intent": intent.id})


@pytest.mark.parametrize("won", [True, False])
async def test_a_dispute_takes_the_money_until_it_is_won(
    client: stripe.StripeClient,
    fake: StandInStripe,
    paid: Paid,
    won: bool,  # noqa: FBT001
) -> None:
    intent = await paid()
    before = len(fake.events())
    dispute = fake.dispute(intent, 600)
    assert told(fake, before) == ["charge.dispute.created", "charge.dispute.funds_withdrawn"]
    assert (await charge_of(client, intent)).disputed
    with pytest.raises(stripe.InvalidRequestError) as caught:
        await client.v1.refunds.create_async({"payment_intent": intent})
    assert caught.value.code == "charge_disputed"
    before = len(fake.events())
    fake.close_dispute(dispute["id"], won)
    returned = ["charge.dispute.funds_reinstated"] if won else []
    assert told(fake, before) == [*returned, "charge.dispute.closed"]
    listed = await client.v1.disputes.list_async({"payment_intent": intent})
    assert [(each.amount, each.status) for each in listed.data] == [(600, "won" if won else "lost")]
    if won:
        assert (await client.v1.refunds.create_async({"payment_intent": intent})).amount == 1000
    with pytest.raises(RefusedError):
        fake.close_dispute(dispute["id"], won)


async def test_an_inquiry_takes_nothing_until_it_becomes_a_dispute(
    client: stripe.StripeClient, fake: StandInStripe, paid: Paid
) -> None:
    intent = await paid()
    before = len(fake.events())
    inquiry = fake.dispute(intent, status="warning_needs_response")
    assert told(fake, before) == ["charge.dispute.created"]
    await client.v1.refunds.create_async({"payment_intent": intent, "amount": 100})
    before = len(fake.events())
    fake.escalate_dispute(inquiry["id"])
    assert told(fake, before) == ["charge.dispute.updated", "charge.dispute.funds_withdrawn"]
    other = fake.dispute(await paid(), status="warning_needs_response")
    before = len(fake.events())
    assert fake.close_dispute(other["id"], won=True)["status"] == "warning_closed"
    assert told(fake, before) == ["charge.dispute.closed"]


async def test_evidence_goes_to_the_bank(
    client: stripe.StripeClient, fake: StandInStripe, paid: Paid
) -> None:
    dispute = fake.dispute(await paid())
    before = len(fake.events())
    answered = await client.v1.disputes.update_async(
        dispute["id"], {"evidence": {"customer_name": "Lin"}, "submit": True}
    )
    assert (answered.status, answered.evidence.customer_name) == ("under_review", "Lin")
    assert told(fake, before) == ["charge.dispute.updated"]
    assert (await client.v1.disputes.close_async(dispute["id"])).status == "lost"


async def test_one_test_card_is_disputed_by_itself(fake: StandInStripe, paid: Paid) -> None:
    await paid(number="4000000000000259")
    assert [dispute["status"] for dispute in fake.objects("dispute")] == ["needs_response"]
    assert told(fake, 1) == [
        "charge.succeeded",
        "payment_intent.succeeded",
        "charge.dispute.created",
        "charge.dispute.funds_withdrawn",
    ]
