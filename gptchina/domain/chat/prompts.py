"""What a model is sent: as much of the conversation as fits, the latest part of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gptchina.domain.errors import DomainError
from gptchina.providers.llm import ChatMessage, PromptCount, count_prompt

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .records import MessageRecord

LONGEST_MESSAGE = 100_000


class InvalidMessageError(DomainError):
    """A message that is blank or too long."""

    code = "invalid_message"


class MessageTooLongError(DomainError):
    """The message alone does not fit into what the model can read."""

    code = "message_too_long_for_model"


@dataclass(frozen=True)
class Prompt:
    """The messages to send, oldest first, and our count of them in model tokens."""

    messages: tuple[ChatMessage, ...]
    tokens: PromptCount


def clean(text: object) -> str:
    """Return the text of a message as it is kept.

    Raises:
        InvalidMessageError: it is no text, blank, or longer than LONGEST_MESSAGE characters.
    """
    if not isinstance(text, str):
        raise InvalidMessageError(longest=LONGEST_MESSAGE)
    # PostgreSQL cannot store a NUL, and a lone surrogate is no text at all.
    cleaned = text.replace("\0", "").encode("utf-8", "ignore").decode().strip()
    if not cleaned or len(cleaned) > LONGEST_MESSAGE:
        raise InvalidMessageError(longest=LONGEST_MESSAGE)
    return cleaned


def build(model: str, room: int, history: Sequence[MessageRecord], question: str) -> Prompt:
    """Return the prompt for a question: the latest messages that fit into the room.

    Args:
        model: the model's id, which decides how tokens are counted.
        room: model tokens the prompt may have.
        history: the messages before the question, oldest first.
        question: the user's message.

    Raises:
        MessageTooLongError: the question alone is larger than the room.
    """
    messages = [
        ChatMessage("user" if row.role == "user" else "assistant", row.text)
        for row in history
        if row.text
    ]
    messages.append(ChatMessage("user", question))
    tokens = count_prompt(model, messages)
    if tokens.most > room:
        sizes = [count_prompt(model, [message]).most for message in messages]
        total = sum(sizes)
        while total > room and len(messages) > 1:
            total -= sizes.pop(0)
            del messages[0]
        tokens = count_prompt(model, messages)
    if tokens.most > room:
        raise MessageTooLongError
    return Prompt(tuple(messages), tokens)
