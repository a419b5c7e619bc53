"""The real Stripe client against the stand-in, over HTTP: opening, truth, giving back, healing."""

from __future__ import annotations

import asyncio
import datetime as dt
import subprocess
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import orjson
import pytest
import stripe

from gptchina.providers.payments import (
    Method,
    Notice,
    OpenOrder,
    PaymentFailure,
    PaymentProvider,
    PaymentProviderError,
    Truth,
)
from gptchina.providers.payments.stripe_ import API_VERSION, StripeProvider, connection
from gptchina.settings import ROOT
from gptchina.standins.stripe import transaction
from tests.providers.conftest import stripe_account

if TYPE_CHECKING:
    from gptchina.standins.stripe import StandInStripe

pytestmark = pytest.mark.timeout(60)

ORDER = OpenOrder(
    payment_id=7,
    account_id=3,
    amount=1000,
    currency="cny",
    description="100,000 tokens",
    key="order-7-a1b2",
)
LONG_AGO = dt.datetime.now(dt.UTC) - dt.timedelta(days=1)


async def opened(provider: PaymentProvider, **changes: Any) -> str:
    return (await provider.open(replace(ORDER, **changes))).reference


async def paid(provider: PaymentProvider, fake: StandInStripe, **changes: Any) -> str:
    reference = await opened(provider, **changes)
    fake.pay(reference)
    return reference


async def failure_of(asked: Any) -> PaymentProviderError:
    with pytest.raises(PaymentProviderError) as caught:
        await asked
    return caught.value


def asked(fake: StandInStripe) -> list[str]:
    return [f"{each.method} {each.path.split('/')[2]}" for each in fake.requests]


def stripe_json(event: dict[str, Any]) -> bytes:
    return orjson.dumps(event)


def by_kind(event: dict[str, Any]) -> Notice:
    return Notice(event["id"], event["type"], "", "", "", LONG_AGO, live=False)


# The releases of the page's packages that speak to the API of a train; raise all of them together.
PACKAGES_OF_TRAIN = {"endive": {"@stripe/stripe-js": "10", "@stripe/react-stripe-js": "7"}}


def test_the_sdk_the_page_and_the_stand_in_are_of_one_release_train() -> None:
    assert stripe.api_version == API_VERSION == transaction.API_VERSION
    locked = orjson.loads((ROOT / "reflex.lock" / "package.json").read_bytes())["dependencies"]
    majors = {
        name: version.partition(".")[0]
        for name, version in locked.items()
        if name.startswith("@stripe/")
    }
    assert majors == PACKAGES_OF_TRAIN[API_VERSION.partition(".")[2]]


def test_the_program_starts_without_loading_the_sdk() -> None:
    script = (
        "import sys, gptchina.domain, gptchina.providers.payments as p; p.payment_providers();"
        "sys.exit('stripe' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", script], check=True)


async def test_the_client_is_told_version_time_limit_and_retries(
    provider: StripeProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "API_VERSION", "2026-01-01.test")
    client = await provider._connections.client()
    options = client._requestor._options
    assert options.stripe_version == "2026-01-01.test"
    assert options.max_network_retries == 2
    http = provider._connections._made[asyncio.get_running_loop()].http
    assert http._timeout == 15
    assert await provider._connections.client() is client


async def test_each_event_loop_has_a_client_of_its_own(provider: StripeProvider) -> None:
    async def elsewhere() -> stripe.StripeClient:
        made = await provider._connections.client()
        await provider.aclose()
        return made

    here = await provider._connections.client()
    assert await asyncio.to_thread(lambda: asyncio.run(elsewhere())) is not here
    assert await provider._connections.client() is here


async def test_an_order_is_opened_in_all_ways_with_our_numbers(
    provider: StripeProvider, fake: StandInStripe
) -> None:
    opened = await provider.open(ORDER)
    intent = fake.intent(opened.reference)
    assert opened.client_secret == intent["client_secret"] != ""
    assert opened.url == ""
    assert (intent["amount"], intent["currency"]) == (1000, "cny")
    assert intent["automatic_payment_methods"]["enabled"] is True
    assert {"card", "alipay", "wechat_pay"} <= set(intent["payment_method_types"])
    assert intent["description"] == "100,000 tokens"
    assert intent["metadata"] == {"payment_id": "7", "account_id": "3", "key": ORDER.key}
    # Stripe would mail a receipt of its own, and we mail ours.
    assert intent["receipt_email"] is None


async def test_stablecoins_are_taken_alone(provider: StripeProvider, fake: StandInStripe) -> None:
    reference = await opened(provider, crypto=True, currency="usd")
    assert fake.intent(reference)["payment_method_types"] == ["crypto"]


