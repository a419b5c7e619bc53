"""Links between the product's own pages, followed without loading the document again."""

from __future__ import annotations

from typing import Any

import reflex as rx
from reflex_components_core.react_router.dom import ReactRouterLink

from gptchina.components.text import t


def link(
    href: str | rx.Var[str],
    *children: rx.Component | rx.Var[str] | str,
    **props: Any,
) -> rx.Component:
    """Return a link to a page of the product; `href` starts with a slash."""
    return ReactRouterLink.create(*children, to=href, **props)


def about_links() -> tuple[rx.Component, rx.Component]:
    """Return the links to the pages that explain prices to everybody."""
    return (
        link("/pricing", t("Pricing"), class_name="about-link"),
        link("/guide", t("Guide"), class_name="about-link"),
    )
