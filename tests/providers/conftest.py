"""A stand-in Stripe, and our provider that asks it over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import pytest_asyncio

from gptchina.providers.payments.stripe_ import StripeProvider
from gptchina.settings import Environment, StripeAccount
from gptchina.standins.serving import serving
from gptchina.standins.stripe import StandInStripe, StripeOptions, build_stripe_server

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.applications import Starlette

SECRETS = ("whsec_new", "whsec_old")


def stripe_account(api_base: str = "", key: str = "sk_test_standin") -> StripeAccount:
    return StripeAccount(key, "pk_test_standin", SECRETS, api_base, "")


@pytest.fixture
def stripe_app() -> Starlette:
    methods = (*StripeOptions().methods, "sepa_debit", "crypto")
    return build_stripe_server(
        StripeOptions(methods=methods, webhook_secret=SECRETS[0]), Environment.TEST
    )


@pytest.fixture
def fake(stripe_app: Starlette) -> StandInStripe:
    return stripe_app.state.stripe


@pytest_asyncio.fixture
async def provider(stripe_app: Starlette) -> AsyncIterator[StripeProvider]:
    async with serving(stripe_app) as address:
        made = StripeProvider(stripe_account(address))
        yield made
        await made.aclose()
