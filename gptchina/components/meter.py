"""What the chat has cost, in one quiet line, and a word when the balance runs low."""

from __future__ import annotations

import reflex as rx

from gptchina.components.device_zone import device_zone
from gptchina.components.dialog import dialog_button
from gptchina.components.links import link
from gptchina.components.text import t
from gptchina.components.wallet_panel import BUY_DIALOG
from gptchina.state.chat import ChatState
from gptchina.state.meter import MeterState
from gptchina.state.wallet import WalletState

# From so few answers on the balance is worth a word.
FEW_ANSWERS = 5


def meter_reader() -> rx.Component:
    """Return what reads the meter: at once, when an answer ends and when the wallet changes."""
    parts = (ChatState.conversation, ChatState.model, WalletState.balance)
    return rx.cond(
        ChatState.loaded & (ChatState.model != ""),
        device_zone(
            version=rx.Var.create([*parts]),
            paused=ChatState.running,
            on_zone=MeterState.measure,
        ),
    )


def meter_line() -> rx.Component:
    """Return last answer, this chat and today, as a link to all of it; nothing before the first."""
    read = MeterState.meter
    return rx.cond(
        read.today + read.conversation > 0,
        link(
            "/usage",
            rx.cond(
                ChatState.conversation,
                t(
                    "Last answer {last} · this chat {chat} · today {today} tokens",
                    last=read.last,
                    chat=read.conversation,
                    today=read.today,
                ),
                t("Today {today} tokens", today=read.today),
            ),
            class_name="meter figures",
            title=t("Usage"),
            custom_attrs={"data-testid": "meter"},
        ),
    )


def low_balance() -> rx.Component:
    """Return how many answers are left when there are few, and the way to more."""
    left = MeterState.meter.left
    return rx.el.div(
        rx.cond(
            (left >= 0) & (left <= FEW_ANSWERS) & ~ChatState.running,
            rx.el.p(
                rx.cond(
                    left > 0,
                    t("Enough for about {count} more answers.", count=left),
                    t("The balance may not pay for another answer."),
                ),
                dialog_button(t("Buy Tokens"), dialog=BUY_DIALOG, class_name="text-button"),
                class_name="low-balance figures",
            ),
        ),
        role="status",
    )
