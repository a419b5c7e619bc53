"""What the program asks of whoever takes payments; money is in minor units of a currency."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping
    from datetime import datetime

# open: the buyer has not finished, and can try again. processing: the money is on its way.
# partly: less or more came than was asked for.
TruthStatus = Literal["open", "processing", "succeeded", "partly", "canceled"]


class PaymentFailure(StrEnum):
    """Why a provider did not do what it was asked."""

    UNAVAILABLE = "payment_unavailable"
    REFUSED = "payment_refused"
    NOT_FOUND = "payment_not_found"


class PaymentProviderError(Exception):
    """A provider did not do what it was asked; `detail` is for the log alone."""

    def __init__(self, code: PaymentFailure, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else str(code))
        self.code = code
        self.detail = detail


class SignatureError(Exception):
    """A webhook's body was not signed by the provider, or too long ago."""


class MalformedNoticeError(Exception):
    """A webhook's body was signed by the provider, but is no event of the form we know."""


@dataclass(frozen=True)
class OpenOrder:
    """What the provider needs to know to take a payment.

    Attributes:
        payment_id: our own number, which the provider keeps with the payment, as it does the key.
        account_id: the buyer's number, kept with it for the operator's eyes.
        amount: what is to be paid.
        currency: ISO code in lower case.
        description: what is bought, for statements.
        key: the idempotency key: asked twice with it, the provider opens one payment.
        crypto: whether to take stablecoins only.
        return_url: where the buyer comes back to from a page of the provider.
    """

    payment_id: int
    account_id: int
    amount: int
    currency: str
    description: str
    key: str
    crypto: bool = False
    return_url: str = ""


@dataclass(frozen=True)
class Opened:
    """A payment at the provider: a secret for the page's form, or an address to go to."""

    reference: str
    client_secret: str = ""
    url: str = ""


@dataclass(frozen=True)
class Method:
    """How it was paid: kind such as "card" or "alipay", a card's brand and last four digits."""

    kind: str = ""
    brand: str = ""
    last4: str = ""


@dataclass(frozen=True)
class Truth:
    """What the provider holds true of a payment now.

    Attributes:
        reference: the provider's name of the payment.
        payment_id: our own number as the provider kept it; None if it has none.
        key: the key it was opened with as the provider kept it; tells whose number that is.
        status: see TruthStatus.
        amount: what was asked for.
        received: what was paid.
        currency: ISO code in lower case.
        refunded: what was given back, refunds on their way included, failed ones not.
        disputed: what disputes hold back: inquiries and won ones not.
        failure: the provider's code for why the last try failed, "" if it did not.
        method: how it was paid.
        receipt_url: the provider's own receipt.
        created_at: when the payment was opened.
    """

    reference: str
    payment_id: int | None
    status: TruthStatus
    amount: int
    received: int
    currency: str
    refunded: int = 0
    disputed: int = 0
    failure: str = ""
    method: Method = Method()
    receipt_url: str = ""
    created_at: datetime | None = None
    key: str = ""


@dataclass(frozen=True)
class Notice:
    """An event of a provider, come down to what is used of it: which object to look at.

    Attributes:
        id: the provider's id of the event.
        kind: its type, such as "payment_intent.succeeded".
        object_id: the object it is about.
        object_kind: what that is, such as "refund".
        reference: the payment it belongs to, if the event says so; "" if it has to be asked.
        happened_at: when.
        live: whether it is about real money.
    """

    id: str
    kind: str
    object_id: str
    object_kind: str
    reference: str
    happened_at: datetime
    live: bool


class PaymentProvider(Protocol):
    """A vendor of payments. Every method that asks it may raise PaymentProviderError."""

    @property
    def name(self) -> str:
        """Return the name it has in the ledger: "stripe" or "btcpay"."""
        ...

    @property
    def live(self) -> bool:
        """Return whether it moves real money."""
        ...

    @property
    def can_refund(self) -> bool:
        """Return whether it gives money back when asked to."""
        ...

    @property
    def listens(self) -> bool:
        """Return whether it has a secret to verify webhooks with; without, their route is off."""
        ...

    async def open(self, order: OpenOrder) -> Opened:
        """Open a payment, or return the one that the key has opened before."""
        ...

    async def reopen(self, reference: str) -> Opened:
        """Return what the page needs to go on with a payment that is open."""
        ...

    async def truth(self, reference: str) -> Truth:
        """Return what is true of a payment now, refunds and disputes included."""
        ...

    async def cancel(self, reference: str) -> bool:
        """Cancel a payment that is open; return False if it cannot be canceled any more."""
        ...

    async def refund(self, reference: str, amount: int, key: str, reason: str) -> str:
        """Give money back and return the provider's id of the refund."""
        ...

    def read(self, body: bytes, headers: Mapping[str, str]) -> Notice:
        """Return the notice in a webhook's body, its signature verified before it is parsed.

        Raises SignatureError or MalformedNoticeError.
        """
        ...

    def concerns(self, notice: Notice) -> bool:
        """Return whether a notice can change what is true of a payment."""
        ...

    async def reference_of(self, notice: Notice) -> str:
        """Return the payment a notice belongs to, "" if it belongs to none."""
        ...

    def notices_since(self, since: datetime) -> AsyncIterator[Notice]:
        """Return what the provider wanted to tell since then, oldest last."""
        ...

    def paid_since(self, since: datetime) -> AsyncIterator[str]:
        """Return the references of all payments opened since then that were paid."""
        ...

    async def aclose(self) -> None:
        """Close the connections of the running event loop."""
        ...
