"""Following an answer: from the running generation, or from what is stored of it."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlmodel import select

from gptchina.db.engine import reading
from gptchina.db.models import Message
from gptchina.domain import notices
from gptchina.domain.errors import NotFoundError
from gptchina.domain.threads import in_thread

from . import endings, generations
from .conversations import owned
from .log import Chunk, Log
from .records import End, Question

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator


# At most one frame per window and follower: 25 a second look continuous to the eye.
WINDOW_SECONDS = 0.04
STORED_SECONDS = 1.0


@dataclass(frozen=True)
class Head:
    """What an answer is about; comes first."""

    turn: str
    conversation: str
    question: Question
    model: str


Frame = Head | Chunk | End


async def follow(account_id: int, turn_id: str, offset: int) -> AsyncGenerator[Frame]:
    """Yield the head of an answer, what lies behind the offset as it comes, and its end.

    Args:
        account_id: who wants to follow.
        turn_id: the turn.
        offset: code points of text, of both kinds, that the follower already has.

    Raises:
        NotFoundError: there is no such turn, or it is somebody else's.
    """
    generation = generations.find(turn_id)
    if generation is None:
        async for frame in _follow_stored(account_id, turn_id, offset):
            yield frame
        return
    turn = generation.turn
    if turn.account_id != account_id:
        raise NotFoundError
    yield Head(turn.id, turn.conversation_id, turn.question, turn.model)
    async for frame in _follow_log(generation.log, offset):
        yield frame


async def _follow_log(log: Log, offset: int) -> AsyncGenerator[Frame]:
    follower = log.follow()
    try:
        while True:
            # Whether it has ended is read before the rest of the text is: nothing is missed.
            end = log.end
            for chunk in log.since(offset):
                offset += len(chunk.text)
                yield chunk
            if end:
                yield end
                return
            await asyncio.sleep(WINDOW_SECONDS if offset else 0)
            await follower.wait()
    finally:
        follower.close()


async def _follow_stored(account_id: int, turn_id: str, offset: int) -> AsyncGenerator[Frame]:
    """Follow an answer that another process runs, or that is over, by what is stored of it."""
    head_sent = False
    with notices.mailbox(account_id) as mailbox:
        while True:
            head, log, end = await in_thread(_stored, account_id, turn_id)
            if not head_sent:
                yield head
                head_sent = True
            for chunk in log.since(offset):
                offset += len(chunk.text)
                yield chunk
            if end:
                yield end
                return
            with suppress(TimeoutError):
                await asyncio.wait_for(mailbox.take(), STORED_SECONDS)


def _stored(account_id: int, turn_id: str) -> tuple[Head, Log, End | None]:
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
    return head, log, end
