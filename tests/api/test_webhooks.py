"""The routes of the webhooks, as Stripe and as strangers call them."""

from __future__ import annotations

import json
import secrets
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx
import pytest
import pytest_asyncio
from sqlmodel import select

from gptchina.api import build_api
from gptchina.api.webhooks import LARGEST
from gptchina.db.engine import reading
from gptchina.db.models import WebhookEvent
from gptchina.domain import ledger, payments
from gptchina.providers.payments import close_payment_providers, registry
from gptchina.settings import get_settings
from gptchina.standins.serving import free_port, serving
from gptchina.standins.stripe import StandInStripe, StripeOptions
from tests.conftest import forget_settings
from tests.factories import make_account

PATH = "/api/stripe/webhook"


@dataclass
class Shop:
    """The application over HTTP, with the stand-in Stripe that it serves itself."""

    client: httpx.AsyncClient
    stripe: StandInStripe

    async def post(self, event, *, body=None, signature=None, path=PATH, **headers):
        signed = json.dumps(event) if isinstance(event, dict) else event
        return await self.client.post(
            path,
            content=signed if body is None else body,
            headers={"Stripe-Signature": signature or self.stripe.sign(signed), **headers},
        )


@asynccontextmanager
async def opened(port):
    settings = get_settings()
    stripe = StandInStripe(
        StripeOptions(
            webhook_secret=settings.stripe.webhook_secrets[0],
            store=settings.data_dir / "standin-stripe.db",
            deliver=False,
        )
    )
    # Events come when a test says so.
    stripe.pause()
    async with (
        serving(build_api(), port=port) as address,
        httpx.AsyncClient(base_url=address, timeout=30) as client,
    ):
        yield Shop(client, stripe)
    await close_payment_providers()


@pytest_asyncio.fixture
async def shop(database, monkeypatch):
    port = free_port()
    monkeypatch.setenv("PORT", str(port))
    forget_settings()
    async with opened(port) as made:
        yield made


@pytest_asyncio.fixture
async def paid(shop):
    """Return a buyer who has paid, and the event that says so."""
    buyer = make_account()
    checkout = await payments.begin(buyer, "package_100k", secrets.token_hex(8), "stripe")
    shop.stripe.pay(checkout.client_secret.partition("_secret_")[0])
    (event,) = [each for each in shop.stripe.events() if each["type"] == "payment_intent.succeeded"]
    return buyer, event


def balance(account):
    with reading() as session:
        return ledger.balance_of(session, account).balance


def stored():
    with reading() as session:
        return session.exec(select(WebhookEvent)).all()


async def test_snapshot_and_thin_events_credit_once(shop, paid):
    buyer, event = paid
    thin = shop.stripe.thin(event)
    for body, status in (
        (event, "done"),
        (thin, "done"),
        (event, "duplicate"),
        (thin, "duplicate"),
    ):
        reply = await shop.post(body)
        assert (reply.status_code, reply.json()) == (200, {"status": status})
    assert balance(buyer) == 100_000


async def test_the_bytes_are_signed_not_what_they_mean(shop, paid):
    buyer, event = paid
    signed = json.dumps(event)
    again = json.dumps(event, indent=1)
    reply = await shop.post(event, body=again, signature=shop.stripe.sign(signed))
    assert reply.status_code == 400
    assert balance(buyer) == 0
    # Whatever the content type says: the body is read as it came.
    reply = await shop.post(event, **{"Content-Type": "text/plain"})
    assert reply.json() == {"status": "done"}
    assert balance(buyer) == 100_000


async def test_a_forged_event_is_refused_and_not_stored(shop, paid):
    buyer, event = paid
    for signature in ("t=1,v1=00", "rubbish", "", "t=9999999999,v1=00,v0=00", b"v1=\xff"):
        reply = await shop.client.post(
            PATH, content=json.dumps(event), headers={"Stripe-Signature": signature}
        )
        assert (reply.status_code, reply.json()["code"]) == (400, "invalid_notice"), signature
    assert stored() == []
    assert balance(buyer) == 0


