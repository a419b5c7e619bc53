"""Charges are exact, monotone, rounded up once, and never beyond what was held."""

from __future__ import annotations

import ast
from decimal import Decimal
from fractions import Fraction
from math import ceil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gptchina.domain import pricing
from gptchina.domain.pricing import (
    PriceError,
    Rates,
    affordable_output,
    charge,
    checked_markup,
    clamp,
    worst_case,
)
from gptchina.providers.llm import TokenUsage

ONE = Decimal(1)
DEMO = Rates(Decimal("0.15"), Decimal("0.60"), Decimal("0.15"), Decimal("0.15"))
FREE = Rates(Decimal(0), Decimal(0), Decimal(0), Decimal(0))
DEAR = Rates(Decimal(1000), Decimal(1000), Decimal(1000), Decimal(1000))

counts = st.integers(0, 10**7)
rate = st.decimals(Decimal("0.0001"), Decimal(1000), places=4)
rates = st.builds(Rates, rate, rate, rate, rate)
markups = st.decimals(Decimal("0.01"), Decimal(20), places=2)


@st.composite
def usages(draw: st.DrawFn) -> TokenUsage:
    plain, read, write, output = (draw(counts) for _ in range(4))
    return TokenUsage(plain, read, write, output, draw(st.integers(0, output)))


def exact(usage: TokenUsage, price: Rates, markup: Decimal) -> Fraction:
    parts = (
        (usage.input, price.input),
        (usage.cache_read, price.cache_read),
        (usage.cache_write, price.cache_write),
        (usage.output, price.output),
    )
    return sum((count * Fraction(value) for count, value in parts), Fraction()) * Fraction(markup)


@pytest.mark.parametrize(
    ("usage", "markup", "expected"),
    [
        (TokenUsage(200, 0, 0, 400, 0), "1.0", 270),
        (TokenUsage(1, 0, 0, 0, 0), "1.0", 1),
        (TokenUsage(0, 0, 0, 0, 0), "1.0", 0),
        (TokenUsage(1, 0, 0, 1, 1), "1.0", 1),
        (TokenUsage(1_000_000, 0, 0, 1_000_000, 0), "1.0", 750_000),
        (TokenUsage(200, 0, 0, 400, 0), "1.25", 338),
    ],
)
def test_known_turns_cost_what_they_should(usage: TokenUsage, markup: str, expected: int) -> None:
    assert charge(usage, DEMO, Decimal(markup)) == expected


@given(usages(), rates, markups)
def test_a_charge_is_the_exact_cost_rounded_up_once(
    usage: TokenUsage, price: Rates, markup: Decimal
) -> None:
    assert charge(usage, price, markup) == ceil(exact(usage, price, markup))


@given(usages(), usages(), rates, markups)
def test_more_of_any_part_never_costs_less(
    usage: TokenUsage, more: TokenUsage, price: Rates, markup: Decimal
) -> None:
    grown = TokenUsage(
        usage.input + more.input,
        usage.cache_read + more.cache_read,
        usage.cache_write + more.cache_write,
        usage.output + more.output,
        usage.reasoning + more.reasoning,
    )
    assert charge(grown, price, markup) >= charge(usage, price, markup)


@given(st.lists(usages(), min_size=1, max_size=20), rates, markups)
def test_many_charges_differ_from_the_exact_sum_by_less_than_their_number(
    turns: list[TokenUsage], price: Rates, markup: Decimal
) -> None:
    charged = sum(charge(turn, price, markup) for turn in turns)
    owed = sum(exact(turn, price, markup) for turn in turns)
    assert 0 <= charged - owed < len(turns)


@given(usages(), rates, markups)
def test_no_usage_within_the_hold_costs_more_than_the_hold(
    usage: TokenUsage, price: Rates, markup: Decimal
) -> None:
    assert charge(usage, price, markup) <= worst_case(usage.prompt, usage.output, price, markup)


@given(st.integers(0, 10**9), st.integers(0, 10**6), rates, markups)
def test_the_affordable_output_is_the_largest_that_is_paid_for(
    available: int, prompt: int, price: Rates, markup: Decimal
) -> None:
    output = affordable_output(available, prompt, price, markup)
    if output > 0:
        assert worst_case(prompt, output, price, markup) <= available
    if output < pricing.MOST_OUTPUT:
        assert worst_case(prompt, output + 1, price, markup) > available


def test_a_free_model_affords_everything() -> None:
    assert affordable_output(0, 1000, FREE, ONE) == pricing.MOST_OUTPUT
    assert charge(TokenUsage(10**6, 0, 0, 10**6, 0), FREE, ONE) == 0


