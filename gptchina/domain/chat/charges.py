"""What a turn is charged: the provider's own figures when there are any, else our count."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gptchina.domain import ledger, pricing
from gptchina.providers.llm import TokenUsage

if TYPE_CHECKING:
    from collections.abc import Callable
    from decimal import Decimal


@dataclass(frozen=True)
class Price:
    """The price a turn was promised, and our count of its prompt in model tokens."""

    rates: pricing.Rates
    markup: Decimal
    prompt_tokens: int
    context_window: int | None


@dataclass(frozen=True)
class Delivered:
    """What reached the reader of an answer."""

    text: str = ""
    reasoning: str = ""

    def __bool__(self) -> bool:
        """Whether anything was delivered at all."""
        return bool(self.text or self.reasoning)


def use_of(
    delivered: Delivered,
    reported: TokenUsage | None,
    price: Price,
    count: Callable[[list[str]], int],
    *,
    finished: bool,
) -> ledger.Use:
    """Return what a turn used and costs.

    An answer of which nothing was delivered costs nothing, whatever went wrong. Otherwise the
    provider's report decides; without one our own count does, marked as an estimate.

    Args:
        delivered: what reached the reader.
        reported: the provider's usage, if it came.
        price: the price fixed when the hold was made.
        count: counts the model tokens of a text.
        finished: whether the provider said that the answer was complete; a complete answer
            without usage is the provider's lapse and is flagged as such.
    """
    usage, flag = reported, ""
    if usage is None:
        usage, flag = _counted(delivered, price, count), "no_usage" if finished else ""
    usage, clamped = pricing.clamp(usage, price.context_window)
    if clamped:
        flag = "clamped"
    return ledger.Use(
        cost=pricing.charge(usage, price.rates, price.markup) if delivered else 0,
        input_tokens=usage.input,
        cache_read_tokens=usage.cache_read,
        cache_write_tokens=usage.cache_write,
        output_tokens=usage.output,
        reasoning_tokens=usage.reasoning,
        estimated=reported is None and bool(delivered),
        flag=flag if delivered else "",
    )


def _counted(delivered: Delivered, price: Price, count: Callable[[list[str]], int]) -> TokenUsage:
    reasoning = count([delivered.reasoning])
    return TokenUsage(
        input=price.prompt_tokens,
        cache_read=0,
        cache_write=0,
        output=count([delivered.text]) + reasoning,
        reasoning=reasoning,
    )
