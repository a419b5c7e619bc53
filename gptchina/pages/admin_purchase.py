"""One purchase, as administrators see it."""

from __future__ import annotations

import reflex as rx

from gptchina.components.desk_case import case_actions, case_sections
from gptchina.components.empty import missing_purchase
from gptchina.components.layout import for_admin, framed, page_header
from gptchina.components.links import link
from gptchina.components.page_style import page_style
from gptchina.components.pulse import pulse
from gptchina.components.refund_dialog import refund_dialog
from gptchina.components.text import t
from gptchina.state.desk_case import DeskCaseState

SECONDS = 3


def page() -> rx.Component:
    """Return the purchase for administrators; for others there is none."""
    return for_admin(
        framed(
            page_style("desk"),
            page_header(
                rx.cond(
                    DeskCaseState.purchase.number != "",
                    DeskCaseState.purchase.number,
                    t("Purchase"),
                ),
                case_actions(),
            ),
            rx.el.div(
                link("/admin", t("All purchases"), class_name="desk-back"),
                rx.cond(
                    DeskCaseState.missing,
                    missing_purchase(),
                    rx.cond(DeskCaseState.purchase.id != "", case_sections()),
                ),
                class_name="sheet desk-sheet",
            ),
            refund_dialog(),
            pulse(seconds=SECONDS, on_beat=DeskCaseState.follow),
        )
    )
