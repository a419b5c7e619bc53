"""Styles that one page alone needs: the others do not load them."""

from __future__ import annotations

import reflex as rx


def page_style(name: str) -> rx.Component:
    """Return the link to `assets/<name>.css`, which the browser waits for before it draws."""
    return rx.el.link(
        rel="stylesheet",
        href=f"/{name}.css",
        # By it React moves the link into the head, once, and waits for it.
        custom_attrs={"precedence": "page"},
    )