async def test_one_key_opens_one_payment_even_if_the_answer_was_lost(
    provider: StripeProvider, fake: StandInStripe
) -> None:
    fake.fail_next("/v1/payment_intents", 500, after=True)
    first = await provider.open(ORDER)
    assert await provider.open(ORDER) == first
    assert len(fake.objects("payment_intent")) == 1
    assert {each.idempotency_key for each in fake.requests} == {ORDER.key}
    refused = await failure_of(opened(provider, amount=2000))
    assert refused.code is PaymentFailure.REFUSED


async def test_an_open_payment_goes_on_and_a_paid_one_does_not(
    provider: StripeProvider, fake: StandInStripe
) -> None:
    opened = await provider.open(ORDER)
    assert await provider.reopen(opened.reference) == opened
    fake.pay(opened.reference, "4000000000000002")
    assert await provider.reopen(opened.reference) == opened
    fake.pay(opened.reference)
    assert (await failure_of(provider.reopen(opened.reference))).code is PaymentFailure.REFUSED


async def test_the_truth_of_a_new_payment(provider: StripeProvider, fake: StandInStripe) -> None:
    reference = await opened(provider)
    truth = await provider.truth(reference)
    assert truth.created_at is not None
    assert abs((dt.datetime.now(dt.UTC) - truth.created_at).total_seconds()) < 60
    assert truth == Truth(
        reference=reference,
        payment_id=7,
        key=ORDER.key,
        status="open",
        amount=1000,
        received=0,
        currency="cny",
        created_at=truth.created_at,
    )


async def test_the_truth_of_a_paid_one_takes_one_request(
    provider: StripeProvider, fake: StandInStripe
) -> None:
    reference = await paid(provider, fake)
    fake.forget_requests()
    truth = await provider.truth(reference)
    assert (truth.status, truth.received) == ("succeeded", 1000)
    assert (truth.refunded, truth.disputed, truth.failure) == (0, 0, "")
    assert truth.method == Method("card", "visa", "4242")
    assert truth.receipt_url.startswith("http")
    assert asked(fake) == ["GET payment_intents"]


async def test_a_decline_is_told_and_forgotten_when_the_next_try_pays(
    provider: StripeProvider, fake: StandInStripe
) -> None:
    reference = await opened(provider)
    fake.pay(reference, "4000000000009995")
    declined = await provider.truth(reference)
    assert (declined.status, declined.failure) == ("open", "insufficient_funds")
    assert declined.method == Method()
    fake.pay(reference, "4000000000000069")
    assert (await provider.truth(reference)).failure == "expired_card"
    fake.pay(reference)
    truth = await provider.truth(reference)
    assert (truth.status, truth.failure) == ("succeeded", "")


async def test_what_waits_for_buyer_or_bank_is_not_paid(
    provider: StripeProvider, fake: StandInStripe
) -> None:
    scanned = await opened(provider)
    fake.pay(scanned, method="wechat_pay")
    assert (await provider.truth(scanned)).status == "open"
    slow = await opened(provider, currency="eur", key="order-8")
    fake.pay(slow, method="sepa_debit")
    waiting = await provider.truth(slow)
    assert (waiting.status, waiting.received) == ("processing", 0)
    fake.finish(slow, ok=False)
    assert (await provider.truth(slow)).status == "open"
    fake.finish(scanned)
    truth = await provider.truth(scanned)
    assert (truth.status, truth.method) == ("succeeded", Method("wechat_pay"))


async def test_unionpay_is_a_card(provider: StripeProvider, fake: StandInStripe) -> None:
    reference = await opened(provider)
    fake.pay(reference, "6200000000000005")
    assert (await provider.truth(reference)).method == Method("card", "unionpay", "0005")


async def test_refunds_add_up_over_all_pages(provider: StripeProvider, fake: StandInStripe) -> None:
    reference = await paid(provider, fake)
    for _ in range(101):
        fake.refund(reference, 3)
    fake.forget_requests()
    truth = await provider.truth(reference)
    assert (truth.status, truth.received, truth.refunded) == ("succeeded", 1000, 303)
    assert asked(fake) == ["GET payment_intents", "GET refunds", "GET refunds"]


async def test_a_refund_that_comes_back_was_none(
    provider: StripeProvider, fake: StandInStripe
) -> None:
    reference = await opened(provider)
    fake.pay(reference, method="alipay")
    fake.finish(reference)
    first = await provider.refund(reference, 400, "refund-1", "asked for it")
    assert (await provider.truth(reference)).refunded == 400
    fake.finish_refund(first, ok=False)
    assert (await provider.truth(reference)).refunded == 0
    second = await provider.refund(reference, 250, "refund-2", "asked for it")
    fake.finish_refund(second, ok=True)
    assert (await provider.truth(reference)).refunded == 250


