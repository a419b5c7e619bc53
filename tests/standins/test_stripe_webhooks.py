"""The stand-in Stripe tells of what happened: signed, again if need be, and over restarts."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import httpx
import orjson
import pytest
import pytest_asyncio
import stripe
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

from gptchina.settings import ROOT, Environment
from gptchina.standins.serving import serving
from gptchina.standins.stripe import StandInStripe, StripeOptions, build_stripe_server, delivery

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from starlette.requests import Request

SECRET = StripeOptions().webhook_secret
A_PAYMENT = ["payment_intent.created", "charge.succeeded", "payment_intent.succeeded"]


@dataclass
class Endpoint:
    """A webhook: what arrived, and the statuses it answers with next; then 200."""

    url: str = ""
    arrived: asyncio.Queue[tuple[str, str]] = field(default_factory=asyncio.Queue)
    statuses: list[int] = field(default_factory=list)

    async def take(self, request: Request) -> Response:
        status = self.statuses.pop(0) if self.statuses else 200
        body = (await request.body()).decode()
        self.arrived.put_nowait((body, request.headers["stripe-signature"]))
        return Response(status_code=status)

    async def next(self) -> Any:
        async with asyncio.timeout(10):
            body, header = await self.arrived.get()
        return stripe.Webhook.construct_event(body, header, SECRET)

    async def types(self, number: int) -> list[str]:
        return [(await self.next()).type for _ in range(number)]


@pytest_asyncio.fixture
async def endpoint() -> AsyncIterator[Endpoint]:
    opened = Endpoint()
    app = Starlette(routes=[Route("/webhook", opened.take, methods=["POST"])])
    async with serving(app) as address:
        opened.url = f"{address}/webhook"
        yield opened


async def buy(client: stripe.StripeClient, fake: StandInStripe) -> str:
    intent = await client.v1.payment_intents.create_async({"amount": 1000, "currency": "cny"})
    fake.pay(intent.id)
    return intent.id


async def accepted(fake: StandInStripe) -> None:
    """Return when no event waits any more."""
    async with asyncio.timeout(10):
        while fake.pending():  # noqa: ASYNC110 -- the store gives no sign
            await asyncio.sleep(0.01)


async def test_events_wait_until_there_is_an_endpoint_and_come_signed_in_order(
    client: stripe.StripeClient, fake: StandInStripe, endpoint: Endpoint
) -> None:
    intent = await buy(client, fake)
    assert [len(fake.pending()), endpoint.arrived.qsize()] == [3, 0]
    fake.webhook(endpoint.url)
    events = [await endpoint.next() for _ in A_PAYMENT]
    assert [event.type for event in events] == A_PAYMENT
    assert events[2].api_version == stripe.api_version
    assert events[2].data.object.id == intent
    assert events[2].data.object.status == "succeeded"
    assert events[0].request.id.startswith("req_")
    assert events[0].data.object.status == "requires_payment_method"
    await accepted(fake)


@pytest.mark.parametrize(
    ("pay", "ok", "told"),
    [
        ({}, None, ["charge.succeeded", "payment_intent.succeeded"]),
        (
            {"number": "4000000000000002"},
            None,
            ["charge.failed", "payment_intent.payment_failed"],
        ),
        (
            {"method": "wechat_pay"},
            True,
            [
                "payment_intent.requires_action",
                "charge.succeeded",
                "payment_intent.succeeded",
            ],
        ),
        (
            {"method": "alipay"},
            False,
            ["payment_intent.requires_action", "payment_intent.payment_failed"],
        ),
    ],
)
async def test_each_way_to_pay_tells_its_story(
    client: stripe.StripeClient,
    fake: StandInStripe,
    pay: dict[str, str],
    ok: bool | None,  # noqa: FBT001
    told: list[str],
) -> None:
    intent = await client.v1.payment_intents.create_async({"amount": 1000, "currency": "cny"})
    fake.pay(intent.id, **pay)
    if ok is not None:
        fake.finish(intent.id, ok)
    assert [event["type"] for event in fake.events()] == ["payment_intent.created", *told]


async def test_a_slow_bank_and_a_canceled_intent_are_told(
    client: stripe.StripeClient, fake: StandInStripe
) -> None:
    debit = await client.v1.payment_intents.create_async({"amount": 1000, "currency": "eur"})
    fake.pay(debit.id, method="sepa_debit")
    other = await client.v1.payment_intents.create_async({"amount": 1000, "currency": "cny"})
    await client.v1.payment_intents.cancel_async(other.id)
    assert [event["type"] for event in fake.events()] == [
        "payment_intent.created",
        "payment_intent.processing",
        "payment_intent.created",
        "payment_intent.canceled",
    ]


async def test_an_event_that_is_not_accepted_comes_again(
    client: stripe.StripeClient,
    fake: StandInStripe,
    endpoint: Endpoint,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(delivery, "PAUSES", (0.01, 0.01, 0.01))
    endpoint.statuses = [500, 503, 302]
    fake.webhook(endpoint.url)
    await client.v1.payment_intents.create_async({"amount": 1000, "currency": "cny"})
    arrived = [await endpoint.next() for _ in range(4)]
    assert len({event.id for event in arrived}) == 1
    await accepted(fake)


async def test_an_event_that_nobody_wants_is_given_up_but_listed(
    client: stripe.StripeClient, fake: StandInStripe, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "PAUSES", (0.01,))
    fake.webhook("http://127.0.0.1:9/nobody")
    await client.v1.payment_intents.create_async({"amount": 1000, "currency": "cny"})
    await accepted(fake)
    assert len((await client.v1.events.list_async()).data) == 1


async def test_events_are_posted_by_hand_twice_forged_or_late(
    client: stripe.StripeClient, stripe_app: Starlette, fake: StandInStripe, endpoint: Endpoint
) -> None:
    fake.pause()
    fake.webhook(endpoint.url)
    await buy(client, fake)
    first, _, last = fake.events()
    assert [await fake.deliver(last), await fake.deliver(last), await fake.deliver(first)] == [
        200
    ] * 3
    assert await endpoint.types(3) == [A_PAYMENT[2], A_PAYMENT[2], A_PAYMENT[0]]
    forged = orjson.dumps({**last, "type": "payment_intent.canceled"}).decode()
    for wrong in (
        {"secret": "whsec_other"},
        {"payload": forged},
        {"timestamp": 1_000_000_000},
        {"header": "t=1,v1=00"},
    ):
        given: Any = wrong
        assert await fake.deliver(last, **given) == 200
        with pytest.raises(stripe.SignatureVerificationError):
            await endpoint.next()
    fake.resume()
    assert await endpoint.types(1) == ["charge.succeeded"]
    await accepted(fake)


async def test_thin_events_are_read_by_the_client(
    client: stripe.StripeClient, fake: StandInStripe
) -> None:
    intent = await buy(client, fake)
    snapshot = fake.events()[2]
    body = orjson.dumps(fake.thin(snapshot)).decode()
    notice: Any = client.parse_event_notification(body, fake.sign(body), SECRET)
    assert isinstance(notice, stripe.events.V1PaymentIntentSucceededEventNotification)
    assert (await notice.fetch_related_object_async()).id == intent
    event: Any = await notice.fetch_event_async()
    assert event.type == "v1.payment_intent.succeeded"
    assert event.snapshot_event == snapshot["id"]
    with pytest.raises(ValueError, match="thin"):
        client.construct_event(body, fake.sign(body), SECRET)


async def test_events_are_listed_by_type_time_and_whether_they_arrived(
    client: stripe.StripeClient, fake: StandInStripe, endpoint: Endpoint
) -> None:
    for _ in range(3):
        await buy(client, fake)
    wanted: Any = {"types": ["payment_intent.succeeded", "payment_intent.created"], "limit": 2}
    listed = await client.v1.events.list_async(wanted)
    types = [event.type async for event in listed.auto_paging_iter()]
    assert types == ["payment_intent.succeeded", "payment_intent.created"] * 3
    charges = await client.v1.events.list_async({"type": "charge.*"})
    assert len(charges.data) == 3
    assert (await client.v1.events.list_async({"created": {"gte": 2**40}})).data == []
    fake.pause()
    fake.webhook(endpoint.url)
    last = fake.events()[-1]
    await fake.deliver(last)
    done = await client.v1.events.list_async({"delivery_success": True})
    assert [event.id for event in done.data] == [last["id"]]
    missed = await client.v1.events.list_async({"delivery_success": False, "limit": 100})
    assert len(missed.data) == 8
    one = await client.v1.events.retrieve_async(last["id"])
    assert one.data.object["status"] == "succeeded"


async def test_events_reach_an_application_in_the_same_process(
    client: stripe.StripeClient, fake: StandInStripe
) -> None:
    endpoint = Endpoint()
    app = Starlette(routes=[Route("/webhook", endpoint.take, methods=["POST"])])
    fake.webhook("http://shop/webhook", transport=httpx.ASGITransport(app))
    await buy(client, fake)
    assert await endpoint.types(3) == A_PAYMENT
    await accepted(fake)


async def test_faults_are_met_and_retried_by_the_client(
    client: stripe.StripeClient, fake: StandInStripe
) -> None:
    create = client.v1.payment_intents.create_async
    params: Any = {"amount": 1000, "currency": "cny"}
    fake.fail_next("/payment_intents", 503)
    with pytest.raises(stripe.APIError):
        await create(params)
    assert fake.objects("payment_intent") == []
    fake.fail_next("/payment_intents", 429, code="rate_limit", message="Too many requests")
    with pytest.raises(stripe.RateLimitError, match="Too many"):
        await create(params)
    fake.fail_next("/payment_intents", 500, times=2, method="GET")
    intent = await create(params)
    for _ in range(2):
        with pytest.raises(stripe.APIError):
            await client.v1.payment_intents.retrieve_async(intent.id)
    assert (await client.v1.payment_intents.retrieve_async(intent.id)).id == intent.id


async def test_a_lost_reply_is_repeated_under_its_key(
    client: stripe.StripeClient, fake: StandInStripe
) -> None:
    fake.fail_next("/payment_intents", 500, after=True)
    intent = await client.v1.payment_intents.create_async(
        {"amount": 1000, "currency": "cny"},
        {"idempotency_key": "order-7", "max_network_retries": 1},
    )
    assert [each["id"] for each in fake.objects("payment_intent")] == [intent.id]
    assert len(fake.requests) == 2


@pytest_asyncio.fixture
async def controls(address: str) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=f"{address}/_test") as http:
        yield http


async def test_the_controls_are_there_over_http(
    client: stripe.StripeClient, controls: httpx.AsyncClient, endpoint: Endpoint
) -> None:
    async def act(action: str, **arguments: object) -> Any:
        done = await controls.post(f"/{action}", json=arguments)
        assert done.status_code == 200, done.text
        return done.json()

    await act("webhook", url=endpoint.url)
    intent = await client.v1.payment_intents.create_async({"amount": 1000, "currency": "cny"})
    await act("pay", intent_id=intent.id, method="wechat_pay")
    assert (await act("finish", intent_id=intent.id))["status"] == "succeeded"
    refund = await act("refund", intent_id=intent.id, amount=300)
    assert (await act("finish_refund", refund_id=refund["id"], ok=False))["status"] == "failed"
    dispute = await act("dispute", intent_id=intent.id)
    assert (await act("close_dispute", dispute_id=dispute["id"], won=True))["status"] == "won"
    assert len(await endpoint.types(12)) == 12
    await act("pause")
    other = await client.v1.payment_intents.create_async({"amount": 1000, "currency": "cny"})
    waiting = (await controls.get("/pending")).json()["data"]
    assert len(waiting) == 1
    assert await act("deliver") == {waiting[0]: 200}
    assert (await endpoint.next()).data.object.id == other.id
    await act("resume")
    await act("fail_next", path_part="/payment_intents", status=500)
    with pytest.raises(stripe.APIError):
        await client.v1.payment_intents.list_async()
    intents = (await controls.get("/objects", params={"kind": "payment_intent"})).json()["data"]
    assert [each["id"] for each in intents] == [intent.id, other.id]
    asked = (await controls.get("/requests")).json()["data"]
    assert [each["method"] for each in asked] == ["POST", "POST", "GET"]


async def test_wrong_controls_are_refused(controls: httpx.AsyncClient) -> None:
    statuses = [
        (await controls.post("/nothing", json={})).status_code,
        (await controls.post("/store", json={})).status_code,
        (await controls.post("/finish", json={"intent": "pi_1"})).status_code,
        (await controls.post("/finish", json={"intent_id": "pi_1"})).status_code,
        (await controls.post("/finish", json=["pi_1"])).status_code,
        (await controls.post("/finish", content="{", headers=JSON)).status_code,
        # What a page of another site could send without being asked back.
        (await controls.post("/pause", content="{}")).status_code,
        (await controls.post("/deliver", json={"event_id": "evt_1"})).status_code,
        (await controls.post("/deliver", json={"event": "evt_1"})).status_code,
    ]
    assert statuses == [404, 404, 400, 404, 400, 400, 415, 404, 400]


JSON = {"content-type": "application/json"}


@pytest.fixture
def kept(tmp_path: Path, options: StripeOptions) -> StripeOptions:
    return replace(options, store=tmp_path / "data" / "stripe.db")


async def test_a_store_outlives_a_restart_and_its_events_are_posted_then(
    kept: StripeOptions, endpoint: Endpoint
) -> None:
    http = stripe.HTTPXClient(timeout=10)
    key: Any = {"idempotency_key": "order-7"}
    async with serving(build_stripe_server(kept, Environment.TEST)) as address:
        bases: Any = {"api": address}
        client = stripe.StripeClient("sk_test_x", base_addresses=bases, http_client=http)
        params: Any = {"amount": 1000, "currency": "cny"}
        first = await client.v1.payment_intents.create_async(params, key)
    again = build_stripe_server(replace(kept, webhook_url=endpoint.url), Environment.TEST)
    async with serving(again) as address:
        bases = {"api": address}
        client = stripe.StripeClient("sk_test_x", base_addresses=bases, http_client=http)
        found = await client.v1.payment_intents.create_async(params, key)
        assert found.id == first.id
        assert (await endpoint.next()).data.object.id == first.id
        await accepted(again.state.stripe)
    await http.close_async()


PROCESS = """
import asyncio, sys
from pathlib import Path
import stripe
from gptchina.settings import Environment
from gptchina.standins.serving import serving
from gptchina.standins.stripe import StripeOptions, build_stripe_server

