"""Webhooks arrive over HTTP at two processes, twice and in any order, while one is killed."""

import asyncio
import json
import os
import random
import secrets
import signal
import subprocess
import sys
from contextlib import contextmanager, suppress

import httpx
import pytest

from gptchina.db.engine import get_engine, reading
from gptchina.domain import ledger, payments
from gptchina.domain.accounts import throttle
from gptchina.domain.payments import orders
from gptchina.providers.payments import close_payment_providers
from gptchina.settings import ROOT, get_settings
from gptchina.standins.serving import free_port
from gptchina.standins.stripe import StandInStripe, StripeOptions
from tests.conftest import forget_settings
from tests.factories import make_account

PAYMENTS = 100
DELIVERIES = 1000
AT_ONCE = 20
TOKENS = 100_000


class Worker:
    """One process that serves, to be killed and started again on the same port."""

    def __init__(self, port):
        self.port = port
        self.process = None

    def start(self):
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.money.api_server", str(self.port)],
            cwd=ROOT,
            env={**os.environ, "PORT": str(self.port)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    async def answers(self):
        """Return when the process answers."""
        async with asyncio.timeout(60), httpx.AsyncClient() as client:
            while True:
                with suppress(httpx.TransportError):
                    await client.get(f"http://127.0.0.1:{self.port}/api/health")
                    return
                assert self.process.poll() is None
                await asyncio.sleep(0.02)

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()


@contextmanager
def two_workers(first_port):
    workers = [Worker(first_port), Worker(free_port())]
    try:
        for worker in workers:
            worker.start()
        yield workers
    finally:
        for worker in workers:
            worker.kill()


@pytest.fixture
def stripe(database, monkeypatch, tmp_path):
    """The stand-in that both workers share, as this process sees it; it posts nothing by itself."""
    monkeypatch.setenv("PORT", str(free_port()))
    forget_settings()
    monkeypatch.setattr(throttle, "count_attempt", lambda *_: [])
    monkeypatch.setattr(orders, "_refuse_too_much", lambda *_: None)
    settings = get_settings()
    options = StripeOptions(
        webhook_secret=settings.stripe.webhook_secrets[0],
        store=settings.data_dir / "standin-stripe.db",
        deliver=False,
    )
    return StandInStripe(options)


async def order_and_pay(stripe):
    """Order and pay; return the buyers, and every event that Stripe has to tell."""
    buyers = [make_account() for _ in range(PAYMENTS)]
    for buyer in buyers:
        checkout = await payments.begin(buyer, "package_100k", secrets.token_hex(8), "stripe")
        stripe.pay(checkout.client_secret.partition("_secret_")[0])
    return buyers, stripe.events()


async def deliver(stripe, workers, queue, dice):
    """Deliver everything in the queue, killing a worker in the middle; return how many counted.

    As Stripe does, what was not answered with 2xx is told again.
    """
    answered, seen = 0, 0
    kill_at = len(queue) // 3
    killing = asyncio.Lock()

    async def work(client):
        nonlocal answered, seen
        while queue:
            body = queue.pop()
            seen += 1
            if seen == kill_at:
                async with killing:
                    workers[1].kill()
                    workers[1].start()
                    await workers[1].answers()
            headers = {"Stripe-Signature": stripe.sign(body), "Content-Type": "application/json"}
            port = dice.choice(workers).port
            try:
                reply = await client.post(
                    f"http://127.0.0.1:{port}/api/stripe/webhook", content=body, headers=headers
                )
            except httpx.HTTPError:
                queue.insert(0, body)
                # The worker is on its way back.
                async with killing:
                    continue
            if reply.is_success:
                answered += 1
            else:
                queue.insert(0, body)

    async with httpx.AsyncClient(timeout=60) as client:
        await asyncio.gather(*(work(client) for _ in range(AT_ONCE)))
    return answered


@pytest.mark.timeout(500)
async def test_a_thousand_deliveries_of_a_hundred_payments_credit_each_once(stripe, seed, promise):
    dice = random.Random(seed)  # noqa: S311 -- must be repeatable, not secret
    with two_workers(get_settings().port) as workers:
        for worker in workers:
            await worker.answers()
        buyers, events = await order_and_pay(stripe)
        await close_payment_providers()
        told = [json.dumps(event) for event in events]
        told += [json.dumps(stripe.thin(event)) for event in events if dice.random() < 0.3]
        queue = told + dice.choices(told, k=DELIVERIES - len(told))
        dice.shuffle(queue)
        assert len(queue) == DELIVERIES
        answered = await deliver(stripe, workers, queue, dice)
    assert answered == DELIVERIES
    with reading() as session:
        assert {ledger.balance_of(session, buyer).balance for buyer in buyers} == {TOKENS}
        assert ledger.verify(session) == []
    promise(
        f"{DELIVERIES:,} deliveries of {PAYMENTS} payments on {get_engine().dialect.name}, "
        f"snapshot and thin, {AT_ONCE} at once to 2 processes, one killed and started again: "
        f"each credited once, seed {seed}"
    )
