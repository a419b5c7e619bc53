"""A BTCPay Server as far as a shop sees it: invoices of one store, and webhooks about them."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from collections import deque
from decimal import ROUND_CEILING, Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson
from starlette.applications import Starlette
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from gptchina.standins.refused import refuse_in_production

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request

    from gptchina.settings import Environment

    Invoice = dict[str, Any]

SATOSHI = Decimal("0.00000001")
_KEPT_REQUESTS = 1000
_ORDINARY_EXPIRY_MINUTES = 15
_ORDINARY_PAGE = 50
_MOST_MAJOR_DIGITS = 2
_WANTED = {"amount", "currency", "metadata", "checkout", "receipt", "additionalSearchTerms"}
_EVENT_OF = {
    "Processing": "InvoiceProcessing",
    "Settled": "InvoiceSettled",
    "Expired": "InvoiceExpired",
    "Invalid": "InvoiceInvalid",
}


class BTCPayOptions(NamedTuple):
    """The one store there is, its keys, and what a bitcoin costs in every currency."""

    store: str = "store"
    key: str = "btcpay_key"
    webhook_secret: str = "btcpay_secret"  # noqa: S105 -- protects nothing but made-up money
    rate: Decimal = Decimal("700123.45")


class NoSuchInvoiceError(Exception):
    """There is no invoice of that name."""


class StandInBTCPay:
    """One server in memory; the controls do what buyers, the network and the operator do."""

    def __init__(self, options: BTCPayOptions) -> None:
        self.options = options
        self.invoices: dict[str, Invoice] = {}
        self.events: list[Invoice] = []
        self.requests: deque[str] = deque(maxlen=_KEPT_REQUESTS)
        self.faults: deque[Response] = deque()
        self._paid: dict[str, Decimal] = {}

    def create(self, wanted: Invoice, base: str) -> Invoice:
        """Make an invoice as the API is asked to."""
        name, now = secrets.token_urlsafe(16).replace("-", "x").replace("_", "y"), int(time.time())
        minutes = (wanted.get("checkout") or {}).get("expirationMinutes")
        invoice: Invoice = {
            "id": name,
            "storeId": self.options.store,
            "amount": str(wanted["amount"]),
            "currency": wanted["currency"],
            "type": "Standard",
            "checkoutLink": f"{base}/i/{name}",
            "createdTime": now,
            "expirationTime": now + 60 * (minutes or _ORDINARY_EXPIRY_MINUTES),
            "status": "New",
            "additionalStatus": "None",
            "archived": False,
            "metadata": wanted.get("metadata") or {},
            "checkout": wanted.get("checkout") or {},
        }
        self.invoices[name] = invoice
        self._paid[name] = Decimal(0)
        self._tell("InvoiceCreated", invoice)
        return invoice

    def due(self, name: str) -> Decimal:
        """Return what an invoice asks for in bitcoins: whole satoshis, never too few."""
        price = Decimal(self.invoice(name)["amount"]) / self.options.rate
        return price.quantize(SATOSHI, ROUND_CEILING)

    def invoice(self, name: str) -> Invoice:
        """Return an invoice; raise NoSuchInvoiceError."""
        if name not in self.invoices:
            raise NoSuchInvoiceError(name)
        return self.invoices[name]

    def pay(self, name: str, bitcoins: Decimal | None = None) -> Invoice:
        """Send bitcoins to an invoice, all that is asked for unless said; none is confirmed yet."""
        invoice = self.invoice(name)
        late = invoice["status"] == "Expired"
        self._paid[name] += self.due(name) if bitcoins is None else bitcoins
        self._tell("InvoiceReceivedPayment", invoice, afterExpiration=late)
        enough, over = self._paid[name] >= self.due(name), self._paid[name] > self.due(name)
        if not enough:
            invoice["additionalStatus"] = "PaidPartial"
        elif late:
            invoice["additionalStatus"] = "PaidLate"
        else:
            invoice["additionalStatus"] = "PaidOver" if over else "None"
            if invoice["status"] == "New":
                self._become(invoice, "Processing", overPaid=over)
        return invoice

    def confirm(self, name: str) -> Invoice:
        """Let the network confirm what was sent; an invoice that was paid in time is settled."""
        invoice = self.invoice(name)
        late = invoice["status"] == "Expired"
        self._tell("InvoicePaymentSettled", invoice, afterExpiration=late)
        if invoice["status"] == "Processing":
            over = invoice["additionalStatus"] == "PaidOver"
            self._become(invoice, "Settled", manuallyMarked=False, overPaid=over)
        return invoice

    def expire(self, name: str) -> Invoice:
        """Let the time to pay end."""
        partly = self._paid[name] > 0
        return self._become(self.invoice(name), "Expired", partiallyPaid=partly)

    def fail_to_confirm(self, name: str) -> Invoice:
        """Let the time to confirm end."""
        return self._become(self.invoice(name), "Invalid", manuallyMarked=False)

    def mark(self, name: str, status: str) -> Invoice:
        """Let the operator say that an invoice is Settled or Invalid."""
        invoice = self.invoice(name)
        invoice["additionalStatus"] = "Marked"
        return self._become(invoice, status, manuallyMarked=True, overPaid=False)

    def redelivered(self, event: Invoice) -> Invoice:
        """Return an event as it is delivered again."""
        return {**event, "deliveryId": secrets.token_hex(11), "isRedelivery": True}

    def sign(self, body: bytes, secret: str | None = None) -> str:
        """Return the header `BTCPay-Sig` of a body."""
        key = (self.options.webhook_secret if secret is None else secret).encode()
        return "sha256=" + hmac.new(key, body, hashlib.sha256).hexdigest()

    def fail_next(self, status: int = 500, body: str = "{}") -> None:
        """Let the next request fail, or get a strange answer."""
        self.faults.append(Response(body, status, media_type="application/json"))

    def payment_methods(self, name: str) -> list[Invoice]:
        """Return the two ways to pay: on the chain, and by Lightning, which nobody chooses here."""
        paid, due = self._paid[self.invoice(name)["id"]], self.due(name)
        chosen = {
            "paymentMethodId": "BTC-CHAIN",
            "currency": "BTC",
            "rate": str(self.options.rate),
            "paymentMethodPaid": f"{paid:f}",
            "totalPaid": f"{paid:f}",
            "due": f"{due - paid:f}",
            "amount": f"{due:f}",
            "payments": [],
            "activated": True,
        }
        other = {"paymentMethodId": "BTC-LN", "paymentMethodPaid": "0.0", "activated": False}
        return [chosen, {**chosen, **other}]

    def _become(self, invoice: Invoice, status: str, **facts: bool) -> Invoice:
        invoice["status"] = status
        self._tell(_EVENT_OF[status], invoice, **facts)
        return invoice

    def _tell(self, kind: str, invoice: Invoice, **facts: bool) -> None:
        delivery = secrets.token_hex(11)
        self.events.append(
            {
                "deliveryId": delivery,
                "webhookId": "webhook",
                "originalDeliveryId": delivery,
                "isRedelivery": False,
                "type": kind,
                "timestamp": int(time.time()),
                "storeId": self.options.store,
                "invoiceId": invoice["id"],
                "metadata": invoice["metadata"],
                **facts,
            }
        )


class _Api:
    """The routes of the Greenfield API that a shop needs."""

    def __init__(self, btcpay: StandInBTCPay) -> None:
        self._btcpay = btcpay

    def guarded(self, answer: Callable[[Request, bytes], Any]) -> Callable[..., Any]:
        """Return the endpoint of an answer, which only the key of the store opens."""

        async def endpoint(request: Request) -> Response:
            self._btcpay.requests.append(f"{request.method} {request.url.path}")
            if self._btcpay.faults:
                return self._btcpay.faults.popleft()
            if request.headers.get("authorization") != f"token {self._btcpay.options.key}":
                return _refused(401, "unauthenticated")
            if request.path_params["store"] != self._btcpay.options.store:
                return _refused(404, "store-not-found")
            try:
                found = answer(request, await request.body())
            except NoSuchInvoiceError:
                return _refused(404, "invoice-not-found")
            return found if isinstance(found, Response) else JSONResponse(found)

        return endpoint

    def create(self, request: Request, body: bytes) -> Invoice | Response:
        """Make an invoice."""
        wanted = orjson.loads(body)
        amount = wanted.get("amount")
        if not isinstance(amount, str) or not wanted.get("currency") or set(wanted) - _WANTED:
            return _refused(422, "validation-error")
        if -int(Decimal(amount).as_tuple().exponent) > _MOST_MAJOR_DIGITS or Decimal(amount) <= 0:
            return _refused(422, "validation-error")
        return self._btcpay.create(wanted, str(request.base_url).rstrip("/"))

    def listed(self, request: Request, _: bytes) -> list[Invoice]:
        """List invoices, the newest first."""
        query = request.query_params
        orders, states = query.getlist("orderId"), query.getlist("status")
        since, skip = int(query.get("startDate", 0)), int(query.get("skip", 0))
        found = [
            invoice
            for invoice in reversed(self._btcpay.invoices.values())
            if (not orders or invoice["metadata"].get("orderId") in orders)
            and (not states or invoice["status"] in states)
            and invoice["createdTime"] >= since
        ]
        return found[skip : skip + int(query.get("take", _ORDINARY_PAGE))]

    def one(self, request: Request, _: bytes) -> Invoice:
        """Return an invoice."""
        return self._btcpay.invoice(request.path_params["invoice"])

    def payment_methods(self, request: Request, _: bytes) -> list[Invoice]:
        """Return what came, by the ways it came."""
        return self._btcpay.payment_methods(request.path_params["invoice"])


def _refused(status: int, code: str) -> Response:
    return JSONResponse({"code": code, "message": code.replace("-", " ")}, status)


def build_btcpay_server(
    options: BTCPayOptions | None = None, environment: Environment | None = None
) -> Starlette:
    """Return the server as an ASGI application; `app.state.btcpay` is its StandInBTCPay.

    Raises StandInRefusedError in production.
    """
    refuse_in_production(environment)
    btcpay = StandInBTCPay(options or BTCPayOptions())
    api = _Api(btcpay)
    base = "/api/v1/stores/{store}/invoices"
    app = Starlette(
        routes=[
            Route(base, api.guarded(api.create), methods=["POST"]),
            Route(base, api.guarded(api.listed), methods=["GET"]),
            Route(base + "/{invoice}", api.guarded(api.one), methods=["GET"]),
            Route(base + "/{invoice}/payment-methods", api.guarded(api.payment_methods)),
        ]
    )
    app.state.btcpay = btcpay
    return app
