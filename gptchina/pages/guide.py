"""The guide to tokens, for everybody."""

from __future__ import annotations

import reflex as rx

from gptchina.components.guide_sections import basics, course_of_an_answer, example, saving
from gptchina.components.page_style import page_style
from gptchina.components.public_page import public_page
from gptchina.components.text import t


def page() -> rx.Component:
    """Return what tokens are, when they are charged, and an example."""
    return public_page(t("How tokens work"), _content)


def _content() -> rx.Component:
    return rx.el.div(
        page_style("prices"),
        basics(),
        course_of_an_answer(),
        example(),
        saving(),
        class_name="sheet guide-sheet",
    )
