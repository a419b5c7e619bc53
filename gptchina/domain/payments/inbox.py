"""What providers tell: verified, stored, and then acted upon, however often it comes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog
from sqlmodel import col, select, update

from gptchina.db.engine import transaction
from gptchina.db.models import Payment, WebhookEvent
from gptchina.domain import clock
from gptchina.domain.accounts.errors import TooManyAttemptsError
from gptchina.domain.errors import NotFoundError
from gptchina.domain.ledger.entries import insert_once
from gptchina.domain.threads import in_thread
from gptchina.providers.payments import (
    MalformedNoticeError,
    PaymentFailure,
    PaymentProviderError,
    SignatureError,
    get_payment_provider,
)

from .errors import InvalidNoticeError
from .orders import count_purchase_attempt
from .truths import sync

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gptchina.providers.payments import Notice, PaymentProvider

log = structlog.get_logger()

LONGEST_ERROR = 400
# Whoever tries stolen cards has most of them declined, all on the same payment.
DECLINED = "payment_intent.payment_failed"


async def receive(provider_name: str, body: bytes, headers: Mapping[str, str]) -> str:
    """Take a webhook: return what became of it, in a word; raise what makes the provider retry.

    Raises:
        NotFoundError: the provider is not configured, or there is no secret to verify it with.
        InvalidNoticeError: it is not signed by the provider, or is no event.
        PaymentProviderError: the provider could not be asked for the truth.
    """
    provider = get_payment_provider(provider_name)
    if provider is None or not provider.listens:
        raise NotFoundError
    try:
        notice = provider.read(body, headers)
    except (SignatureError, MalformedNoticeError) as error:
        log.warning("notice_refused", provider=provider_name, reason=type(error).__name__)
        raise InvalidNoticeError from error
    return await take(provider, notice)


async def take(provider: PaymentProvider, notice: Notice) -> str:
    """Act upon a notice that is known to come from the provider, once; errors as of `receive`."""
    if notice.live != provider.live:
        return "other mode"
    if not provider.concerns(notice):
        return "ignored"
    event_id = f"{provider.name}:{notice.id}"
    if not await in_thread(_store, event_id, provider.name, notice):
        return "duplicate"
    try:
        outcome, reference = await _act(provider, notice)
    except Exception as error:
        await in_thread(_note, event_id, error)
        raise
    if outcome == "done" and notice.kind == DECLINED:
        await _count_declined(provider, notice)
    await in_thread(_close, event_id, reference)
    return outcome


async def _act(provider: PaymentProvider, notice: Notice) -> tuple[str, str]:
    """Return what became of a notice, and the payment it is about, "" if none is known."""
    reference = ""
    try:
        reference = notice.reference or await provider.reference_of(notice)
        purchase = await sync(provider, reference) if reference else None
    except PaymentProviderError as error:
        # What the provider itself does not know any more cannot be known by trying again.
        if error.code is PaymentFailure.NOT_FOUND:
            return "unknown", reference
        raise
    return ("done" if purchase else "unknown"), reference


def _store(event_id: str, provider: str, notice: Notice) -> bool:
    """Store a notice; return False if it was stored and acted upon before."""
    with transaction() as session:
        stored = insert_once(
            session,
            WebhookEvent,
            id=event_id,
            provider=provider,
            kind=notice.kind[:80],
            object_id=notice.object_id[:80],
            attempts=0,
            error="",
            happened_at=notice.happened_at,
            received_at=clock.now(),
        )
        if stored:
            return True
        done = session.exec(
            select(WebhookEvent.processed_at).where(WebhookEvent.id == event_id)
        ).one()
        return done is None


def _close(event_id: str, reference: str) -> None:
    with transaction() as session:
        session.connection().execute(
            update(WebhookEvent)
            .where(col(WebhookEvent.id) == event_id, col(WebhookEvent.processed_at).is_(None))
            .values(
                processed_at=clock.now(),
                attempts=col(WebhookEvent.attempts) + 1,
                error="",
                reference=reference[:80],
            )
        )


def _note(event_id: str, error: Exception) -> None:
    with transaction() as session:
        session.connection().execute(
            update(WebhookEvent)
            .where(col(WebhookEvent.id) == event_id)
            .values(
                attempts=col(WebhookEvent.attempts) + 1,
                error=f"{type(error).__name__}: {error}"[:LONGEST_ERROR],
            )
        )


async def _count_declined(provider: PaymentProvider, notice: Notice) -> None:
    """Count a declined try against its account; beyond the limit the payment is closed."""
    if await in_thread(_may_try_again, provider.name, notice.object_id):
        return
    log.warning("payment_declined_too_often", reference=notice.object_id)
    await provider.cancel(notice.object_id)
    await sync(provider, notice.object_id)


def _may_try_again(provider: str, reference: str) -> bool:
    try:
        with transaction() as session:
            account_id = session.exec(
                select(Payment.account_id).where(
                    Payment.provider == provider, Payment.reference == reference
                )
            ).one()
            count_purchase_attempt(session, account_id)
    except TooManyAttemptsError:
        return False
    return True
