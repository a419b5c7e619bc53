"""The two questions about a chat: its new name, and whether it may go."""

from __future__ import annotations

import reflex as rx

from gptchina.components.dialog import dialog, dialog_close
from gptchina.components.text import t
from gptchina.state.chats import ChatsState
from gptchina.state.views import ChatView

TITLE_LENGTH = 200


def rename_dialog() -> rx.Component:
    """Return the dialog that asks for a chat's new name."""
    return dialog(
        rx.foreach(
            ChatsState.chats,
            lambda chat: rx.cond(chat.id == ChatsState.renaming, _rename_form(chat)),
        ),
        open=ChatsState.renaming != "",
        title=t("Rename chat"),
        on_close=ChatsState.cancel_rename,
    )


def _rename_form(chat: ChatView) -> rx.Component:
    return rx.el.form(
        rx.el.input(
            name="title",
            default_value=chat.title,
            max_length=TITLE_LENGTH,
            required=True,
            # The browser's own attribute: React's would focus before the dialog is open.
            custom_attrs={"autofocus": "true"},
            auto_complete="off",
            aria_label=t("Title"),
            class_name="field-input",
        ),
        rx.el.div(
            dialog_close(t("Cancel"), class_name="button button-quiet"),
            rx.el.button(t("Save"), type="submit", class_name="button button-primary"),
            class_name="dialog-actions",
        ),
        on_submit=ChatsState.rename,
        class_name="form",
    )


def delete_dialog() -> rx.Component:
    """Return the dialog that asks before a chat is deleted."""
    return dialog(
        rx.el.div(
            dialog_close(t("Cancel"), class_name="button button-quiet"),
            rx.el.button(
                t("Delete"),
                type="button",
                class_name="button button-danger",
                on_click=ChatsState.confirm_delete,
            ),
            class_name="dialog-actions",
        ),
        open=ChatsState.deleting != "",
        title=t("Delete this chat?"),
        description=t("Its messages are removed for good. What they cost stays in your usage."),
        on_close=ChatsState.cancel_delete,
    )
