"""The wire formats of the stand-in model server: OpenAI's completions, Anthropic's messages."""

from __future__ import annotations

import time
import uuid
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

import orjson
from typing_extensions import override

if TYPE_CHECKING:
    from gptchina.standins.completion import Completion, Usage

GARBAGE = b'data: {"choices": [{"delta": {"content": "half a li\n\n'
_OVERLOADED = "The server is overloaded"


class Dialect(Protocol):
    """How one vendor writes a completion."""

    usage_unasked: ClassVar[bool]

    def begin(self) -> bytes:
        """Return what precedes the first piece."""
        ...

    def reasoning(self, piece: str) -> bytes:
        """Return a piece of reasoning."""
        ...

    def text(self, piece: str) -> bytes:
        """Return a piece of the answer."""
        ...

    def failure(self) -> bytes:
        """Return an error in mid-stream."""
        ...

    def end(self, *, finish: bool, usages: list[Usage]) -> bytes:
        """Return what follows the last piece: the finish reason and each of the usages."""
        ...

    def whole(self) -> dict[str, Any]:
        """Return the reply to a request that does not stream."""
        ...


def _event(data: object) -> bytes:
    return b"data: " + orjson.dumps(data) + b"\n\n"


class OpenAIDialect(Dialect):
    """Chat completions: chunks with deltas, the usage in a chunk without choices, `[DONE]`."""

    usage_unasked = False

    def __init__(self, completion: Completion, model: str) -> None:
        self._completion = completion
        self._reason = "length" if completion.truncated else "stop"
        self._base = {
            "id": f"chatcmpl-{uuid.uuid4().hex}",
            "created": int(time.time()),
            "model": model,
            "system_fingerprint": "fp_standin",
        }
        body: dict[str, object] = {"object": "chat.completion.chunk", **self._base}
        self._head = orjson.dumps(body)[:-1] + b',"choices":[{"index":0,"delta":{'

    def _delta(self, name: bytes, piece: str) -> bytes:
        text = orjson.dumps(piece)
        return b"".join(
            (b"data: ", self._head, b'"', name, b'":', text, b'},"finish_reason":null}]}\n\n')
        )

    @override
    def begin(self) -> bytes:
        delta = b'"role":"assistant","content":""},"finish_reason":null}]}\n\n'
        return b"data: " + self._head + delta

    @override
    def reasoning(self, piece: str) -> bytes:
        return self._delta(b"reasoning_content", piece)

    @override
    def text(self, piece: str) -> bytes:
        return self._delta(b"content", piece)

    @override
    def failure(self) -> bytes:
        return _event({"error": {"message": _OVERLOADED, "type": "server_error", "code": None}})

    @override
    def end(self, *, finish: bool, usages: list[Usage]) -> bytes:
        parts: list[bytes] = []
        if finish:
            reason = self._reason.encode()
            parts.append(b"data: " + self._head + b'},"finish_reason":"' + reason + b'"}]}\n\n')
        for usage in usages:
            chunk = {"object": "chat.completion.chunk", **self._base, "choices": []}
            parts.append(_event({**chunk, "usage": self._usage(usage)}))
        return b"".join([*parts, b"data: [DONE]\n\n"])

    @staticmethod
    def _usage(usage: Usage) -> dict[str, Any]:
        return {
            "prompt_tokens": usage.prompt,
            "completion_tokens": usage.completion,
            "total_tokens": usage.prompt + usage.completion,
            "prompt_tokens_details": {"cached_tokens": usage.cached},
            "completion_tokens_details": {"reasoning_tokens": usage.reasoning},
        }

    @override
    def whole(self) -> dict[str, Any]:
        completion = self._completion
        message: dict[str, Any] = {"role": "assistant", "content": "".join(completion.text)}
        if completion.reasoning:
            message["reasoning_content"] = "".join(completion.reasoning)
        choice = {"index": 0, "message": message, "finish_reason": self._reason}
        reply = {"object": "chat.completion", **self._base, "choices": [choice]}
        if completion.behaviour.fault != "no-usage":
            reply["usage"] = self._usage(completion.usage)
        return reply


class AnthropicDialect(Dialect):
    """Messages: named events, thinking and text in blocks, the usage in two of the events."""

    usage_unasked = True

    def __init__(self, completion: Completion, model: str) -> None:
        self._completion = completion
        self._reason = "max_tokens" if completion.truncated else "end_turn"
        self._model = model
        self._id = f"msg_{uuid.uuid4().hex}"
        self._block = -1
        self._kind = ""

    @staticmethod
    def _named(kind: str, **data: object) -> bytes:
        return b"event: " + kind.encode() + b"\n" + _event({"type": kind, **data})

    @staticmethod
    def _input(usage: Usage) -> dict[str, int]:
        return {
            "input_tokens": usage.prompt - usage.cached,
            "cache_read_input_tokens": usage.cached,
            "cache_creation_input_tokens": 0,
        }

    def _message(self, content: list[dict[str, str]], *, ended: bool) -> dict[str, Any]:
        usage = self._completion.usage
        return {
            "id": self._id,
            "type": "message",
            "role": "assistant",
            "model": self._model,
            "content": content,
            "stop_reason": self._reason if ended else None,
            "stop_sequence": None,
            "usage": {
                **self._input(usage),
                "output_tokens": usage.completion if ended else 1,
            },
        }

    @override
    def begin(self) -> bytes:
        return self._named("message_start", message=self._message([], ended=False))

    def _close(self) -> bytes:
        if not self._kind:
            return b""
        self._kind = ""
        return self._named("content_block_stop", index=self._block)

    def _piece(self, kind: str, piece: str) -> bytes:
        opening = b""
        if kind != self._kind:
            opening = self._close()
            self._kind, self._block = kind, self._block + 1
            block = {"type": kind, kind: ""}
            opening += self._named("content_block_start", index=self._block, content_block=block)
        delta = {"type": f"{kind}_delta", kind: piece}
        return opening + self._named("content_block_delta", index=self._block, delta=delta)

    @override
    def reasoning(self, piece: str) -> bytes:
        return self._piece("thinking", piece)

    @override
    def text(self, piece: str) -> bytes:
        return self._piece("text", piece)

    @override
    def failure(self) -> bytes:
        return self._named("error", error={"type": "overloaded_error", "message": _OVERLOADED})

    @override
    def end(self, *, finish: bool, usages: list[Usage]) -> bytes:
        parts = [self._close()]
        if finish:
            delta = {"stop_reason": self._reason, "stop_sequence": None}
            output = usages[0].completion if usages else 0
            parts.append(self._named("message_delta", delta=delta, usage={"output_tokens": output}))
        return b"".join([*parts, self._named("message_stop")])

    @override
    def whole(self) -> dict[str, Any]:
        blocks: list[dict[str, str]] = []
        if self._completion.reasoning:
            blocks.append({"type": "thinking", "thinking": "".join(self._completion.reasoning)})
        blocks.append({"type": "text", "text": "".join(self._completion.text)})
        return self._message(blocks, ended=True)
