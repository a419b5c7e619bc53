"""Answers as they are stored: what a follower can have of a turn that no log is kept of here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlmodel import select

from gptchina.db.engine import reading
from gptchina.db.models import Message
from gptchina.domain.errors import NotFoundError

from . import endings
from .conversations import owned
from .log import Log
from .records import Question

if TYPE_CHECKING:
    from .records import End


@dataclass(frozen=True)
class Head:
    """What an answer is about; comes first."""

    turn: str
    conversation: str
    question: Question
    model: str


@dataclass(frozen=True)
class StoredAnswer:
    """An answer as far as it is stored; `end` is None while it is on its way."""

    head: Head
    log: Log
    end: End | None


def answer(account_id: int, turn_id: str) -> StoredAnswer:
    """Return what is stored of a turn.

    Raises:
        NotFoundError: there is no such turn, or it is somebody else's.
    """
    with reading() as session:
        row = session.get(Message, turn_id)
        if row is None or row.role != "assistant":
            raise NotFoundError
        owned(session, account_id, row.conversation_id)
        asked = session.exec(
            select(Message).where(
                Message.conversation_id == row.conversation_id,
                Message.position == row.position - 1,
            )
        ).one()
        end = None if row.status == "streaming" else endings.stored_end(session, turn_id)
    log = Log()
    log.append("r", row.reasoning)
    log.append("t", row.text)
    head = Head(row.id, row.conversation_id, Question(asked.id, asked.text), row.model)
    return StoredAnswer(head, log, end)
