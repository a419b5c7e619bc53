"""What a chat of a given length costs, before it is held: the real rates, the guessed lengths."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Literal, get_args

from gptchina.domain.errors import DomainError
from gptchina.domain.pricing import EXACT, charge
from gptchina.providers.llm import TokenUsage

if TYPE_CHECKING:
    from gptchina.domain.catalog import OfferedModel

Unit = Literal["words", "characters", "tokens"]
Tier = Literal["budget", "mid", "premium"]

# Model tokens for ten of each: an English word is about 1.3 tokens, a Chinese character about one.
# Encodings differ; these are at the upper end of what the public ones need for ordinary text.
_PER_TEN: dict[Unit, int] = {"words": 13, "characters": 10, "tokens": 10}
UNITS: tuple[Unit, ...] = get_args(Unit)

# A typical chat: one question and one answer, in English words.
TYPICAL_QUESTION = 200
TYPICAL_ANSWER = 300

LONGEST = 10_000_000

# Input and output rate together, in USD per million model tokens, up to which a model belongs.
_BUDGET = Decimal(2)
_MID = Decimal(20)


class InvalidLengthError(DomainError):
    """A length that is no whole number from 0 to LONGEST, or of an unknown unit."""

    code = "invalid_length"


def model_tokens(length: int, unit: Unit) -> int:
    """Return about how many model tokens a text of that length is, rounded up.

    Raises:
        InvalidLengthError: the length is not between 0 and LONGEST, or the unit is unknown.
    """
    if unit not in _PER_TEN or not 0 <= length <= LONGEST:
        raise InvalidLengthError(longest=LONGEST)
    return -(-length * _PER_TEN[unit] // 10)


def chat_cost(model: OfferedModel, question: int, answer: int) -> int:
    """Return what a chat costs that reads and writes so many model tokens, in tokens of credit.

    Nothing is taken to come from a cache, and all of the answer is billed alike, as it is.
    """
    usage = TokenUsage(question, 0, 0, answer, 0)
    return charge(usage, model.rates, model.markup)


def typical_chat_cost(model: OfferedModel) -> int:
    """Return what a typical chat costs, in tokens of credit: 200 words asked, 300 answered."""
    return chat_cost(
        model,
        model_tokens(TYPICAL_QUESTION, "words"),
        model_tokens(TYPICAL_ANSWER, "words"),
    )


def chats_for(tokens: int, cost: int) -> int | None:
    """Return how many whole chats of a cost some tokens of credit pay for; None for no end."""
    return tokens // cost if cost else None


def tier_of(model: OfferedModel) -> Tier:
    """Return how dear a model is, by its input and output rate together, markup included."""
    listed = EXACT.add(model.rates.input, model.rates.output)
    total = EXACT.multiply(listed, model.markup)
    if total <= _BUDGET:
        return "budget"
    return "mid" if total <= _MID else "premium"


def money_for(cost: int, *, tokens: int, price: int) -> int:
    """Return what a cost in tokens is worth in hundredths of a minor unit, rounded to the nearest.

    The worth is that of a package of so many tokens for a price in minor units.
    """
    return (200 * cost * price + tokens) // (2 * tokens)
