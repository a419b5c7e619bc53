"""Who is signed in, as every page needs to know it."""

from __future__ import annotations

import reflex as rx

from gptchina.domain import accounts
from gptchina.domain.errors import DomainError, NotSignedInError
from gptchina.domain.threads import in_thread
from gptchina.settings import get_settings

from .feedback import report


async def identify(state: rx.State) -> accounts.Identity:
    """Return who is signed in, by the session cookie of the browser and the database.

    Asked anew at every event, so that a session that was ended can do nothing more.

    Raises:
        NotSignedInError: nobody.
    """
    token = accounts.session_token(state.router.headers.cookie)
    identity = await in_thread(accounts.resolve, token)
    if identity is None:
        raise NotSignedInError
    return identity


class SessionState(rx.State):
    """The signed-in account, for the page's frame."""

    ready: bool = False
    signed_in: bool = False
    name: str = ""
    email: str = ""
    admin: bool = False
    language: str = ""
    theme: str = ""
    time_zone: str = ""
    registration_open: bool = True

    # Whose data the states of this tab may hold.
    _owner: int = 0

    @rx.event
    async def load(self) -> None:
        """Find out who is signed in, if anybody."""
        await self._load()

    @rx.event
    async def require_account(self) -> rx.event.EventSpec | None:
        """Guard a page for accounts: send a visitor to the log-in page."""
        await self._load()
        return None if self.signed_in else rx.redirect("/login")

    @rx.event
    async def require_visitor(self) -> rx.event.EventSpec | None:
        """Guard a page for visitors: send an account to its chat."""
        await self._load()
        return rx.redirect("/") if self.signed_in else None

    @rx.event
    async def profile_changed(self) -> None:
        """Show what was changed, perhaps in another tab."""
        await self._load()

    @rx.event
    async def set_language(self, language: str) -> rx.event.EventSpec | None:
        """Remember the language for the account; the browser has switched already."""
        try:
            identity = await identify(self)
            await in_thread(accounts.set_language, identity.account_id, language)
        except NotSignedInError:
            return None
        except DomainError as error:
            return await report(self, error)
        self.language = language
        return None

    @rx.event
    async def set_theme(self, theme: str) -> rx.event.EventSpec | None:
        """Remember the theme for the account; the browser has switched already."""
        try:
            identity = await identify(self)
            await in_thread(accounts.set_theme, identity.account_id, theme)
        except NotSignedInError:
            return None
        except DomainError as error:
            return await report(self, error)
        self.theme = theme
        return None

    @rx.event
    async def set_time_zone(self, zone: str) -> None:
        """Remember where the account's days begin, as its browser says."""
        try:
            identity = await identify(self)
            if zone != identity.time_zone:
                await in_thread(accounts.set_time_zone, identity.account_id, zone)
        except DomainError:
            # Nobody asked for it, and a zone that is not known here is no fault of theirs.
            return
        self.time_zone = zone

    async def _load(self) -> None:
        self.registration_open = get_settings().allow_registration
        try:
            identity = await identify(self)
        except NotSignedInError:
            self.reset()
        else:
            self.signed_in = True
            self._owner = identity.account_id
            self.name, self.email = identity.name, identity.email
            self.admin = identity.admin
            self.language, self.theme = identity.language, identity.theme
            self.time_zone = identity.time_zone
        self.ready = True
