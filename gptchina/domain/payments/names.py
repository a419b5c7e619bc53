"""What the states and ways of a payment are called; English, for whoever shows it to translate."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from .records import Purchase

PARTLY_REFUNDED = "partly_refunded"

STATUS_NAMES: Final[dict[str, str]] = {
    "open": "Not paid",
    "processing": "Processing",
    "succeeded": "Paid",
    "failed": "Declined",
    "canceled": "Canceled",
    "refunded": "Refunded",
    PARTLY_REFUNDED: "Partly refunded",
    "disputed": "Disputed",
    "review": "In review",
}

METHOD_NAMES: Final[dict[str, str]] = {
    "card": "Card",
    "alipay": "Alipay",
    "wechat_pay": "WeChat Pay",
    "link": "Link",
    "crypto": "Stablecoin",
    "bitcoin": "Bitcoin",
    "apple_pay": "Apple Pay",
    "google_pay": "Google Pay",
}

BRAND_NAMES: Final[dict[str, str]] = {
    "amex": "American Express",
    "diners": "Diners Club",
    "discover": "Discover",
    "jcb": "JCB",
    "mastercard": "Mastercard",
    "unionpay": "UnionPay",
    "visa": "Visa",
}


def state_of(purchase: Purchase) -> str:
    """Return the state to show: the status, or that a part was given back."""
    if purchase.status == "succeeded" and purchase.refunded:
        return PARTLY_REFUNDED
    return purchase.status


def status_name(purchase: Purchase) -> str:
    """Return the state of a purchase in English."""
    return STATUS_NAMES[state_of(purchase)]


def method_name(purchase: Purchase) -> str:
    """Return the brand of the card or else the way it was paid, in English; "" before that."""
    if purchase.brand:
        return BRAND_NAMES.get(purchase.brand, purchase.brand.title())
    return METHOD_NAMES.get(purchase.method, purchase.method.replace("_", " ").title())
