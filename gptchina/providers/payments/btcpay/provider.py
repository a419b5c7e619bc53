"""The provider: what the contract asks, asked of a BTCPay Server."""

from __future__ import annotations

import hashlib
import hmac
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Never

import orjson

from gptchina.providers.payments.contract import (
    MalformedNoticeError,
    Notice,
    Opened,
    OpenOrder,
    PaymentFailure,
    PaymentProviderError,
    SignatureError,
    Truth,
)
from gptchina.providers.payments.fields import (
    as_name,
    as_object,
    as_optional_name,
    as_time,
    header_of,
)

from .reading import (
    created_of,
    metadata_of,
    money_came,
    needs_payments,
    price_of,
    read_truth,
    received_of,
    reference_of,
    to_major,
)
from .server import BTCPayAccount, BTCPayServer, unreadable

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping
    from datetime import datetime

MINUTES_TO_PAY = 15
# A payment may come that long after its invoice was made, and another while for it to settle.
WATCHED = timedelta(days=3)
_HEADER = "btcpay-sig"
_CREATED = "InvoiceCreated"


class BTCPayProvider:
    """Payments in Bitcoin by invoices of a store; usable from any event loop."""

    name = "btcpay"
    # Whether the server is on a network for tests it does not tell.
    live = True
    # Whoever shall get Bitcoin back has to say where, on a page of the server.
    can_refund = False

    def __init__(self, account: BTCPayAccount) -> None:
        self._secret = account.webhook_secret.strip()
        self._server = BTCPayServer(account)

    @property
    def listens(self) -> bool:
        """Whether there is a secret to verify webhooks with."""
        return bool(self._secret)

    async def open(self, order: OpenOrder) -> Opened:
        """Open an invoice, or return the one of that key: the server has no idempotency keys."""
        found = await self._of_key(order.key)
        if found is None:
            await self._server.create(_wanted(order))
            # Another process may have done the same at the same time. The older one counts for
            # both; nobody is sent to the other, and it expires.
            found = await self._of_key(order.key)
            if found is None:
                raise unreadable("an invoice that was made and is not there")
        if price_of(found) != (order.amount, order.currency):
            raise PaymentProviderError(PaymentFailure.REFUSED, f"{order.key} is of another price")
        return _opened(found)

    async def reopen(self, reference: str) -> Opened:
        """Return the address of an invoice's page."""
        invoice = await self._server.invoice(reference)
        if invoice.get("status") != "New":
            detail = f"{reference} is {invoice.get('status')}"
            raise PaymentProviderError(PaymentFailure.REFUSED, detail)
        return _opened(invoice)

    async def truth(self, reference: str) -> Truth:
        """Return what is true of an invoice; only a settled one is paid."""
        invoice = await self._server.invoice(reference)
        if not needs_payments(invoice):
            return read_truth(invoice)
        return read_truth(invoice, received_of(await self._server.payment_methods(reference)))

    async def cancel(self, reference: str) -> bool:
        """Return False: an invoice closes by itself.

        Marked as invalid, it would hide a payment that is on its way through the network.
        """
        del reference
        return False

    async def refund(self, reference: str, amount: int, key: str, reason: str) -> Never:
        """Refuse: it is done by hand."""
        del amount, key, reason
        raise PaymentProviderError(PaymentFailure.REFUSED, f"{reference} is refunded by hand")

    def read(self, body: bytes, headers: Mapping[str, str]) -> Notice:
        """Return the notice in a webhook's body; no time is signed, so the truth is asked for."""
        given = header_of(headers, _HEADER).encode(errors="replace")
        wanted = "sha256=" + hmac.new(self._secret.encode(), body, hashlib.sha256).hexdigest()
        if not self._secret or not hmac.compare_digest(wanted.encode(), given):
            raise SignatureError("signed by somebody else")
        try:
            event = as_object(orjson.loads(body))
        except orjson.JSONDecodeError as error:
            raise MalformedNoticeError("no JSON") from error
        invoice = as_optional_name(event.get("invoiceId"))
        return Notice(
            # What is delivered again has another id, and names the first.
            id=as_name(event.get("originalDeliveryId") or event.get("deliveryId")),
            kind=as_name(event.get("type")),
            object_id=invoice,
            object_kind="invoice" if invoice else "",
            reference=invoice,
            happened_at=as_time(event.get("timestamp")),
            live=self.live,
        )

    def concerns(self, notice: Notice) -> bool:
        """Return whether a notice can change what is true of an invoice."""
        return notice.object_kind == "invoice" and notice.kind != _CREATED

    async def reference_of(self, notice: Notice) -> str:
        """Return the invoice of a notice."""
        return notice.reference

    async def notices_since(self, since: datetime) -> AsyncIterator[Notice]:
        """Yield how the invoices stand to which money came; the server keeps no list of events.

        Each state of an invoice is one notice, so heard again it is known. Those made a while
        before are looked at, too, for they may have been paid since.
        """
        start = int((since - WATCHED).timestamp())
        async for invoice in self._server.invoices(
            startDate=start, status=["Processing", "Settled", "Expired", "Invalid"]
        ):
            if money_came(invoice):
                reference, status = reference_of(invoice), invoice.get("status")
                yield Notice(
                    id=f"{reference}:{status}:{invoice.get('additionalStatus')}",
                    kind=f"Invoice{status}",
                    object_id=reference,
                    object_kind="invoice",
                    reference=reference,
                    happened_at=created_of(invoice),
                    live=self.live,
                )

    async def paid_since(self, since: datetime) -> AsyncIterator[str]:
        """Yield the invoices made since then that are settled, the newest first."""
        async for invoice in self._server.invoices(
            startDate=int(since.timestamp()), status="Settled"
        ):
            yield reference_of(invoice)

    async def aclose(self) -> None:
        """Close the connections of the running event loop."""
        await self._server.aclose()

    async def _of_key(self, key: str) -> dict[str, Any] | None:
        """Return the oldest invoice of a key; a server that does not know the filter lists all."""
        found = [
            invoice
            async for invoice in self._server.invoices(orderId=key)
            if metadata_of(invoice).get("orderId") == key
        ]
        return found[-1] if found else None


def _wanted(order: OpenOrder) -> dict[str, Any]:
    checkout = {
        "speedPolicy": "MediumSpeed",
        "expirationMinutes": MINUTES_TO_PAY,
        # What is short by a little is not paid, whatever else the store takes as paid.
        "paymentTolerance": 0,
    }
    if order.return_url:
        checkout |= {"redirectURL": order.return_url, "redirectAutomatically": True}
    return {
        "amount": to_major(order.amount, order.currency),
        "currency": order.currency.upper(),
        "metadata": {
            "orderId": order.key,
            "paymentId": str(order.payment_id),
            "accountId": str(order.account_id),
            "itemDesc": order.description,
        },
        "checkout": checkout,
    }


def _opened(invoice: dict[str, Any]) -> Opened:
    url = invoice.get("checkoutLink")
    if not isinstance(url, str) or not url.startswith(("http://", "https://")):
        raise unreadable("an invoice without a page")
    return Opened(reference=reference_of(invoice), url=url)
