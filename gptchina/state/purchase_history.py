"""The account's purchases, the latest first."""

from __future__ import annotations

import reflex as rx

from gptchina.domain import payments
from gptchina.domain.errors import NotSignedInError
from gptchina.domain.threads import in_thread

from .purchase_views import PurchaseView, purchase_view
from .session import identify

PAGE = 10
# As much as one list shows, however often more is asked for.
MOST = 200


class PurchaseHistoryState(rx.State):
    """What the history shows; status is "loading", "failed" or "loaded"."""

    purchases: list[PurchaseView] = []
    status: str = "loading"
    more: bool = False

    @rx.event
    async def load(self) -> None:
        """Fetch the latest purchases."""
        await self._load()

    @rx.event
    async def follow(self) -> None:
        """Fetch again what is shown, if anything is: one of them has changed."""
        if self.status != "loading":
            await self._load()

    @rx.event
    async def load_more(self) -> None:
        """Fetch the purchases before those that are shown."""
        if not self.more or len(self.purchases) >= MOST:
            return
        found = await self._fetch(int(self.purchases[-1].id), PAGE)
        if found is not None:
            self.purchases = [*self.purchases, *found]

    async def _load(self) -> None:
        found = await self._fetch(None, max(PAGE, min(len(self.purchases), MOST)))
        if found is not None:
            self.purchases = found

    async def _fetch(self, before: int | None, count: int) -> list[PurchaseView] | None:
        try:
            identity = await identify(self)
            # One more than is shown tells whether there are more.
            found = await in_thread(payments.purchases, identity.account_id, before, count + 1)
        except NotSignedInError:
            self.reset()
            return None
        except Exception:
            self.status = "failed"
            raise
        self.status, self.more = "loaded", len(found) > count
        return [purchase_view(purchase) for purchase in found[:count]]
