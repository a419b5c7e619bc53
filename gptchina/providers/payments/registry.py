"""The payment providers that are configured, made once."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from gptchina.settings import get_settings

from .btcpay import BTCPayAccount, BTCPayProvider
from .stripe_ import StripeProvider

if TYPE_CHECKING:
    from .contract import PaymentProvider


@cache
def _providers() -> dict[str, PaymentProvider]:
    settings = get_settings()
    found: list[PaymentProvider] = []
    if settings.card_payments:
        found.append(StripeProvider(settings.stripe))
    if settings.bitcoin_payments:
        account = BTCPayAccount(
            settings.btcpay_url,
            settings.btcpay_store_id,
            settings.btcpay_api_key.get_secret_value(),
            settings.btcpay_webhook_secret.get_secret_value(),
        )
        found.append(BTCPayProvider(account))
    return {provider.name: provider for provider in found}


def get_payment_provider(name: str) -> PaymentProvider | None:
    """Return a provider by its name in the ledger, None if it is not configured."""
    return _providers().get(name)


def payment_providers() -> list[PaymentProvider]:
    """Return every configured provider."""
    return list(_providers().values())


def forget_payment_providers() -> None:
    """Drop them, so that the next use makes them from the settings anew."""
    _providers.cache_clear()


async def close_payment_providers() -> None:
    """Close the connections that the running event loop has to providers."""
    for provider in payment_providers():
        await provider.aclose()
