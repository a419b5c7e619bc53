"""The page to log in."""

from __future__ import annotations

import reflex as rx

from gptchina.components.layout import alone
from gptchina.components.sign_in import log_in_form, split


def page() -> rx.Component:
    """Return the log-in form beside the product panel."""
    return alone(split(log_in_form()))
