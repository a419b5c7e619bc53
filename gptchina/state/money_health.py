"""Whether money is in order, for administrators."""

from __future__ import annotations

import reflex as rx

from gptchina.domain import payments
from gptchina.domain.errors import DomainError, NotAllowedError, NotSignedInError
from gptchina.domain.threads import in_thread

from .desk_views import (
    BrokenView,
    HealthView,
    HearingView,
    broken_views,
    health_view,
    hearing_views,
)
from .feedback import report
from .session import identify


class MoneyHealthState(rx.State):
    """The last check of the ledger, and what it counts."""

    health: HealthView = HealthView()
    broken: list[BrokenView] = []
    hearings: list[HearingView] = []
    checking: bool = False

    @rx.event
    async def load(self) -> None:
        """Fetch the last result."""
        try:
            identity = await identify(self)
            self._show(await in_thread(payments.health_of_money, identity.account_id))
        except (NotSignedInError, NotAllowedError):
            self.reset()

    @rx.event(background=True)
    async def check(self) -> rx.event.EventSpec | None:
        """Check every promise of the ledger now, which reads all of it."""
        async with self:
            if self.checking:
                return None
            self.checking = True
        try:
            identity = await identify(self)
            found = await in_thread(payments.check_now, identity.account_id)
        except DomainError as error:
            async with self:
                return await report(self, error)
        else:
            async with self:
                self._show(found)
        finally:
            async with self:
                self.checking = False
        return None

    def _show(self, found: payments.Health) -> None:
        shown = {
            "health": health_view(found),
            "broken": broken_views(found),
            "hearings": hearing_views(found),
        }
        # What did not change is not sent again.
        for name, value in shown.items():
            if getattr(self, name) != value:
                setattr(self, name, value)
