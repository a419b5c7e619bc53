"""What a tab must not show again when its page is loaded anew."""

from __future__ import annotations

import reflex as rx
from reflex.event import Event
from reflex.middleware.middleware import Middleware
from reflex.state import BaseState, StateUpdate

from gptchina.domain.errors import NotSignedInError

from .chat import ChatState, conversation_of
from .session import SessionState, identify

# Reflex's own events that send a page all that its states hold.
HYDRATING = (".hydrate", ".hydrate_and_load")


class Forgetting(Middleware):
    """Forgets what is not for whoever loads the page, before Reflex sends it.

    When a page loads or reconnects, Reflex sends it everything the tab's states hold, and only
    then runs what the page does on load. Without this it would show, for a moment, the chat that
    was open at another address, and for good what belonged to somebody who is not signed in there
    any more.
    """

    async def preprocess(
        self,
        app: rx.App,  # noqa: ARG002 -- Reflex passes it
        state: BaseState,
        event: Event,
    ) -> StateUpdate | None:
        """Reset what the tab's states hold for another person or another address."""
        if not event.name.endswith(HYDRATING):
            return None
        session = await state.get_state(SessionState)
        if session._owner and session._owner != await _account_id(session):  # noqa: SLF001
            state._get_root_state().reset()  # noqa: SLF001 -- Reflex has no public name for it
        chat = await state.get_state(ChatState)
        if chat.conversation != conversation_of(chat):
            chat.reset()
        return None


async def _account_id(session: SessionState) -> int:
    try:
        return (await identify(session)).account_id
    except NotSignedInError:
        return 0
