"""Following an answer: here, on another worker, or as it is stored."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from typing import TYPE_CHECKING

from gptchina.domain.errors import NotFoundError
from gptchina.domain.threads import in_thread

from . import generations, replicas, stored
from .log import Chunk
from .records import End
from .stored import Head

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from .log import Log


# At most one frame per window and follower: 25 a second look continuous to the eye.
WINDOW_SECONDS = 0.04

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
        frames = _follow_elsewhere(account_id, turn_id, offset)
    elif generation.turn.account_id != account_id:
        raise NotFoundError
    else:
        turn = generation.turn
        yield Head(turn.id, turn.conversation_id, turn.question, turn.model)
        frames = _follow_log(generation.log, offset)
    async with aclosing(frames):
        async for frame in frames:
            yield frame


async def _follow_log(log: Log, offset: int) -> AsyncGenerator[Chunk | End]:
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


async def _follow_elsewhere(account_id: int, turn_id: str, offset: int) -> AsyncGenerator[Frame]:
    """Follow an answer that another worker writes, or that is over."""
    answer = await in_thread(stored.answer, account_id, turn_id)
    yield answer.head
    if answer.end:
        answer.log.close(answer.end)
        async for frame in _follow_log(answer.log, offset):
            yield frame
        return
    async with (
        replicas.replica(account_id, turn_id) as log,
        aclosing(_follow_log(log, offset)) as frames,
    ):
        async for frame in frames:
            yield frame
