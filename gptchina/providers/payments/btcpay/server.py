"""The server over HTTP: invoices of one store, and its failures told as ours."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import quote
from weakref import WeakKeyDictionary

import httpx

from gptchina.logs import get_logger
from gptchina.providers.payments.contract import PaymentFailure, PaymentProviderError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    Invoice = dict[str, Any]

log = get_logger()

TIMEOUT_SECONDS = 15.0
PAGE = 100
_RECONNECTS = 2
_NOT_FOUND = 404
_LATER = frozenset({408, 425, 429})
_FIRST_SERVER_ERROR = 500
_LONGEST_DETAIL = 300


@dataclass(frozen=True, slots=True)
class BTCPayAccount:
    """A store of a server, and the key and the webhook's secret that it gave us.

    The key needs `btcpay.store.cancreateinvoice` and `btcpay.store.canviewinvoices`.
    """

    url: str
    store: str
    key: str = field(repr=False)
    webhook_secret: str = field(default="", repr=False)


class BTCPayServer:
    """Asks for the invoices of a store; usable from any event loop."""

    def __init__(self, account: BTCPayAccount) -> None:
        self._headers = {"Authorization": f"token {account.key}"}
        store = quote(account.store, safe="")
        self._address = f"{account.url.rstrip('/')}/api/v1/stores/{store}/invoices"
        self._clients: WeakKeyDictionary[asyncio.AbstractEventLoop, httpx.AsyncClient] = (
            WeakKeyDictionary()
        )

    async def create(self, wanted: dict[str, Any]) -> Invoice:
        """Make an invoice."""
        return _object(await self._ask("POST", "", json=wanted))

    async def invoice(self, reference: str) -> Invoice:
        """Return an invoice."""
        return _object(await self._ask("GET", f"/{quote(reference, safe='')}"))

    async def payment_methods(self, reference: str) -> list[Invoice]:
        """Return in what ways an invoice can be paid, with what came in each."""
        path = f"/{quote(reference, safe='')}/payment-methods"
        return _objects(await self._ask("GET", path))

    async def invoices(self, **filters: str | int | Sequence[str]) -> AsyncIterator[Invoice]:
        """Yield the invoices that pass the filters, the newest first."""
        skip = 0
        while True:
            page = _objects(
                await self._ask("GET", "", params={**filters, "skip": skip, "take": PAGE})
            )
            for invoice in page:
                yield invoice
            skip += len(page)
            if len(page) < PAGE:
                return

    async def aclose(self) -> None:
        """Close the connections of the running event loop."""
        client = self._clients.pop(asyncio.get_running_loop(), None)
        if client is not None:
            await client.aclose()

    def _client(self) -> httpx.AsyncClient:
        loop = asyncio.get_running_loop()
        if loop not in self._clients:
            self._clients[loop] = httpx.AsyncClient(
                headers=self._headers,
                timeout=TIMEOUT_SECONDS,
                # Only what never reached the server is sent again.
                transport=httpx.AsyncHTTPTransport(retries=_RECONNECTS),
            )
        return self._clients[loop]

    async def _ask(self, method: str, path: str, **given: Any) -> object:  # noqa: ANN401 -- as httpx takes it
        asked = f"{method} invoices{path}"
        try:
            reply = await self._client().request(method, self._address + path, **given)
        except httpx.HTTPError as error:
            raise _failed(PaymentFailure.UNAVAILABLE, asked, repr(error)) from error
        if not reply.is_success:
            raise _failed(_failure(reply.status_code), asked, f"{reply.status_code} {reply.text}")
        try:
            # Amounts are texts; if an old server writes numbers, none goes through a float.
            return json.loads(reply.content, parse_float=Decimal)
        except ValueError as error:
            raise _failed(PaymentFailure.UNAVAILABLE, asked, "no JSON") from error


def _failure(status: int) -> PaymentFailure:
    if status == _NOT_FOUND:
        return PaymentFailure.NOT_FOUND
    if status in _LATER or status >= _FIRST_SERVER_ERROR:
        return PaymentFailure.UNAVAILABLE
    return PaymentFailure.REFUSED


def _failed(code: PaymentFailure, asked: str, detail: str) -> PaymentProviderError:
    detail = f"{asked}: {detail}"[:_LONGEST_DETAIL]
    log.warning("btcpay_failed", failure=str(code), detail=detail)
    return PaymentProviderError(code, detail)


def unreadable(what: str) -> PaymentProviderError:
    """Return the failure of a server that answers, but not as BTCPay Server does."""
    return _failed(PaymentFailure.UNAVAILABLE, "read", what)


def _object(given: object) -> dict[str, Any]:
    if not isinstance(given, dict):
        raise unreadable("no object")
    return cast("dict[str, Any]", given)


def _objects(given: object) -> list[dict[str, Any]]:
    if not isinstance(given, list):
        raise unreadable("no list")
    return [_object(each) for each in cast("list[object]", given)]
