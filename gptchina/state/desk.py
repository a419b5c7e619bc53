"""The administrators' list of everybody's purchases."""

from __future__ import annotations

import reflex as rx

from gptchina.domain import payments
from gptchina.domain.errors import DomainError, NotAllowedError, NotSignedInError
from gptchina.domain.threads import in_thread

from . import arguments
from .desk_views import DeskPurchaseView, desk_purchase_view
from .feedback import report
from .session import identify

PAGE = 10
# Followed and fetched again at once; whoever looks for more searches.
MOST = 200


class DeskState(rx.State):
    """What was searched for, and what was found: what needs somebody first."""

    purchases: list[DeskPurchaseView] = []
    text: str = ""
    status: str = ""
    more: bool = False
    loaded: bool = False

    # The last one found, from which on there may be more.
    _last: payments.Purchase | None = None

    @rx.event
    async def load(self) -> rx.event.EventSpec | None:
        """Fetch the first purchases."""
        self.reset()
        return await self._search()

    @rx.event
    async def find(self, form: dict[str, str]) -> rx.event.EventSpec | None:
        """Search for the text of a form, within the status that is chosen."""
        try:
            self.text = arguments.form_text(form, "text")
        except DomainError as error:
            return await report(self, error)
        return await self._search()

    @rx.event
    async def choose_status(self, status: str) -> rx.event.EventSpec | None:
        """Show the purchases of a status, "" for all."""
        try:
            self.status = arguments.text(status)
        except DomainError as error:
            return await report(self, error)
        return await self._search()

    @rx.event
    async def load_more(self) -> rx.event.EventSpec | None:
        """Fetch those after the last one shown."""
        if not self.more or len(self.purchases) >= MOST:
            return None
        return await self._search(after=self._last)

    @rx.event
    async def follow(self) -> rx.event.EventSpec | None:
        """Fetch again what is shown, since payments change by themselves."""
        if not self.loaded:
            return None
        return await self._search(count=max(PAGE, len(self.purchases)))

    async def _search(
        self, *, after: payments.Purchase | None = None, count: int = PAGE
    ) -> rx.event.EventSpec | None:
        try:
            identity = await identify(self)
            # One more than is shown tells whether there are more.
            found = await in_thread(
                payments.everybodys_purchases,
                identity.account_id,
                text=self.text,
                status=self.status,
                after=after,
                limit=count + 1,
            )
        except (NotSignedInError, NotAllowedError):
            self.reset()
            return None
        except DomainError as error:
            self.text, self.status = "", ""
            return await report(self, error)
        shown = [desk_purchase_view(each) for each in found[:count]]
        listed = [*self.purchases, *shown] if after else shown
        # What did not change is not sent again.
        if (self.loaded, self.purchases) != (True, listed):
            self.purchases, self.loaded = listed, True
        self.more = len(found) > count
        if shown:
            self._last = found[len(shown) - 1].purchase
        return None
