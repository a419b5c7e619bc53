"""How the stand-in model behaves: set on the command line, or by `[demo …]` in a message."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

FAULTS = frozenset(
    {
        "400",  # the request is refused
        "401",  # the key is refused
        "429",  # too many requests
        "500",  # the server fails
        "hang",  # silence: before the reply, or after `after` chunks
        "cut",  # the connection drops in mid-stream
        "garbage",  # a line that is no JSON
        "no-usage",  # the stream ends well but never says what was used
        "no-finish",  # `[DONE]` without a finish reason
        "empty",  # a well-formed answer without a word
        "error-in-stream",  # an error object in place of a chunk
        "usage-twice",  # the usage comes in two chunks
        "huge-usage",  # usage far beyond any context window
    }
)
_INSTRUCTION = re.compile(r"\[demo(?P<settings>[^\]]*)\]")
_NUMBERS = {
    "length": (0, 200_000),
    "delay": (0, 60_000),
    "first": (0, 600_000),
    "chunk": (1, 10_000),
    "after": (0, 200_000),
    "times": (1, 1_000_000),
    "reasoning": (0, 200_000),
    "cached": (0, 10_000_000),
}


@dataclass(frozen=True, slots=True)
class Behaviour:
    """What one answer is like.

    Attributes:
        length: number of chunks of generated text; None answers the question instead.
        delay: milliseconds between two chunks.
        first: milliseconds before the first chunk.
        chunk: characters in a chunk; None sends about a word at a time.
        fault: what goes wrong, one of FAULTS, or "" for nothing.
        after: number of chunks before the fault happens.
        times: how often the fault happens for the same message before all is well; None is always.
        reasoning: number of chunks of reasoning before the answer.
        cached: prompt tokens reported as read from a cache.
    """

    length: int | None = None
    delay: int = 10
    first: int = 0
    chunk: int | None = None
    fault: str = ""
    after: int = 0
    times: int | None = None
    reasoning: int = 0
    cached: int = 0


class BehaviourError(ValueError):
    """An instruction is unknown or its value is out of range; the message names it."""


def _changed(name: str, value: str) -> tuple[str, int | str]:
    if name == "fault":
        if value not in FAULTS:
            raise BehaviourError(f"fault={value}: known are {', '.join(sorted(FAULTS))}")
        return name, value
    if name not in _NUMBERS:
        raise BehaviourError(f"{name}: known are {', '.join(sorted([*_NUMBERS, 'fault']))}")
    low, high = _NUMBERS[name]
    if not (value.isascii() and value.isdigit() and low <= int(value) <= high):
        raise BehaviourError(f"{name}={value}: a whole number from {low} to {high} is expected")
    return name, int(value)


def read_instructions(message: str, default: Behaviour) -> tuple[str, Behaviour]:
    """Return the message without its instructions, and the behaviour they ask for.

    `[demo length=2000 delay=20 chunk=4 fault=cut after=10]` anywhere in the message changes the
    default. Raises BehaviourError for what is unknown.
    """
    changes: dict[str, int | str] = {}
    for match in _INSTRUCTION.finditer(message):
        for setting in match["settings"].split():
            name, _, value = setting.partition("=")
            key, read = _changed(name, value)
            changes[key] = read
    return _INSTRUCTION.sub("", message).strip(), replace(default, **changes)  # type: ignore[arg-type]
