"""Where tokens are bought: in a dialog from anywhere, and on the page about tokens."""

from __future__ import annotations

import reflex as rx

from gptchina.components.dialog import dialog, dialog_event
from gptchina.components.payment_return import payment_return
from gptchina.components.purchase import purchase_screen
from gptchina.components.text import t
from gptchina.components.wallet_panel import BUY_DIALOG
from gptchina.state.purchase import PurchaseState

# What any part of a page may dispatch on the window to have tokens offered.
BUY_EVENT = "gptchina:buy"


def buy_dialog() -> rx.Component:
    """Return the purchase dialog; what it shows is fetched when it is opened."""
    return dialog(
        purchase_screen(),
        id=BUY_DIALOG,
        title=t("Buy Tokens"),
        class_name="buy-dialog",
        layered=True,
        on_show=PurchaseState.load,
        on_close=PurchaseState.left,
    )


def buy_section() -> rx.Component:
    """Return the purchase as a part of a page, which must not have the dialog, too."""
    return rx.el.section(
        rx.el.h2(t("Buy Tokens"), class_name="section-title"),
        purchase_screen(),
        payment_return(on_returned=PurchaseState.returned),
        id=BUY_DIALOG,
        tab_index=-1,
        class_name="buy-section",
    )


def buy_event() -> rx.Component:
    """Return what lets any part of a page open the purchase."""
    return dialog_event(event=BUY_EVENT, dialog=BUY_DIALOG)
