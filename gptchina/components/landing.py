"""The way in: the page that a visitor sees first."""

from __future__ import annotations

import reflex as rx

from gptchina.components.brand import NAME, brand_link
from gptchina.components.links import about_links, link
from gptchina.components.preferences import language_choice, theme_choice
from gptchina.components.product import conversation_picture, product_points, product_title
from gptchina.components.text import t
from gptchina.state.session import SessionState


def landing() -> rx.Component:
    """Return the product page with the two ways in."""
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
        rx.el.main(_hero(), rx.el.section(product_points(), class_name="landing-points")),
        rx.el.footer(
            rx.el.span(NAME, class_name="quiet"),
            rx.el.div(language_choice(), theme_choice(), class_name="landing-choices"),
            class_name="landing-foot",
        ),
        class_name="landing",
    )


def _both_ways() -> rx.Component:
    return rx.fragment(
        rx.el.div(
            link("/register", t("Create account"), class_name="button button-primary button-large"),
            _log_in("button-quiet"),
            class_name="hero-actions",
        ),
        rx.el.p(t("New accounts start with free tokens."), class_name="hero-note"),
    )


def _log_in(look: str) -> rx.Component:
    return link("/login", t("Log in"), class_name=f"button button-large {look}")


def _hero() -> rx.Component:
    return rx.el.section(
        rx.el.div(
            rx.el.h1(product_title(), class_name="hero-title"),
            rx.el.p(
                t(
                    "Chat with the models of many makers from one balance of tokens. "
                    "No subscription, and every answer shows its cost."
                ),
                class_name="hero-text",
            ),
            rx.cond(SessionState.registration_open, _both_ways(), _log_in("button-primary")),
            class_name="hero-words",
        ),
        conversation_picture(),
        class_name="hero",
    )
