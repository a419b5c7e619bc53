"""The section of the settings that limits what is spent in a day."""

from __future__ import annotations

import reflex as rx

from gptchina.components.gift_fields import form_failure, gift_field
from gptchina.components.icons import icon
from gptchina.components.moment import moment
from gptchina.components.settings_sections import section
from gptchina.components.text import t, tokens
from gptchina.state.spending import SpendingState

ID = "spending-limit"
LONGEST = 20


def spending_section() -> rx.Component:
    """Return the limit, what is spent of it today, and when that starts anew."""
    return rx.el.div(
        section(
            t("Spending limit"),
            t("The most that your chats may cost in a day. You can change it at any time."),
            rx.cond(
                SpendingState.loaded,
                rx.fragment(_today(), _form()),
                rx.el.span(class_name="skeleton skeleton-balance"),
            ),
        ),
        id=ID,
        class_name="section-anchor",
    )


def _today() -> rx.Component:
    limit, held = SpendingState.limit, SpendingState.held
    return rx.el.div(
        rx.el.p(
            rx.cond(
                limit < 0,
                t("{spent} tokens spent today, without a limit.", spent=SpendingState.spent),
                t(
                    "{spent} of {limit} tokens spent today.",
                    spent=SpendingState.spent,
                    limit=limit,
                ),
            ),
            rx.cond(
                held > 0,
                rx.fragment(" ", t("{amount} more are held for running answers.", amount=held)),
            ),
        ),
        rx.el.p(t("It starts anew:"), " ", moment(SpendingState.starts_anew), class_name="quiet"),
        class_name="figures",
        custom_attrs={"data-testid": "spending"},
    )


def _form() -> rx.Component:
    limit = SpendingState.limit
    return rx.el.form(
        gift_field(
            SpendingState.wrong,
            "daily",
            "limit",
            t("Tokens per day"),
            input_mode="numeric",
            default_value=rx.cond(limit < 0, "", tokens(limit)),
            placeholder=t("No limit"),
            max_length=LONGEST,
        ),
        rx.el.p(
            t("0 lets nothing begin today; empty is no limit. Running answers are not cut off."),
            class_name="field-hint",
        ),
        form_failure(SpendingState.wrong),
        rx.el.div(
            rx.el.button(t("Set the limit"), type="submit", class_name="button button-quiet"),
            rx.el.div(
                rx.cond(
                    SpendingState.saved,
                    rx.el.span(icon("check"), t("Saved"), class_name="saved"),
                ),
                role="status",
            ),
            class_name="form-actions",
        ),
        key=rx.Var.create(limit).to_string(),
        on_submit=SpendingState.set_limit,
        no_validate=True,
        class_name="form",
    )
