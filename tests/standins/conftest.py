"""A stand-in Stripe, its address, and the real client that asks it."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio
import stripe

from gptchina.settings import Environment
from gptchina.standins.serving import serving
from gptchina.standins.stripe import StandInStripe, StripeOptions, build_stripe_server

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.applications import Starlette


@pytest.fixture
def options() -> StripeOptions:
    methods = (*StripeOptions().methods, "sepa_debit")
    return StripeOptions(methods=methods)


@pytest.fixture
def stripe_app(options: StripeOptions) -> Starlette:
    return build_stripe_server(options, Environment.TEST)


@pytest.fixture
def fake(stripe_app: Starlette) -> StandInStripe:
    return stripe_app.state.stripe


@pytest_asyncio.fixture
async def address(stripe_app: Starlette) -> AsyncIterator[str]:
    async with serving(stripe_app) as address:
        yield address


@contextlib.asynccontextmanager
async def asking(address: str, key: str) -> AsyncIterator[stripe.StripeClient]:
    http = stripe.HTTPXClient(timeout=10)
    yield stripe.StripeClient(key, base_addresses={"api": address}, http_client=http)
    await http.close_async()


@pytest_asyncio.fixture
async def client(address: str) -> AsyncIterator[stripe.StripeClient]:
    async with asking(address, "sk_test_standin") as client:
        yield client


@pytest_asyncio.fixture
async def live_client(address: str) -> AsyncIterator[stripe.StripeClient]:
    async with asking(address, "sk_live_standin") as client:
        yield client
