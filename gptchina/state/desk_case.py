"""One purchase on the administrators' desk, and the refund of it."""

from __future__ import annotations

import secrets

import reflex as rx

from gptchina.domain import payments
from gptchina.domain.errors import DomainError, NotSignedInError
from gptchina.domain.threads import in_thread

from . import arguments
from .desk_views import (
    BuyerView,
    DeskPurchaseView,
    EntryView,
    EventView,
    RefundView,
    buyer_view,
    desk_purchase_view,
    entry_views,
    event_views,
    refund_views,
)
from .feedback import message_of, report, tell
from .session import identify
from .views import WrongFieldView

PREFIX = "/admin/purchases/"


class DeskCaseState(rx.State):
    """The purchase at the page's address, with all that happened to it."""

    purchase: DeskPurchaseView = DeskPurchaseView()
    buyer: BuyerView = BuyerView()
    entries: list[EntryView] = []
    events: list[EventView] = []
    refunds: list[RefundView] = []
    missing: bool = False
    refunding: bool = False
    busy: bool = False
    # An answer is out: only the very same refund may be asked for again.
    unanswered: bool = False
    wrong: WrongFieldView = WrongFieldView()

    # Made when the dialog opens: however often it is confirmed, money goes back once.
    _attempt: str = ""

    @rx.event
    async def load(self) -> None:
        """Fetch the purchase that the address names."""
        self.reset()
        await self._load()

    @rx.event
    async def follow(self) -> None:
        """Fetch it again, since payments change by themselves."""
        if self.purchase.id:
            await self._load()

    @rx.event
    def ask_refund(self) -> None:
        """Open the dialog, for one refund."""
        self._attempt = secrets.token_urlsafe(16)
        self.refunding, self.unanswered, self.wrong = True, False, WrongFieldView()

    @rx.event
    def cancel_refund(self) -> None:
        """Close the dialog."""
        self.refunding = False

    @rx.event(background=True)
    async def refund(self, form: dict[str, str]) -> rx.event.EventSpec | None:
        """Give money back: `amount` as typed, and the `reason`."""
        async with self:
            if self.busy or not self.refunding:
                return None
            self.busy, self.wrong = True, WrongFieldView()
        try:
            identity = await identify(self)
            amount = payments.minor_units(
                arguments.form_text(form, "amount"), self.purchase.currency
            )
            reason = arguments.form_text(form, "reason")
            payment_id = arguments.number(self.purchase.id)
            refunded = await payments.refund(
                identity.account_id, payment_id, amount, reason, self._attempt
            )
        except DomainError as error:
            async with self:
                return await self._refuse(error)
        else:
            async with self:
                self.refunding = False
                await tell(self, "The refund of {number} was sent.", number=refunded.number)
        finally:
            async with self:
                self.busy = False
                await self._load()
        return None

    async def _refuse(self, error: DomainError) -> rx.event.EventSpec | None:
        if isinstance(error, NotSignedInError):
            return await report(self, error)
        self.unanswered = isinstance(error, payments.PaymentUnavailableError)
        if not self.unanswered:
            # What was refused is over; what is asked next is another refund.
            self._attempt = secrets.token_urlsafe(16)
        self.wrong = WrongFieldView(error.field or "", message_of(error), error.params)
        return None

    async def _load(self) -> None:
        path = self.router.url.path.rstrip("/")
        try:
            identity = await identify(self)
            payment_id = arguments.number(path.removeprefix(PREFIX))
            case = await in_thread(payments.purchase_case, identity.account_id, payment_id)
        except NotSignedInError:
            self.reset()
            return
        except DomainError:
            self.reset()
            self.missing = True
            return
        shown = {
            "purchase": desk_purchase_view(case.shown),
            "buyer": buyer_view(case),
            "entries": entry_views(case),
            "events": event_views(case),
            "refunds": refund_views(case),
        }
        # What did not change is not sent again.
        for name, value in shown.items():
            if getattr(self, name) != value:
                setattr(self, name, value)
