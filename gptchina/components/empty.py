"""What a page shows when there is nothing yet, and when there is nothing at all."""

from __future__ import annotations

import reflex as rx

from gptchina.components.brand import brand_link
from gptchina.components.composer import prompt_button
from gptchina.components.icons import IconName, icon
from gptchina.components.links import link
from gptchina.components.model_picker import chosen_model_rates
from gptchina.components.text import t
from gptchina.state.session import SessionState


def new_chat_greeting() -> rx.Component:
    """Return the greeting of an empty chat, the model's rates and prompts to start with."""
    return rx.el.div(
        rx.el.h2(t("Hello, {name}", name=SessionState.name), class_name="greeting-title"),
        rx.el.p(t("What would you like to know or get done?"), class_name="greeting-text"),
        chosen_model_rates(),
        rx.el.div(
            _prompt("sparkle", t("Explain"), t("Explain how large language models work")),
            _prompt("pencil", t("Write"), t("Write a friendly reply to a customer's complaint")),
            _prompt("globe", t("Translate"), t("Translate a product text into Chinese")),
            _prompt("cube", t("Program"), t("Write a Python function that parses dates")),
            class_name="prompts",
        ),
        class_name="greeting",
    )


def _prompt(symbol: IconName, title: rx.Var[str], text: rx.Var[str]) -> rx.Component:
    return prompt_button(
        icon(symbol),
        rx.el.span(
            rx.el.span(title, class_name="prompt-title"),
            rx.el.span(text, class_name="prompt-text"),
            class_name="prompt-words",
        ),
        text=text,
        class_name="prompt",
    )


def missing_chat() -> rx.Component:
    """Return what stands in place of a chat that is not there for this reader."""
    return rx.el.div(
        icon("alert"),
        rx.el.h2(t("This chat is not here"), class_name="greeting-title"),
        rx.el.p(t("It was deleted, or it belongs to another account."), class_name="greeting-text"),
        link("/", t("Start a new chat"), class_name="button button-primary"),
        class_name="greeting missing",
    )


def missing_purchase() -> rx.Component:
    """Return what stands in place of a purchase that does not exist."""
    return rx.el.div(
        icon("alert"),
        rx.el.h2(t("There is no such purchase"), class_name="greeting-title"),
        link("/admin", t("All purchases"), class_name="button button-primary"),
        class_name="greeting missing",
    )


def nowhere() -> rx.Component:
    """Return the word that there is nothing at this address, and the way home."""
    return rx.el.div(
        brand_link(),
        rx.el.main(
            rx.el.h1(t("There is no page here"), class_name="hero-title"),
            rx.el.p(t("The address may be old or mistyped."), class_name="hero-text"),
            link("/", t("Go to the start"), class_name="button button-primary"),
            class_name="nowhere-words",
        ),
        class_name="nowhere",
    )
