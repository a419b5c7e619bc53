"""A page for everybody: in the frame for who is signed in, with a head of its own for others."""

from __future__ import annotations

from collections.abc import Callable

import reflex as rx

from gptchina.components.brand import brand_link
from gptchina.components.layout import alone, framed, page_header, waiting
from gptchina.components.links import about_links, link
from gptchina.components.preferences import language_choice, theme_choice
from gptchina.components.text import t
from gptchina.state.session import SessionState


def public_page(title: rx.Var[str], content: Callable[[], rx.Component]) -> rx.Component:
    """Return the page; `content` makes its sections anew for each of the two ways."""
    return rx.cond(
        SessionState.ready,
        rx.cond(
            SessionState.signed_in,
            framed(page_header(title), content()),
            alone(_public(title, content())),
        ),
        waiting(),
    )


def _public(title: rx.Var[str], content: rx.Component) -> rx.Component:
    return rx.el.div(
        rx.el.header(
            brand_link(),
            rx.el.nav(
                *about_links(),
                link("/login", t("Log in"), class_name="button button-quiet"),
                aria_label=t("Account"),
            ),
            class_name="landing-head",
        ),
        rx.el.main(rx.el.h1(title, class_name="public-title"), content),
        rx.el.footer(
            rx.el.div(language_choice(), theme_choice(), class_name="landing-choices"),
            class_name="landing-foot",
        ),
        class_name="landing public",
    )