async def main(store, url):
    app = build_stripe_server(StripeOptions(url, store=Path(store)), Environment.TEST)
    async with serving(app) as base:
        http = stripe.HTTPXClient(timeout=30)
        client = stripe.StripeClient("sk_test_x", base_addresses={"api": base}, http_client=http)
        for number in range(10):
            params = {"amount": 1000, "currency": "cny"}
            key = {"idempotency_key": f"order-{number}"}
            await client.v1.payment_intents.create_async(params, key)
            await client.v1.payment_intents.create_async(params)
        while app.state.stripe.pending():
            await asyncio.sleep(0.05)
        await http.close_async()

asyncio.run(main(*sys.argv[1:]))
"""


async def test_two_processes_share_a_store_and_post_each_event_once(
    kept: StripeOptions, endpoint: Endpoint
) -> None:
    running = [
        await asyncio.create_subprocess_exec(
            sys.executable, "-c", PROCESS, str(kept.store), endpoint.url, cwd=ROOT
        )
        for _ in range(2)
    ]
    async with asyncio.timeout(60):
        assert [await process.wait() for process in running] == [0, 0]
    fake: StandInStripe = build_stripe_server(kept, Environment.TEST).state.stripe
    assert len(fake.objects("payment_intent")) == 30
    events = [(await endpoint.next()).id for _ in range(30)]
    assert sorted(events) == sorted(event["id"] for event in fake.events())
    assert endpoint.arrived.empty()
