"""The line above the conversation."""

from __future__ import annotations

import reflex as rx

from gptchina.components.icons import icon
from gptchina.components.layout import page_header
from gptchina.components.text import t
from gptchina.state.chat import ChatState


def chat_header() -> rx.Component:
    """Return the drawer's button and the chat's title, with a new chat at hand on the phone."""
    return page_header(
        rx.cond(ChatState.title, ChatState.title, t("New chat")),
        rx.el.button(
            icon("edit"),
            type="button",
            aria_label=t("Start a new chat"),
            class_name="icon-button phone-only",
            on_click=ChatState.new_chat,
        ),
        data_untitled=rx.cond(ChatState.title, "false", "true"),
    )
