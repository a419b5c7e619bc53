"""One completion, worked out before the first byte is sent: its pieces, usage and ending."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any

from gptchina.standins.behaviour import Behaviour, read_instructions
from gptchina.standins.demo_model import answer, sample_text

_WORD = re.compile(r"\s*[\u3400-\u9fff\uff00-\uffef]|\s*\w+[^\w\s]?|\s*\S|\s+")
_DEFAULT_CHUNK = 4
_HUGE = 4_000_000_000
_REASONING = "Let me think about that. The question is read, the plan is made, the words follow. "


class BadRequestError(ValueError):
    """The request is not one that the protocol allows; the message says why."""


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one completion; `cached` is part of `prompt`, `reasoning` part of `completion`."""

    prompt: int
    cached: int
    completion: int
    reasoning: int


@dataclass(frozen=True, slots=True)
class Completion:
    """What will be sent, piece by piece."""

    question: str
    behaviour: Behaviour
    reasoning: list[str]
    text: list[str]
    truncated: bool
    usage: Usage


def split(text: str, chunk: int | None = None) -> list[str]:
    """Cut a text into pieces: of `chunk` characters, or of about a word or one Han character."""
    if chunk is None:
        return _WORD.findall(text)
    return [text[i : i + chunk] for i in range(0, len(text), chunk)]


def content_text(content: object) -> str:
    """Return the text of a message's content, which is a string or a list of parts."""
    if content is None:
        return ""
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        return "".join(str(part.get("text", "")) for part in content if isinstance(part, dict))
    raise BadRequestError("content must be a string or a list of parts")


def _question(messages: list[dict[str, Any]]) -> str:
    for message in reversed(messages):
        if message.get("role") == "user":
            return content_text(message.get("content"))
    return ""


def _limit(body: dict[str, Any]) -> int | None:
    for name in ("max_completion_tokens", "max_tokens"):
        value = body.get(name)
        if value is None:
            continue
        if not isinstance(value, int) or isinstance(value, bool) or value < 1:
            raise BadRequestError(f"{name} must be a positive integer")
        return value
    return None


def _messages(body: dict[str, Any]) -> list[dict[str, Any]]:
    messages = body.get("messages")
    if not isinstance(messages, list) or not messages:
        raise BadRequestError("messages must be a list with at least one message")
    if not all(isinstance(message, dict) for message in messages):
        raise BadRequestError("every message must be an object")
    return messages


def plan(body: dict[str, Any], default: Behaviour, *, faulty: bool = True) -> Completion:
    """Work out the answer to a request; raise BadRequestError if the request is not valid.

    Unless `faulty`, the fault that the message asks for is left out. A token of this server is a
    piece of the answer, so `max_tokens` cuts after that many pieces.
    """
    messages = _messages(body)
    question, behaviour = read_instructions(_question(messages), default)
    if not faulty:
        behaviour = replace(behaviour, fault="")
    if behaviour.length is None:
        text = split(answer(question), behaviour.chunk)
    else:
        chunk = behaviour.chunk or _DEFAULT_CHUNK
        text = split(sample_text(behaviour.length * chunk), chunk)
    thoughts = split(_REASONING)
    reasoning = [thoughts[i % len(thoughts)] for i in range(behaviour.reasoning)]
    if behaviour.fault == "empty":
        reasoning, text = [], []
    limit = _limit(body)
    wanted = len(reasoning) + len(text)
    if limit is not None:
        reasoning = reasoning[:limit]
        text = text[: limit - len(reasoning)]
    sent = len(reasoning) + len(text)
    prompt = 3 + sum(3 + len(split(content_text(m.get("content")))) for m in messages)
    usage = Usage(prompt, min(behaviour.cached, prompt), sent, len(reasoning))
    if behaviour.fault == "huge-usage":
        usage = Usage(_HUGE, 0, _HUGE, 0)
    return Completion(question, behaviour, reasoning, text, sent < wanted, usage)
