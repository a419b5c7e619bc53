"""The choice of theme and of language, in the account menu and on the settings page."""

from __future__ import annotations

import reflex as rx

from gptchina.components.icons import IconName, icon
from gptchina.components.preference import preference_radio
from gptchina.components.text import t
from gptchina.state.session import SessionState


def theme_choice() -> rx.Component:
    """Return System, Light and Dark as one choice."""
    return rx.el.div(
        _theme("system", "monitor", t("System")),
        _theme("light", "sun", t("Light")),
        _theme("dark", "moon", t("Dark")),
        role="group",
        aria_label=t("Theme"),
        class_name="segments",
    )


def language_choice() -> rx.Component:
    """Return English and Chinese, each named in its own language."""
    return rx.el.div(
        _language("en", "English"),
        _language("zh", "简体中文"),
        role="group",
        aria_label=t("Language"),
        class_name="segments",
    )


def _theme(value: str, symbol: IconName, label: rx.Var[str]) -> rx.Component:
    return preference_radio(
        icon(symbol),
        label,
        kind="theme",
        value=value,
        class_name="segment",
        on_choose=SessionState.set_theme,
    )


def _language(value: str, label: str) -> rx.Component:
    return preference_radio(
        label,
        kind="language",
        value=value,
        class_name="segment",
        on_choose=SessionState.set_language,
    )
