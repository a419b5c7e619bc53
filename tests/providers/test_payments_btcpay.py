"""BTCPay Server over HTTP: invoices of a store, what counts as paid, and who may tell of it."""

from __future__ import annotations

import asyncio
import datetime as dt
import hashlib
import hmac
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import hypothesis.strategies as st
import orjson
import pytest
import pytest_asyncio
from hypothesis import example, given

from gptchina.providers.payments import (
    MalformedNoticeError,
    Method,
    Notice,
    OpenOrder,
    PaymentFailure,
    PaymentProvider,
    PaymentProviderError,
    SignatureError,
    Truth,
)
from gptchina.providers.payments.btcpay import BTCPayAccount, BTCPayProvider, reading, server
from gptchina.settings import Environment
from gptchina.standins.btcpay import SATOSHI, BTCPayOptions, StandInBTCPay, build_btcpay_server
from gptchina.standins.serving import serving

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

pytestmark = pytest.mark.timeout(60)

ORDER = OpenOrder(
    payment_id=7,
    account_id=3,
    amount=1000,
    currency="cny",
    description="100,000 tokens",
    key="order-7-a1b2",
    return_url="https://chat.example.com/tokens/?payment=7",
)
SECRET = BTCPayOptions().webhook_secret
LONG_AGO = dt.datetime.now(dt.UTC) - dt.timedelta(days=1)
LATER = dt.datetime.now(dt.UTC) + dt.timedelta(days=30)


def account(url: str, **changes: str) -> BTCPayAccount:
    options = BTCPayOptions()
    return replace(BTCPayAccount(url, options.store, options.key, SECRET), **changes)


NOWHERE = BTCPayProvider(account("http://127.0.0.1:9"))


class Bench:
    def __init__(self, address: str, fake: StandInBTCPay) -> None:
        self.address, self.fake = address, fake
        self.provider = BTCPayProvider(account(address + "/"))

    async def opened(self, **changes: Any) -> str:
        return (await self.provider.open(replace(ORDER, **changes))).reference

    async def truth(self, reference: str) -> Truth:
        return await self.provider.truth(reference)


@pytest_asyncio.fixture
async def bench() -> AsyncIterator[Bench]:
    app = build_btcpay_server(environment=Environment.TEST)
    async with serving(app) as address:
        made = Bench(address, app.state.btcpay)
        yield made
        await made.provider.aclose()


async def failure_of(asked: Any) -> PaymentProviderError:
    with pytest.raises(PaymentProviderError) as caught:
        await asked
    return caught.value


def test_it_is_a_provider() -> None:
    provider: PaymentProvider = NOWHERE
    assert (provider.name, provider.live, provider.listens) == ("btcpay", True, True)
    assert not provider.can_refund
    assert not BTCPayProvider(account("http://127.0.0.1:9", webhook_secret=" ")).listens


async def test_an_invoice_is_opened_with_our_numbers(bench: Bench) -> None:
    opened = await bench.provider.open(ORDER)
    invoice = bench.fake.invoice(opened.reference)
    assert opened.url == invoice["checkoutLink"]
    assert opened.client_secret == ""
    assert (invoice["amount"], invoice["currency"]) == ("10.00", "CNY")
    assert invoice["metadata"] == {
        "orderId": ORDER.key,
        "paymentId": "7",
        "accountId": "3",
        "itemDesc": "100,000 tokens",
    }
    assert invoice["checkout"] == {
        "speedPolicy": "MediumSpeed",
        "expirationMinutes": 15,
        "paymentTolerance": 0,
        "redirectURL": ORDER.return_url,
        "redirectAutomatically": True,
    }


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [(1, "cny", "0.01"), (28_000, "cny", "280.00"), (120, "usd", "1.20"), (500, "jpy", "500")],
)
async def test_amounts_are_texts_in_major_units(
    bench: Bench, amount: int, currency: str, text: str
) -> None:
    reference = await bench.opened(amount=amount, currency=currency)
    assert bench.fake.invoice(reference)["amount"] == text
    truth = await bench.truth(reference)
    assert (truth.amount, truth.currency) == (amount, currency)


