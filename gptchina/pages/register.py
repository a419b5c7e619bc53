"""The page to create an account."""

from __future__ import annotations

import reflex as rx

from gptchina.components.layout import alone
from gptchina.components.sign_in import register_form, split


def page() -> rx.Component:
    """Return the registration form beside the product panel."""
    return alone(split(register_form()))