async def test_disputes_add_up_and_come_back_when_won(
    provider: StripeProvider, fake: StandInStripe
) -> None:
    reference = await paid(provider, fake)
    inquiry = fake.dispute(reference, 500, status="warning_needs_response")
    assert (await provider.truth(reference)).disputed == 0
    fake.escalate_dispute(inquiry["id"])
    other = fake.dispute(reference, 200)
    assert (await provider.truth(reference)).disputed == 700
    fake.close_dispute(inquiry["id"], won=True)
    assert (await provider.truth(reference)).disputed == 200
    fake.close_dispute(other["id"], won=False)
    assert (await provider.truth(reference)).disputed == 200


async def test_a_refund_is_made_once_and_says_why(
    provider: StripeProvider, fake: StandInStripe
) -> None:
    reference = await paid(provider, fake)
    fake.fail_next("/v1/refunds", 500, after=True)
    first = await provider.refund(reference, 300, "refund-1", "y" * 600)
    assert await provider.refund(reference, 300, "refund-1", "y" * 600) == first
    (refund,) = fake.objects("refund")
    assert (refund["id"], refund["amount"]) == (first, 300)
    assert refund["reason"] == "requested_by_customer"
    assert refund["metadata"] == {"key": "refund-1", "reason": "y" * 500}
    await provider.refund(reference, 100, "refund-2", "")
    too_much = await failure_of(provider.refund(reference, 5000, "refund-3", ""))
    assert too_much.code is PaymentFailure.REFUSED
    assert (await provider.truth(reference)).refunded == 400


async def test_only_an_open_payment_is_canceled(
    provider: StripeProvider, fake: StandInStripe
) -> None:
    reference = await opened(provider)
    assert await provider.cancel(reference) is True
    assert (await provider.truth(reference)).status == "canceled"
    assert await provider.cancel(reference) is False
    bought = await paid(provider, fake, key="order-8")
    assert await provider.cancel(bought) is False
    assert (await provider.truth(bought)).status == "succeeded"
    missing = await failure_of(provider.cancel("pi_nothing"))
    assert missing.code is PaymentFailure.NOT_FOUND


@pytest.mark.parametrize(
    ("status", "error", "code"),
    [
        (500, {}, PaymentFailure.UNAVAILABLE),
        (503, {}, PaymentFailure.UNAVAILABLE),
        (429, {}, PaymentFailure.UNAVAILABLE),
        (409, {"type": "idempotency_error"}, PaymentFailure.UNAVAILABLE),
        (400, {"code": "rate_limit"}, PaymentFailure.UNAVAILABLE),
        (404, {"code": "resource_missing"}, PaymentFailure.NOT_FOUND),
        (400, {"code": "amount_too_small"}, PaymentFailure.REFUSED),
        (401, {}, PaymentFailure.REFUSED),
        (403, {}, PaymentFailure.REFUSED),
    ],
)
async def test_what_an_answer_means(
    provider: StripeProvider,
    fake: StandInStripe,
    monkeypatch: pytest.MonkeyPatch,
    status: int,
    error: dict[str, Any],
    code: PaymentFailure,
) -> None:
    monkeypatch.setattr(stripe.HTTPXClient, "INITIAL_DELAY", 0.01)
    monkeypatch.setattr(stripe.HTTPXClient, "MAX_DELAY", 0.01)
    fake.fail_next("/v1/payment_intents", status, times=3, **error)
    assert (await failure_of(provider.truth("pi_1"))).code is code
    assert len(fake.requests) == (3 if status >= 500 or status == 409 else 1)


async def test_nobody_there_is_unavailable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "RETRIES", 0)
    provider = StripeProvider(stripe_account("http://127.0.0.1:9"))
    failed = await failure_of(provider.open(ORDER))
    assert failed.code is PaymentFailure.UNAVAILABLE
    await provider.aclose()


async def test_a_silent_server_is_unavailable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "RETRIES", 0)
    monkeypatch.setattr(connection, "TIMEOUT_SECONDS", 0.1)
    left = asyncio.Event()

    async def say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()
        left.set()

    silent = await asyncio.start_server(say_nothing, "127.0.0.1", 0)
    port = silent.sockets[0].getsockname()[1]
    provider = StripeProvider(stripe_account(f"http://127.0.0.1:{port}"))
    failed = await failure_of(provider.truth("pi_1"))
    assert failed.code is PaymentFailure.UNAVAILABLE
    await left.wait()
    await provider.aclose()
    silent.close()


def test_a_failure_is_logged_with_the_name_of_its_request(
    capsys: pytest.CaptureFixture[str],
) -> None:
    headers = {"request-id": "req_42"}
    error = stripe.InvalidRequestError(
        "Gone", "id", "resource_missing", http_status=404, headers=headers
    )
    with pytest.raises(PaymentProviderError) as failed, connection.asking("truth of pi_1"):
        raise error
    assert "req_42" in failed.value.detail
    logged = capsys.readouterr().out
    assert "req_42" in logged
    assert "truth of pi_1" in logged


