"""What accounts need done now and then, whether or not anybody is there."""

from __future__ import annotations

from gptchina.db.engine import transaction

from .deletion import delete_left_chats
from .sessions import prune_sessions, write_seen
from .throttle import prune_attempts


def keep_house() -> None:
    """Write down when devices were seen; drop old attempts, sessions and chats. Once a minute."""
    with transaction() as session:
        write_seen(session)
        prune_sessions(session)
        prune_attempts(session)
        delete_left_chats(session)
