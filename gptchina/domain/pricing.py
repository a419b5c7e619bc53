"""The one function that prices everything: what is shown, held and charged.

A charge is an integer of tokens of credit, 1,000,000 of which are worth 1 USD, so a rate of r USD
per million model tokens is also r tokens of credit per model token.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from gptchina.providers.llm import TokenUsage

if TYPE_CHECKING:
    from collections.abc import Iterable

HIGHEST_RATE = Decimal(1_000_000)
HIGHEST_MARKUP = Decimal(1000)
HIGHEST_CHARGE = 2**63 - 1
# Vendors count a little more than the window they publish; what is beyond that is a fault.
_TOLERANCE_PERCENT = 110


class PriceError(ValueError):
    """A price is negative, not finite, missing or beyond reason; the message names it."""


def _checked(name: str, value: object, highest: Decimal) -> Decimal:
    if not isinstance(value, Decimal):
        raise PriceError(f"{name} must be a Decimal")
    if not value.is_finite():
        raise PriceError(f"{name} must be finite")
    if value < 0:
        raise PriceError(f"{name} must not be negative")
    if value > highest:
        raise PriceError(f"{name} must not exceed {highest}")
    return value


@dataclass(frozen=True, slots=True)
class Rates:
    """What a model costs, in USD per million model tokens.

    Every rate is finite and above 0; it may be 0 only when the model is declared free, and then
    all of them are. Raises PriceError otherwise.
    """

    input: Decimal
    output: Decimal
    cache_read: Decimal
    cache_write: Decimal
    free: bool = False

    def __post_init__(self) -> None:
        for name in ("input", "output", "cache_read", "cache_write"):
            value = _checked(name, getattr(self, name), HIGHEST_RATE)
            if (value == 0) is not self.free:
                raise PriceError(f"{name} must be 0 for a free model and above 0 for any other")

    @property
    def dearest_prompt(self) -> Decimal:
        """The highest rate that a prompt token can cost."""
        return max(self.input, self.cache_read, self.cache_write)


def checked_markup(markup: Decimal) -> Decimal:
    """Return the factor on list prices; raise PriceError unless it is above 0 and finite."""
    if _checked("markup", markup, HIGHEST_MARKUP) == 0:
        raise PriceError("markup must be above 0")
    return markup


def _ceiling(parts: Iterable[tuple[int, Decimal]], markup: Decimal) -> int:
    """Return the sum of count x rate, times markup, rounded up once; exact at any size."""
    numerator, denominator = 0, 1
    for count, rate in parts:
        over, under = rate.as_integer_ratio()
        numerator = numerator * under + count * over * denominator
        denominator *= under
    over, under = checked_markup(markup).as_integer_ratio()
    charge = -(-(numerator * over) // (denominator * under))
    if charge > HIGHEST_CHARGE:
        raise PriceError("the charge does not fit in 64 bits")
    return charge


def _require_counts(*counts: int) -> None:
    if any(count < 0 for count in counts):
        raise ValueError("token counts must not be negative")


def charge(usage: TokenUsage, rates: Rates, markup: Decimal) -> int:
    """Return what a completion costs, in tokens of credit, rounded up once at the end.

    Raises ValueError for a negative count and PriceError for a charge beyond 64 bits.
    """
    _require_counts(usage.input, usage.cache_read, usage.cache_write, usage.output)
    parts = (
        (usage.input, rates.input),
        (usage.cache_read, rates.cache_read),
        (usage.cache_write, rates.cache_write),
        (usage.output, rates.output),
    )
    return _ceiling(parts, markup)


def worst_case(prompt_tokens: int, max_output: int, rates: Rates, markup: Decimal) -> int:
    """Return the most that a turn of this size can cost, in tokens of credit.

    Every prompt token is taken at the dearest rate that can apply to it.
    """
    _require_counts(prompt_tokens, max_output)
    parts = ((prompt_tokens, rates.dearest_prompt), (max_output, rates.output))
    return _ceiling(parts, markup)


def affordable_output(
    available: int, prompt_tokens: int, rates: Rates, markup: Decimal, highest: int
) -> int:
    """Return how many output tokens, at most `highest`, the available credit is sure to pay for.

    The result is the largest whose worst case is within `available`; -1 if not even the prompt is.
    """
    _require_counts(highest)
    if worst_case(prompt_tokens, 0, rates, markup) > available:
        return -1
    low, high = 0, highest
    while low < high:
        middle = (low + high + 1) // 2
        if worst_case(prompt_tokens, middle, rates, markup) <= available:
            low = middle
        else:
            high = middle - 1
    return low


def clamp_usage(usage: TokenUsage, context_window: int, max_output: int) -> tuple[TokenUsage, bool]:
    """Return the usage within what the model can do, and whether it was beyond and is absurd.

    Up to a tenth above the limits is believed. Prompt parts are cut in order of price: what was
    read from a cache is kept last. Negative parts become 0.
    """
    most_prompt = context_window * _TOLERANCE_PERCENT // 100
    most_output = max_output * _TOLERANCE_PERCENT // 100
    read = min(max(usage.cache_read, 0), most_prompt)
    plain = min(max(usage.input, 0), most_prompt - read)
    write = min(max(usage.cache_write, 0), most_prompt - read - plain)
    output = min(max(usage.output, 0), most_output)
    reasoning = min(max(usage.reasoning, 0), output)
    clamped = TokenUsage(plain, read, write, output, reasoning)
    return clamped, clamped != usage