async def test_no_failure_tells_the_key_or_a_secret(
    fake: StandInStripe, provider: StripeProvider, capsys: pytest.CaptureFixture[str]
) -> None:
    opened = await provider.open(ORDER)
    fake.fail_next("/v1/payment_intents", 400)
    details = [
        (await failure_of(provider.reopen(opened.reference))).detail,
        (await failure_of(provider.truth("pi_nothing"))).detail,
    ]
    for text in (capsys.readouterr().out, *details):
        assert text
        assert "sk_test_standin" not in text
        assert opened.client_secret not in text


async def test_a_thin_event_is_followed_to_its_payment(
    provider: StripeProvider, fake: StandInStripe
) -> None:
    reference = await paid(provider, fake)
    fake.refund(reference, 100)
    fake.dispute(reference, 100)
    kinds: set[str] = set()
    for event in fake.events():
        body = stripe_json(fake.thin(event))
        notice = provider.read(body, {"Stripe-Signature": fake.sign(body.decode())})
        assert await provider.reference_of(notice) == reference
        kinds.add(notice.object_kind)
        assert (notice.reference != "") == (notice.object_kind == "payment_intent")
    assert kinds == {"payment_intent", "charge", "refund", "dispute"}


async def test_a_full_event_names_its_payment_itself(
    provider: StripeProvider, fake: StandInStripe
) -> None:
    reference = await paid(provider, fake)
    fake.refund(reference, 100)
    fake.dispute(reference, 100)
    fake.forget_requests()
    for event in fake.events():
        body = stripe_json(event)
        notice = provider.read(body, {"stripe-signature": fake.sign(body.decode())})
        assert (notice.id, notice.kind) == (event["id"], event["type"])
        assert await provider.reference_of(notice) == reference
    assert fake.requests == []


async def test_an_event_of_something_else_belongs_to_no_payment(provider: StripeProvider) -> None:
    body = stripe_json(
        {
            "id": "evt_1",
            "object": "event",
            "type": "balance.available",
            "created": 1_800_000_000,
            "livemode": False,
            "data": {"object": {"object": "balance"}},
        }
    )
    header = stripe.WebhookSignature.generate_signature_header(body.decode(), "whsec_old")
    notice = provider.read(body, {"stripe-signature": header})
    assert not provider.concerns(notice)
    assert await provider.reference_of(notice) == ""
    other = replace(notice, object_id="cus_1", object_kind="customer")
    assert await provider.reference_of(other) == ""


async def test_missed_notices_are_listed_over_all_pages(
    provider: StripeProvider, fake: StandInStripe
) -> None:
    reference = await paid(provider, fake)
    for _ in range(60):
        fake.refund(reference, 1)
    notices = [each async for each in provider.notices_since(LONG_AGO)]
    concerning = [each["id"] for each in fake.events() if provider.concerns(by_kind(each))]
    assert [each.id for each in reversed(notices)] == concerning
    assert len(concerning) > 120
    assert {each.reference for each in notices} == {reference}
    later = dt.datetime.now(dt.UTC) + dt.timedelta(hours=1)
    assert [each async for each in provider.notices_since(later)] == []


async def test_paid_payments_are_listed_over_all_pages(
    provider: StripeProvider, fake: StandInStripe
) -> None:
    references = [await opened(provider, key=f"order-{number}") for number in range(103)]
    bought = references[:2] + references[-1:]
    for reference in bought:
        fake.pay(reference)
    assert [each async for each in provider.paid_since(LONG_AGO)] == bought[::-1]
    later = dt.datetime.now(dt.UTC) + dt.timedelta(hours=1)
    assert [each async for each in provider.paid_since(later)] == []


async def test_lists_fail_as_everything_else_does(
    provider: StripeProvider, fake: StandInStripe
) -> None:
    fake.fail_next("/v1/events", 429)
    fake.fail_next("/v1/payment_intents", 429)
    for listed in (provider.notices_since(LONG_AGO), provider.paid_since(LONG_AGO)):
        assert (await failure_of(anext(listed))).code is PaymentFailure.UNAVAILABLE


@pytest.mark.parametrize(
    ("key", "live"),
    [
        ("sk_test_x", False),
        ("rk_test_x", False),
        ("sk_live_x", True),
        ("rk_live_x", True),
    ],
)
def test_the_key_tells_whether_money_is_real(key: str, *, live: bool) -> None:
    provider = StripeProvider(stripe_account(key=key))
    assert provider.live is live
    assert provider.listens
    deaf = StripeProvider(stripe_account(key=key)._replace(webhook_secrets=("", " ")))
    assert not deaf.listens