async def test_signed_rubbish_is_refused(shop):
    for body in ("", "[]", "null", "\xff", '"text"', "{", '{"object": "event"}'):
        assert (await shop.post(body)).status_code == 400, body
    assert stored() == []


async def test_more_than_any_event_is_not_even_read(shop):
    reply = await shop.post("x" * (LARGEST + 1))
    assert (reply.status_code, reply.json()["code"]) == (413, "body_too_large")


async def test_unknown_kinds_and_objects_are_taken(shop, paid):
    _, event = paid
    reply = await shop.post({**event, "id": "evt_1", "type": "customer.created"})
    assert reply.json() == {"status": "ignored"}
    foreign = {**event["data"]["object"], "id": "pi_of_nobody"}
    reply = await shop.post({**event, "id": "evt_2", "data": {"object": foreign}})
    assert (reply.status_code, reply.json()) == (200, {"status": "unknown"})


async def test_live_events_are_not_for_a_test_key(shop, paid):
    buyer, event = paid
    reply = await shop.post({**event, "livemode": True})
    assert (reply.status_code, reply.json()) == (200, {"status": "other mode"})
    assert balance(buyer) == 0


async def test_a_tampered_amount_in_a_signed_event_means_nothing(shop, paid):
    """Only the ids in an event are used; what is true is asked of Stripe."""
    buyer, event = paid
    intent = {**event["data"]["object"], "amount_received": 10**9, "metadata": {"tokens": "9" * 9}}
    await shop.post({**event, "data": {"object": intent}})
    assert balance(buyer) == 100_000


async def test_our_own_failure_is_told_so_that_stripe_tells_again(shop, paid):
    buyer, event = paid
    shop.stripe.fail_next("/v1/payment_intents", 500, times=9)
    reply = await shop.post(event)
    assert (reply.status_code, reply.json()["code"]) == (500, "failed")
    assert balance(buyer) == 0
    while (reply := await shop.post(event)).status_code == 500:
        pass
    assert reply.json() == {"status": "done"}
    assert balance(buyer) == 100_000


async def test_there_is_one_route_and_only_for_what_is_configured(shop, paid):
    _, event = paid
    for method in ("GET", "PUT", "DELETE", "HEAD"):
        assert (await shop.client.request(method, PATH)).status_code == 405
    for path in (PATH + "/", PATH + PATH, "/api/btcpay/webhook", "/stripe/webhook"):
        assert (await shop.post(event, path=path)).status_code == 404, path


async def test_without_a_secret_the_route_is_off(database, monkeypatch):
    monkeypatch.setenv("STRIPE_SECRET_KEY", "sk_test_x")
    monkeypatch.setenv("STRIPE_PUBLISHABLE_KEY", "pk_test_x")
    for secret in ("", " , "):
        monkeypatch.setenv("STRIPE_WEBHOOK_SECRET", secret)
        forget_settings()
        transport = httpx.ASGITransport(build_api())
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            signed = StandInStripe(StripeOptions(webhook_secret="")).sign("{}")
            reply = await client.post(PATH, content="{}", headers={"Stripe-Signature": signed})
        assert reply.status_code == 404


async def test_production_without_keys_sells_nothing_and_works(database, monkeypatch):
    for name, value in {
        "ENVIRONMENT": "production",
        "PUBLIC_URL": "https://chat.example.com",
        "SECRET_KEY": "s" * 32,
        "CREDS_KEY": "c" * 32,
    }.items():
        monkeypatch.setenv(name, value)
    forget_settings()
    assert (payments.ways(), registry.payment_providers()) == ((), [])
    with pytest.raises(payments.PurchasesClosedError):
        await payments.begin(make_account(), "package_100k", "mine", "stripe")
    transport = httpx.ASGITransport(build_api())
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        assert (await client.post(PATH, content="{}")).status_code == 404
        assert (await client.get("/standins/stripe/v1/payment_intents")).status_code == 404
        assert (await client.get("/api/health")).status_code == 200
    assert (await payments.reconcile()).failed == 0
