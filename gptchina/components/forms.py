"""Forms of signed-in pages: Reflex handlers, with what is wrong next to its field."""

from __future__ import annotations

from typing import Literal

import reflex as rx

from gptchina.components.icons import icon
from gptchina.components.text import t
from gptchina.state.account import AccountState

LONGEST = {"text": 80, "email": 254, "password": 1024}


def field(
    form: str,
    name: str,
    label: rx.Var[str],
    *,
    kind: Literal["text", "email", "password"] = "text",
    auto_complete: str = "off",
    value: rx.Var[str] | str = "",
    hint: rx.Var[str] | None = None,
) -> rx.Component:
    """Return a labelled input of the account form `form` with its error beneath."""
    id_ = f"{form}-{name}"
    wrong = (AccountState.error_form == form) & (AccountState.error_field == name)
    return rx.el.div(
        rx.el.label(label, html_for=id_, class_name="field-label"),
        rx.el.input(
            id=id_,
            name=name,
            type=kind,
            default_value=value,
            auto_complete=auto_complete,
            max_length=LONGEST[kind],
            required=True,
            aria_invalid=rx.cond(wrong, "true", "false"),
            aria_describedby=f"{id_}-note",
            class_name="field-input",
        ),
        rx.el.p(hint, class_name="field-hint") if hint is not None else rx.fragment(),
        rx.el.div(rx.cond(wrong, _error("field-error")), id=f"{id_}-note", role="alert"),
        class_name="field",
    )


def form_error(form: str) -> rx.Component:
    """Return what is wrong with the whole form, when it belongs to no field."""
    wrong = (AccountState.error_form == form) & (AccountState.error_field == "")
    return rx.el.div(rx.cond(wrong, _error("form-error")), role="alert")


def save_row(form: str, label: rx.Var[str]) -> rx.Component:
    """Return the form's button, and the word that it was done."""
    return rx.el.div(
        rx.el.button(label, type="submit", class_name="button button-quiet"),
        rx.el.div(
            rx.cond(
                AccountState.saved == form,
                rx.el.span(icon("check"), t("Saved"), class_name="saved"),
            ),
            role="status",
        ),
        class_name="form-actions",
    )


def _error(class_name: str) -> rx.Component:
    return rx.el.p(
        icon("alert"),
        rx.el.span(t(AccountState.error_message, AccountState.error_params)),
        class_name=class_name,
    )
