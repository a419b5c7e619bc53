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
        if await _is_of_another(session):
            state._get_root_state().reset()  # noqa: SLF001 -- Reflex has no public name for it
        chat = await state.get_state(ChatState)
        if chat.conversation != conversation_of(chat):
            chat.reset()
        return None


async def _is_of_another(session: SessionState) -> bool:
    """Return whether the tab's states may hold what whoever loads the page must not see."""
    if not session._owner:  # noqa: SLF001 -- not for browsers to know
        return False
    try:
        identity = await identify(session)
    except NotSignedInError:
        return True
    # Who administers no more has no business with other people's purchases.
    demoted = session.admin and not identity.admin
    return demoted or identity.account_id != session._owner  # noqa: SLF001
