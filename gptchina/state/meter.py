"""The meter under the composer: what the chat has cost, and how far the balance goes."""

from __future__ import annotations

import reflex as rx

from gptchina.domain import usage
from gptchina.domain.days import zone_of
from gptchina.domain.errors import DomainError
from gptchina.domain.threads import in_thread

from .chat import ChatState
from .session import identify
from .views import MeterView


class MeterState(rx.State):
    """Read when an answer has ended or the wallet has changed; never while text streams."""

    meter: MeterView = MeterView()

    @rx.event
    async def measure(self, zone: str) -> None:
        """Read the meter of the open chat for a device in that time zone."""
        chat = await self.get_state(ChatState)
        try:
            identity = await identify(self)
            told = await in_thread(
                usage.meter, identity.account_id, chat.conversation, chat.model, zone_of(zone)
            )
        except DomainError:
            # It is a glance, not a task: without it the chat goes on.
            self.meter = MeterView()
            return
        self.meter = MeterView(
            last=told.last,
            conversation=told.conversation,
            today=told.today,
            answer=told.answer,
            left=-1 if told.left is None else told.left,
        )
