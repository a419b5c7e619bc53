"""The stand-in BTCPay Server keeps its doors shut, and its invoices in order."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import httpx
import pytest
import pytest_asyncio

from gptchina.settings import Environment
from gptchina.standins.btcpay import BTCPayOptions, StandInBTCPay, build_btcpay_server
from gptchina.standins.refused import StandInRefusedError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

INVOICES = "/api/v1/stores/store/invoices"
WANTED: dict[str, Any] = {"amount": "10.00", "currency": "CNY", "metadata": {"orderId": "order-7"}}


@pytest.fixture
def btcpay_app() -> Any:
    return build_btcpay_server(environment=Environment.TEST)


@pytest.fixture
def btcpay(btcpay_app: Any) -> StandInBTCPay:
    return btcpay_app.state.btcpay


@pytest_asyncio.fixture
async def shop(btcpay_app: Any) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(btcpay_app),
        base_url="http://btcpay",
        headers={"Authorization": "token btcpay_key"},
    ) as client:
        yield client


def test_it_is_not_built_in_production() -> None:
    with pytest.raises(StandInRefusedError):
        build_btcpay_server(environment=Environment.PRODUCTION)


async def test_a_key_opens_one_store(shop: httpx.AsyncClient) -> None:
    for authorization in ("", "token other", "Bearer btcpay_key"):
        reply = await shop.get(INVOICES, headers={"Authorization": authorization})
        assert reply.status_code == 401
    assert (await shop.get(INVOICES.replace("/store/", "/other/"))).status_code == 404
    assert (await shop.get(f"{INVOICES}/nothing")).status_code == 404


@pytest.mark.parametrize(
    "changes",
    [{"amount": 10.0}, {"amount": "10.001"}, {"amount": "-1"}, {"currency": ""}, {"total": "1"}],
)
async def test_what_the_real_one_would_not_take_is_refused(
    shop: httpx.AsyncClient, changes: dict[str, Any]
) -> None:
    assert (await shop.post(INVOICES, json={**WANTED, **changes})).status_code == 422


async def test_invoices_are_found_by_order_and_status(
    shop: httpx.AsyncClient, btcpay: StandInBTCPay
) -> None:
    first = (await shop.post(INVOICES, json=WANTED)).json()
    second = (await shop.post(INVOICES, json={**WANTED, "metadata": {}})).json()
    btcpay.pay(first["id"])
    listed = (await shop.get(INVOICES)).json()
    assert [each["id"] for each in listed] == [second["id"], first["id"]]
    for filters in ({"orderId": "order-7"}, {"status": "Processing"}, {"skip": 1, "take": 1}):
        (found,) = (await shop.get(INVOICES, params=filters)).json()
        assert found["id"] == first["id"]


async def test_a_payment_goes_from_seen_to_settled(
    shop: httpx.AsyncClient, btcpay: StandInBTCPay
) -> None:
    name = (await shop.post(INVOICES, json=WANTED)).json()["id"]
    due = btcpay.due(name)
    assert due * BTCPayOptions().rate >= Decimal(10)
    btcpay.pay(name, due / 2)
    assert btcpay.invoice(name)["status"] == "New"
    btcpay.pay(name, due / 2)
    assert btcpay.invoice(name)["status"] == "Processing"
    btcpay.confirm(name)
    assert btcpay.invoice(name)["status"] == "Settled"
    chain, lightning = (await shop.get(f"{INVOICES}/{name}/payment-methods")).json()
    assert Decimal(chain["paymentMethodPaid"]) == due
    assert Decimal(lightning["paymentMethodPaid"]) == 0
    assert [each["type"] for each in btcpay.events] == [
        "InvoiceCreated",
        "InvoiceReceivedPayment",
        "InvoiceReceivedPayment",
        "InvoiceProcessing",
        "InvoicePaymentSettled",
        "InvoiceSettled",
    ]
