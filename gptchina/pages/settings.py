"""The page where the account changes what it is and how things look."""

from __future__ import annotations

import reflex as rx

from gptchina.components.layout import for_account, framed, page_header
from gptchina.components.settings_sections import (
    appearance_section,
    delete_section,
    devices_section,
    email_section,
    name_section,
    password_section,
)
from gptchina.components.spending_section import spending_section
from gptchina.components.text import t


def page() -> rx.Component:
    """Return the sections of the settings."""
    return for_account(
        framed(
            page_header(t("Settings")),
            rx.el.div(
                appearance_section(),
                spending_section(),
                name_section(),
                email_section(),
                password_section(),
                devices_section(),
                delete_section(),
                class_name="sheet",
            ),
        )
    )
