"""The account at the foot of the sidebar, with theme, language and the way out."""

from __future__ import annotations

import reflex as rx

from gptchina.components.icons import icon
from gptchina.components.log_out import log_out
from gptchina.components.menu import menu, menu_item, menu_popup, menu_separator, menu_trigger
from gptchina.components.preferences import language_choice, theme_choice
from gptchina.components.text import t
from gptchina.state.session import SessionState


def account_menu() -> rx.Component:
    """Return the button with the reader's name and the menu it opens."""
    return menu(
        menu_trigger(
            avatar(),
            rx.el.span(SessionState.name, class_name="account-name fold-away"),
            icon("chevrons-up-down"),
            class_name="account-trigger",
            custom_attrs={"title": SessionState.name},
        ),
        menu_popup(
            rx.el.div(SessionState.email, class_name="menu-note"),
            menu_item(icon("settings"), t("Settings"), href="/settings"),
            menu_item(icon("wallet"), t("Tokens"), href="/tokens"),
            menu_item(icon("receipt"), t("Usage"), href="/usage"),
            menu_item(icon("layers"), t("Pricing"), href="/pricing"),
            rx.cond(
                SessionState.admin,
                menu_item(icon("shield"), t("Administration"), href="/admin"),
            ),
            menu_separator(),
            theme_choice(),
            language_choice(),
            menu_separator(),
            log_out(menu_item(icon("log-out"), t("Log out"))),
            label=t("Account"),
            class_name="account-popup",
        ),
    )


def avatar() -> rx.Component:
    """Return the first letter of the reader's name in a circle."""
    return rx.el.span(SessionState.name[0:1].upper(), class_name="avatar", aria_hidden="true")
