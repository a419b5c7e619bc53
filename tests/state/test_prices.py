"""What the public pages show is what is billed, for every model, and nothing breaks them."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from math import ceil

import pytest
import reflex as rx
from hypothesis import given
from hypothesis import strategies as st

from gptchina.domain import catalog, estimates, payments
from gptchina.domain.catalog import OfferedModel
from gptchina.domain.chat.charges import Delivered, Price, use_of
from gptchina.domain.pricing import Rates
from gptchina.providers.llm import TokenUsage, client
from gptchina.settings import get_settings
from gptchina.state.feedback import MESSAGES
from gptchina.state.price_views import estimate_view, example_views, rate_view
from gptchina.state.prices import PricesState

TYPICAL = {"model": catalog.DEMO_MODEL, "question": "200", "answer": "300", "unit": "words"}
# Names as makers write them, with dates and without.
NAMES = (
    "gpt-4o-mini",
    "gpt-4o-mini-2024-07-18",
    "gpt-4o-2024-08-06",
    "gpt-4.1-mini-2025-04-14",
    "gpt-5-mini-2025-08-07",
    "o1-2024-12-17",
    "gpt-4o-mini-2031-01-01",
)
rate = st.decimals("0.0001", 1000, places=4)
rates = st.builds(Rates, rate, rate, rate, rate)
markup = st.decimals("0.01", 20, places=2)
counts = st.integers(0, 10**6)


def model_of(price: Rates, factor: Decimal) -> OfferedModel:
    return OfferedModel("m", "M", "openai", "m", price, factor, 10**9, 4096, 64)


def billed(model: OfferedModel, usage: TokenUsage) -> int:
    """Return what the end of a turn charges when the provider reports this use."""
    price = Price(model.rates, model.markup, 0, model.context_window)
    return use_of(Delivered("x"), usage, price, lambda _: 0, finished=True).cost


def assert_shown_is_billed(model: OfferedModel, usage: TokenUsage) -> None:
    shown = rate_view(model)
    exact = sum(
        count * Fraction(shown_rate)
        for count, shown_rate in (
            (usage.input, shown.input),
            (usage.cache_read, shown.cache_read),
            (usage.cache_write, shown.cache_write),
            (usage.output, shown.output),
        )
    )
    assert billed(model, usage) == ceil(exact)


@given(rates, markup, counts, counts, counts, counts)
def test_every_rate_shown_is_the_rate_billed(
    price: Rates, factor: Decimal, plain: int, read: int, write: int, output: int
) -> None:
    assert_shown_is_billed(model_of(price, factor), TokenUsage(plain, read, write, output, output))


@pytest.fixture
def configured(tmp_path, monkeypatch):
    """Offer models under dated names, with a markup."""
    file = tmp_path / "models.yaml"
    entries = "".join(f"  - {{id: {name}}}\n" for name in NAMES)
    file.write_text(f"markup: 1.37\nmodels:\n{entries}")
    settings = {"ENVIRONMENT": "test", "CONFIG_FILE": str(file), "OPENAI_API_KEY": "sk-a"}
    for name, value in {**settings, "DATA_DIR": str(tmp_path)}.items():
        monkeypatch.setenv(name, value)

    def forget():
        get_settings.cache_clear()
        client._language_model.cache_clear()
        catalog.forget()

    forget()
    yield
    monkeypatch.undo()
    forget()


@pytest.mark.usefixtures("configured")
def test_dated_names_are_shown_at_the_price_they_are_billed_at() -> None:
    offered = {model.id: model for model in catalog.offered()}
    assert set(offered) == set(NAMES)
    for model in offered.values():
        for usage in (TokenUsage(1, 0, 0, 0, 0), TokenUsage(7, 11, 13, 17, 5)):
            assert_shown_is_billed(model, usage)
    assert rate_view(offered["gpt-4o-mini-2024-07-18"]).input == "0.2055"


@given(rates, markup, counts, counts)
def test_an_estimate_is_the_bill_and_counts_whole_chats(
    price: Rates, factor: Decimal, question: int, answer: int
) -> None:
    model = model_of(price, factor)
    shown = estimate_view(model, question, answer, payments.offered_packages())
    assert shown.cost == billed(model, TokenUsage(question, 0, 0, answer, 0))
    packages = payments.offered_packages()
    assert [each.label for each in shown.packages] == [package.label for package in packages]
    for each, package in zip(shown.packages, packages, strict=True):
        if shown.cost:
            assert each.chats * shown.cost <= package.tokens < (each.chats + 1) * shown.cost
        worth = Fraction(shown.cost * package.price, package.tokens * 100)
        assert abs(Fraction(each.money) - worth) <= Fraction(1, 20_000)


def test_the_examples_are_of_a_cheap_a_usual_and_a_dear_model_and_are_billed_so() -> None:
    models = [
        model_of(Rates(each, Decimal(1), each, each), Decimal(1))
        for each in (Decimal(5), Decimal("0.25"), Decimal(1))
    ]
    nothing = Decimal(0)
    free = model_of(Rates(nothing, nothing, nothing, nothing), Decimal(1))
    shown = example_views([*models, free])
    assert [each.input for each in shown] == ["0.25", "1.00", "5.00"]
    by_rate = {rate_view(model).input: model for model in models}
    for each in shown:
        assert each.cost == billed(by_rate[each.input], TokenUsage(1100, 0, 0, 200, 0))
    assert example_views([free]) == []


@pytest.fixture
async def prices(database):
    state = await rx.State().get_state(PricesState)
    await PricesState.event_handlers["load"].fn(state)
    return state


async def calculate(state, form):
    await PricesState.event_handlers["calculate"].fn(state, form)


async def test_a_visitor_sees_a_typical_chat_at_once(prices):
    assert prices.loaded
    assert [model.id for model in prices.models] == [catalog.DEMO_MODEL]
    assert (prices.estimate.cost, prices.estimate.claim_chats) == (273, 20_000 // 273)
    assert (prices.estimate.question, prices.estimate.answer) == (260, 390)
    assert [each.chats for each in prices.estimate.packages][:1] == [366]


async def test_the_length_is_counted_in_words_characters_or_tokens(prices):
    for unit, question in (("words", 260), ("characters", 200), ("tokens", 200)):
        await calculate(prices, {**TYPICAL, "unit": unit})
        assert prices.estimate.question == question


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"question": "-1"}, "invalid_length"),
        ({"question": "1.5"}, "invalid_length"),
        ({"answer": "٣"}, "invalid_length"),
        ({"answer": "9" * 12}, "invalid_length"),
        ({"answer": str(estimates.LONGEST + 1)}, "invalid_length"),
        ({"model": "gpt-0"}, "model_not_offered"),
        ({"unit": "pages"}, "invalid_request"),
        ({"question": None}, "invalid_request"),
        ({"model": ["x"]}, "invalid_request"),
    ],
)
async def test_what_cannot_be_calculated_is_told_and_the_last_figures_stay(prices, given, code):
    await calculate(prices, {**TYPICAL, **given})
    assert prices.error == MESSAGES[code]
    assert prices.estimate.cost == 273
    await calculate(prices, TYPICAL)
    assert prices.error == ""


@pytest.mark.parametrize("form", [None, 5, "x", [], {"question": "1"}])
async def test_no_form_breaks_the_calculator(prices, form):
    await calculate(prices, form)
    assert prices.error
