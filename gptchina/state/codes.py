"""The administrators' redemption codes: making, seeing and disabling them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import reflex as rx

from gptchina.domain import clock, codes
from gptchina.domain.codes import ListedCode, Wanted
from gptchina.domain.errors import DomainError, NotAllowedError, NotSignedInError
from gptchina.domain.threads import in_thread
from gptchina.settings import get_settings

from . import arguments
from .feedback import message_of, report
from .session import identify
from .views import WrongFieldView

LISTED = 50
LONGEST_DAYS = 36_500


@dataclass(frozen=True)
class CodeView:
    """A code in the list; `state` is "open", "over" or "disabled", times are ISO or ""."""

    id: str
    hint: str
    tokens: int
    uses: int
    most_uses: int
    note: str
    state: str
    expires_at: str


class CodesState(rx.State):
    """The latest codes; those just made are shown once, since nobody can read them again."""

    open: bool = False
    listed: list[CodeView] = []
    made: list[str] = []
    wrong: WrongFieldView = WrongFieldView()

    @rx.event
    async def load(self) -> rx.event.EventSpec | None:
        """Fetch the codes."""
        self.reset()
        return await self._load()

    @rx.event
    async def make(self, form: dict[str, str]) -> rx.event.EventSpec | None:
        """Make codes: `tokens` and, if given, `count`, `uses`, `days` and `note` as typed."""
        self.wrong = WrongFieldView()
        try:
            identity = await identify(self)
            days = _number(form, "days", LONGEST_DAYS, 0)
            wanted = Wanted(
                tokens=_number(form, "tokens", codes.MOST_TOKENS),
                count=_number(form, "count", codes.MOST_CODES, 1),
                uses=_number(form, "uses", codes.MOST_USES, 1),
                expires_at=clock.now() + timedelta(days=days) if days else None,
                note=arguments.form_text(form, "note"),
            )
            self.made = await in_thread(codes.make_codes, identity.account_id, wanted)
        except (NotSignedInError, NotAllowedError) as error:
            return await report(self, error)
        except DomainError as error:
            self.wrong = WrongFieldView(error.field or "", message_of(error), error.params)
            return None
        return await self._load()

    @rx.event
    def forget_made(self) -> None:
        """Show the codes that were just made no longer."""
        self.made = []

    @rx.event
    async def disable(self, code_id: str) -> rx.event.EventSpec | None:
        """Let nobody redeem a code any more."""
        try:
            identity = await identify(self)
            await in_thread(codes.disable, identity.account_id, arguments.number(code_id))
        except DomainError as error:
            return await report(self, error)
        return await self._load()

    async def _load(self) -> rx.event.EventSpec | None:
        self.open = get_settings().allow_codes
        try:
            identity = await identify(self)
            listed = await in_thread(codes.list_codes, identity.account_id, LISTED)
        except (NotSignedInError, NotAllowedError):
            self.reset()
            return None
        self.listed = [_view(each) for each in listed]
        return None


def _number(form: object, name: str, most: int, missing: int | None = None) -> int:
    """Return a whole number as typed, from 1 to `most`; `missing` is what an empty field means."""
    typed = arguments.form_text(form, name).strip().replace(",", "")
    if not typed and missing is not None:
        return missing
    if not (typed.isascii() and typed.isdecimal()) or not 0 < int(typed[:20]) <= most:
        raise codes.InvalidCodesError(field=name)
    return int(typed)


def _view(code: ListedCode) -> CodeView:
    return CodeView(
        id=str(code.id),
        hint=code.hint,
        tokens=code.tokens,
        uses=code.uses,
        most_uses=code.most_uses,
        note=code.note,
        state="disabled" if code.disabled else "open" if code.usable else "over",
        expires_at=code.expires_at.isoformat() if code.expires_at else "",
    )
