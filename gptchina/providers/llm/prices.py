"""List prices and limits by model name, as litellm's bundled table has them, in plain Decimals."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, lru_cache
from math import isfinite
from typing import Any

import orjson

from gptchina.providers.llm import bundled

_MILLION = Decimal(1_000_000)
_CHAT_MODES = {"chat", "responses"}
_TARIFF = re.compile(r"(input|output)_cost_per_token_above_(?P<thousands>\d+)k_tokens")

_DATE = re.compile(r"-(\d{4}-\d{2}-\d{2}|\d{8})$")


@dataclass(frozen=True, slots=True)
class VendorPrices:
    """What a vendor says of a model; rates are USD per million tokens, None is unsaid.

    Attributes:
        vendor: who serves it, in litellm's words.
        input: rate of plain prompt tokens.
        output: rate of output tokens.
        cache_read: rate of prompt tokens read from a cache.
        cache_write: rate of prompt tokens written to a cache.
        context_window: most prompt tokens at these rates; some models cost more beyond.
        max_output: most output tokens.
    """

    vendor: str
    input: Decimal | None
    output: Decimal | None
    cache_read: Decimal | None
    cache_write: Decimal | None
    context_window: int | None
    max_output: int | None


@cache
def _table() -> dict[str, dict[str, Any]]:
    return orjson.loads(bundled.cost_map().read_bytes())


def _rate(entry: dict[str, Any], name: str) -> Decimal | None:
    value = entry.get(name)
    # A rate of 0 stands for a price that is not known as often as for a gift.
    if not isinstance(value, (int, float)) or not value > 0 or not isfinite(value):
        return None
    # The shortest decimal of the float is what stands in the table: 1.5e-07 becomes 0.15 exactly.
    return (Decimal(repr(value)) * _MILLION).normalize()


def _dearer_from(entry: dict[str, Any]) -> int | None:
    """Return the prompt size above which a higher tariff applies, if there is one."""
    sizes = [int(match["thousands"]) * 1000 for match in map(_TARIFF.match, entry) if match]
    return min(sizes, default=None)


def _limit(entry: dict[str, Any], *names: str) -> int | None:
    for name in names:
        value = entry.get(name)
        if isinstance(value, (int, float)) and value >= 1:
            return int(value)
    return None


@lru_cache(maxsize=4096)
def vendor_prices(model: str, vendor: str) -> VendorPrices | None:
    """Return prices and limits of a chat model; None if the table does not know the model.

    A dated name that is not in the table has the prices of the name without the date.
    """
    undated = _DATE.sub("", model)
    for name in dict.fromkeys((f"{vendor}/{model}", model, f"{vendor}/{undated}", undated)):
        entry = _table().get(name)
        if entry is None or entry.get("mode") not in _CHAT_MODES:
            continue
        window = _limit(entry, "max_input_tokens", "max_tokens")
        dearer = _dearer_from(entry)
        return VendorPrices(
            vendor=str(entry.get("litellm_provider", "")),
            input=_rate(entry, "input_cost_per_token"),
            output=_rate(entry, "output_cost_per_token"),
            cache_read=_rate(entry, "cache_read_input_token_cost"),
            cache_write=_rate(entry, "cache_creation_input_token_cost"),
            context_window=min(window, dearer) if window and dearer else window,
            max_output=_limit(entry, "max_output_tokens", "max_tokens"),
        )
    return None
