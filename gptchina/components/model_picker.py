"""Which model answers, and what it costs."""

from __future__ import annotations

import reflex as rx

from gptchina.components.icons import icon
from gptchina.components.text import t
from gptchina.state.chat import ChatState
from gptchina.state.views import ModelView


def model_picker() -> rx.Component:
    """Return the choice of the model as the browser's own select."""
    return rx.el.div(
        rx.el.select(
            rx.foreach(ChatState.models, _option),
            value=ChatState.model,
            on_change=ChatState.choose_model,
            aria_label=t("Model"),
            class_name="model-select",
        ),
        icon("chevron-down"),
        class_name="model-picker",
    )


def _option(model: ModelView) -> rx.Component:
    return rx.el.option(model.name, value=model.id, key=model.id)


def chosen_model_rates() -> rx.Component:
    """Return the chosen model's name and what a million of its tokens cost."""
    return rx.foreach(
        ChatState.models,
        lambda model: rx.cond(model.id == ChatState.model, _rates(model)),
    )


def _rates(model: ModelView) -> rx.Component:
    return rx.el.p(
        rx.el.span(model.name, class_name="rates-name"),
        rx.el.span(
            t(
                "Input {input} · Output {output} USD per 1M tokens",
                input=model.input_rate,
                output=model.output_rate,
            ),
            class_name="figures",
        ),
        class_name="rates",
    )


def demo_line() -> rx.Component:
    """Return the line under the composer that says when the demo model answers."""
    return rx.foreach(
        ChatState.models,
        lambda model: rx.cond(
            (model.id == ChatState.model) & model.demo,
            rx.el.span(t("Answers come from the built-in demo model.")),
        ),
    )
