"""Token counts for prompts, made on this machine, never too low where it matters."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from gptchina.providers.llm import bundled

if TYPE_CHECKING:
    from collections.abc import Iterable

    import tiktoken

    from gptchina.providers.llm.contract import ChatMessage

_O200K_FAMILIES = ("gpt-4o", "gpt-4.1", "gpt-4.5", "gpt-5", "gpt-6", "chatgpt", "o1", "o3", "o4")
_CL100K_FAMILIES = ("gpt-4", "gpt-3.5")
# Each message costs its role and separators (3 by OpenAI's account), the reply is primed with 3.
_PER_MESSAGE = 4
_PER_PROMPT = 4
# Encodings that are not public differ from the counted one. Of those measured by their vendors the
# newest needs up to 1.35 times the tokens of its predecessor; the margin is above that.
_UNKNOWN_PERCENT = 150
_PIECE = 20_000


@cache
def _encoding(name: str) -> tiktoken.Encoding:
    os.environ["TIKTOKEN_CACHE_DIR"] = str(bundled.encodings())
    import tiktoken  # noqa: PLC0415 -- reads the folder above, and is not needed at start-up

    return tiktoken.get_encoding(name)


def _family(model: str) -> tuple[str, int]:
    """Return the encoding to count with, and how many percent of its count to take."""
    name = model.rpartition("/")[2].lower()
    if name.startswith(_O200K_FAMILIES):
        return "o200k_base", 100
    if name.startswith(_CL100K_FAMILIES):
        return "cl100k_base", 100
    return "cl100k_base", _UNKNOWN_PERCENT


def _count(encoding: tiktoken.Encoding, text: str) -> int:
    return sum(
        len(encoding.encode_ordinary(text[start : start + _PIECE]))
        for start in range(0, len(text), _PIECE)
    )


def count_text(model: str, texts: Iterable[str]) -> int:
    """Return the likely tokens of the texts: exact where the model's encoding is public.

    For other models it is the count of a public encoding, which is near enough for a charge and
    favours nobody. Takes about a millisecond for 5,000 characters.
    """
    encoding = _encoding(_family(model)[0])
    return sum(_count(encoding, text) for text in texts)


@dataclass(frozen=True, slots=True)
class PromptCount:
    """The tokens of a prompt: what they likely are, and what they are at most."""

    likely: int
    most: int


def count_prompt(model: str, messages: Iterable[ChatMessage]) -> PromptCount:
    """Return the tokens of a prompt made of these messages.

    For models whose encoding is not public the most is the likely times 1.5, but never more than
    one token for a byte, which no encoding exceeds.
    """
    encoding_name, percent = _family(model)
    encoding = _encoding(encoding_name)
    likely = most = _PER_PROMPT
    for message in messages:
        counted = _count(encoding, message.content)
        size = len(message.content.encode(errors="surrogatepass"))
        likely += counted + _PER_MESSAGE
        most += min(-(-counted * percent // 100), size) + _PER_MESSAGE
    return PromptCount(likely, most)


def warm_encodings(models: Iterable[str]) -> None:
    """Load the encodings of some models, before their first prompt is counted.

    One takes a fraction of a second and up to 75 MB, so those of other models are left alone.
    """
    for name in {_family(model)[0] for model in models}:
        _encoding(name)
