"""A payment provider in memory: does what it is told, and tells the truth when asked."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from gptchina.domain import clock
from gptchina.providers.payments import (
    Method,
    Notice,
    Opened,
    PaymentFailure,
    PaymentProviderError,
    Truth,
    TruthStatus,
)

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from datetime import datetime

LIVE_REFUNDS = ("succeeded", "pending")
HELD_BACK = ("needs_response", "lost")


@dataclass
class Taken:
    """A payment as the till knows it."""

    reference: str
    payment_id: int | None
    key: str
    amount: int
    currency: str
    status: TruthStatus = "open"
    received: int = 0
    failure: str = ""
    refunds: dict[str, list] = field(default_factory=dict)
    disputes: dict[str, list] = field(default_factory=dict)
    created_at: datetime | None = None

    @property
    def refunded(self):
        return sum(amount for amount, state in self.refunds.values() if state in LIVE_REFUNDS)

    @property
    def disputed(self):
        return sum(amount for amount, state in self.disputes.values() if state in HELD_BACK)


class Till:
    """Implements PaymentProvider; `before_truth` runs between reading the truth and telling it."""

    name = "stripe"
    live = False
    can_refund = True
    listens = True

    def __init__(self):
        self.taken: dict[str, Taken] = {}
        self.by_key: dict[str, str] = {}
        self.told: list[Notice] = []
        self.asked = 0
        self.fails: PaymentFailure | None = None
        self.before_truth: Callable[[], Awaitable[object]] | None = None
        self._numbers = itertools.count(1)

    def _answer(self):
        if self.fails:
            raise PaymentProviderError(self.fails, "as told")

    async def open(self, order):
        self._answer()
        if order.key not in self.by_key:
            reference = f"pi_{id(self):x}_{next(self._numbers)}"
            self.by_key[order.key] = reference
            self.taken[reference] = Taken(
                reference, order.payment_id, order.key, order.amount, order.currency
            )
            self.taken[reference].created_at = clock.now()
        return await self.reopen(self.by_key[order.key])

    async def reopen(self, reference):
        self._answer()
        return Opened(reference, f"{reference}_secret_x")

    async def truth(self, reference):
        self.asked += 1
        self._answer()
        if reference not in self.taken:
            raise PaymentProviderError(PaymentFailure.NOT_FOUND)
        taken = self.taken[reference]
        truth = Truth(
            reference=reference,
            payment_id=taken.payment_id,
            key=taken.key,
            status=taken.status,
            amount=taken.amount,
            received=taken.received,
            currency=taken.currency,
            refunded=taken.refunded,
            disputed=taken.disputed,
            failure=taken.failure,
            method=Method("card", "visa", "4242") if taken.received else Method(),
            receipt_url="https://pay.example.com/receipt" if taken.received else "",
            created_at=taken.created_at,
        )
        if self.before_truth:
            hook, self.before_truth = self.before_truth, None
            await hook()
        return truth

    async def cancel(self, reference):
        self._answer()
        taken = self.taken[reference]
        if taken.status != "open":
            return False
        taken.status = "canceled"
        return True

    async def refund(self, reference, amount, key, reason):
        self._answer()
        taken = self.taken[reference]
        if amount > taken.received - taken.refunded:
            raise PaymentProviderError(PaymentFailure.REFUSED)
        return self.give_back(reference, amount, key)

    def read(self, body, headers):
        raise NotImplementedError

    def concerns(self, notice):
        return notice.kind != "payment_intent.created"

    async def reference_of(self, notice):
        self._answer()
        return notice.object_id

    async def notices_since(self, since):
        self._answer()
        for notice in reversed(self.told):
            if notice.happened_at >= since:
                yield notice

    async def paid_since(self, since):
        self._answer()
        for taken in list(self.taken.values()):
            if taken.status == "succeeded" and taken.created_at >= since:
                yield taken.reference

    async def aclose(self):
        pass

    # What happens at the till.

    def tell(self, reference, kind="payment_intent.succeeded"):
        """Return the notice of what has happened to a payment."""
        notice = Notice(
            id=f"evt_{id(self):x}_{next(self._numbers)}",
            kind=kind,
            object_id=reference,
            object_kind="payment_intent",
            reference=reference,
            happened_at=clock.now(),
            live=False,
        )
        self.told.append(notice)
        return notice

    def pay(self, reference, received=None):
        taken = self.taken[reference]
        taken.received = taken.amount if received is None else received
        taken.status, taken.failure = "succeeded", ""
        return self.tell(reference)

    def decline(self, reference, code="card_declined"):
        self.taken[reference].failure = code
        return self.tell(reference, "payment_intent.payment_failed")

    def give_back(self, reference, amount, name=None, state="succeeded"):
        name = name or f"re_{next(self._numbers)}"
        self.taken[reference].refunds.setdefault(name, [amount, state])
        return name

    def dispute(self, reference, amount, state="needs_response"):
        name = f"du_{next(self._numbers)}"
        self.taken[reference].disputes[name] = [amount, state]
        return name
