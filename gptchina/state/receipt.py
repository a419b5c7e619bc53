"""One receipt, at an address of its own."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Final

import reflex as rx

from gptchina.domain import payments
from gptchina.domain.errors import DomainError, NotSignedInError
from gptchina.domain.threads import in_thread

from . import arguments
from .session import identify

PREFIX = "/receipts/"
# How a state looks: what is settled, what was undone, and what somebody has to look at.
TONES: Final[dict[str, str]] = {
    "succeeded": "ready",
    "disputed": "warning",
    "review": "warning",
}


@dataclass(frozen=True)
class ReceiptView:
    """A receipt; money in minor units, times in ISO format, names in English to be translated."""

    id: str = ""
    number: str = ""
    paid_at: str = ""
    seller: str = ""
    address: str = ""
    buyer: str = ""
    email: str = ""
    package: str = ""
    tokens: int = 0
    taken_back: int = 0
    amount: int = 0
    refunded: int = 0
    disputed: int = 0
    currency: str = ""
    method: str = ""
    last4: str = ""
    status: str = ""
    tone: str = ""
    reference: str = ""
    receipt_url: str = ""
    test: bool = False


class ReceiptState(rx.State):
    """The receipt at the page's address; an administrator sees anybody's."""

    receipt: ReceiptView = ReceiptView()
    missing: bool = False

    @rx.event
    async def load(self) -> AsyncGenerator[None]:
        """Fetch the receipt that the address names."""
        self.reset()
        yield
        await self._load()

    @rx.event
    async def follow(self) -> None:
        """Fetch it again, because it may have changed."""
        if self.receipt.id:
            await self._load()

    async def _load(self) -> None:
        path = self.router.url.path.rstrip("/")
        try:
            identity = await identify(self)
            payment_id = arguments.number(path.removeprefix(PREFIX))
            found = await in_thread(payments.receipt_of, identity.account_id, payment_id)
        except NotSignedInError:
            self.reset()
        except DomainError:
            self.reset()
            self.missing = True
        else:
            self.receipt = _view(found)


def tone_of(purchase: payments.Purchase) -> str:
    """Return how the state of a purchase looks: "ready", "warning" or "plain"."""
    return TONES.get(payments.state_of(purchase), "plain")


def _view(found: payments.Receipt) -> ReceiptView:
    purchase = found.purchase
    link = purchase.receipt_url
    return ReceiptView(
        id=str(purchase.id),
        number=purchase.number,
        paid_at=found.paid_at.isoformat(),
        seller=found.seller,
        address=found.address,
        buyer=found.buyer,
        email=found.email,
        package=payments.short(purchase.tokens),
        tokens=purchase.tokens,
        taken_back=purchase.taken_back,
        amount=purchase.amount,
        refunded=purchase.refunded,
        disputed=purchase.disputed,
        currency=purchase.currency,
        method=payments.method_name(purchase),
        last4=purchase.last4,
        status=payments.status_name(purchase),
        tone=tone_of(purchase),
        reference=found.reference,
        receipt_url=link if link.startswith(("https://", "http://")) else "",
        test=found.test,
    )
