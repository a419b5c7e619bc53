"""Purchases as their buyer and the administrators see them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, cast

if TYPE_CHECKING:
    from datetime import datetime

    from gptchina.db.models import Payment

# open: not finished, can be tried again. failed: the last try was declined, can be tried again.
# review: what came is not what was asked for; a person has to look.
PaymentStatus = Literal[
    "open", "processing", "succeeded", "failed", "canceled", "refunded", "disputed", "review"
]
# What the buyer can no longer change by trying again.
FINAL = frozenset({"succeeded", "canceled", "refunded", "disputed", "review"})


@dataclass(frozen=True)
class Purchase:
    """One order of a package; money in minor units of the currency.

    Attributes:
        id: number of the payment.
        number: what the receipt calls it, such as "GC-00000042".
        live: whether it is about real money.
        status: see PaymentStatus.
        credited: whether its tokens are in the ledger: the only sign of success.
        tokens: what was bought.
        taken_back: how many of them refunds and disputes took back.
        failure: the provider's code for why the last try failed, "" if it did not.
        method: such as "card", "alipay", "wechat_pay", "link", "crypto", "bitcoin".
        receipt_url: the provider's own receipt, "" if there is none.
    """

    id: int
    account_id: int
    number: str
    provider: str
    live: bool
    status: PaymentStatus
    credited: bool
    package_id: str
    tokens: int
    taken_back: int
    amount: int
    received: int
    refunded: int
    disputed: int
    currency: str
    failure: str
    method: str
    brand: str
    last4: str
    receipt_url: str
    created_at: datetime
    credited_at: datetime | None


@dataclass(frozen=True)
class Checkout:
    """A purchase that begins: a secret for the page's form, or an address to go to."""

    payment_id: int
    client_secret: str = ""
    url: str = ""


def receipt_number(payment_id: int) -> str:
    """Return what a receipt calls a payment."""
    return f"GC-{payment_id:08}"


def purchase_of(row: Payment) -> Purchase:
    """Return a row as a purchase."""
    assert row.id is not None  # noqa: S101 -- it was read from the database
    return Purchase(
        id=row.id,
        account_id=row.account_id,
        number=receipt_number(row.id),
        provider=row.provider,
        live=row.live,
        status=cast("PaymentStatus", row.status),
        credited=row.credited_at is not None,
        package_id=row.package_id,
        tokens=row.tokens,
        taken_back=row.taken_back,
        amount=row.amount,
        received=row.received,
        refunded=row.refunded,
        disputed=row.disputed,
        currency=row.currency,
        failure=row.failure,
        method=row.method,
        brand=row.brand,
        last4=row.last4,
        receipt_url=row.receipt_url,
        created_at=row.created_at,
        credited_at=row.credited_at,
    )
