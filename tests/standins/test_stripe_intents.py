"""The stand-in Stripe makes, confirms and closes PaymentIntents as the real one does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import orjson
import pytest
import stripe

from gptchina.settings import Environment
from gptchina.standins.refused import StandInRefusedError
from gptchina.standins.stripe import RefusedError, StandInStripe, build_stripe_server

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    Make = Callable[..., Awaitable[stripe.PaymentIntent]]

RETURN = "https://shop.example/return?order=7"


@pytest.fixture
def make(client: stripe.StripeClient) -> Make:
    async def made(idempotency_key: str = "", **changes: Any) -> stripe.PaymentIntent:
        options: Any = {"idempotency_key": idempotency_key} if idempotency_key else {}
        params: Any = {"amount": 1000, "currency": "cny", **changes}
        return await client.v1.payment_intents.create_async(params, options)

    return made


async def test_an_intent_offers_all_methods_that_take_the_currency(make: Make) -> None:
    intent = await make(
        automatic_payment_methods={"enabled": True},
        metadata={"order": "7"},
        receipt_email="lin@example.com",
        description="100,000 tokens",
    )
    assert intent.status == "requires_payment_method"
    assert intent.payment_method_types == ["card", "alipay", "wechat_pay", "link"]
    assert (intent.amount, intent.currency, intent.livemode) == (1000, "cny", False)
    assert intent.metadata["order"] == "7"
    assert (intent.receipt_email, intent.description) == ("lin@example.com", "100,000 tokens")
    assert (await make(currency="brl")).payment_method_types == ["card", "link"]
    allowed = await make(allowed_payment_method_types=["alipay", "crypto", "sepa_debit"])
    assert allowed.payment_method_types == ["alipay"]
    others = await make(excluded_payment_method_types=["alipay", "link"])
    assert others.payment_method_types == ["card", "wechat_pay"]
    no_redirects: Any = {"enabled": True, "allow_redirects": "never"}
    at_once = await make(automatic_payment_methods=no_redirects)
    assert at_once.payment_method_types == ["card", "wechat_pay", "link"]


async def test_the_same_key_makes_one_intent(make: Make, fake: StandInStripe) -> None:
    first, second = await make("order-7"), await make("order-7")
    assert first.id == second.id
    assert len(fake.objects("payment_intent")) == 1
    assert second.last_response.headers["idempotent-replayed"] == "true"  # type: ignore[union-attr]
    assert [asked.idempotency_key for asked in fake.requests] == ["order-7", "order-7"]


async def test_a_key_used_for_something_else_is_refused(make: Make) -> None:
    await make("order-7")
    with pytest.raises(stripe.IdempotencyError):
        await make("order-7", amount=2000)


async def test_a_refused_request_does_not_use_up_its_key(make: Make) -> None:
    with pytest.raises(stripe.InvalidRequestError):
        await make("order-7", amount=1)
    assert (await make("order-7")).amount == 1000


async def test_a_refused_request_leaves_nothing_behind(make: Make, fake: StandInStripe) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="return_url"):
        await make(confirm=True, payment_method="pm_card_visa")
    assert (fake.objects("payment_intent"), fake.events()) == ([], [])


async def test_what_is_the_stand_ins_own_is_never_shown(
    make: Make, client: stripe.StripeClient, fake: StandInStripe
) -> None:
    intent = await make(receipt_email="lin@example.com")
    fake.pay(intent.id, method="alipay")
    asked = await client.v1.payment_intents.retrieve_async(
        intent.id, {"expand": ["payment_method"]}
    )
    for told in (asked.to_dict(), fake.intent(intent.id), fake.events()):
        assert '"_' not in orjson.dumps(told).decode()


@pytest.mark.parametrize(
    ("changes", "param", "code"),
    [
        ({"colour": "red"}, "colour", "parameter_unknown"),
        ({"amount": "ten"}, "amount", "parameter_invalid_integer"),
        ({"amount": ""}, "amount", "parameter_missing"),
        ({"amount": 399}, "amount", "amount_too_small"),
        ({"amount": 100_000_000}, "amount", "amount_too_large"),
        ({"currency": "CNY"}, "currency", None),
        ({"currency": "zzz"}, "currency", None),
        (
            {"payment_method_types": ["card"]},
            "payment_method_types",
            "payment_method_types_no_longer_supported",
        ),
        ({"allowed_payment_method_types": ["crypto"]}, None, "payment_intent_invalid_parameter"),
        ({"customer": "cus_none"}, "customer", "resource_missing"),
        ({"capture_method": "manual"}, "capture_method", None),
        ({"metadata": {"note": "x" * 501}}, "metadata[note]", None),
    ],
)
async def test_a_wrong_parameter_is_named(
    make: Make, changes: dict[str, Any], param: str | None, code: str | None
) -> None:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        await make(**changes)
    assert caught.value.param == param
    assert code is None or caught.value.code == code


async def test_methods_are_automatic_or_allowed_but_not_both(make: Make) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="only specify one"):
        await make(
            automatic_payment_methods={"enabled": True}, allowed_payment_method_types=["card"]
        )


async def test_a_paid_intent_has_its_charge(
    make: Make, client: stripe.StripeClient, fake: StandInStripe
) -> None:
    intent = await make()
    fake.pay(intent.id, "6200 0000 0000 0005")
    paid = await client.v1.payment_intents.retrieve_async(intent.id, {"expand": ["latest_charge"]})
    charge: Any = paid.latest_charge
    assert (paid.status, paid.amount_received) == ("succeeded", 1000)
    assert charge.payment_method_details.card.brand == "unionpay"
    assert charge.payment_method_details.card.last4 == "0005"
    assert (charge.amount_refunded, charge.disputed, charge.refunded) == (0, False, False)
    async with httpx.AsyncClient() as browser:
        receipt = await browser.get(charge.receipt_url)
    assert "CNY 10.00" in receipt.text
    assert "unionpay •••• 0005" in receipt.text


@pytest.mark.parametrize(
    ("number", "code", "decline_code"),
    [
        ("4000000000000002", "card_declined", "generic_decline"),
        ("4000000000009995", "card_declined", "insufficient_funds"),
        ("4000000000000069", "expired_card", None),
        ("4000000000000127", "incorrect_cvc", None),
        ("4242424242424241", "incorrect_number", None),
        ("4242 4242 424", "incorrect_number", None),
        ("4111111111111111", "card_declined", "test_mode_live_card"),
    ],
)
async def test_a_declined_card_is_a_card_error_and_another_may_follow(
    make: Make,
    client: stripe.StripeClient,
    fake: StandInStripe,
    number: str,
    code: str,
    decline_code: str | None,
) -> None:
    intent = await make()
    method: Any = {"type": "card", "card": {"number": number}}
    params: Any = {"payment_method_data": method, "return_url": RETURN}
    with pytest.raises(stripe.CardError) as caught:
        await client.v1.payment_intents.confirm_async(intent.id, params)
    error: Any = caught.value.error
    assert (caught.value.code, error.decline_code or None) == (code, decline_code)
    assert caught.value.user_message
    assert error.payment_intent.id == intent.id
    failed = fake.intent(intent.id)
    assert failed["status"] == "requires_payment_method"
    assert failed["last_payment_error"]["code"] == code
    assert fake.pay(intent.id)["status"] == "succeeded"
    assert fake.intent(intent.id)["last_payment_error"] is None


async def test_a_test_card_pays_at_once_when_the_program_confirms(make: Make) -> None:
    intent = await make(confirm=True, payment_method="pm_card_visa", return_url=RETURN)
    assert intent.status == "succeeded"
    with pytest.raises(stripe.CardError):
        await make(
            confirm=True,
            payment_method="pm_card_visa_chargeDeclined",
            return_url=RETURN,
        )


async def test_a_form_that_may_redirect_needs_an_address_to_return_to(
    make: Make, client: stripe.StripeClient
) -> None:
    intent = await make()
    params: Any = {"payment_method_data": {"type": "card"}}
    with pytest.raises(stripe.InvalidRequestError, match="return_url"):
        await client.v1.payment_intents.confirm_async(intent.id, params)
    for wrong in ("/return", "javascript:alert(1)"):
        params["return_url"] = wrong
        with pytest.raises(stripe.InvalidRequestError) as caught:
            await client.v1.payment_intents.confirm_async(intent.id, params)
        assert caught.value.code == "url_invalid"


@pytest.mark.parametrize(
    ("pay", "status", "action"),
    [
        ({"number": "4000002760003184"}, "requires_action", "use_stripe_sdk"),
        ({"method": "alipay"}, "requires_action", "alipay_handle_redirect"),
        ({"method": "wechat_pay"}, "requires_action", "wechat_pay_display_qr_code"),
        ({"method": "link"}, "succeeded", None),
    ],
)
@pytest.mark.parametrize("ok", [True, False])
async def test_what_waits_is_finished_well_or_badly(
    make: Make,
    fake: StandInStripe,
    pay: dict[str, str],
    status: str,
    action: str | None,
    ok: bool,  # noqa: FBT001
) -> None:
    intent = await make()
    waiting = fake.pay(intent.id, **pay)
    assert waiting["status"] == status
    assert (waiting["next_action"] or {}).get("type") == action
    if status == "succeeded":
        with pytest.raises(RefusedError):
            fake.finish(intent.id, ok)
        return
    finished = fake.finish(intent.id, ok)
    assert finished["status"] == ("succeeded" if ok else "requires_payment_method")
    assert finished["next_action"] is None
    assert bool(finished["last_payment_error"]) is not ok


@pytest.mark.parametrize("ok", [True, False])
async def test_a_bank_debit_is_processing_until_it_clears(
    make: Make,
    fake: StandInStripe,
    client: stripe.StripeClient,
    ok: bool,  # noqa: FBT001
) -> None:
    intent = await make(currency="eur")
    assert fake.pay(intent.id, method="sepa_debit")["status"] == "processing"
    with pytest.raises(stripe.InvalidRequestError) as caught:
        await client.v1.payment_intents.cancel_async(intent.id)
    assert caught.value.code == "payment_intent_unexpected_state"
    finished = fake.finish(intent.id, ok)
    assert finished["status"] == ("succeeded" if ok else "requires_payment_method")


async def test_an_open_intent_is_changed_and_closed_a_paid_one_is_not(
    make: Make, client: stripe.StripeClient, fake: StandInStripe
) -> None:
    intent = await make(metadata={"order": "7", "note": "a"})
    changed = await client.v1.payment_intents.update_async(
        intent.id, {"amount": 3500, "metadata": {"note": "", "more": "b"}}
    )
    assert changed.amount == 3500
    assert changed.metadata.to_dict() == {"order": "7", "more": "b"}
    closed = await client.v1.payment_intents.cancel_async(
        intent.id, {"cancellation_reason": "abandoned"}
    )
    assert (closed.status, closed.cancellation_reason) == ("canceled", "abandoned")
    with pytest.raises(RefusedError):
        fake.pay(intent.id)
    paid = await make()
    fake.pay(paid.id)
    for asked in (
        client.v1.payment_intents.cancel_async(paid.id),
        client.v1.payment_intents.update_async(paid.id, {"amount": 3500}),
        client.v1.payment_intents.confirm_async(paid.id, {"payment_method": "pm_card_visa"}),
    ):
        with pytest.raises(stripe.InvalidRequestError) as caught:
            await asked
        assert caught.value.code == "payment_intent_unexpected_state"


async def test_intents_are_listed_in_pages_newest_first(
    make: Make, client: stripe.StripeClient
) -> None:
    made = [(await make(amount=1000 + number)).id for number in range(5)]
    page = await client.v1.payment_intents.list_async({"limit": 2})
    assert [intent.id for intent in page.data] == made[:2:-1]
    assert page.has_more
    assert [intent.id async for intent in page.auto_paging_iter()] == made[::-1]
    older = await client.v1.payment_intents.list_async({"limit": 2, "ending_before": made[0]})
    assert [intent.id async for intent in older.auto_paging_iter()] == made[1:]
    future: Any = {"created": {"gt": 2**40}}
    assert (await client.v1.payment_intents.list_async(future)).data == []
    past: Any = {"created": {"gte": 0, "lt": 2**40}, "limit": 100}
    assert len((await client.v1.payment_intents.list_async(past)).data) == 5


async def test_lists_refuse_what_they_do_not_know(client: stripe.StripeClient) -> None:
    for wrong in ({"limit": 101}, {"colour": "red"}, {"starting_after": "pi_none"}):
        params: Any = wrong
        with pytest.raises(stripe.InvalidRequestError):
            await client.v1.payment_intents.list_async(params)


async def test_customers_are_kept(client: stripe.StripeClient, make: Make) -> None:
    lin = await client.v1.customers.create_async(
        {"email": "lin@example.com", "metadata": {"user": "7"}}
    )
    await client.v1.customers.create_async({"email": "wei@example.com"})
    await make(customer=lin.id)
    await make()
    found = await client.v1.customers.list_async({"email": "lin@example.com"})
    assert [each.id for each in found.data] == [lin.id]
    intents = await client.v1.payment_intents.list_async(
        {"customer": lin.id, "expand": ["data.customer"]}
    )
    customers: list[Any] = [each.customer for each in intents.data]
    assert [each.email for each in customers] == ["lin@example.com"]


async def test_a_property_that_holds_no_object_is_not_expanded(
    make: Make, client: stripe.StripeClient
) -> None:
    intent = await make()
    for wrong in ("currency", "nothing"):
        with pytest.raises(stripe.InvalidRequestError, match="cannot be expanded"):
            await client.v1.payment_intents.retrieve_async(intent.id, {"expand": [wrong]})
    untouched = await client.v1.payment_intents.retrieve_async(
        intent.id, {"expand": ["latest_charge"]}
    )
    assert untouched.latest_charge is None


@pytest.mark.parametrize("key", ["sk_test_", "pk_live_x", "nonsense", "sk_other_x"])
async def test_other_keys_are_refused(address: str, key: str) -> None:
    async with httpx.AsyncClient() as http:
        reply = await http.get(
            f"{address}/v1/payment_intents", headers={"authorization": f"Bearer {key}"}
        )
    assert reply.status_code == 401
    assert reply.json()["error"]["message"].startswith("Invalid API Key provided: ")


async def test_a_live_key_makes_live_objects(live_client: stripe.StripeClient) -> None:
    intent = await live_client.v1.payment_intents.create_async({"amount": 1000, "currency": "cny"})
    assert intent.livemode


async def test_a_publishable_key_sees_one_intent_and_only_with_its_secret(
    make: Make, address: str
) -> None:
    intent, other = await make(), await make()
    async with httpx.AsyncClient(base_url=address) as browser:
        path, key = f"/v1/payment_intents/{intent.id}", {"key": "pk_test_x"}
        refused = await browser.get("/v1/payment_intents", params=key)
        assert (refused.status_code, refused.json()["error"]["code"]) == (
            403,
            "secret_key_required",
        )
        assert (await browser.get(path, params=key)).status_code == 401
        wrong = {**key, "client_secret": other.client_secret or ""}
        assert (await browser.get(path, params=wrong)).status_code == 401
        assert (await browser.post(f"{path}/confirm", data=wrong)).status_code == 401
        right = {**key, "client_secret": intent.client_secret or ""}
        assert (await browser.get(path, params=right)).json()["id"] == intent.id


async def test_production_has_no_stand_in() -> None:
    with pytest.raises(StandInRefusedError):
        build_stripe_server(environment=Environment.PRODUCTION)