@given(st.integers(0, 10**12), st.sampled_from(["cny", "jpy", "usd"]))
def test_an_amount_comes_back_as_it_went(amount: int, currency: str) -> None:
    assert reading.to_minor(Decimal(reading.to_major(amount, currency)), currency) == amount


async def test_one_key_opens_one_invoice(bench: Bench) -> None:
    first = await bench.provider.open(ORDER)
    other = await bench.opened(key="order-8-c3d4")
    assert await bench.provider.open(ORDER) == first
    assert other != first.reference
    assert len(bench.fake.invoices) == 2
    refused = await failure_of(bench.opened(amount=2000))
    assert refused.code is PaymentFailure.REFUSED


async def test_a_key_asked_at_the_same_time_leads_to_one_invoice(bench: Bench) -> None:
    many = await asyncio.gather(*(bench.opened() for _ in range(8)))
    assert len(set(many)) == 1


async def test_a_server_that_ignores_the_filter_gives_nobody_anothers_invoice(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    await bench.opened(key="order-8-c3d4")
    unfiltered = server.BTCPayServer.invoices
    monkeypatch.setattr(server.BTCPayServer, "invoices", lambda self, **_: unfiltered(self))
    reference = await bench.opened()
    assert bench.fake.invoice(reference)["metadata"]["orderId"] == ORDER.key


async def test_an_open_invoice_goes_on_and_a_paid_one_does_not(bench: Bench) -> None:
    opened = await bench.provider.open(ORDER)
    assert await bench.provider.reopen(opened.reference) == opened
    bench.fake.pay(opened.reference)
    refused = await failure_of(bench.provider.reopen(opened.reference))
    assert refused.code is PaymentFailure.REFUSED


async def test_an_invoice_is_paid_when_it_is_settled_and_not_before(bench: Bench) -> None:
    reference = await bench.opened()
    new = await bench.truth(reference)
    assert new == Truth(
        reference=reference,
        payment_id=7,
        key=ORDER.key,
        status="open",
        amount=1000,
        received=0,
        currency="cny",
        created_at=new.created_at,
    )
    bench.fake.pay(reference)
    seen = await bench.truth(reference)
    assert (seen.status, seen.received, seen.method) == ("processing", 0, Method("bitcoin"))
    bench.fake.confirm(reference)
    bench.fake.requests.clear()
    paid = await bench.truth(reference)
    assert (paid.status, paid.received, paid.method) == ("succeeded", 1000, Method("bitcoin"))
    assert len(bench.fake.requests) == 1


async def test_an_expired_invoice_is_canceled_unless_something_came(bench: Bench) -> None:
    nothing, part = await bench.opened(), await bench.opened(key="order-8-c3d4")
    bench.fake.expire(nothing)
    gone = await bench.truth(nothing)
    assert (gone.status, gone.received, gone.method) == ("canceled", 0, Method())
    bench.fake.pay(part, SATOSHI * 1000)
    assert (await bench.truth(part)).status == "open"
    bench.fake.expire(part)
    truth = await bench.truth(part)
    # 0.00001 x 700,123.45 is 7.0012345, of which 7.00 are whole.
    assert (truth.status, truth.received, truth.amount) == ("partly", 700, 1000)


async def test_what_comes_too_late_is_looked_at_even_if_it_is_all(bench: Bench) -> None:
    reference = await bench.opened()
    bench.fake.expire(reference)
    bench.fake.pay(reference)
    bench.fake.confirm(reference)
    truth = await bench.truth(reference)
    assert (truth.status, truth.received) == ("partly", 1000)


async def test_too_much_is_looked_at_but_not_for_less_than_a_cent(bench: Bench) -> None:
    dust, much = await bench.opened(amount=1001), await bench.opened(key="order-8-c3d4")
    bench.fake.pay(dust, bench.fake.due(dust) + SATOSHI / 2)
    bench.fake.confirm(dust)
    assert bench.fake.invoice(dust)["additionalStatus"] == "PaidOver"
    paid = await bench.truth(dust)
    assert (paid.status, paid.received) == ("succeeded", 1001)
    bench.fake.pay(much, bench.fake.due(much) * 2)
    bench.fake.confirm(much)
    truth = await bench.truth(much)
    assert (truth.status, truth.received) == ("partly", 2000)


async def test_what_the_network_did_not_confirm_is_looked_at(bench: Bench) -> None:
    paid, unpaid = await bench.opened(), await bench.opened(key="order-8-c3d4")
    bench.fake.pay(paid)
    bench.fake.fail_to_confirm(paid)
    truth = await bench.truth(paid)
    assert (truth.status, truth.received) == ("partly", 1000)
    bench.fake.fail_to_confirm(unpaid)
    assert (await bench.truth(unpaid)).status == "canceled"


async def test_the_operators_word_counts(bench: Bench) -> None:
    late, refused = await bench.opened(), await bench.opened(key="order-8-c3d4")
    bench.fake.expire(late)
    bench.fake.pay(late)
    bench.fake.mark(late, "Settled")
    truth = await bench.truth(late)
    assert (truth.status, truth.received) == ("succeeded", 1000)
    bench.fake.pay(refused)
    bench.fake.mark(refused, "Invalid")
    assert (await bench.truth(refused)).status == "canceled"


async def test_an_invoice_of_another_shop_has_no_number_of_ours(bench: Bench) -> None:
    made = bench.fake.create({"amount": "3.00", "currency": "CNY"}, "http://127.0.0.1")
    truth = await bench.truth(made["id"])
    assert (truth.payment_id, truth.key) == (None, "")
    made["metadata"] = {"paymentId": 7, "orderId": None}
    assert (await bench.truth(made["id"])).payment_id is None


def test_amounts_are_multiplied_exactly() -> None:
    # In binary floating point each of these comes out otherwise.
    came = reading.received_of(
        [
            {"paymentMethodPaid": "0.1", "rate": "0.7"},
            {"paymentMethodPaid": "12345678.00000001", "rate": "98765.4321"},
            {"paymentMethodPaid": "0", "rate": None},
        ]
    )
    exact = Fraction("0.07") + Fraction("12345678.00000001") * Fraction("98765.4321")
    assert Fraction(came) == exact
    assert reading.to_minor(Decimal("0.29"), "cny") == 29
    assert reading.to_minor(Decimal("10.019999999999999999999"), "cny") == 1001


def test_a_crooked_payment_is_not_read_without_what_came() -> None:
    with pytest.raises(ValueError, match="added up"):
        reading.read_truth({"status": "Settled", "additionalStatus": "PaidOver"})


async def test_nothing_is_canceled_or_given_back_by_us(bench: Bench) -> None:
    reference = await bench.opened()
    assert await bench.provider.cancel(reference) is False
    assert bench.fake.invoice(reference)["status"] == "New"
    refused = await failure_of(bench.provider.refund(reference, 100, "refund-1", "asked"))
    assert refused.code is PaymentFailure.REFUSED


@pytest.mark.parametrize(
    ("status", "body", "code"),
    [
        (500, "{}", PaymentFailure.UNAVAILABLE),
        (502, "<html>", PaymentFailure.UNAVAILABLE),
        (429, "{}", PaymentFailure.UNAVAILABLE),
        (404, "{}", PaymentFailure.NOT_FOUND),
        (400, "{}", PaymentFailure.REFUSED),
        (401, "{}", PaymentFailure.REFUSED),
        (403, "{}", PaymentFailure.REFUSED),
        (200, "<html>", PaymentFailure.UNAVAILABLE),
        (200, "[]", PaymentFailure.UNAVAILABLE),
        (200, "{}", PaymentFailure.UNAVAILABLE),
        (200, '{"id": "x", "status": "Strange", "amount": "1"}', PaymentFailure.UNAVAILABLE),
        (200, '{"id": "x", "status": "Settled", "amount": "NaN"}', PaymentFailure.UNAVAILABLE),
        (
            200,
            '{"id": "x", "status": "Settled", "amount": "1E+999999"}',
            PaymentFailure.UNAVAILABLE,
        ),
        (200, '{"status": "Settled", "amount": "1"}', PaymentFailure.UNAVAILABLE),
        (200, '{"id": "x", "status": "Settled", "amount": "1"}', PaymentFailure.UNAVAILABLE),
    ],
)
async def test_what_an_answer_means(
    bench: Bench, status: int, body: str, code: PaymentFailure
) -> None:
    bench.fake.fail_next(status, body)
    assert (await failure_of(bench.truth("x"))).code is code


async def test_another_key_or_store_is_refused_and_neither_is_told(
    bench: Bench, capsys: pytest.CaptureFixture[str]
) -> None:
    for changes, code in (
        ({"key": "strange_key"}, PaymentFailure.REFUSED),
        ({"store": "other?store"}, PaymentFailure.NOT_FOUND),
    ):
        stranger = BTCPayProvider(account(bench.address, **changes))
        failed = await failure_of(stranger.open(ORDER))
        await stranger.aclose()
        assert failed.code is code
        assert bench.fake.requests.pop().startswith("GET /api/v1/stores/")
        assert "strange_key" not in capsys.readouterr().out + failed.detail


async def test_nobody_there_is_unavailable() -> None:
    assert (await failure_of(NOWHERE.truth("x"))).code is PaymentFailure.UNAVAILABLE
    await NOWHERE.aclose()


def test_a_secret_is_in_no_representation() -> None:
    assert "btcpay_" not in repr(account("http://127.0.0.1:9"))


def signed(body: bytes, secret: str = SECRET, name: str = "BTCPay-Sig") -> dict[str, str]:
    mac = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return {name: f"sha256={mac}"}


def read(event: Any) -> Notice:
    body = event if isinstance(event, bytes) else orjson.dumps(event)
    return NOWHERE.read(body, signed(body))


EVENT: dict[str, Any] = {
    "deliveryId": "del_1",
    "webhookId": "hook",
    "originalDeliveryId": "del_1",
    "isRedelivery": False,
    "type": "InvoiceSettled",
    "timestamp": 1_800_000_000,
    "storeId": "store",
    "invoiceId": "inv_1",
    "overPaid": False,
}


def test_a_webhook_comes_down_to_a_notice() -> None:
    happened = dt.datetime(2027, 1, 15, 8, tzinfo=dt.UTC)
    told = Notice("del_1", "InvoiceSettled", "inv_1", "invoice", "inv_1", happened, live=True)
    assert read(EVENT) == told
    body = orjson.dumps(EVENT)
    assert NOWHERE.read(body, signed(body, name="btcpay-sig")) == told


def test_what_is_delivered_again_is_the_same_notice() -> None:
    again = StandInBTCPay(BTCPayOptions()).redelivered(EVENT)
    assert again["deliveryId"] != EVENT["deliveryId"]
    assert read(again).id == "del_1"
    assert read({**EVENT, "originalDeliveryId": None}).id == "del_1"


@pytest.mark.parametrize(
    ("kind", "concerns"),
    [
        ("InvoiceCreated", False),
        ("InvoiceReceivedPayment", True),
        ("InvoicePaymentSettled", True),
        ("InvoiceProcessing", True),
        ("InvoiceExpired", True),
        ("InvoiceSettled", True),
        ("InvoiceInvalid", True),
    ],
)
async def test_which_notices_concern_us(kind: str, *, concerns: bool) -> None:
    notice = read({**EVENT, "type": kind})
    assert NOWHERE.concerns(notice) is concerns
    assert await NOWHERE.reference_of(notice) == "inv_1"


def test_a_notice_of_something_else_concerns_nobody() -> None:
    other = {name: value for name, value in EVENT.items() if name != "invoiceId"}
    assert not NOWHERE.concerns(read({**other, "type": "PaymentRequestCreated"}))


async def test_the_server_signs_as_we_verify(bench: Bench) -> None:
    reference = await bench.opened()
    bench.fake.pay(reference)
    bench.fake.confirm(reference)
    told = []
    for event in bench.fake.events:
        body = orjson.dumps(event)
        notice = bench.provider.read(body, {"btcpay-sig": bench.fake.sign(body)})
        assert notice.reference == reference
        told.append(notice.kind)
    assert told[0] == "InvoiceCreated"
    assert told[-1] == "InvoiceSettled"


def test_only_the_server_is_believed() -> None:
    body = orjson.dumps(EVENT)
    good = signed(body)["BTCPay-Sig"]
    for headers in (
        {},
        {"BTCPay-Sig": ""},
        {"BTCPay-Sig": good.removeprefix("sha256=")},
        {"BTCPay-Sig": good.upper()},
        {"BTCPay-Sig": good[:-1]},
        {"Authorization": good},
        signed(body, "another"),
        signed(body, ""),
        signed(body + b" "),
    ):
        with pytest.raises(SignatureError):
            NOWHERE.read(body, headers)


@pytest.mark.parametrize("secret", ["", "  "])
def test_without_a_secret_nobody_is_believed(secret: str) -> None:
    deaf = BTCPayProvider(account("http://127.0.0.1:9", webhook_secret=secret))
    body = orjson.dumps(EVENT)
    for guess in ("", "  "):
        with pytest.raises(SignatureError):
            deaf.read(body, signed(body, guess))


@given(st.binary(), st.text())
@example(b"\xff", "sha256=\u00e9")
@example(b"{}", "\ud800")
def test_whatever_comes_unsigned_is_a_signature_error(body: bytes, header: str) -> None:
    with pytest.raises(SignatureError):
        NOWHERE.read(body, {"BTCPay-Sig": header})


@pytest.mark.parametrize(
    "event",
    [
        b"",
        b"[" * 200_000,
        b"\xff",
        b"[]",
        b"{}",
        {**EVENT, "deliveryId": None, "originalDeliveryId": None},
        {**EVENT, "originalDeliveryId": 7},
        {**EVENT, "type": None},
        {**EVENT, "invoiceId": "../stores"},
        {**EVENT, "invoiceId": ["inv_1"]},
        {**EVENT, "timestamp": None},
        {**EVENT, "timestamp": 2**62},
    ],
)
def test_what_is_signed_but_no_event_is_malformed(event: Any) -> None:
    with pytest.raises(MalformedNoticeError):
        read(event)


SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**63), 2**63 - 1),
    st.text(st.characters(codec="utf-8")),
)


