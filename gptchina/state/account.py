"""The settings page: what people change about their account, and the devices signed in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import reflex as rx

from gptchina.domain import accounts
from gptchina.domain.errors import DomainError, NotSignedInError
from gptchina.domain.threads import in_thread

from . import arguments
from .feedback import message_of, report
from .session import identify
from .views import DeviceView, Params

Form = dict[str, str]


class AccountState(rx.State):
    """One error at a time, next to the field it belongs to; what was typed stays."""

    devices: list[DeviceView] = []
    saved: str = ""
    error_form: str = ""
    error_field: str = ""
    error_message: str = ""
    error_params: Params = {}

    @rx.event
    async def load(self) -> None:
        """Fetch the devices and forget what the forms said."""
        self.reset()
        try:
            identity = await identify(self)
        except NotSignedInError:
            return
        await self._load_devices(identity)

    @rx.event
    async def change_name(self, form: Form) -> rx.event.EventSpec | None:
        """Rename the account."""
        return await self._change("name", form, accounts.change_name, "name")

    @rx.event
    async def change_email(self, form: Form) -> rx.event.EventSpec | None:
        """Change the address one logs in with."""
        return await self._change("email", form, accounts.change_email, "email", "password")

    @rx.event
    async def change_password(self, form: Form) -> rx.event.EventSpec | None:
        """Change the password, which logs every other device out."""

        def change(account_id: int, old: str, new: str) -> None:
            accounts.change_password(account_id, identity.session_id, old, new)

        try:
            identity = await identify(self)
        except NotSignedInError as error:
            return await report(self, error)
        outcome = await self._change("password", form, change, "password", "new_password")
        await self._load_devices(identity)
        return outcome

    @rx.event
    async def end_device(self, device_id: str) -> rx.event.EventSpec | None:
        """Log one device out."""
        try:
            identity = await identify(self)
            session_id = arguments.number(device_id)
            await in_thread(accounts.end, identity.account_id, session_id)
            await self._load_devices(await identify(self))
        except DomainError as error:
            return await report(self, error)
        return None

    @rx.event
    async def end_all_devices(self) -> rx.event.EventSpec | None:
        """Log every device out, this one too."""
        try:
            identity = await identify(self)
            await in_thread(accounts.end_all, identity.account_id)
        except DomainError as error:
            return await report(self, error)
        return rx.redirect("/login")

    @rx.event
    async def delete_account(self, form: Form) -> rx.event.EventSpec | None:
        """Delete the account for good."""
        outcome = await self._change("delete", form, accounts.delete_account, "password")
        return rx.redirect("/login") if self.saved == "delete" else outcome

    async def _change(
        self, form_name: str, form: object, use_case: Callable[..., Any], *fields: str
    ) -> rx.event.EventSpec | None:
        """Call a use case with the fields of a form, and say next to the form how it went."""
        self.saved, self.error_form = "", ""
        try:
            identity = await identify(self)
            values = [arguments.form_text(form, name) for name in fields]
            await in_thread(use_case, identity.account_id, *values)
        except NotSignedInError as error:
            return await report(self, error)
        except DomainError as error:
            self.error_form, self.error_field = form_name, error.field or ""
            self.error_message, self.error_params = message_of(error), error.params
            return None
        self.saved = form_name
        return None

    async def _load_devices(self, identity: accounts.Identity) -> None:
        devices = await in_thread(accounts.devices, identity.account_id, identity.session_id)
        self.devices = [
            DeviceView(
                id=str(device.id),
                browser=device.browser,
                address=device.address,
                last_seen=device.seen_at.isoformat(),
                current=device.current,
            )
            for device in devices
        ]
