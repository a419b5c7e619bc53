"""The page that accounts for every token: charts, the history, and a file of it."""

from __future__ import annotations

import reflex as rx

from gptchina.components.device_zone import device_zone
from gptchina.components.layout import for_account, framed, page_header
from gptchina.components.page_style import page_style
from gptchina.components.text import t
from gptchina.components.usage_sections import figures, history, period_choice
from gptchina.state.usage import UsageState
from gptchina.state.wallet import WalletState


def page() -> rx.Component:
    """Return the figures of a period and every entry of the ledger."""
    return for_account(
        framed(
            page_style("usage"),
            page_header(t("Usage")),
            rx.cond(
                WalletState.server_time,
                device_zone(version=WalletState.balance, on_zone=UsageState.show),
            ),
            rx.el.div(
                rx.el.div(period_choice(), class_name="usage-period"),
                figures(),
                history(),
                class_name="sheet usage-sheet",
            ),
        )
    )
