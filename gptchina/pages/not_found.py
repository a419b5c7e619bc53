"""The page for an address that leads nowhere."""

from __future__ import annotations

import reflex as rx

from gptchina.components.brand import brand_link
from gptchina.components.layout import alone
from gptchina.components.links import link
from gptchina.components.text import t


def page() -> rx.Component:
    """Return the word that there is nothing here, and the way home."""
    return alone(
        rx.el.div(
            brand_link(),
            rx.el.main(
                rx.el.h1(t("There is no page here"), class_name="hero-title"),
                rx.el.p(t("The address may be old or mistyped."), class_name="hero-text"),
                link("/", t("Go to the start"), class_name="button button-primary"),
                class_name="nowhere-words",
            ),
            class_name="nowhere",
        )
    )
