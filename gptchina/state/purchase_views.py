"""What the pages show of buying: frozen, plain, ready to be sent to a browser."""

from __future__ import annotations

from dataclasses import dataclass, field

from gptchina.domain import payments

from .views import Params


@dataclass(frozen=True)
class PackageView:
    """A package for sale; prices in minor units, usd in cents, 0 where there is none.

    `chats` is how many typical chats with the model of the store it pays for, 0 if it has none.
    """

    id: str = ""
    label: str = ""
    tokens: int = 0
    price: int = 0
    currency: str = ""
    original: int = 0
    discount: int = 0
    popular: bool = False
    per_million: int = 0
    usd: int = 0
    chats: int = 0


@dataclass(frozen=True)
class StoreView:
    """How things can be paid here; `model` is the one whose chats the packages are counted in."""

    loaded: bool = False
    ways: list[str] = field(default_factory=list[str])
    publishable_key: str = ""
    script: str = ""
    test_mode: bool = False
    model: str = ""


@dataclass(frozen=True)
class IntentView:
    """The answer to the form's wish to pay: a secret, or why there is none; turns are counted."""

    turn: int = 0
    client_secret: str = ""
    message: str = ""
    params: Params = field(default_factory=dict[str, str | int])


@dataclass(frozen=True)
class RefusedView:
    """Why a wish was not granted, "" if it was."""

    message: str = ""
    params: Params = field(default_factory=dict[str, str | int])


@dataclass(frozen=True)
class PurchaseView:
    """An order; amounts in minor units, times in ISO format, the id as text, "" for no order.

    `state` and `method` are names in English, to be translated.
    """

    id: str = ""
    number: str = ""
    status: str = ""
    state: str = ""
    credited: bool = False
    label: str = ""
    tokens: int = 0
    taken_back: int = 0
    amount: int = 0
    refunded: int = 0
    currency: str = ""
    method: str = ""
    last4: str = ""
    receipt_url: str = ""
    created_at: str = ""
    credited_at: str = ""


def package_view(package: payments.Package, chats: int | None) -> PackageView:
    """Return a package as it is shown; chats as of `PackageView`."""
    return PackageView(
        id=package.id,
        label=package.label,
        tokens=package.tokens,
        price=package.price,
        currency=package.currency,
        original=package.original or 0,
        discount=package.discount_percent,
        popular=package.popular,
        per_million=package.per_million,
        usd=package.usd or 0,
        chats=chats or 0,
    )


def purchase_view(purchase: payments.Purchase) -> PurchaseView:
    """Return an order as it is shown to its buyer."""
    link = purchase.receipt_url
    return PurchaseView(
        id=str(purchase.id),
        number=purchase.number,
        status=purchase.status,
        state=payments.status_name(purchase),
        credited=purchase.credited,
        label=payments.short(purchase.tokens),
        tokens=purchase.tokens,
        taken_back=purchase.taken_back,
        amount=purchase.amount,
        refunded=purchase.refunded,
        currency=purchase.currency,
        method=payments.method_name(purchase),
        last4=purchase.last4,
        receipt_url=link if link.startswith(("https://", "http://")) else "",
        created_at=purchase.created_at.isoformat(),
        credited_at=purchase.credited_at.isoformat() if purchase.credited_at else "",
    )
