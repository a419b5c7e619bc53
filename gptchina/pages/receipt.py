"""The receipt of one purchase, for the screen and for paper."""

from __future__ import annotations

import reflex as rx

from gptchina.components.layout import for_account, framed, page_header
from gptchina.components.page_style import page_style
from gptchina.components.receipt_sheet import receipt_actions, receipt_sheet
from gptchina.components.text import t


def page() -> rx.Component:
    """Return the receipt in the frame, which stays off the paper."""
    return for_account(
        framed(
            page_style("receipt"),
            page_header(t("Receipt"), receipt_actions()),
            rx.el.div(receipt_sheet(), class_name="sheet receipt-sheet"),
        )
    )
