"""The one function that prices everything: what is shown, held and charged.

A charge is an integer of tokens of credit, 1,000,000 of which are worth 1 USD, so a rate of r USD
per million model tokens is also r tokens of credit per model token.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Context, Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from gptchina.providers.llm import TokenUsage

if TYPE_CHECKING:
    from collections.abc import Iterable

HIGHEST_RATE = Decimal(1_000_000)
HIGHEST_MARKUP = Decimal(1000)
HIGHEST_CHARGE = 2**63 - 1
MOST_OUTPUT = 10**9
# Digits enough for any rate times any markup, so that their product is never rounded.
EXACT = Context(prec=100)
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

    Every rate is finite and above 0, or all of them are 0: the model is free, which only the
    configuration can say. Raises PriceError otherwise.
    """

    input: Decimal
    output: Decimal
    cache_read: Decimal
    cache_write: Decimal

    def __post_init__(self) -> None:
        for name in ("input", "output", "cache_read", "cache_write"):
            value = _checked(name, getattr(self, name), HIGHEST_RATE)
            if value == 0 and not self.free:
                raise PriceError(f"{name} must be above 0, unless all rates are 0")

    @property
    def free(self) -> bool:
        """Whether nothing is charged."""
        return not any((self.input, self.output, self.cache_read, self.cache_write))

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


def shown_rate(rate: Decimal, markup: Decimal) -> str:
    """Return what a million tokens of a rate are charged, in USD, as a page shows it.

    Exact, with two decimals or as many more as it takes: what is shown is what is charged.
    """
    exact = EXACT.multiply(rate, checked_markup(markup))
    text = format(exact.normalize(EXACT), "f")
    whole, _, decimals = text.partition(".")
    return f"{whole}.{decimals:0<2}"


def affordable_output(available: int, prompt_tokens: int, rates: Rates, markup: Decimal) -> int:
    """Return how many output tokens the available credit is sure to pay for after the prompt.

    The result is the largest whose worst case is within `available`; 0 if not even the prompt is.
    """
    _require_counts(prompt_tokens)
    if rates.free:
        return MOST_OUTPUT
    # The worst case is rounded up to a whole number and so is what is available: the exact cost
    # may reach the available credit, but not pass it.
    factor = Fraction(checked_markup(markup))
    left = available - prompt_tokens * Fraction(rates.dearest_prompt) * factor
    return min(max(left // (Fraction(rates.output) * factor), 0), MOST_OUTPUT)


def clamp(usage: TokenUsage, context_window: int | None) -> tuple[TokenUsage, bool]:
    """Return the usage within what the model can do, and whether it was absurd.

    Neither prompt nor output can be larger than the window; up to a tenth more is believed. Parts
    of the prompt are cut in order of price: what was read from a cache is kept last. Negative
    parts become 0. Without a known window only those are mended.
    """
    most = HIGHEST_CHARGE if context_window is None else context_window * _TOLERANCE_PERCENT // 100
    read = min(max(usage.cache_read, 0), most)
    plain = min(max(usage.input, 0), most - read)
    write = min(max(usage.cache_write, 0), most - read - plain)
    output = min(max(usage.output, 0), most)
    reasoning = min(max(usage.reasoning, 0), output)
    clamped = TokenUsage(plain, read, write, output, reasoning)
    return clamped, clamped != usage
