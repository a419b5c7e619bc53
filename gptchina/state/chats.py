"""The list of chats, with renaming and deleting."""

from __future__ import annotations

from datetime import datetime, timedelta

import reflex as rx

from gptchina.domain import accounts, chat, clock
from gptchina.domain.days import day_of
from gptchina.domain.errors import DomainError, NotSignedInError
from gptchina.domain.spending import own_zone
from gptchina.domain.threads import in_thread

from . import arguments
from .chat import ChatState
from .feedback import report
from .session import identify
from .views import ChatView

_AGES = ((0, "today"), (1, "yesterday"), (7, "week"), (30, "month"))


def age_of(updated_at: datetime, now: datetime, zone: str) -> str:
    """Return the group of a chat in the list, by the days since it was last used in a time zone."""
    where = own_zone(zone)
    days = (day_of(now, where) - day_of(updated_at, where)) // timedelta(days=1)
    return next((age for most, age in _AGES if days <= most), "older")


class ChatsState(rx.State):
    """The account's conversations, the latest first, and which of them are being answered."""

    chats: list[ChatView] = []
    running: list[str] = []
    loaded: bool = False
    renaming: str = ""
    deleting: str = ""

    @rx.event
    async def load(self) -> None:
        """Fetch the list."""
        try:
            identity = await identify(self)
        except NotSignedInError:
            self.reset()
            return
        await self._load(identity)

    @rx.event
    async def begin_rename(self, chat_id: str) -> rx.event.EventSpec | None:
        """Open the dialog that renames a chat."""
        return await self._point("renaming", chat_id)

    @rx.event
    def cancel_rename(self) -> None:
        """Close the dialog."""
        self.renaming = ""

    @rx.event
    async def rename(self, form: dict[str, str]) -> rx.event.EventSpec | None:
        """Give the chat the title that was typed."""
        try:
            identity = await identify(self)
            title = arguments.form_text(form, "title")
            await in_thread(chat.rename, identity.account_id, self.renaming, title)
        except DomainError as error:
            return await report(self, error)
        self.renaming = ""
        await self._load(identity)
        return None

    @rx.event
    async def ask_delete(self, chat_id: str) -> rx.event.EventSpec | None:
        """Open the dialog that asks whether a chat shall be deleted."""
        return await self._point("deleting", chat_id)

    @rx.event
    def cancel_delete(self) -> None:
        """Close the dialog."""
        self.deleting = ""

    @rx.event
    async def confirm_delete(self) -> rx.event.EventSpec | None:
        """Delete the chat; an answer on its way is stopped first."""
        deleted, self.deleting = self.deleting, ""
        try:
            identity = await identify(self)
            await chat.discard(identity.account_id, deleted)
        except DomainError as error:
            return await report(self, error)
        await self._load(identity)
        # A chat that was begun on this page is open there, whatever address the server knows.
        open_chat = await self.get_state(ChatState)
        if open_chat.conversation != deleted:
            return None
        return ChatState.new_chat()  # pyright: ignore[reportReturnType]

    async def _point(self, name: str, chat_id: object) -> rx.event.EventSpec | None:
        try:
            setattr(self, name, arguments.text(chat_id))
        except DomainError as error:
            return await report(self, error)
        return None

    async def _load(self, identity: accounts.Identity) -> None:
        now, zone = clock.now(), identity.time_zone
        rows = await in_thread(chat.list_chats, identity.account_id)
        chats = [ChatView(row.id, row.title, age_of(row.updated_at, now, zone)) for row in rows]
        # A var is sent whole: an answer that begins or ends must not send the list again.
        if chats != self.chats:
            self.chats = chats
        self.running = [row.id for row in rows if row.running]
        self.loaded = True
