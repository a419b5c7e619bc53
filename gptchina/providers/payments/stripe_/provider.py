"""The provider: what the contract asks, asked of Stripe."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gptchina.logs import get_logger
from gptchina.providers.payments.contract import (
    MalformedNoticeError,
    Notice,
    Opened,
    OpenOrder,
    PaymentFailure,
    PaymentProviderError,
    Truth,
)

from .connection import Connections, asking
from .notices import KINDS, notice_of, parse, payment_of, verify
from .reading import STATUSES, charge_of, read_truth

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping
    from datetime import datetime

    import stripe
    from stripe.params import PaymentIntentCreateParams, RefundCreateParams

    from gptchina.settings import StripeAccount

log = get_logger()

_PAGE = 100
_LONGEST_METADATA = 500


class StripeProvider:
    """Payments by an account of Stripe; usable from any event loop."""

    name = "stripe"
    can_refund = True

    def __init__(self, account: StripeAccount) -> None:
        self._account = account
        self._secrets = tuple(each for each in account.webhook_secrets if each.strip())
        self._connections = Connections(account)

    @property
    def live(self) -> bool:
        """Whether the key moves real money."""
        return self._account.secret_key.startswith(("sk_live_", "rk_live_"))

    @property
    def listens(self) -> bool:
        """Whether there is a secret to verify webhooks with."""
        return bool(self._secrets)

    async def open(self, order: OpenOrder) -> Opened:
        """Open a payment in whatever ways the account offers, or by stablecoins alone."""
        client = await self._connections.client()
        params: PaymentIntentCreateParams = {
            "amount": order.amount,
            "currency": order.currency,
            "description": order.description,
            "metadata": {
                "payment_id": str(order.payment_id),
                "account_id": str(order.account_id),
                "key": order.key,
            },
        }
        if order.crypto:
            params["allowed_payment_method_types"] = ["crypto"]
        else:
            params["automatic_payment_methods"] = {"enabled": True}
        with asking(f"open {order.key}"):
            intent = await client.v1.payment_intents.create_async(
                params, {"idempotency_key": order.key}
            )
        return _opened(intent)

    async def reopen(self, reference: str) -> Opened:
        """Return the secret with which the page's form goes on with an open payment."""
        client = await self._connections.client()
        with asking(f"reopen {reference}"):
            intent = await client.v1.payment_intents.retrieve_async(reference)
        if STATUSES.get(intent.status) != "open":
            raise PaymentProviderError(PaymentFailure.REFUSED, f"{reference} is {intent.status}")
        return _opened(intent)

    async def truth(self, reference: str) -> Truth:
        """Return what is true of a payment, asking for refunds and disputes if there are any."""
        client = await self._connections.client()
        with asking(f"truth of {reference}"):
            intent = await client.v1.payment_intents.retrieve_async(
                reference, {"expand": ["latest_charge"]}
            )
            charge = charge_of(intent)
            refunds: list[stripe.Refund] = []
            disputes: list[stripe.Dispute] = []
            # A refund counts here from when it is made until it fails.
            if charge and charge.amount_refunded:
                found = await client.v1.refunds.list_async(
                    {"payment_intent": reference, "limit": _PAGE}
                )
                refunds = [each async for each in found.auto_paging_iter()]
            if charge and charge.disputed:
                held = await client.v1.disputes.list_async(
                    {"payment_intent": reference, "limit": _PAGE}
                )
                disputes = [each async for each in held.auto_paging_iter()]
        return read_truth(intent, refunds, disputes)

    async def cancel(self, reference: str) -> bool:
        """Cancel an open payment; return False if it was paid, is being paid, or was canceled."""
        client = await self._connections.client()
        try:
            with asking(f"cancel {reference}"):
                await client.v1.payment_intents.cancel_async(reference)
        except PaymentProviderError as error:
            if getattr(error.__cause__, "code", None) == "payment_intent_unexpected_state":
                return False
            raise
        return True

    async def refund(self, reference: str, amount: int, key: str, reason: str) -> str:
        """Give money back and return the name of the refund."""
        client = await self._connections.client()
        params: RefundCreateParams = {
            "payment_intent": reference,
            "amount": amount,
            "reason": "requested_by_customer",
            "metadata": {"key": key},
        }
        if reason:
            params["metadata"] = {"key": key, "reason": reason[:_LONGEST_METADATA]}
        with asking(f"refund {key} of {reference}"):
            refund = await client.v1.refunds.create_async(params, {"idempotency_key": key})
        return refund.id

    def read(self, body: bytes, headers: Mapping[str, str]) -> Notice:
        """Return the notice in a webhook's body: the signature is over its bytes as they came."""
        verify(body, headers, self._secrets)
        return parse(body)

    def concerns(self, notice: Notice) -> bool:
        """Return whether a notice can change what is true of a payment."""
        return notice.kind in KINDS

    async def reference_of(self, notice: Notice) -> str:
        """Return the payment a notice belongs to; a thin event names only a charge or the like."""
        if notice.reference or not notice.object_id:
            return notice.reference
        client = await self._connections.client()
        v1 = client.v1
        with asking(f"payment of {notice.object_id}"):
            about: stripe.Charge | stripe.Refund | stripe.Dispute
            if notice.object_kind == "charge":
                about = await v1.charges.retrieve_async(notice.object_id)
            elif notice.object_kind == "refund":
                about = await v1.refunds.retrieve_async(notice.object_id)
            elif notice.object_kind == "dispute":
                about = await v1.disputes.retrieve_async(notice.object_id)
            else:
                return ""
        return payment_of(about.to_dict())

    async def notices_since(self, since: datetime) -> AsyncIterator[Notice]:
        """Yield the notices since then, the newest first; Stripe keeps them for 30 days."""
        client = await self._connections.client()
        with asking("events"):
            events = await client.v1.events.list_async(
                {"types": sorted(KINDS), "created": {"gte": int(since.timestamp())}, "limit": _PAGE}
            )
            async for event in events.auto_paging_iter():
                notice = _notice(event.to_dict())
                if notice is not None:
                    yield notice

    async def paid_since(self, since: datetime) -> AsyncIterator[str]:
        """Yield the payments opened since then that were paid, the newest first."""
        client = await self._connections.client()
        with asking("payments"):
            intents = await client.v1.payment_intents.list_async(
                {"created": {"gte": int(since.timestamp())}, "limit": _PAGE}
            )
            async for intent in intents.auto_paging_iter():
                if intent.status == "succeeded":
                    yield intent.id

    async def aclose(self) -> None:
        """Close the connections of the running event loop."""
        await self._connections.aclose()


def _opened(intent: stripe.PaymentIntent) -> Opened:
    return Opened(reference=intent.id, client_secret=intent.client_secret or "")


def _notice(event: dict[str, Any]) -> Notice | None:
    """Return the notice of a listed event; one of a form unknown to us must not hide the rest."""
    try:
        return notice_of(event)
    except MalformedNoticeError as error:
        log.error("stripe_event_unknown", event_id=event.get("id"), reason=str(error))  # noqa: TRY400 -- says it all
        return None
