"""Which providers of payments there are by the settings."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gptchina.providers.payments import get_payment_provider, payment_providers
from tests.conftest import forget_settings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

Env = pytest.MonkeyPatch


@pytest.fixture(autouse=True)
def _fresh(monkeypatch: Env, tmp_path: Path) -> Iterator[None]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    monkeypatch.setenv("ENVIRONMENT", "test")
    forget_settings()
    yield
    forget_settings()


def test_without_an_account_the_stand_in_takes_payments() -> None:
    provider = get_payment_provider("stripe")
    assert provider is not None
    assert [each.name for each in payment_providers()] == ["stripe"]
    assert payment_providers()[0] is provider
    assert (provider.live, provider.listens) == (False, True)
    assert get_payment_provider("btcpay") is None
    assert get_payment_provider("") is None


def test_production_without_an_account_sells_nothing(monkeypatch: Env) -> None:
    monkeypatch.setenv("ENVIRONMENT", "production")
    monkeypatch.setenv("PUBLIC_URL", "https://chat.example.com")
    monkeypatch.setenv("SECRET_KEY", "r" * 40)
    monkeypatch.setenv("CREDS_KEY", "r" * 40)
    assert payment_providers() == []
    assert get_payment_provider("stripe") is None


def test_a_provider_is_made_once_until_it_is_forgotten(monkeypatch: Env) -> None:
    first = get_payment_provider("stripe")
    monkeypatch.setenv("STRIPE_SECRET_KEY", "sk_live_1234")
    monkeypatch.setenv("STRIPE_PUBLISHABLE_KEY", "pk_live_1234")
    assert get_payment_provider("stripe") is first
    forget_settings()
    second = get_payment_provider("stripe")
    assert second is not None
    assert second is not first
    # Without a secret of its own the webhook stays off.
    assert (second.live, second.listens) == (True, False)


def test_bitcoin_is_taken_when_a_server_is_configured(monkeypatch: Env) -> None:
    monkeypatch.setenv("BTCPAY_URL", "https://btcpay.example.com")
    monkeypatch.setenv("BTCPAY_STORE_ID", "store")
    monkeypatch.setenv("BTCPAY_API_KEY", "key")
    assert [each.name for each in payment_providers()] == ["stripe", "btcpay"]
    bitcoin = get_payment_provider("btcpay")
    assert bitcoin is not None
    assert not bitcoin.listens
    monkeypatch.setenv("BTCPAY_WEBHOOK_SECRET", "secret")
    forget_settings()
    bitcoin = get_payment_provider("btcpay")
    assert bitcoin is not None
    assert bitcoin.listens
