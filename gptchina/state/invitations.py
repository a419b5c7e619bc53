"""Inviting friends, and what came of it."""

from __future__ import annotations

import reflex as rx

from gptchina.domain import referrals
from gptchina.domain.errors import DomainError
from gptchina.domain.threads import in_thread
from gptchina.settings import get_settings

from .session import identify


class InvitationState(rx.State):
    """The account's invitation; amounts in tokens. `open` while the operator rewards it."""

    open: bool = False
    link: str = ""
    reward: int = 0
    came: int = 0
    rewarded: int = 0
    earned: int = 0

    @rx.event
    async def load(self) -> None:
        """Fetch the invitation."""
        self.reset()
        try:
            identity = await identify(self)
            found = await in_thread(referrals.invited_by, identity.account_id)
        except DomainError:
            return
        self.open = True
        self.link = f"{get_settings().url}/register?invite={found.code}"
        self.reward, self.came = found.reward, found.came
        self.rewarded, self.earned = found.rewarded, found.earned
