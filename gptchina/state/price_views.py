"""What the pages about prices show: frozen, plain, ready to be sent to a browser."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from gptchina.domain import estimates, payments
from gptchina.domain.pricing import shown_rate
from gptchina.settings import get_settings

if TYPE_CHECKING:
    from gptchina.domain.catalog import OfferedModel
    from gptchina.domain.payments import Package

# The example of the guide: what was said before, with a new question, and the answer.
EXAMPLE_QUESTION = 1100
EXAMPLE_ANSWER = 200
# About how many model tokens a hundred of each are.
HUNDRED_WORDS = estimates.model_tokens(100, "words")
HUNDRED_CHARACTERS = estimates.model_tokens(100, "characters")


@dataclass(frozen=True)
class RateView:
    """A model with what it costs: USD per million model tokens, and tokens for a typical chat."""

    id: str
    name: str
    vendor: str
    tier: str
    input: str
    output: str
    cache_read: str
    cache_write: str
    typical: int


@dataclass(frozen=True)
class ChatPriceView:
    """What one chat costs in money by a package, and how many such chats the package buys.

    `money` is in the major unit, with two digits more than the currency has.
    """

    label: str
    price: int
    currency: str
    money: str
    chats: int


@dataclass(frozen=True)
class EstimateView:
    """What a chat costs: `question` and `answer` in model tokens, `cost` in tokens of credit."""

    model: str = ""
    name: str = ""
    question: int = 0
    answer: int = 0
    cost: int = 0
    claim: int = 0
    claim_chats: int = 0
    packages: list[ChatPriceView] = field(default_factory=list[ChatPriceView])


@dataclass(frozen=True)
class ExampleView:
    """The worked example of the guide for one model."""

    name: str
    input: str
    output: str
    cost: int


def rate_view(model: OfferedModel) -> RateView:
    """Return a model's rates as they are charged, markup included."""
    rates, markup = model.rates, model.markup
    return RateView(
        id=model.id,
        name=model.name,
        vendor=model.vendor,
        tier=estimates.tier_of(model),
        input=shown_rate(rates.input, markup),
        output=shown_rate(rates.output, markup),
        cache_read=shown_rate(rates.cache_read, markup),
        cache_write=shown_rate(rates.cache_write, markup),
        typical=estimates.typical_chat_cost(model),
    )


def estimate_view(
    model: OfferedModel, question: int, answer: int, packages: list[Package]
) -> EstimateView:
    """Return what a chat with a model costs that reads and writes so many model tokens."""
    cost = estimates.chat_cost(model, question, answer)
    claim = get_settings().claim_amount
    return EstimateView(
        model=model.id,
        name=model.name,
        question=question,
        answer=answer,
        cost=cost,
        claim=claim,
        claim_chats=estimates.chats_for(claim, cost) or 0,
        packages=[_chat_price(package, cost) for package in packages],
    )


def _chat_price(package: Package, cost: int) -> ChatPriceView:
    worth = estimates.money_for(cost, tokens=package.tokens, price=package.price)
    digits = payments.decimals(package.currency) + 2
    return ChatPriceView(
        label=package.label,
        price=package.price,
        currency=package.currency,
        money=f"{Decimal(worth).scaleb(-digits):.{digits}f}",
        chats=estimates.chats_for(package.tokens, cost) or 0,
    )


def example_views(models: list[OfferedModel]) -> list[ExampleView]:
    """Return the example for the cheapest model, one between and the dearest, as far as offered."""
    # A model that costs nothing shows nothing.
    priced = [model for model in models if not model.rates.free]
    ordered = sorted(priced, key=estimates.typical_chat_cost)
    places = sorted({0, len(ordered) // 2, len(ordered) - 1}) if ordered else []
    return [
        ExampleView(
            name=model.name,
            input=shown_rate(model.rates.input, model.markup),
            output=shown_rate(model.rates.output, model.markup),
            cost=estimates.chat_cost(model, EXAMPLE_QUESTION, EXAMPLE_ANSWER),
        )
        for model in (ordered[place] for place in places)
    ]
