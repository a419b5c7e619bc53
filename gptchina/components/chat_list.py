"""The chats in the sidebar, grouped by age, each with its menu."""

from __future__ import annotations

import reflex as rx

from gptchina.components.icons import icon
from gptchina.components.links import link
from gptchina.components.menu import menu, menu_item, menu_popup, menu_trigger
from gptchina.components.text import t
from gptchina.state.chats import ChatsState
from gptchina.state.views import ChatView

SKELETON_ROWS = 6


def chat_list(shown: str | rx.Var[str]) -> rx.Component:
    """Return the list, or its skeleton while it is fetched, or a word when there is none.

    `shown` is the id of the chat on the page, "" when the page is about something else.
    """
    return rx.el.nav(
        rx.cond(
            ChatsState.loaded,
            rx.cond(ChatsState.chats, _chats(shown), _no_chats()),
            _skeleton(),
        ),
        class_name="chat-list",
        aria_label=t("Chats"),
    )


def _chats(shown: str | rx.Var[str]) -> rx.Component:
    return rx.el.ul(rx.foreach(ChatsState.chats, lambda chat, index: _chat(chat, index, shown)))


def _chat(chat: ChatView, index: int, shown: str | rx.Var[str]) -> rx.Component:
    first_of_age = (index == 0) | (ChatsState.chats[index - 1].age != chat.age)
    return rx.fragment(
        rx.cond(first_of_age, rx.el.li(rx.el.h2(_age(chat)), class_name="chat-age")),
        rx.el.li(_chat_link(chat, shown), _chat_menu(chat), class_name="chat-row"),
        key=chat.id,
    )


def _age(chat: ChatView) -> rx.Var[str] | rx.Component:
    return rx.match(
        chat.age,
        ("today", t("Today")),
        ("yesterday", t("Yesterday")),
        ("week", t("Previous 7 days")),
        ("month", t("Previous 30 days")),
        t("Older"),
    )


def _chat_link(chat: ChatView, shown: str | rx.Var[str]) -> rx.Component:
    return link(
        "/c/" + chat.id,
        rx.el.span(rx.cond(chat.title, chat.title, t("New chat")), class_name="chat-title"),
        rx.cond(
            rx.Var.create(ChatsState.running).contains(chat.id),
            rx.el.span(
                rx.el.span(t("answering"), class_name="visually-hidden"), class_name="running-dot"
            ),
        ),
        class_name="chat-link",
        title=chat.title,
        aria_current=rx.cond(chat.id == shown, "page", "false"),
    )


def _chat_menu(chat: ChatView) -> rx.Component:
    return menu(
        menu_trigger(
            icon("more"),
            aria_label=t("Options of {title}", title=chat.title),
            class_name="icon-button chat-more",
        ),
        menu_popup(
            menu_item(icon("pencil"), t("Rename"), on_select=ChatsState.begin_rename(chat.id)),
            menu_item(
                icon("trash"),
                t("Delete"),
                on_select=ChatsState.ask_delete(chat.id),
                class_name="menu-item-danger",
            ),
            label=t("Options of {title}", title=chat.title),
        ),
    )


def _no_chats() -> rx.Component:
    return rx.el.p(t("Your chats will be listed here."), class_name="chat-list-empty")


def _skeleton() -> rx.Component:
    return rx.el.div(
        *[
            rx.el.span(class_name=f"skeleton skeleton-chat width-{n % 3}")
            for n in range(SKELETON_ROWS)
        ],
        class_name="chat-list-skeleton",
        aria_hidden="true",
    )
