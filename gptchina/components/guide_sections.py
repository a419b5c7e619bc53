"""The guide to tokens: what is billed, when, and an example computed by what bills."""

from __future__ import annotations

import reflex as rx

from gptchina.components.links import link
from gptchina.components.text import t, tokens
from gptchina.state.price_views import (
    EXAMPLE_ANSWER,
    EXAMPLE_QUESTION,
    HUNDRED_CHARACTERS,
    HUNDRED_WORDS,
    ExampleView,
)
from gptchina.state.prices import PricesState


def basics() -> rx.Component:
    """Return what a token is, and what of a chat is counted."""
    return rx.fragment(
        _section(
            t("What a token is"),
            t(
                "Tokens are this platform's currency. Each model has a rate for what it reads and "
                "one for what it writes; a model that costs USD 1 per 1M takes one token of yours "
                "for each of its own."
            ),
            t("So 1,000,000 tokens pay for USD 1 of a model's use at the rates shown here."),
        ),
        _section(
            t("What is counted"),
            t(
                "Models read and write small pieces of text: about {words} of them for 100 English "
                "words, about {characters} for 100 Chinese characters.",
                words=HUNDRED_WORDS,
                characters=HUNDRED_CHARACTERS,
            ),
            t(
                "With each question the model reads the whole conversation again, which is billed "
                "at the input rate. What it writes is billed at the output rate."
            ),
        ),
        _section(
            t("Thinking counts as output"),
            t(
                "Some models think before they answer. These reasoning tokens are part of the "
                "output and billed at the output rate, also where the thinking is not shown."
            ),
        ),
        _section(
            t("Cached text is billed at its own rate"),
            t(
                "When a maker still knows the beginning of a conversation, that part costs the "
                "cache read rate; putting it there costs the cache write rate. A maker without "
                "such rates takes the input rate for both."
            ),
        ),
    )


def course_of_an_answer() -> rx.Component:
    """Return when tokens are held, charged and given back."""
    return rx.fragment(
        _section(
            t("Before the answer: a hold"),
            t(
                "What the answer can cost at most is held before it starts, so that you can never "
                "spend more than you have. If the balance is too small for a full answer, a "
                "shorter one is allowed; if it is too small for any, nothing is held."
            ),
        ),
        _section(
            t("After it: the exact cost"),
            t(
                "When it ends you pay what it used, rounded up once to a whole token, and the rest "
                "of the hold is yours again. You never pay more than was held."
            ),
        ),
        _section(
            t("When you stop it, or it breaks off"),
            t(
                "You pay for what was delivered until then, and for the reading. An answer that "
                "failed before its first piece costs nothing."
            ),
        ),
    )


def example() -> rx.Component:
    """Return one question and answer, priced for a cheap, a usual and a dear model."""
    return rx.el.section(
        rx.el.h2(t("An example"), class_name="section-title"),
        rx.el.p(
            t(
                "A conversation so far and a new question of {question} model tokens together, and "
                "an answer of {answer}:",
                question=EXAMPLE_QUESTION,
                answer=EXAMPLE_ANSWER,
            ),
            class_name="section-text",
        ),
        rx.el.table(
            rx.el.thead(
                rx.el.tr(
                    rx.el.th(t("Model"), scope="col"),
                    rx.el.th(t("Reading and writing"), scope="col"),
                    rx.el.th(t("Tokens"), scope="col"),
                )
            ),
            rx.el.tbody(rx.foreach(PricesState.examples, _example)),
            class_name="guide-example",
        ),
        class_name="prices-section",
    )


def _example(each: ExampleView) -> rx.Component:
    return rx.el.tr(
        rx.el.th(each.name, scope="row"),
        rx.el.td(
            f"{EXAMPLE_QUESTION:,} × ",  # noqa: RUF001 -- the sign of multiplication
            each.input,
            f" + {EXAMPLE_ANSWER:,} × ",  # noqa: RUF001
            each.output,
            class_name="figures",
        ),
        rx.el.td(tokens(each.cost), class_name="figures"),
    )


def saving() -> rx.Component:
    """Return how to make tokens last longer."""
    return rx.el.section(
        rx.el.h2(t("Making tokens last"), class_name="section-title"),
        rx.el.ul(
            rx.el.li(t("Begin a new chat for a new subject: a long one is read again each time.")),
            rx.el.li(t("Take a smaller model for simple things.")),
            rx.el.li(t("Ask for a short answer when that is enough.")),
            class_name="guide-list",
        ),
        rx.el.p(link("/pricing", t("All rates, and a calculator")), class_name="section-text"),
        class_name="prices-section",
    )


def _section(title: rx.Var[str], *paragraphs: rx.Var[str]) -> rx.Component:
    return rx.el.section(
        rx.el.h2(title, class_name="section-title"),
        *[rx.el.p(text, class_name="section-text") for text in paragraphs],
        class_name="prices-section",
    )
