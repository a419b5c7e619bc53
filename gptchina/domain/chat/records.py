"""What the chat hands out: frozen records of conversations, messages and turns."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from datetime import datetime

    from gptchina.providers.llm import CompletionRequest

    from .charges import Price

Status = Literal["streaming", "done", "stopped", "error"]


def _no_params() -> dict[str, Any]:
    return {}


def _no_usage() -> dict[str, int]:
    return {}


@dataclass(frozen=True)
class ChatRecord:
    """A conversation in the list of chats."""

    id: str
    title: str
    updated_at: datetime
    running: bool


@dataclass(frozen=True)
class MessageRecord:
    """A message as it is stored; `cost` in tokens, `code` and `params` of a failure."""

    id: str
    role: str
    text: str
    reasoning: str
    status: str
    code: str
    params: dict[str, Any]
    model: str
    cost: int
    estimated: bool


@dataclass(frozen=True)
class Conversation:
    """A conversation with its messages, oldest first; `running` is the id of its live turn."""

    id: str
    title: str
    model: str
    messages: list[MessageRecord]
    running: str


@dataclass(frozen=True)
class Question:
    """The user's message that a turn answers."""

    id: str
    text: str


@dataclass(frozen=True)
class Turn:
    """One question and the answer to come. Without a request it was refused before it began."""

    id: str
    account_id: int
    conversation_id: str
    title: str
    question: Question
    model: str
    price: Price
    request: CompletionRequest | None


@dataclass(frozen=True)
class End:
    """How a turn ended, for whoever follows it; amounts in tokens, usage in model tokens."""

    status: Status
    code: str = ""
    params: dict[str, Any] = field(default_factory=_no_params)
    cost: int = 0
    estimated: bool = False
    usage: dict[str, int] = field(default_factory=_no_usage)
