"""Redeeming a code for tokens."""

from __future__ import annotations

from collections.abc import AsyncGenerator

import reflex as rx

from gptchina.domain import codes
from gptchina.domain.errors import DomainError, NotSignedInError
from gptchina.domain.threads import in_thread
from gptchina.settings import get_settings

from . import arguments
from .feedback import message_of, report
from .session import identify
from .views import WrongFieldView


class RedeemState(rx.State):
    """The field for a code; what was typed stays until it worked."""

    open: bool = False
    busy: bool = False
    redeemed: int = 0
    # Counts what worked, by which the page knows to empty the field.
    done: int = 0
    wrong: WrongFieldView = WrongFieldView()

    @rx.event
    def load(self) -> None:
        """Forget what was redeemed before, and find out whether codes are taken here."""
        self.reset()
        self.open = get_settings().allow_codes

    @rx.event
    async def redeem(self, form: dict[str, str]) -> AsyncGenerator[rx.event.EventSpec | None]:
        """Redeem the `code` of a form."""
        self.busy, self.redeemed, self.wrong = True, 0, WrongFieldView()
        yield
        try:
            identity = await identify(self)
            typed = arguments.form_text(form, "code")
            self.redeemed = await in_thread(codes.redeem, identity.account_id, typed)
            self.done += 1
        except NotSignedInError as error:
            yield await report(self, error)
        except DomainError as error:
            self.wrong = WrongFieldView(error.field or "", message_of(error), error.params)
        finally:
            self.busy = False
