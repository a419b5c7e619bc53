"""Fields of the forms about codes and limits, with what is wrong beneath."""

from __future__ import annotations

from typing import Any

import reflex as rx

from gptchina.components.icons import icon
from gptchina.components.text import t
from gptchina.state.views import WrongFieldView


def gift_field(
    wrong: WrongFieldView, form: str, name: str, label: rx.Var[str], **attributes: Any
) -> rx.Component:
    """Return a labelled input of a form, and beneath it what is wrong with what was typed."""
    id_ = f"{form}-{name}"
    return rx.el.div(
        rx.el.label(label, html_for=id_, class_name="field-label"),
        rx.el.input(
            id=id_,
            name=name,
            type="text",
            auto_complete="off",
            aria_invalid=rx.cond(is_wrong(wrong, name), "true", "false"),
            aria_describedby=f"{id_}-note",
            class_name="field-input figures",
            **attributes,
        ),
        rx.el.div(
            rx.cond(is_wrong(wrong, name), error_line(wrong, "field-error")),
            id=f"{id_}-note",
            role="alert",
        ),
        class_name="field",
    )


def is_wrong(wrong: WrongFieldView, name: str) -> rx.Var[bool]:
    """Return whether the failure belongs to the field of that name, "" for the whole form."""
    return (rx.Var.create(wrong.message) != "") & (rx.Var.create(wrong.name) == name)


def form_failure(wrong: WrongFieldView) -> rx.Component:
    """Return what is wrong with the whole form, when it belongs to no field."""
    return rx.el.div(rx.cond(is_wrong(wrong, ""), error_line(wrong, "form-error")), role="alert")


def error_line(wrong: WrongFieldView, class_name: str) -> rx.Component:
    """Return the failure in words, with its sign."""
    return rx.el.p(icon("alert"), rx.el.span(t(wrong.message, wrong.params)), class_name=class_name)
