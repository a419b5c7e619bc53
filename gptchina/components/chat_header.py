"""The line above the conversation."""

from __future__ import annotations

import reflex as rx
from reflex.vars import VarData
from reflex.vars.sequence import StringVar

from gptchina.components.icons import icon
from gptchina.components.layout import page_header
from gptchina.components.text import t
from gptchina.state.chat import ChatState
from gptchina.state.chats import ChatsState


def chat_header() -> rx.Component:
    """Return the drawer's button and the chat's title, with a new chat at hand on the phone."""
    title = chat_title()
    return page_header(
        rx.cond(title, title, t("New chat")),
        rx.el.button(
            icon("edit"),
            type="button",
            aria_label=t("Start a new chat"),
            class_name="icon-button phone-only",
            on_click=ChatState.new_chat,
        ),
        untitled=rx.cond(title, "false", "true"),
    )


def chat_title() -> StringVar:
    """Return the title as the list has it: renamed in any tab, it is right in all of them."""
    chats, shown, known = map(
        rx.Var.create, (ChatsState.chats, ChatState.conversation, ChatState.title)
    )
    return rx.Var(
        f"({chats!s}.find((chat) => chat.id === {shown!s})?.title ?? {known!s})",
        _var_type=str,
        # The only way to carry along what the three need of the page.
        _var_data=VarData.merge(*(each._get_all_var_data() for each in (chats, shown, known))),  # noqa: SLF001
    ).to(StringVar)
