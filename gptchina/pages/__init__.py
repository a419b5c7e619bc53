"""The one table of routes: path, page, title, and what runs when a page loads."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import reflex as rx
from reflex.event import EventHandler

from gptchina.pages import chat, login, not_found, settings, tokens
from gptchina.pages import register as register_page
from gptchina.state.account import AccountState
from gptchina.state.chat import ChatState
from gptchina.state.chats import ChatsState
from gptchina.state.session import SessionState
from gptchina.state.wallet import WalletState

STYLESHEETS = [
    "/theme.css",
    "/controls.css",
    "/shell.css",
    "/pages.css",
    "/transcript.css",
]
DESCRIPTION = "Chat with the models of many makers from one balance of tokens."


class Route(NamedTuple):
    """One address of the product."""

    path: str
    page: Callable[[], rx.Component]
    title: str
    on_load: Sequence[EventHandler]


FRAME = [ChatsState.load, WalletState.load]

ROUTES = [
    Route("/", chat.page, "GPTChina", [SessionState.load, ChatState.open, *FRAME]),
    Route(
        "/c/[chat_id]",
        chat.page,
        "GPTChina",
        [SessionState.require_account, ChatState.open, *FRAME],
    ),
    Route("/login", login.page, "Log in · GPTChina", [SessionState.require_visitor]),
    Route(
        "/register", register_page.page, "Create account · GPTChina", [SessionState.require_visitor]
    ),
    Route(
        "/settings",
        settings.page,
        "Settings · GPTChina",
        [SessionState.require_account, AccountState.load, *FRAME],
    ),
    Route("/tokens", tokens.page, "Tokens · GPTChina", [SessionState.require_account, *FRAME]),
    Route("/404", not_found.page, "Not found · GPTChina", []),
]


def head() -> list[rx.Component]:
    """Return what stands in the head of every page; the theme is set before the first paint."""
    return [
        rx.el.script(src="/theme.js"),
        rx.el.link(rel="icon", href="/favicon.svg", type="image/svg+xml"),
        rx.el.meta(
            name="viewport",
            content="width=device-width, initial-scale=1, viewport-fit=cover,"
            " interactive-widget=resizes-content",
        ),
    ]


def register(app: rx.App) -> None:
    """Give the app every page of the table."""
    for route in ROUTES:
        app.add_page(
            route.page,
            route=route.path,
            title=route.title,
            description=DESCRIPTION,
            image="/favicon.svg",
            on_load=list(route.on_load),
        )
