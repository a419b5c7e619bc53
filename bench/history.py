"""Conversations that have gone on for a while."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from sqlmodel import select

from gptchina.db.engine import transaction
from gptchina.db.models import Account, Conversation, Message
from gptchina.domain import clock
from gptchina.standins.demo_model import sample_text

if TYPE_CHECKING:
    from .installation import Installation

LENGTH = 400  # characters of an earlier answer


def conversation(running: Installation, messages: int) -> str:
    """Store a conversation with so many messages and return its id, "" if there are none."""
    if not messages:
        return ""
    conversation_id, now = uuid.uuid4().hex, clock.now()
    with transaction() as session:
        account = session.exec(select(Account).where(Account.email == running.email)).one()
        session.add(
            Conversation(
                id=conversation_id,
                account_id=account.id,
                title="A long one",
                created_at=now,
                updated_at=now,
            )
        )
        session.flush()
        for position in range(messages):
            asked = position % 2 == 0
            session.add(
                Message(
                    id=uuid.uuid4().hex,
                    conversation_id=conversation_id,
                    position=position + 1,
                    role="user" if asked else "assistant",
                    text="And then?" if asked else sample_text(LENGTH),
                    created_at=now,
                )
            )
    return conversation_id