@pytest.mark.parametrize("value", ["-0.1", "NaN", "sNaN", "Infinity", "-Infinity", "0", "1000001"])
@pytest.mark.parametrize("part", range(4))
def test_a_rate_that_is_no_price_is_refused(part: int, value: str) -> None:
    parts = [ONE] * 4
    parts[part] = Decimal(value)
    with pytest.raises(PriceError):
        Rates(parts[0], parts[1], parts[2], parts[3])


def test_a_rate_must_be_a_decimal() -> None:
    with pytest.raises(PriceError):
        Rates(0.15, ONE, ONE, ONE)  # pyright: ignore[reportArgumentType]


def test_a_model_is_free_altogether_or_not_at_all() -> None:
    assert FREE.free
    assert not DEMO.free
    with pytest.raises(PriceError):
        Rates(ONE, Decimal(0), Decimal(0), Decimal(0))


@pytest.mark.parametrize("value", ["0", "-1", "NaN", "Infinity", "1001"])
def test_a_markup_that_is_none_is_refused(value: str) -> None:
    with pytest.raises(PriceError):
        checked_markup(Decimal(value))


def test_negative_counts_are_refused() -> None:
    with pytest.raises(ValueError, match="negative"):
        charge(TokenUsage(-1, 0, 0, 0, 0), DEMO, ONE)
    with pytest.raises(ValueError, match="negative"):
        worst_case(0, -1, DEMO, ONE)


def test_a_charge_beyond_64_bits_is_refused() -> None:
    with pytest.raises(PriceError):
        charge(TokenUsage(10**20, 0, 0, 0, 0), DEAR, ONE)


@given(usages(), st.integers(1, 10**6))
def test_clamped_usage_is_within_the_model_and_flagged(usage: TokenUsage, window: int) -> None:
    clamped, flagged = clamp(usage, window)
    assert clamped.prompt <= window * 1.1
    assert clamped.output <= window * 1.1
    assert min(clamped.input, clamped.cache_read, clamped.cache_write, clamped.reasoning) >= 0
    assert flagged == (clamped != usage)
    assert charge(clamped, DEMO, ONE) <= charge(usage, DEMO, ONE)


def test_absurd_usage_is_cut_and_ordinary_usage_is_left() -> None:
    ordinary = TokenUsage(100, 50, 0, 400, 20)
    assert clamp(ordinary, 128_000) == (ordinary, False)
    assert clamp(ordinary, None) == (ordinary, False)
    clamped, flagged = clamp(TokenUsage(4 * 10**9, 0, 0, 4 * 10**9, 0), 128_000)
    assert flagged
    assert (clamped.input, clamped.output) == (140_800, 140_800)
    assert clamp(TokenUsage(-5, 0, 0, 7, 9), None) == (TokenUsage(0, 0, 0, 7, 7), True)


def test_no_float_is_written_in_the_pricing_module() -> None:
    tree = ast.parse(Path(pricing.__file__).read_text())
    for node in ast.walk(tree):
        assert not (isinstance(node, ast.Constant) and isinstance(node.value, float))
        assert not (isinstance(node, ast.Name) and node.id == "float")
        assert not isinstance(node, ast.Div)


@pytest.mark.parametrize(
    ("rate", "markup", "shown"),
    [
        ("0.15", "1", "0.15"),
        ("3", "1", "3.00"),
        ("10", "1", "10.00"),
        ("0.075", "1", "0.075"),
        ("0.028", "1.5", "0.042"),
        ("0.5", "1.1", "0.55"),
        ("0", "1", "0.00"),
    ],
)
def test_a_shown_rate_is_exact_and_has_the_markup(rate: str, markup: str, shown: str) -> None:
    assert pricing.shown_rate(Decimal(rate), Decimal(markup)) == shown


@given(
    st.decimals("0.000001", 10_000, places=6),
    st.decimals("0.01", 100, places=4),
    st.integers(1, 10**6),
)
def test_what_is_shown_is_what_is_charged(rate: Decimal, markup: Decimal, count: int) -> None:
    rates = pricing.Rates(input=rate, output=rate, cache_read=rate, cache_write=rate)
    shown = Decimal(pricing.shown_rate(rate, markup))
    usage = TokenUsage(count, 0, 0, 0, 0)
    exact = Fraction(shown) * count
    assert pricing.charge(usage, rates, markup) == -(-exact.numerator // exact.denominator)
