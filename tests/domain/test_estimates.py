"""What a chat is said to cost is what it is billed: the faults of the old price page, as tests."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gptchina.domain.catalog import OfferedModel
from gptchina.domain.estimates import (
    InvalidLengthError,
    chat_cost,
    chats_for,
    model_tokens,
    money_for,
    tier_of,
    typical_chat_cost,
)
from gptchina.domain.pricing import Rates, charge
from gptchina.providers.llm import TokenUsage


def offered(rate_in: str, rate_out: str, markup: str = "1") -> OfferedModel:
    rates = Rates(Decimal(rate_in), Decimal(rate_out), Decimal(rate_in), Decimal(rate_in))
    return OfferedModel(
        id="m",
        name="M",
        vendor="openai",
        upstream="m",
        rates=rates,
        markup=Decimal(markup),
        context_window=128_000,
        max_output=4096,
        min_output=64,
    )


@pytest.mark.parametrize(
    ("rates", "cost", "chats"),
    [
        (("0.15", "0.6"), 273, 366),
        (("2.5", "10"), 4550, 21),
        (("3", "15"), 6630, 15),
        (("15", "60"), 27300, 3),
    ],
)
def test_a_typical_chat_costs_what_it_is_billed_and_a_package_buys_so_many(
    rates: tuple[str, str], cost: int, chats: int
) -> None:
    """The old page claimed 205,000 chats for 100,000 tokens with the first of these."""
    model = offered(*rates)
    assert typical_chat_cost(model) == cost
    assert chats_for(100_000, cost) == chats


def test_chats_are_counted_in_the_unit_they_are_paid_in() -> None:
    """The old page divided tokens by dollars: 20,512,820 chats from one daily claim."""
    model = offered("0.15", "0.6")
    cost = chat_cost(model, model_tokens(1000, "words"), model_tokens(1000, "words"))
    assert (cost, chats_for(20_000, cost)) == (975, 20)


@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_the_estimate_comes_from_the_rates_of_the_model(question: int, answer: int) -> None:
    """The old calculator showed the same for every model."""
    cheap, dear = offered("0.15", "0.6"), offered("15", "60", "1.5")
    for model in (cheap, dear):
        billed = charge(TokenUsage(question, 0, 0, answer, 0), model.rates, model.markup)
        assert chat_cost(model, question, answer) == billed
    if question + answer:
        assert chat_cost(cheap, question, answer) < chat_cost(dear, question, answer)


@given(st.integers(0, 10**12), st.integers(1, 10**9))
def test_the_chats_are_the_most_that_the_tokens_pay_for(tokens: int, cost: int) -> None:
    chats = chats_for(tokens, cost)
    assert chats is not None
    assert chats * cost <= tokens < (chats + 1) * cost


def test_a_free_model_has_no_end() -> None:
    assert typical_chat_cost(offered("0", "0")) == 0
    assert chats_for(100, 0) is None


@pytest.mark.parametrize(
    ("length", "unit", "tokens"),
    [(200, "words", 260), (1, "words", 2), (0, "words", 0), (7, "characters", 7), (9, "tokens", 9)],
)
def test_lengths_become_model_tokens_rounded_up(length: int, unit: str, tokens: int) -> None:
    assert model_tokens(length, unit) == tokens  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize(("length", "unit"), [(-1, "words"), (10**9, "words"), (1, "pages")])
def test_what_is_no_length_is_refused(length: int, unit: str) -> None:
    with pytest.raises(InvalidLengthError):
        model_tokens(length, unit)  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize(
    ("rate_in", "rate_out", "markup", "tier"),
    [
        ("0.15", "0.6", "1", "budget"),
        ("0.4", "1.6", "1", "budget"),
        ("0.4", "1.6", "1.01", "mid"),
        ("2.5", "10", "1", "mid"),
        ("5", "15", "1", "mid"),
        ("5", "15.01", "1", "premium"),
        ("0", "0", "1", "budget"),
    ],
)
def test_tiers_are_by_what_is_paid(rate_in: str, rate_out: str, markup: str, tier: str) -> None:
    assert tier_of(offered(rate_in, rate_out, markup)) == tier


def test_money_depends_on_model_and_package() -> None:
    """The old page took ¥10 per 100,000 for every model and every package."""
    cheap, dear = (typical_chat_cost(offered(*rates)) for rates in (("0.15", "0.6"), ("15", "60")))
    assert money_for(cheap, tokens=100_000, price=1000) == 273  # 2.73 fen
    assert money_for(dear, tokens=100_000, price=1000) == 27_300
    assert money_for(dear, tokens=10_000_000, price=28_000) == 7_644


@given(st.integers(0, 10**9), st.integers(1, 10**9), st.integers(1, 10**9))
def test_money_is_the_nearest_hundredth(cost: int, tokens: int, price: int) -> None:
    exact = Fraction(100 * cost * price, tokens)
    assert abs(money_for(cost, tokens=tokens, price=price) - exact) <= Fraction(1, 2)
