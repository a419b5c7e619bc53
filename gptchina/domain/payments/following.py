"""What a buyer asks about a purchase: how it stands, coming back from a page, giving it up."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import structlog
from sqlmodel import col, select

from gptchina.db.engine import reading
from gptchina.db.models import Payment
from gptchina.domain.errors import NotFoundError
from gptchina.domain.threads import in_thread
from gptchina.providers.payments import PaymentProviderError

from .orders import provider_of, require_provider, unavailable
from .records import FINAL, Purchase, purchase_of
from .truths import sync

if TYPE_CHECKING:
    from gptchina.providers.payments import PaymentProvider

log = structlog.get_logger()

# A page that asks again and again shall not make us ask the provider as often.
SECONDS_BETWEEN_LOOKS = 2
_looked: dict[str, int] = {}
MOST_REMEMBERED = 10_000


def purchases(account_id: int, before: int | None = None, limit: int = 20) -> list[Purchase]:
    """Return the account's purchases, the latest first, from those before a number on."""
    query = select(Payment).where(Payment.account_id == account_id)
    if before is not None:
        query = query.where(col(Payment.id) < before)
    with reading() as session:
        rows = session.exec(query.order_by(col(Payment.id).desc()).limit(limit)).all()
        return [purchase_of(row) for row in rows]


def purchase(account_id: int, payment_id: int) -> Purchase:
    """Return a purchase of the account; raise NotFoundError if it is not the account's."""
    with reading() as session:
        row = session.get(Payment, payment_id)
        if row is None or row.account_id != account_id:
            raise NotFoundError
        return purchase_of(row)


async def refresh(account_id: int, payment_id: int) -> Purchase:
    """Return how a purchase stands, having asked the provider if that can have changed.

    A provider that does not answer now is asked the next time; what is known is returned.

    Raises:
        NotFoundError: the purchase is not the account's.
    """
    known = await in_thread(purchase, account_id, payment_id)
    if known.status in FINAL:
        return known
    reference = await in_thread(_reference, payment_id)
    provider = provider_of(known.provider, live=known.live)
    if provider is None or reference is None or not _due(reference):
        return known
    try:
        return await sync(provider, reference) or known
    except PaymentProviderError as error:
        log.warning("payment_not_refreshed", payment=payment_id, detail=error.detail)
        return known


async def returned(account_id: int, reference: object) -> Purchase:
    """Return the purchase whose buyer came back from a page of the provider.

    What the address says of the outcome is not believed; only the reference is used.

    Raises:
        NotFoundError: the reference is not of a purchase of the account.
    """
    if not isinstance(reference, str):
        raise NotFoundError
    return await refresh(account_id, await in_thread(_payment_id, account_id, reference))


async def cancel(account_id: int, payment_id: int) -> Purchase:
    """Give a purchase up; what was paid meanwhile is credited instead.

    Raises:
        NotFoundError: the purchase is not the account's.
        PurchasesClosedError: its provider is not configured any more.
        PaymentUnavailableError: the provider does not answer.
    """
    known = await in_thread(purchase, account_id, payment_id)
    reference = await in_thread(_reference, payment_id)
    if known.status in FINAL or reference is None:
        return known
    provider = require_provider(known.provider, live=known.live)
    try:
        return await close(provider, reference) or known
    except PaymentProviderError as error:
        raise unavailable(error) from error


async def close(provider: PaymentProvider, reference: str) -> Purchase | None:
    """Cancel a payment at the provider, then write down what is true, canceled or not."""
    await provider.cancel(reference)
    return await sync(provider, reference)


def _due(reference: str) -> bool:
    """Return whether the provider may be asked again by now, and note that it is."""
    now = time.monotonic_ns()
    last = _looked.get(reference)
    if last is not None and now - last < SECONDS_BETWEEN_LOOKS * 10**9:
        return False
    if len(_looked) >= MOST_REMEMBERED:
        _looked.clear()
    _looked[reference] = now
    return True


def _reference(payment_id: int) -> str | None:
    with reading() as session:
        return session.exec(select(Payment.reference).where(Payment.id == payment_id)).one()


def _payment_id(account_id: int, reference: str) -> int:
    with reading() as session:
        found = session.exec(
            select(Payment.id).where(
                Payment.account_id == account_id, Payment.reference == reference
            )
        ).first()
    if found is None:
        raise NotFoundError
    return found
