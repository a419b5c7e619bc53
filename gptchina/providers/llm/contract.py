"""What the program asks of a language model, and what it gets: no vendor's type appears here."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

Role = Literal["system", "user", "assistant"]


@dataclass(frozen=True, slots=True)
class ChatMessage:
    """One message of a conversation."""

    role: Role
    content: str


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds to wait: for the connection, for the first piece, and for each further piece."""

    connect: float = 10.0
    first_piece: float = 120.0
    between_pieces: float = 60.0


@dataclass(frozen=True, slots=True)
class CompletionRequest:
    """A completion to be streamed.

    Attributes:
        model: the vendor's own name of the model.
        vendor: whose dialect is spoken, in litellm's words: "openai", "anthropic" …
        messages: the conversation, oldest first.
        max_output: most output tokens, reasoning included.
        timeouts: how long silence is borne.
    """

    model: str
    vendor: str
    messages: tuple[ChatMessage, ...]
    max_output: int
    timeouts: Timeouts = field(default_factory=Timeouts)


@dataclass(frozen=True, slots=True)
class TokenUsage:
    """What a completion used, in model tokens; every part is >= 0 and counted once.

    Attributes:
        input: prompt tokens that were neither read from nor written to a cache.
        cache_read: prompt tokens read from a cache.
        cache_write: prompt tokens written to a cache.
        output: tokens of the answer, reasoning included.
        reasoning: how many of the output tokens were reasoning.
    """

    input: int
    cache_read: int
    cache_write: int
    output: int
    reasoning: int

    @property
    def prompt(self) -> int:
        """All tokens of the prompt."""
        return self.input + self.cache_read + self.cache_write


@dataclass(frozen=True, slots=True)
class TextPiece:
    """More text of the answer."""

    text: str


@dataclass(frozen=True, slots=True)
class ReasoningPiece:
    """More of the model's reasoning."""

    text: str


@dataclass(frozen=True, slots=True)
class UsagePiece:
    """What was used, as the provider says; at most once in a stream, before its end."""

    usage: TokenUsage


@dataclass(frozen=True, slots=True)
class FinishPiece:
    """The orderly end: "stop", "length", "content_filter" or another word of the provider."""

    reason: str


Piece = TextPiece | ReasoningPiece | UsagePiece | FinishPiece


class ProviderFailure(StrEnum):
    """What went wrong at a provider; the values are stable codes."""

    AUTH = "provider_auth"
    RATE_LIMITED = "provider_rate_limited"
    DOWN = "provider_down"
    TIMEOUT = "provider_timeout"
    CUT = "provider_cut"
    GARBAGE = "provider_garbage"
    REJECTED = "provider_rejected"


class ProviderError(Exception):
    """A provider did not do its part.

    Attributes:
        code: the kind of failure.
        detail: the vendor's words, for the log alone.
    """

    def __init__(self, code: ProviderFailure, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code
        self.detail = detail


class LanguageModel(Protocol):
    """A client for language models."""

    def stream(self, request: CompletionRequest) -> AsyncGenerator[Piece]:
        """Stream a completion: text and reasoning, then the usage if known, then the finish.

        Closing the generator, or cancelling the task that reads it, closes the connection. Raises
        ProviderError, before the first piece or after any; a usage that the provider had reported
        by then is yielded first.
        """
        ...

    async def list_models(self, vendor: str) -> list[str]:
        """Return the names of the vendor's models; raise ProviderError if it does not list them."""
        ...
