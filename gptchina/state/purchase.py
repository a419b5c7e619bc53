"""Buying a package: the choice, the payment, and what became of it."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Final

import reflex as rx

from gptchina.domain import accounts, clock, payments
from gptchina.domain.errors import DomainError, NotFoundError, NotSignedInError
from gptchina.domain.threads import in_thread

from . import arguments
from .feedback import MESSAGES, message_of, report
from .purchase_history import PurchaseHistoryState
from .purchase_views import (
    IntentView,
    PackageView,
    PurchaseView,
    RefusedView,
    StoreView,
    purchase_view,
)
from .session import identify
from .store import store_for
from .wallet import WalletState

# What the page shows of an order that the buyer cannot pay, or not now.
STEPS: Final[dict[str, str]] = {
    "processing": "processing",
    "succeeded": "waiting",
    "canceled": "canceled",
    "refunded": "done",
    "disputed": "done",
    "review": "review",
}
LATEST = 5
# A receipt of before is put away when somebody comes to buy; one of just now stays.
JUST_NOW = timedelta(minutes=2)


class PurchaseState(rx.State):
    """One purchase at a time in a tab; nothing that was chosen is lost on the way.

    `step` is "choose", "pay" (the form), "waiting" (paid, as the browser says), "processing",
    "done" (the tokens are in the ledger), "canceled" or "review".
    """

    step: str = "choose"
    store: StoreView = StoreView()
    packages: list[PackageView] = []
    chosen: str = ""
    way: str = ""
    due: PackageView = PackageView()
    intent: IntentView = IntentView()
    order: PurchaseView = PurchaseView()
    refused: RefusedView = RefusedView()
    busy: bool = False

    # Made when the buyer decides to pay: all that is pressed after that is the same order.
    _attempt: str = ""
    _wanted: tuple[str, str] = ("", "")
    _payment_id: int = 0

    @rx.event
    async def load(self) -> rx.event.EventSpec | None:
        """Fetch what is for sale, and take up what is being paid."""
        try:
            identity = await identify(self)
        except NotSignedInError:
            self.reset()
            return None
        await self._load_store(identity)
        if self.step == "done" and _is_old(self.order):
            self._restart()
        if not self._payment_id:
            latest = await in_thread(payments.purchases, identity.account_id, None, LATEST)
            pending = [each for each in latest if each.status == "processing"]
            if pending:
                self._payment_id = pending[0].id
                self._show(pending[0])
        return PurchaseState.refresh if self._payment_id else None  # pyright: ignore[reportReturnType]

    @rx.event
    def choose(self, package_id: str) -> None:
        """Choose a package."""
        if self.step == "choose" and package_id in [package.id for package in self.packages]:
            self.chosen = package_id
            self.refused = RefusedView()

    @rx.event
    def choose_way(self, way: str) -> None:
        """Choose how to pay."""
        if self.step == "choose" and way in self.store.ways:
            self.way = way
            self.refused = RefusedView()

    @rx.event(background=True)
    async def purchase(self) -> rx.event.EventSpec | None:
        """Go on to pay for what is chosen; what was begun for something else is given up."""
        async with self:
            if self.busy or self.step != "choose" or not self.chosen:
                return None
            self.busy, self.refused = True, RefusedView()
            wanted = (self.chosen, self.way)
            given_up = self._payment_id if wanted != self._wanted else 0
        try:
            identity = await identify(self)
            if given_up:
                ended = await payments.cancel(identity.account_id, given_up)
                async with self:
                    if ended.status != "canceled":
                        # Paid meanwhile, or on its way: a second payment would be one too many.
                        self._show(ended, back=True)
                        return None
            async with self:
                attempt = self._want(wanted)
            if wanted[1] == "bitcoin":
                return await self._go_away(identity.account_id, attempt)
        except DomainError as error:
            async with self:
                return await self._refuse(error)
        finally:
            async with self:
                self.busy = False
        return None

    @rx.event
    def back(self) -> None:
        """Return to the choice, which is kept."""
        if self.step == "pay":
            self.step, self.refused = "choose", RefusedView()

    @rx.event(background=True)
    async def need_intent(self) -> rx.event.EventSpec | None:
        """Open the payment, for the form whose buyer presses Pay; again is the same payment."""
        async with self:
            if self.step != "pay":
                return None
            (package_id, way), attempt = self._wanted, self._attempt
        try:
            identity = await identify(self)
            checkout = await payments.begin(identity.account_id, package_id, attempt, way)
        except DomainError as error:
            async with self:
                return await self._refuse_intent(error)
        async with self:
            if attempt == self._attempt:
                self._payment_id = checkout.payment_id
                self.intent = IntentView(self.intent.turn + 1, checkout.client_secret)
        return None

    @rx.event(background=True)
    async def confirmed(self) -> list[rx.event.EventSpec]:
        """Take the browser's word that it is paid as a reason to look."""
        async with self:
            if self.step == "pay" and self._payment_id:
                self.step, self.refused = "waiting", RefusedView()
        return await self._follow()

    @rx.event(background=True)
    async def returned(self, reference: str) -> list[rx.event.EventSpec]:
        """Show how the payment stands whose buyer comes back from a page of a bank or a wallet."""
        try:
            identity = await identify(self)
            given = arguments.text(reference)
            if given.isdecimal():
                found = await payments.refresh(identity.account_id, arguments.number(given))
            else:
                found = await payments.returned(identity.account_id, given)
        except DomainError:
            # Somebody else's, or nobody's: there is nothing to show.
            return []
        async with self:
            if found.id != self._payment_id:
                self._restart()
                self._payment_id, self.chosen = found.id, found.package_id
            return self._show(found, back=True)

    @rx.event(background=True)
    async def refresh(self) -> list[rx.event.EventSpec]:
        """Look how the payment stands."""
        return await self._follow()

    @rx.event
    def restart(self) -> None:
        """Begin another purchase; the choice is kept."""
        self._restart()

    @rx.event
    def left(self) -> None:
        """Put a receipt away that was seen."""
        if self.step == "done":
            self._restart()

    async def _load_store(self, identity: accounts.Identity) -> None:
        self.store, self.packages = await in_thread(store_for, identity)
        if self.chosen not in {package.id for package in self.packages}:
            popular = payments.popular_package()
            self.chosen = popular.id if popular else ""
        if self.way not in self.store.ways:
            self.way = next(iter(self.store.ways), "")

    def _want(self, wanted: tuple[str, str]) -> str:
        """Show the form for a package and a way; return the attempt that pays for it."""
        if wanted != self._wanted or not self._attempt:
            self._attempt, self._wanted = secrets.token_urlsafe(16), wanted
            self._payment_id = 0
        self.due = next(package for package in self.packages if package.id == wanted[0])
        if wanted[1] != "bitcoin":
            self.step = "pay"
        return self._attempt

    async def _go_away(self, account_id: int, attempt: str) -> rx.event.EventSpec:
        """Open the payment at a page of the provider's, and send the buyer there."""
        async with self:
            package_id, way = self._wanted
        checkout = await payments.begin(account_id, package_id, attempt, way)
        async with self:
            self._payment_id, self.step = checkout.payment_id, "waiting"
        return rx.redirect(checkout.url)

    async def _follow(self) -> list[rx.event.EventSpec]:
        async with self:
            payment_id = self._payment_id
        if not payment_id:
            return []
        try:
            identity = await identify(self)
            found = await payments.refresh(identity.account_id, payment_id)
        except (NotSignedInError, NotFoundError):
            return []
        async with self:
            return self._show(found) if self._payment_id == payment_id else []

    def _show(self, found: payments.Purchase, *, back: bool = False) -> list[rx.event.EventSpec]:
        """Show how an order stands; `back` if its buyer has just come back from paying it.

        Returns what else the page has to show anew. A page that has only just come up may not
        listen yet when the tokens arrive.
        """
        arrived = found.credited and not self.order.credited
        self.order = purchase_view(found)
        if found.credited:
            self.step = "done"
        elif found.status in STEPS:
            self.step = STEPS[found.status]
        elif back or (found.status == "failed" and self.step in {"waiting", "processing"}):
            code = "payment_failed" if found.status == "failed" else "payment_unfinished"
            self.refused = RefusedView(MESSAGES[code])
            self.step = "pay" if self._attempt and self.store.loaded else "choose"
        return [WalletState.load, PurchaseHistoryState.follow] if arrived else []  # pyright: ignore[reportReturnType]

    async def _refuse(self, error: DomainError) -> rx.event.EventSpec | None:
        if isinstance(error, NotSignedInError):
            return await report(self, error)
        self.refused = RefusedView(message_of(error), error.params)
        return None

    async def _refuse_intent(self, error: DomainError) -> rx.event.EventSpec | None:
        if isinstance(error, NotSignedInError):
            return await report(self, error)
        self.intent = IntentView(self.intent.turn + 1, "", message_of(error), error.params)
        if not isinstance(error, payments.AttemptOverError):
            return None
        if self._payment_id:
            # It was paid or given up elsewhere: that is shown instead of the form.
            return PurchaseState.refresh  # pyright: ignore[reportReturnType]
        self._attempt = secrets.token_urlsafe(16)
        return None

    def _restart(self) -> None:
        self._attempt, self._wanted, self._payment_id = "", ("", ""), 0
        self.step, self.order, self.refused = "choose", PurchaseView(), RefusedView()


def _is_old(order: PurchaseView) -> bool:
    credited = order.credited_at
    return not credited or clock.now() - datetime.fromisoformat(credited) > JUST_NOW
