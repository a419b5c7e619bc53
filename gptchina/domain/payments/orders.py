"""Ordering a package: what may be ordered, its row, and the payment that the provider opens."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Literal

import structlog
from sqlmodel import col, select, update

from gptchina.db.engine import transaction
from gptchina.db.locks import lock_name
from gptchina.db.models import Payment
from gptchina.domain import clock
from gptchina.domain.accounts import throttle
from gptchina.domain.config_file import config_file
from gptchina.domain.threads import in_thread
from gptchina.providers.payments import (
    Opened,
    OpenOrder,
    PaymentFailure,
    PaymentProviderError,
    get_payment_provider,
)
from gptchina.settings import get_settings

from .errors import (
    AttemptOverError,
    PaymentUnavailableError,
    PurchaseLimitError,
    PurchasesClosedError,
)
from .packages import Package, PackageNotOfferedError, find_package, offered_packages
from .records import FINAL, Checkout
from .truths import order_key, sync

if TYPE_CHECKING:
    from sqlmodel import Session

    from gptchina.providers.payments import PaymentProvider

log = structlog.get_logger()

# "stripe": the form with cards, wallets, Alipay and WeChat Pay. "crypto": stablecoins in USD by
# Stripe. "bitcoin": an invoice of BTCPay Server.
Way = Literal["stripe", "crypto", "bitcoin"]
PROVIDER_OF: dict[str, str] = {"stripe": "stripe", "crypto": "stripe", "bitcoin": "btcpay"}
DAY = timedelta(hours=24)
LONGEST_ATTEMPT = 64


@dataclass(frozen=True)
class Storefront:
    """What a page needs to sell: the key and script of Stripe, and the ways to pay.

    `script` is the address of a stand-in's Stripe.js, "" for Stripe's own. In test mode no real
    money moves.
    """

    publishable_key: str
    script: str
    test_mode: bool
    ways: tuple[Way, ...]


def ways() -> tuple[Way, ...]:
    """Return the ways to pay, none if nothing can be bought."""
    settings = get_settings()
    if not config_file().packages:
        return ()
    offered: dict[Way, bool] = {
        "stripe": settings.card_payments,
        "crypto": settings.card_payments
        and settings.stripe_crypto
        and any(package.usd for package in offered_packages()),
        "bitcoin": settings.bitcoin_payments,
    }
    return tuple(way for way, possible in offered.items() if possible)


def storefront() -> Storefront:
    """Return what a page needs to sell."""
    settings, offered = get_settings(), ways()
    if "stripe" not in offered:
        return Storefront("", "", test_mode=False, ways=offered)
    account = settings.stripe
    return Storefront(account.publishable_key, account.script, settings.test_payments, offered)


async def begin(account_id: int, package_id: object, attempt: object, way: object) -> Checkout:
    """Order a package and open its payment; the same attempt again goes on with the same payment.

    Args:
        account_id: who buys.
        package_id: what; its price comes from the table of packages alone.
        attempt: made by the server when the buyer decided to pay.
        way: see Way.

    Raises:
        PurchasesClosedError: nothing can be bought, or not in this way.
        PackageNotOfferedError: there is no such package, or not in this way.
        TooManyAttemptsError, PurchaseLimitError: a limit of the account.
        AttemptOverError: the attempt's order is finished, or was for something else.
        PaymentUnavailableError: the provider does not answer.
    """
    if way not in ways():
        raise PurchasesClosedError
    if not isinstance(attempt, str) or not 0 < len(attempt) <= LONGEST_ATTEMPT:
        raise AttemptOverError
    package = find_package(package_id)
    provider = get_payment_provider(PROVIDER_OF[way])
    if provider is None:
        raise PurchasesClosedError
    wanted = _wanted(package, way, live=provider.live)
    order, reference = await in_thread(_place, account_id, wanted, attempt)
    opened = await _open(provider, order, reference)
    if reference is None:
        await in_thread(_bind, order.payment_id, opened.reference)
    return Checkout(order.payment_id, opened.client_secret, opened.url)


def provider_of(name: str, *, live: bool) -> PaymentProvider | None:
    """Return the provider that can be asked about a payment, None if none is configured.

    With a key for real money Stripe knows no test payments, and the other way round.
    """
    provider = get_payment_provider(name)
    return provider if provider and provider.live == live else None


def require_provider(name: str, *, live: bool) -> PaymentProvider:
    """Return the provider of a payment; raise PurchasesClosedError if it cannot be asked."""
    provider = provider_of(name, live=live)
    if provider is None:
        raise PurchasesClosedError
    return provider


@dataclass(frozen=True)
class _Wanted:
    """What is to be ordered, with its price in minor units of a currency; for real money or not."""

    package: Package
    way: Way
    amount: int
    currency: str
    live: bool


def _wanted(package: Package, way: Way, *, live: bool) -> _Wanted:
    if way != "crypto":
        return _Wanted(package, way, package.price, package.currency, live)
    if package.usd is None:
        raise PackageNotOfferedError(field="package")
    return _Wanted(package, way, package.usd, "usd", live)


def _place(account_id: int, wanted: _Wanted, attempt: str) -> tuple[OpenOrder, str | None]:
    """Return the order of an attempt, written down now or before, and the payment it has."""
    with transaction() as session:
        # Of two clicks at the same time the second finds the row of the first.
        lock_name(session, f"purchases:{account_id}")
        row = session.exec(
            select(Payment).where(Payment.account_id == account_id, Payment.attempt == attempt)
        ).one_or_none()
        if row is None:
            count_purchase_attempt(session, account_id)
            _refuse_too_much(session, account_id, wanted)
            row = _write(session, account_id, wanted, attempt)
        elif row.status in FINAL or not _is_for(row, wanted):
            raise AttemptOverError
        return _order_of(row, wanted), row.reference


def _write(session: Session, account_id: int, wanted: _Wanted, attempt: str) -> Payment:
    now = clock.now()
    row = Payment(
        account_id=account_id,
        provider=PROVIDER_OF[wanted.way],
        live=wanted.live,
        attempt=attempt,
        package_id=wanted.package.id,
        tokens=wanted.package.tokens,
        amount=wanted.amount,
        currency=wanted.currency,
        method="crypto" if wanted.way == "crypto" else "",
        created_at=now,
        updated_at=now,
    )
    session.add(row)
    session.flush()
    return row


def _is_for(row: Payment, wanted: _Wanted) -> bool:
    return (
        row.provider,
        row.live,
        row.package_id,
        row.amount,
        row.currency,
        row.tokens,
    ) == (
        PROVIDER_OF[wanted.way],
        wanted.live,
        wanted.package.id,
        wanted.amount,
        wanted.currency,
        wanted.package.tokens,
    )


def _order_of(row: Payment, wanted: _Wanted) -> OpenOrder:
    assert row.id is not None  # noqa: S101 -- the database numbered it
    return OpenOrder(
        payment_id=row.id,
        account_id=row.account_id,
        amount=row.amount,
        currency=row.currency,
        description=f"{wanted.package.label} Tokens",
        key=order_key(row.id, row.attempt),
        crypto=wanted.way == "crypto",
        return_url=f"{get_settings().url}/tokens/?payment={row.id}",
    )


def count_purchase_attempt(session: Session, account_id: int) -> None:
    """Count a begun or declined payment of an account; raise TooManyAttemptsError at the limit."""
    limit = throttle.Limit(
        "purchase-account", get_settings().purchase_attempts_per_hour, timedelta(hours=1)
    )
    throttle.count_attempt(session, throttle.Counter(limit, str(account_id)))


def _refuse_too_much(session: Session, account_id: int, wanted: _Wanted) -> None:
    most = get_settings().purchase_amount_per_day
    if not most:
        return
    rows = session.exec(
        select(Payment).where(
            Payment.account_id == account_id,
            Payment.created_at > clock.now() - DAY,
            # One that was declined can be paid all the same, by another card.
            Payment.status != "canceled",
        )
    ).all()
    prices = {package.id: package.price for package in offered_packages()}
    # What is paid in another currency counts by the list price of its package.
    bought = sum(
        row.amount if row.currency == wanted.package.currency else prices.get(row.package_id, 0)
        for row in rows
    )
    if bought + wanted.package.price > most:
        raise PurchaseLimitError(most=most, currency=wanted.package.currency)


async def _open(provider: PaymentProvider, order: OpenOrder, reference: str | None) -> Opened:
    try:
        if reference is None:
            return await provider.open(order)
        purchase = await sync(provider, reference)
        if purchase is None or purchase.status in FINAL:
            raise AttemptOverError
        return await provider.reopen(reference)
    except PaymentProviderError as error:
        raise unavailable(error) from error


def unavailable(error: PaymentProviderError) -> PaymentUnavailableError:
    """Return what a buyer is told when the provider did not do what it was asked."""
    if error.code is not PaymentFailure.UNAVAILABLE:
        # The buyer can do nothing about it; the operator has to.
        log.error("payment_refused", detail=error.detail)
    return PaymentUnavailableError()


def _bind(payment_id: int, reference: str) -> None:
    with transaction() as session:
        session.connection().execute(
            update(Payment)
            .where(col(Payment.id) == payment_id, col(Payment.reference).is_(None))
            .values(reference=reference, version=col(Payment.version) + 1)
        )
