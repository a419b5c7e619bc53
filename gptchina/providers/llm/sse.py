"""The hot loop: OpenAI-compatible server-sent events, from bytes to pieces."""

from __future__ import annotations

import asyncio
import contextlib
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any, cast

import httpx
import orjson

from gptchina.providers.llm.contract import (
    FinishPiece,
    ProviderError,
    ProviderFailure,
    ReasoningPiece,
    TextPiece,
    UsagePiece,
)
from gptchina.providers.llm.usage import read_usage

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from gptchina.providers.llm.contract import Piece, Timeouts, TokenUsage

_LONGEST_LINE = 8 * 1024 * 1024
_DRAIN_SECONDS = 0.5
_ENDING_SECONDS = 5.0  # from the finish reason to the usage
_DONE = b"[DONE]"
_Found = tuple[type["TextPiece | ReasoningPiece"], str]


class EventReader:
    """Takes bytes as they arrive, gives the pieces they complete, and remembers how it ended.

    Attributes:
        usage: the last usage that was reported.
        reason: the finish reason, "" until there is one.
        done: whether the closing mark was read.
        events: number of events read.
        failure: what made the stream unreadable.
    """

    def __init__(self) -> None:
        self.usage: TokenUsage | None = None
        self.reason = ""
        self.done = False
        self.events = 0
        self.failure: ProviderError | None = None
        self._rest = b""

    def feed(self, data: bytes) -> list[TextPiece | ReasoningPiece]:
        """Return the pieces that the data completes, neighbours of one kind joined.

        What is no event of this protocol, or tells of an error, is kept as the failure.
        """
        lines = (self._rest + data).split(b"\n")
        self._rest = lines.pop()
        found: list[_Found] = []
        try:
            for line in lines:
                if line.startswith(b"data:"):
                    found += self._read_event(line[5:].strip())
        except ProviderError as error:
            self.failure = error
        if len(self._rest) > _LONGEST_LINE:
            self.failure = ProviderError(ProviderFailure.GARBAGE, "a line without end")
        return [
            kind("".join(text for _, text in group))
            for kind, group in groupby(found, key=itemgetter(0))
        ]

    def end(self) -> list[TextPiece | ReasoningPiece]:
        """Return the pieces of a last line that had no line break."""
        return self.feed(b"\n")

    def _read_event(self, payload: bytes) -> list[_Found]:
        """Return reasoning and text of one event, remember its usage and finish reason."""
        self.events += 1
        if payload == _DONE:
            self.done = True
            return []
        event = _parsed(payload)
        if event.get("usage") is not None:
            # Some servers report again and again as the answer grows: the last word counts.
            self.usage = read_usage(event["usage"]) or self.usage
        choices: Any = event.get("choices")
        if not choices:
            return []
        try:
            choice: Any = choices[0]
            reason = choice.get("finish_reason")
            delta: Any = choice.get("delta") or {}
            thought = delta.get("reasoning_content") or delta.get("reasoning")
            said = delta.get("content") or delta.get("refusal")
        except (AttributeError, KeyError, TypeError, IndexError) as error:
            raise ProviderError(ProviderFailure.GARBAGE, f"a chunk without form: {error}") from None
        if reason:
            self.reason = str(reason)
        found = ((ReasoningPiece, thought), (TextPiece, said))
        return [(kind, text) for kind, text in found if text and isinstance(text, str)]


def _parsed(payload: bytes) -> dict[str, Any]:
    try:
        event = orjson.loads(payload)
    except orjson.JSONDecodeError as error:
        raise ProviderError(ProviderFailure.GARBAGE, str(error)) from None
    if not isinstance(event, dict):
        raise ProviderError(ProviderFailure.GARBAGE, "an event that is no object")
    error = cast("dict[str, Any]", event).get("error")
    if error:
        raise ProviderError(ProviderFailure.DOWN, str(error)[:500])
    return cast("dict[str, Any]", event)


async def _arriving(
    response: httpx.Response, reader: EventReader, timeouts: Timeouts
) -> AsyncGenerator[TextPiece | ReasoningPiece]:
    """Yield the pieces until the stream ends, in one way or the other."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + timeouts.first_piece
    arriving = response.aiter_bytes()
    while not reader.done:
        try:
            # Comments that keep the connection alive are no pieces and do not move the deadline.
            async with asyncio.timeout_at(deadline):
                data = await anext(arriving)
        except StopAsyncIteration:
            for piece in reader.end():
                yield piece
            break
        for piece in reader.feed(data):
            yield piece
            deadline = loop.time() + timeouts.between_pieces
        if reader.failure is not None:
            raise reader.failure
        if reader.reason:
            deadline = min(deadline, loop.time() + _ENDING_SECONDS)
    else:
        # A connection whose reply was read to its end is used again.
        with contextlib.suppress(TimeoutError, httpx.TransportError):
            async with asyncio.timeout(_DRAIN_SECONDS):
                async for _ in arriving:
                    pass


async def read_events(response: httpx.Response, timeouts: Timeouts) -> AsyncGenerator[Piece]:
    """Yield the pieces of a streamed reply, then usage and finish; close the reply in any case.

    Raises ProviderError when the stream did not come to an orderly end.
    """
    reader = EventReader()
    failure = ProviderError(ProviderFailure.CUT, "the stream ended without a finish")
    try:
        try:
            async with contextlib.aclosing(_arriving(response, reader, timeouts)) as pieces:
                async for piece in pieces:
                    yield piece
            if not reader.events:
                failure = ProviderError(ProviderFailure.GARBAGE, "the reply has no events")
        except (TimeoutError, httpx.TimeoutException) as error:
            failure = ProviderError(ProviderFailure.TIMEOUT, f"no piece came in time: {error!r}")
        except (httpx.TransportError, httpx.DecodingError) as error:
            failure = ProviderError(ProviderFailure.CUT, repr(error))
        except ProviderError as error:
            failure, reader.reason, reader.done = error, "", False
        if reader.usage is not None:
            yield UsagePiece(reader.usage)
        if not (reader.reason or reader.done):
            raise failure
        yield FinishPiece(reader.reason or "stop")
    finally:
        await response.aclose()
