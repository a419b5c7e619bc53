"""The one table of routes: path, page, title, and what runs when a page loads."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import reflex as rx
from reflex.event import IndividualEventType
from reflex.vars.sequence import StringVar

from gptchina.components.brand import NAME
from gptchina.components.chat_header import chat_title
from gptchina.components.failure import failure_boundary
from gptchina.components.text import t
from gptchina.pages import (
    admin,
    admin_purchase,
    chat,
    guide,
    login,
    not_found,
    pricing,
    receipt,
    settings,
    tokens,
    usage,
)
from gptchina.pages import register as register_page
from gptchina.state.account import AccountState
from gptchina.state.chat import ChatState
from gptchina.state.chats import ChatsState
from gptchina.state.codes import CodesState
from gptchina.state.desk import DeskState
from gptchina.state.desk_case import DeskCaseState
from gptchina.state.invitations import InvitationState
from gptchina.state.money_health import MoneyHealthState
from gptchina.state.prices import PricesState
from gptchina.state.purchase import PurchaseState
from gptchina.state.purchase_history import PurchaseHistoryState
from gptchina.state.receipt import ReceiptState
from gptchina.state.redeeming import RedeemState
from gptchina.state.session import SessionState
from gptchina.state.spending import SpendingState
from gptchina.state.wallet import WalletState

STYLESHEETS = [
    "/theme.css",
    "/controls.css",
    "/shell.css",
    "/pages.css",
    "/purchase.css",
    "/transcript.css",
]
DESCRIPTION = "Chat with the models of many makers from one balance of tokens."


class Route(NamedTuple):
    """One address of the product; the title is without the product's name."""

    path: str
    page: Callable[[], rx.Component]
    title: StringVar
    on_load: Sequence[IndividualEventType[()]]


FRAME = [ChatsState.load, WalletState.load]
VISITOR = [SessionState.require_visitor]
ACCOUNT = [SessionState.require_account, *FRAME]
PRICES = [SessionState.load, *FRAME, PricesState.load]
GIFTS = [RedeemState.load, InvitationState.load]
PURCHASES = [PurchaseState.load, PurchaseHistoryState.load]

ROUTES = [
    Route("/", chat.page, chat_title(), [SessionState.load, ChatState.open, *FRAME]),
    Route("/c/[chat_id]", chat.page, chat_title(), [*ACCOUNT, ChatState.open]),
    Route("/login", login.page, t("Log in"), VISITOR),
    Route("/register", register_page.page, t("Create account"), VISITOR),
    Route(
        "/settings", settings.page, t("Settings"), [*ACCOUNT, AccountState.load, SpendingState.load]
    ),
    Route("/tokens", tokens.page, t("Tokens"), [*ACCOUNT, *PURCHASES, *GIFTS]),
    Route("/receipts/[payment_id]", receipt.page, t("Receipt"), [*ACCOUNT, ReceiptState.load]),
    Route("/usage", usage.page, t("Usage"), ACCOUNT),
    Route("/pricing", pricing.page, t("Pricing"), PRICES),
    Route("/guide", guide.page, t("How tokens work"), PRICES),
    Route(
        "/admin",
        admin.page,
        t("Administration"),
        [*ACCOUNT, DeskState.load, MoneyHealthState.load, CodesState.load],
    ),
    Route(
        "/admin/purchases/[payment_id]",
        admin_purchase.page,
        t("Purchase"),
        [*ACCOUNT, DeskCaseState.load],
    ),
    Route("/404", not_found.page, t("There is no page here"), []),
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
    """Give the app every page of the table, and what they share around them."""
    # Reflex's own wraps show its badge, a stack trace and a second sign of a lost connection.
    app.app_wraps = {(55, "ErrorBoundary"): lambda _stateful: failure_boundary()}
    for route in ROUTES:
        app.add_page(
            route.page,
            route=route.path,
            title=rx.cond(route.title, route.title + f" · {NAME}", NAME),
            description=DESCRIPTION,
            image="/favicon.svg",
            on_load=list(route.on_load),
        )
