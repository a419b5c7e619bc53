"""The usage page: the figures of a period, and the history a page at a time."""

from __future__ import annotations

import reflex as rx

from gptchina.domain import catalog, usage
from gptchina.domain.days import day_from, zone_of
from gptchina.domain.errors import DomainError
from gptchina.domain.threads import in_thread
from gptchina.domain.usage import Bookmark, Filters

from . import arguments
from .feedback import message_of, report
from .session import identify
from .usage_views import entry_view, summary_view
from .views import EntryView, FilterView, Params, SummaryView

DEFAULT_PERIOD = 30


class UsageState(rx.State):
    """What the account has spent and received; the days are those of the reader's device."""

    ready: bool = False
    period: int = DEFAULT_PERIOD
    summary: SummaryView = SummaryView()
    entries: list[EntryView] = []
    more: bool = False
    filter: FilterView = FilterView()
    error: str = ""
    error_params: Params = {}

    _zone: str = ""
    _bookmark: Bookmark | None = None

    @rx.event
    async def show(self, zone: str) -> rx.event.EventSpec | None:
        """Fetch everything for a device in that time zone; a change of the wallet asks again."""
        try:
            identity = await identify(self)
            self._zone = zone_of(zone).key
            await self._load_summary(identity.account_id)
            # Somebody who has read on shall not be thrown back to the beginning.
            if not self.ready or len(self.entries) <= usage.PAGE:
                await self._load_entries(identity.account_id)
        except DomainError as error:
            return await self._refuse(error)
        self.ready = True
        return None

    @rx.event
    async def choose_period(self, days: str) -> rx.event.EventSpec | None:
        """Show the figures of another number of days."""
        before = self.period
        try:
            identity = await identify(self)
            self.period = arguments.number(days)
            await self._load_summary(identity.account_id)
        except DomainError as error:
            self.period = before
            return await report(self, error)
        return None

    @rx.event
    async def narrow(self, form: dict[str, str]) -> rx.event.EventSpec | None:
        """Show the entries that fit `kind`, `first`, `last` and `text` of a form."""
        try:
            identity = await identify(self)
            wanted = ("kind", "first", "last", "text")
            given = FilterView(**{name: arguments.form_text(form, name) for name in wanted})
            await self._load_entries(identity.account_id, given)
        except DomainError as error:
            return await self._refuse(error)
        return None

    @rx.event
    async def show_all(self) -> rx.event.EventSpec | None:
        """Show the entries without any filter."""
        try:
            identity = await identify(self)
            await self._load_entries(identity.account_id, FilterView())
        except DomainError as error:
            return await self._refuse(error)
        return None

    @rx.event
    async def show_more(self) -> rx.event.EventSpec | None:
        """Fetch the entries that follow those that are shown."""
        if not self.more:
            return None
        try:
            identity = await identify(self)
            page = await in_thread(
                usage.history, identity.account_id, self._filters(self.filter), self._bookmark
            )
        except DomainError as error:
            return await report(self, error)
        self._append(self.entries, page)
        return None

    async def _load_summary(self, account_id: int) -> None:
        zone = zone_of(self._zone)
        told = await in_thread(usage.summary, account_id, self.period, zone)
        self.summary = summary_view(told, _names())

    async def _load_entries(self, account_id: int, given: FilterView | None = None) -> None:
        given = given or self.filter
        page = await in_thread(usage.history, account_id, self._filters(given))
        self.filter, self.error = given, ""
        self._append([], page)

    def _append(self, shown: list[EntryView], page: usage.HistoryPage) -> None:
        names = _names()
        self.entries = [*shown, *(entry_view(entry, names) for entry in page.entries)]
        self._bookmark, self.more = page.bookmark, page.bookmark is not None

    def _filters(self, given: FilterView) -> Filters:
        return usage.Filters(
            zone=zone_of(self._zone),
            kind=given.kind,
            first=day_from(given.first),
            last=day_from(given.last),
            text=given.text,
        )

    async def _refuse(self, error: DomainError) -> rx.event.EventSpec | None:
        """Say beside the list why it cannot be shown; what was shown stays."""
        self.error, self.error_params = message_of(error), error.params
        return await report(self, error) if error.code == "not_signed_in" else None


def _names() -> dict[str, str]:
    """Return the names of the offered models; others go by their ids."""
    return {model.id: model.name for model in catalog.offered()}
