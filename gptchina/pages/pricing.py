"""The page about prices, for everybody: rates of all models, and what a chat would cost."""

from __future__ import annotations

import reflex as rx

from gptchina.components.links import link
from gptchina.components.page_style import page_style
from gptchina.components.price_list import calculator, rates_table
from gptchina.components.public_page import public_page
from gptchina.components.text import t
from gptchina.state.prices import PricesState


def page() -> rx.Component:
    """Return the rates and the calculator."""
    return public_page(t("Pricing"), _content)


def _content() -> rx.Component:
    return rx.el.div(
        page_style("prices"),
        rx.cond(PricesState.loaded, rx.fragment(_calculator(), _rates()), _skeleton()),
        class_name="sheet prices-sheet",
    )


def _calculator() -> rx.Component:
    return rx.el.section(
        rx.el.h2(t("What a chat costs"), class_name="section-title"),
        calculator(
            models=PricesState.models,
            estimate=PricesState.estimate,
            error=rx.cond(PricesState.error, t(PricesState.error, PricesState.error_params), ""),
            on_calculate=PricesState.calculate,
        ),
        class_name="prices-section",
    )


def _rates() -> rx.Component:
    return rx.el.section(
        rx.el.h2(t("Rates"), class_name="section-title"),
        rx.el.p(
            t(
                "USD per 1M model tokens, exactly as they are charged. The tier is by input and "
                "output together: up to 2 is budget, up to 20 mid-range, above it premium."
            ),
            " ",
            link("/guide", t("How tokens work")),
            class_name="section-text",
        ),
        rx.cond(
            PricesState.models,
            rates_table(models=PricesState.models),
            rx.el.p(t("No model is offered at the moment."), class_name="prices-empty"),
        ),
        class_name="prices-section",
    )


def _skeleton() -> rx.Component:
    return rx.el.div(
        rx.el.span(t("Loading…"), class_name="visually-hidden"),
        rx.el.span(class_name="skeleton skeleton-prices"),
        rx.el.span(class_name="skeleton skeleton-prices"),
        role="status",
        class_name="prices-section",
    )
