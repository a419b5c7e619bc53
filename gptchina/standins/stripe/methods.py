"""The ways to pay: which currency each takes, and how much at least."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gptchina.standins.stripe.refusal import RefusedError

if TYPE_CHECKING:
    from collections.abc import Iterable

_CURRENCIES = frozenset(
    {
        *("aed", "aud", "brl", "cad", "chf", "cny", "czk", "dkk", "eur", "gbp", "hkd", "huf"),
        *("idr", "ils", "inr", "jpy", "krw", "mxn", "myr", "nok", "nzd", "php", "pln", "ron"),
        *("sek", "sgd", "thb", "try", "twd", "usd", "vnd", "zar"),
    }
)
_OF_BOTH_WALLETS = {"aud", "cad", "cny", "eur", "gbp", "hkd", "jpy", "sgd", "usd"}
# https://docs.stripe.com/payments/payment-methods: what a method can be presented in; the others
# take every currency.
_PRESENTED_IN = {
    "alipay": frozenset({*_OF_BOTH_WALLETS, "myr", "nzd"}),
    "wechat_pay": frozenset({*_OF_BOTH_WALLETS, "chf", "dkk", "nok", "sek"}),
    "crypto": frozenset({"usd"}),
    "sepa_debit": frozenset({"eur"}),
}
REDIRECTING = frozenset({"alipay", "crypto"})
# Their refunds take a while, and may fail.
REFUNDED_LATER = frozenset({"alipay", "wechat_pay", "crypto", "sepa_debit"})
# Worth about half a dollar. Stripe publishes no minimum for CNY; it is what HKD has.
_MINIMUM = {"gbp": 30, "cny": 400, "hkd": 400, "myr": 200, "sek": 300, "dkk": 250, "nok": 300}
_ORDINARY_MINIMUM = 50
_MAXIMUM = 99_999_999


def checked_currency(currency: object) -> str:
    """Return the currency; raise RefusedError unless it is a code in lower case."""
    if currency not in _CURRENCIES:
        raise RefusedError(400, f"Invalid currency: {currency}", param="currency")
    return str(currency)


def check_amount(amount: int, currency: str) -> None:
    """Raise RefusedError for an amount, in minor units, that Stripe does not take."""
    least = _MINIMUM.get(currency, _ORDINARY_MINIMUM)
    if amount < 1:
        message, code = (
            "This value must be greater than or equal to 1.",
            "parameter_invalid_integer",
        )
        raise RefusedError(400, message, code=code, param="amount")
    if amount < least:
        message = f"Amount must convert to at least {least} {currency}."
        raise RefusedError(400, message, code="amount_too_small", param="amount")
    if amount > _MAXIMUM:
        message = f"Amount must be no more than {_MAXIMUM} {currency}."
        raise RefusedError(400, message, code="amount_too_large", param="amount")


def usable(methods: Iterable[str], currency: str) -> list[str]:
    """Return the methods that take a currency, in their order."""
    return [each for each in methods if currency in _PRESENTED_IN.get(each, _CURRENCIES)]
