"""Streams that litellm reads itself: the dialects of vendors that do not speak OpenAI's."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Any

from gptchina.providers.llm.contract import (
    FinishPiece,
    ProviderError,
    ProviderFailure,
    ReasoningPiece,
    TextPiece,
    UsagePiece,
)
from gptchina.providers.llm.failures import provider_error
from gptchina.providers.llm.usage import read_usage

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from gptchina.providers.llm.contract import Piece, Timeouts, TokenUsage


class _WrapperReader:
    """Takes litellm's chunks, gives their pieces, and remembers usage and finish reason."""

    def __init__(self) -> None:
        self.usage: TokenUsage | None = None
        self.reason = ""

    def feed(self, chunk: Any) -> list[TextPiece | ReasoningPiece]:  # noqa: ANN401
        reported = getattr(chunk, "usage", None)
        if reported is not None:
            self.usage = read_usage(reported.model_dump()) or self.usage
        pieces: list[TextPiece | ReasoningPiece] = []
        for choice in chunk.choices:
            self.reason = choice.finish_reason or self.reason
            thought = getattr(choice.delta, "reasoning_content", None)
            if thought:
                pieces.append(ReasoningPiece(thought))
            if choice.delta.content:
                pieces.append(TextPiece(choice.delta.content))
        return pieces


async def read_wrapper(wrapper: Any, timeouts: Timeouts) -> AsyncGenerator[Piece]:  # noqa: ANN401
    """Yield the pieces that litellm's wrapper reads, then usage and finish; close it in any case.

    Raises ProviderError when the stream did not come to an orderly end.
    """
    reader = _WrapperReader()
    failure = ProviderError(ProviderFailure.CUT, "the stream ended without a finish")
    wait = timeouts.first_piece
    try:
        try:
            while True:
                async with asyncio.timeout(wait):
                    chunk = await anext(wrapper)
                wait = timeouts.between_pieces
                for piece in reader.feed(chunk):
                    yield piece
        except StopAsyncIteration:
            pass
        except Exception as error:  # noqa: BLE001 -- every vendor's client has its own
            failure, reader.reason = provider_error(error, streaming=True), ""
        if reader.usage is not None:
            yield UsagePiece(reader.usage)
        if not reader.reason:
            raise failure
        yield FinishPiece(reader.reason)
    finally:
        # The wrapper shuts its reply itself, wherever the dialect keeps it.
        with contextlib.suppress(Exception):
            await wrapper.aclose()
