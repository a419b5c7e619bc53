"""The administrators' page: whether money is in order, and everybody's purchases."""

from __future__ import annotations

import reflex as rx

from gptchina.components.codes_section import codes_section
from gptchina.components.desk_list import purchases_section
from gptchina.components.layout import for_admin, framed, page_header
from gptchina.components.money_health import health_section
from gptchina.components.page_style import page_style
from gptchina.components.pulse import pulse
from gptchina.components.text import t
from gptchina.state.desk import DeskState
from gptchina.state.money_health import MoneyHealthState

SECONDS = 4
MINUTE = 60


def page() -> rx.Component:
    """Return the page for administrators; for others there is none."""
    return for_admin(
        framed(
            page_style("desk"),
            page_header(t("Administration")),
            rx.el.div(
                purchases_section(),
                codes_section(),
                health_section(),
                class_name="sheet desk-sheet",
            ),
            pulse(seconds=SECONDS, on_beat=DeskState.follow),
            # What is counted there reads the whole ledger.
            pulse(seconds=MINUTE, on_beat=MoneyHealthState.load),
        )
    )
