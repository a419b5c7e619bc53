"""A buyer and a till."""

import secrets
from functools import cache

import pytest

from gptchina.db.engine import reading
from gptchina.domain import ledger, payments
from gptchina.domain.payments import following
from gptchina.providers.payments import registry
from tests.factories import make_account
from tests.till import Till


@pytest.fixture
def till(database, monkeypatch):
    """Let a till in memory take all payments by Stripe."""
    made = Till()
    monkeypatch.setattr(registry, "_providers", cache(lambda: {"stripe": made}))
    # Whoever asks twice in a test has a reason.
    monkeypatch.setattr(following, "SECONDS_BETWEEN_LOOKS", 0)
    yield made
    # Whatever a test did to payments, every token is accounted for.
    assert violations() == []


@pytest.fixture
def buyer(till):
    return make_account(1000)


@pytest.fixture
def order(till):
    """Return a function that orders a package; it returns the payment's number and reference."""

    async def begin(account, package="package_100k", attempt=None):
        checkout = await payments.begin(account, package, attempt or secrets.token_hex(8), "stripe")
        return checkout.payment_id, checkout.client_secret.partition("_secret_")[0]

    return begin


def wallet(account):
    with reading() as session:
        found = ledger.balance_of(session, account)
    return found.balance, found.debt


def violations():
    with reading() as session:
        return [f"{found.invariant}: {found.rows}" for found in ledger.verify(session)]
