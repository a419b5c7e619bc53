"""Links between the product's own pages, followed without loading the document again."""

from __future__ import annotations

from typing import Any

import reflex as rx
from reflex_components_core.react_router.dom import ReactRouterLink


def link(
    href: str | rx.Var[str],
    *children: rx.Component | rx.Var[str] | str,
    **props: Any,
) -> rx.Component:
    """Return a link to a page of the product; `href` starts with a slash."""
    return ReactRouterLink.create(*children, to=href, **props)
