"""The limit that people set to what they spend in a day."""

from __future__ import annotations

import reflex as rx

from gptchina.domain import spending
from gptchina.domain.errors import DomainError, NotSignedInError
from gptchina.domain.threads import in_thread

from . import arguments
from .feedback import message_of, report
from .session import identify
from .views import WrongFieldView

LONGEST = 16


class SpendingState(rx.State):
    """What is spent today; amounts in tokens, `limit` -1 for none, `starts_anew` an ISO time."""

    loaded: bool = False
    limit: int = -1
    spent: int = 0
    held: int = 0
    left: int = 0
    starts_anew: str = ""
    saved: bool = False
    wrong: WrongFieldView = WrongFieldView()

    @rx.event
    async def load(self) -> None:
        """Fetch the limit and what is spent today."""
        self.reset()
        try:
            identity = await identify(self)
        except NotSignedInError:
            return
        await self._load(identity.account_id)

    @rx.event
    async def set_limit(self, form: dict[str, str]) -> rx.event.EventSpec | None:
        """Set the `limit` of a form; an empty one is none."""
        self.saved, self.wrong = False, WrongFieldView()
        try:
            identity = await identify(self)
            limit = _limit(arguments.form_text(form, "limit"))
            await in_thread(spending.set_limit, identity.account_id, limit)
        except NotSignedInError as error:
            return await report(self, error)
        except DomainError as error:
            self.wrong = WrongFieldView(error.field or "", message_of(error), error.params)
            return None
        self.saved = True
        await self._load(identity.account_id)
        return None

    async def _load(self, account_id: int) -> None:
        found = await in_thread(spending.spending_of, account_id)
        self.limit = -1 if found.limit is None else found.limit
        self.spent, self.held, self.left = found.spent, found.held, found.left
        self.starts_anew = found.starts_anew.isoformat()
        self.loaded = True


def _limit(typed: str) -> int | None:
    """Return the limit that was typed, with or without commas; None if nothing was."""
    digits = typed.strip().replace(",", "").replace("\uff0c", "")
    if not digits:
        return None
    if not (digits.isascii() and digits.isdecimal()) or len(digits) > LONGEST:
        raise spending.InvalidLimitError(field="limit")
    return int(digits)