@given(st.sampled_from(sorted(EVENT)), st.one_of(SCALARS, st.lists(SCALARS)))
def test_whatever_stands_in_an_event_there_is_a_notice_or_it_is_malformed(
    name: str, value: Any
) -> None:
    try:
        notice = read({**EVENT, name: value})
    except MalformedNoticeError:
        return
    assert notice.id
    assert all(len(each) <= 80 for each in (notice.id, notice.kind, notice.object_id))


async def test_missed_notices_are_the_states_to_which_money_came(bench: Bench) -> None:
    names = ("new", "gone", "part", "seen", "settled", "late")
    made = {name: await bench.opened(key=f"order-{name}") for name in names}
    bench.fake.pay(made["part"], SATOSHI)
    for name in ("gone", "part", "late"):
        bench.fake.expire(made[name])
    for name in ("seen", "settled", "late"):
        bench.fake.pay(made[name])
    bench.fake.confirm(made["settled"])

    async def heard(since: dt.datetime = LONG_AGO) -> list[Notice]:
        return [each async for each in bench.provider.notices_since(since)]

    first = await heard()
    assert [each.reference for each in first] == [
        made[name] for name in ("late", "settled", "seen", "part")
    ]
    assert all(bench.provider.concerns(each) for each in first)
    assert await heard() == first
    bench.fake.confirm(made["seen"])
    second = await heard()
    new = {each.id for each in second} - {each.id for each in first}
    assert new == {f"{made['seen']}:Settled:None"}
    # An invoice that was made before may have been paid since.
    assert await heard(dt.datetime.now(dt.UTC) + dt.timedelta(days=1)) == second
    assert await heard(LATER) == []


async def test_settled_invoices_are_listed_over_all_pages(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "PAGE", 2)
    made = [await bench.opened(key=f"order-{number}") for number in range(5)]
    for reference in made[:-1]:
        bench.fake.pay(reference)
        bench.fake.confirm(reference)
    assert [each async for each in bench.provider.paid_since(LONG_AGO)] == made[-2::-1]
    assert [each async for each in bench.provider.paid_since(LATER)] == []


async def test_lists_fail_as_everything_else_does(bench: Bench) -> None:
    for listed in (bench.provider.notices_since(LONG_AGO), bench.provider.paid_since(LONG_AGO)):
        bench.fake.fail_next(503)
        assert (await failure_of(anext(listed))).code is PaymentFailure.UNAVAILABLE
