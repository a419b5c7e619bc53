"""The mark and the name of the product."""

from __future__ import annotations

import reflex as rx

from gptchina.components.links import link

NAME = "GPTChina"
BUBBLE = (
    "M10 9.5h12a2.5 2.5 0 0 1 2.5 2.5v6a2.5 2.5 0 0 1-2.5 2.5H10A2.5 2.5 0 0 1 7.5 18v-6"
    "A2.5 2.5 0 0 1 10 9.5ZM16 5.5v21"
)


def brand_mark() -> rx.Component:
    """Return the mark: a speech bubble that reads as the character for the middle."""
    return rx.el.svg(
        rx.el.rect(x="0", y="0", width="32", height="32", rx="8.5", class_name="brand-tile"),
        rx.el.path(d=BUBBLE, class_name="brand-line"),
        view_box="0 0 32 32",
        class_name="brand-mark",
        aria_hidden="true",
    )


def brand_link() -> rx.Component:
    """Return the mark and the name as the link home."""
    return link("/", brand_mark(), rx.el.span(NAME, class_name="brand-name"), class_name="brand")
