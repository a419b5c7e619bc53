"""The page for an address that leads nowhere."""

from __future__ import annotations

import reflex as rx

from gptchina.components.empty import nowhere
from gptchina.components.layout import alone


def page() -> rx.Component:
    """Return the word that there is nothing here, and the way home."""
    return alone(nowhere())
