"""How a page stands in the window: in the frame with the sidebar, or alone."""

from __future__ import annotations

import reflex as rx

from gptchina.components.account_live import account_live
from gptchina.components.brand import brand_mark
from gptchina.components.buying import buy_dialog, buy_event
from gptchina.components.chat_dialogs import delete_dialog, rename_dialog
from gptchina.components.device_zone import device_zone
from gptchina.components.empty import nowhere
from gptchina.components.icons import icon
from gptchina.components.notices import connection_notice, notices
from gptchina.components.preference import preference_sync
from gptchina.components.shell import shell, sidebar_button
from gptchina.components.sidebar import sidebar
from gptchina.components.text import t
from gptchina.state.chat import ChatState
from gptchina.state.chats import ChatsState
from gptchina.state.purchase import PurchaseState
from gptchina.state.purchase_history import PurchaseHistoryState
from gptchina.state.receipt import ReceiptState
from gptchina.state.session import SessionState
from gptchina.state.spending import SpendingState
from gptchina.state.wallet import WalletState


def framed(
    *content: rx.Component, shown_chat: str | rx.Var[str] = "", buying_here: bool = False
) -> rx.Component:
    """Return a signed-in page: the sidebar, the content as main, and what floats above.

    A page that is `buying_here` has the purchase among its content, and so no dialog for it.
    """
    return rx.fragment(
        shell(sidebar(shown_chat), rx.el.main(*content, class_name="shell-main")),
        rename_dialog(),
        delete_dialog(),
        rx.fragment() if buying_here else buy_dialog(),
        buy_event(),
        account_live(
            active=SessionState.signed_in,
            on_wallet=WalletState.load,
            on_payments=[
                PurchaseState.refresh,
                PurchaseHistoryState.follow,
                ReceiptState.follow,
            ],
            on_chats=ChatsState.load,
            on_turns=ChatState.turns_changed,
            on_profile=SessionState.profile_changed,
        ),
        device_zone(
            version="",
            known=SessionState.time_zone,
            on_zone=lambda zone: [
                SessionState.set_time_zone(zone),
                ChatsState.load(),
                SpendingState.load(),
            ],
        ),
        preference_sync(theme=SessionState.theme, language=SessionState.language),
        _floating(),
    )


def alone(*content: rx.Component) -> rx.Component:
    """Return a page without the frame, for people who are not signed in."""
    return rx.fragment(*content, _floating())


def for_account(page: rx.Component) -> rx.Component:
    """Return the page once the server has said who is there."""
    return rx.cond(SessionState.signed_in, page, waiting())


def for_admin(page: rx.Component) -> rx.Component:
    """Return a page for administrators; for everybody else there is none at this address."""
    return for_account(rx.cond(SessionState.admin, page, alone(nowhere())))


def waiting() -> rx.Component:
    """Return what stands for the moment before the server has answered."""
    return rx.el.div(
        brand_mark(),
        rx.el.span(t("Loading…"), class_name="visually-hidden"),
        role="status",
        class_name="waiting",
    )


def page_header(
    title: rx.Var[str], *actions: rx.Component, untitled: rx.Var[str] | str = "false"
) -> rx.Component:
    """Return the line above a framed page: the drawer's button on the phone, the title, actions."""
    return rx.el.header(
        sidebar_button(
            icon("menu"),
            action="open",
            label=t("Open the sidebar"),
            class_name="icon-button opener",
        ),
        rx.el.h1(title, class_name="page-title"),
        *actions,
        class_name="page-header",
        data_untitled=untitled,
    )


def _floating() -> rx.Component:
    return rx.fragment(notices(), connection_notice())
