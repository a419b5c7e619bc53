"""Asking: a turn is admitted, then its answer is generated apart from whoever asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gptchina.domain.threads import in_thread

from . import admission, conversations, generations

if TYPE_CHECKING:
    from .records import Turn


async def ask(account_id: int, conversation_id: str, text: str, model_id: str) -> Turn:
    """Begin a turn and let its answer be generated; errors as in `admission.start`."""
    turn = await in_thread(admission.start, account_id, conversation_id, text, model_id)
    _begin(turn)
    return turn


async def ask_again(account_id: int, message_id: str, model_id: str) -> Turn:
    """Begin a turn in place of one that failed; errors as in `admission.retry`."""
    turn = await in_thread(admission.retry, account_id, message_id, model_id)
    _begin(turn)
    return turn


def _begin(turn: Turn) -> None:
    if turn.request is not None:
        generations.begin(turn)


async def discard(account_id: int, conversation_id: str) -> None:
    """Delete a conversation; an answer on its way is stopped, and charged as far as it came.

    Raises:
        NotFoundError: the conversation is not the account's.
    """
    running = await in_thread(conversations.running_turns, account_id)
    if conversation_id in running:
        generations.stop(account_id, running[conversation_id])
    await in_thread(conversations.delete, account_id, conversation_id)
