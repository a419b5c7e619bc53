"""Times deliveries of webhooks beside what bounds them: the driver, and a read at Stripe."""

from __future__ import annotations

import asyncio
import json
import random
import secrets
import statistics
import subprocess
import sys
from contextlib import contextmanager
from time import perf_counter
from typing import TYPE_CHECKING, Any

import httpx
from starlette.applications import Starlette
from starlette.routing import Mount

from gptchina.api import build_api
from gptchina.db.engine import transaction
from gptchina.db.migrations import migrate
from gptchina.domain import payments
from gptchina.domain.accounts.registration import add_account
from gptchina.providers.payments import close_payment_providers
from gptchina.settings import get_settings
from gptchina.standins.serving import serving
from gptchina.standins.stripe import StandInStripe, StripeOptions, build_stripe_server

from .bare import payments_per_second
from .databases import new_databases

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Generator

PAYMENTS = 100
DELIVERIES = 1000
AT_ONCE = 20
READS = 300
SECONDS = 3.0
STANDIN = "standin"


HEADINGS = ("per s", "of the driver", "p50 ms", "p99 ms", "longest ms")
COLUMNS = "{:58} {:>8} {:>13} {:>8} {:>8} {:>10}"
HALF = 0.5


def report() -> None:
    """Measure on each database and print a table.

    A first delivery reads the truth at Stripe before it believes anything, so that it cannot be
    faster than such a read; a duplicate is one transaction.
    """
    for database in new_databases():
        found = database.run("bench.webhooks", database.bare)
        name = f"Webhooks on {database.name}"
        share = found["deliveries"] / found["smallest"]
        print(COLUMNS.format(name, *HEADINGS))
        for what, rate in (
            ("bare driver, least transactions", found["smallest"]),
            ("bare reads of the stand-in Stripe, one at a time", found["alone"]),
            (f"bare reads of the stand-in Stripe, {AT_ONCE} at once", found["together"]),
        ):
            print(COLUMNS.format(what, f"{rate:,.0f}", "", "", "", ""))
        print(
            COLUMNS.format(
                f"{DELIVERIES:,} deliveries, {found['events']} of them not duplicates",
                f"{found['deliveries']:,.0f}",
                f"{share:.0%} {'met' if share >= HALF else 'MISSED'}",
                *(f"{found[each]:.1f}" for each in ("p50", "p99", "longest")),
            )
        )
        print()


def _options() -> StripeOptions:
    settings = get_settings()
    return StripeOptions(
        webhook_secret=settings.stripe.webhook_secrets[0],
        store=settings.data_dir / "standin-stripe.db",
        deliver=False,
    )


async def _serve_standin() -> None:
    stripe = Mount("/standins/stripe", app=build_stripe_server(_options()))
    async with serving(Starlette(routes=[stripe]), port=get_settings().port):
        await asyncio.Event().wait()


@contextmanager
def _standin() -> Generator[None]:
    """Run the stand-in in a process of its own, as Stripe is elsewhere, too."""
    command = [sys.executable, "-m", "bench.webhooks", STANDIN]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as running:  # noqa: S603
        try:
            deadline = perf_counter() + 60
            while True:
                try:
                    httpx.get(get_settings().stripe.api_base)
                    break
                except httpx.TransportError:
                    if running.poll() is not None or perf_counter() > deadline:
                        raise
            yield
        finally:
            running.terminate()


async def _paid(stripe: StandInStripe) -> list[str]:
    """Order and pay; return every event that Stripe has to tell of it."""
    for _ in range(PAYMENTS):
        with transaction() as session:
            address = f"{secrets.token_hex(8)}@example.com"
            buyer = add_account(session, "Bench", address, "none")
        checkout = await payments.begin(buyer, "package_100k", secrets.token_hex(8), "stripe")
        stripe.pay(checkout.client_secret.partition("_secret_")[0])
    return [json.dumps(event) for event in stripe.events()]


async def _timed(jobs: list[Callable[[], Awaitable[None]]], at_once: int) -> list[float]:
    """Do all jobs, so many at once; return how long each took, and how long all, in seconds."""
    waits: list[float] = []

    async def work() -> None:
        while jobs:
            job, start = jobs.pop(), perf_counter()
            await job()
            waits.append(perf_counter() - start)

    start = perf_counter()
    await asyncio.gather(*(work() for _ in range(at_once)))
    return [*sorted(waits), perf_counter() - start]


async def _reads(intent: str, at_once: int) -> float:
    """Return how many reads of the stand-in a bare client makes in a second."""
    base = get_settings().stripe.api_base
    headers = {"Authorization": "Bearer sk_test_bench"}
    async with httpx.AsyncClient(headers=headers, timeout=60) as client:

        async def read() -> None:
            reply = await client.get(f"{base}/v1/payment_intents/{intent}")
            reply.raise_for_status()

        return READS / (await _timed([read] * READS, at_once))[-1]


async def _deliveries(stripe: StandInStripe, events: list[str]) -> list[float]:
    # The same order every time, as far as ids allow.
    dice = random.Random(1)  # noqa: S311
    queue = events + dice.choices(events, k=DELIVERIES - len(events))
    dice.shuffle(queue)
    transport = httpx.ASGITransport(build_api())
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:

        async def deliver(body: str) -> None:
            headers = {"Stripe-Signature": stripe.sign(body), "Content-Type": "application/json"}
            reply = await client.post("/api/stripe/webhook", content=body, headers=headers)
            reply.raise_for_status()

        return await _timed([lambda body=body: deliver(body) for body in queue], AT_ONCE)


async def _measure(bare: str) -> dict[str, Any]:
    migrate()
    smallest = payments_per_second(bare, SECONDS)
    with _standin():
        stripe = StandInStripe(_options())
        events = await _paid(stripe)
        intent = stripe.objects("payment_intent")[0]["id"]
        alone, together = await _reads(intent, 1), await _reads(intent, AT_ONCE)
        *waits, whole = await _deliveries(stripe, events)
        await close_payment_providers()
    return {
        "smallest": smallest,
        "alone": alone,
        "together": together,
        "events": len(events),
        "deliveries": DELIVERIES / whole,
        "p50": statistics.median(waits) * 1000,
        "p99": waits[int(len(waits) * 0.99)] * 1000,
        "longest": waits[-1] * 1000,
    }


if __name__ == "__main__":
    if sys.argv[1] == STANDIN:
        asyncio.run(_serve_standin())
    else:
        sys.stdout.write(json.dumps(asyncio.run(_measure(sys.argv[1]))) + "\n")
