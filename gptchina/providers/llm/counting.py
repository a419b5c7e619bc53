"""Token counts for prompts, made on this machine, never too low where it matters."""

from __future__ import annotations

import os
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


def count_text(model: str, texts: Iterable[str]) -> int:
    """Return the tokens of the texts: exact where the model's encoding is public.

    For other models the count of a public encoding is taken times 1.5, but never more than one
    token for a byte, which no encoding exceeds. Takes about a millisecond for 5,000 characters.
    """
    encoding_name, percent = _family(model)
    encoding = _encoding(encoding_name)
    total = 0
    for text in texts:
        counted = sum(
            len(encoding.encode_ordinary(text[start : start + _PIECE]))
            for start in range(0, len(text), _PIECE)
        )
        wide = -(-counted * percent // 100)
        total += min(wide, len(text.encode(errors="surrogatepass")))
    return total


def count_tokens(model: str, messages: Iterable[ChatMessage]) -> int:
    """Return an upper estimate of the tokens of a prompt made of these messages."""
    contents = [message.content for message in messages]
    return count_text(model, contents) + _PER_MESSAGE * len(contents) + _PER_PROMPT


def warm_encodings() -> None:
    """Load the encodings, which takes half a second, before the first prompt is counted."""
    for name in ("o200k_base", "cl100k_base"):
        _encoding(name)
