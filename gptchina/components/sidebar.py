"""The sidebar: new chat, the chats by age, and what the account has and is."""

from __future__ import annotations

import reflex as rx

from gptchina.components.account_menu import account_menu
from gptchina.components.brand import brand_link
from gptchina.components.chat_list import chat_list
from gptchina.components.icons import icon
from gptchina.components.shell import sidebar_button
from gptchina.components.text import t
from gptchina.components.wallet_panel import wallet_panel
from gptchina.state.chat import ChatState


def sidebar(shown_chat: str | rx.Var[str]) -> rx.Component:
    """Return the sidebar; a strip of icons when folded, a drawer on the phone."""
    return rx.el.aside(
        _head(),
        _new_chat_button(),
        chat_list(shown_chat),
        rx.el.div(wallet_panel(), account_menu(), class_name="sidebar-foot"),
        id="sidebar",
        class_name="sidebar",
        aria_label=t("Sidebar"),
    )


def _head() -> rx.Component:
    return rx.el.div(
        brand_link(),
        sidebar_button(
            icon("panel"), action="fold", label=t("Fold the sidebar"), class_name="icon-button fold"
        ),
        sidebar_button(
            icon("close"), action="close", label=t("Close"), class_name="icon-button drawer-close"
        ),
        class_name="sidebar-head",
    )


def _new_chat_button() -> rx.Component:
    return rx.el.button(
        icon("edit"),
        rx.el.span(t("New chat"), class_name="fold-away"),
        type="button",
        title=t("New chat"),
        class_name="sidebar-button",
        data_leaves="",
        on_click=ChatState.new_chat,
    )
