"""The pages to come in by: a form on one side, what waits inside on the other."""

from __future__ import annotations

import reflex as rx

from gptchina.components.api_form import api_field, api_form, api_query, api_submit
from gptchina.components.brand import brand_link
from gptchina.components.links import link
from gptchina.components.preferences import language_choice, theme_choice
from gptchina.components.product import product_points, product_title
from gptchina.components.text import t
from gptchina.state.feedback import MESSAGES
from gptchina.state.session import SessionState

NAME_LENGTH = 80
EMAIL_LENGTH = 254
PASSWORD_LENGTH = 1024


def split(*form: rx.Component) -> rx.Component:
    """Return the form beside the product panel; on the phone the form comes first."""
    return rx.el.div(
        rx.el.main(
            rx.el.header(brand_link(), class_name="split-head"),
            rx.el.div(*form, class_name="split-form"),
            rx.el.footer(language_choice(), theme_choice(), class_name="split-foot"),
            class_name="split-main",
        ),
        rx.el.aside(
            rx.el.h2(product_title(), class_name="panel-title"),
            product_points(),
            class_name="split-panel",
            aria_label=t("About GPTChina"),
        ),
        class_name="split",
    )


def log_in_form() -> rx.Component:
    """Return the form for people who have an account."""
    return rx.fragment(
        rx.el.h1(t("Welcome back"), class_name="split-title"),
        api_form(
            _email(auto_focus=True),
            api_field(
                name="password",
                label=t("Password"),
                type="password",
                auto_complete="current-password",
                max_length=PASSWORD_LENGTH,
                required=True,
            ),
            api_submit(t("Log in"), class_name="button-large button-wide"),
            action="/api/login",
            next_path="/",
            messages=MESSAGES,
            class_name="form",
        ),
        rx.cond(
            SessionState.registration_open,
            _other_way(t("No account yet?"), "/register", t("Create account")),
        ),
    )


def register_form() -> rx.Component:
    """Return the form for people who come for the first time."""
    return rx.fragment(
        rx.el.h1(t("Create your account"), class_name="split-title"),
        api_form(
            api_field(
                name="name",
                label=t("Name"),
                auto_complete="name",
                max_length=NAME_LENGTH,
                required=True,
                auto_focus=True,
            ),
            _email(auto_focus=False),
            api_field(
                name="password",
                label=t("Password"),
                type="password",
                auto_complete="new-password",
                hint=t("At least 8 characters"),
                max_length=PASSWORD_LENGTH,
                required=True,
            ),
            api_query(name="invite"),
            api_submit(t("Create account"), class_name="button-large button-wide"),
            action="/api/register",
            next_path="/",
            messages=MESSAGES,
            class_name="form",
        ),
        _other_way(t("Already have an account?"), "/login", t("Log in")),
    )


def _email(*, auto_focus: bool) -> rx.Component:
    return api_field(
        name="email",
        label=t("Email"),
        type="email",
        auto_complete="username",
        max_length=EMAIL_LENGTH,
        required=True,
        auto_focus=auto_focus,
    )


def _other_way(question: rx.Var[str], href: str, answer: rx.Var[str]) -> rx.Component:
    return rx.el.p(question, " ", link(href, answer), class_name="split-other")
