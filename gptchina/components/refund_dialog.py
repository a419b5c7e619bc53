"""The dialog by which an administrator gives money back."""

from __future__ import annotations

import reflex as rx

from gptchina.components.dialog import dialog, dialog_close
from gptchina.components.icons import icon
from gptchina.components.text import t
from gptchina.state.desk_case import DeskCaseState

BUYER = DeskCaseState.buyer
WRONG = DeskCaseState.wrong
LONGEST_REASON = 400


def refund_dialog() -> rx.Component:
    """Return the dialog: how much, and why."""
    return dialog(
        rx.cond(DeskCaseState.refunding, _form()),
        open=DeskCaseState.refunding,
        title=t("Refund"),
        description=t(
            "The money goes back the way it came. Its tokens are taken back; what is already "
            "spent becomes a debt."
        ),
        on_close=DeskCaseState.cancel_refund,
    )


def _form() -> rx.Component:
    currency = DeskCaseState.purchase.currency.upper()
    return rx.el.form(
        _field(
            "amount",
            t("Amount in {currency}", currency=currency),
            rx.el.input(
                id="refund-amount",
                name="amount",
                type="text",
                input_mode="decimal",
                default_value=BUYER.left_typed,
                read_only=DeskCaseState.unanswered,
                required=True,
                max_length=16,
                auto_complete="off",
                aria_invalid=rx.cond(WRONG.name == "amount", "true", "false"),
                aria_describedby="refund-amount-note",
                class_name="field-input figures",
            ),
        ),
        _field(
            "reason",
            t("Reason, for the books"),
            rx.el.textarea(
                id="refund-reason",
                name="reason",
                rows="3",
                required=True,
                max_length=LONGEST_REASON,
                read_only=DeskCaseState.unanswered,
                aria_invalid=rx.cond(WRONG.name == "reason", "true", "false"),
                aria_describedby="refund-reason-note",
                class_name="field-input",
            ),
        ),
        rx.el.div(_error("", "form-error"), role="alert"),
        _actions(),
        on_submit=DeskCaseState.refund,
        class_name="form",
    )


def _actions() -> rx.Component:
    return rx.el.div(
        dialog_close(t("Cancel"), class_name="button button-quiet"),
        rx.el.button(
            rx.cond(DeskCaseState.busy, rx.el.span(class_name="spinner", aria_hidden="true")),
            t("Refund"),
            type="submit",
            disabled=DeskCaseState.busy,
            class_name="button button-danger",
        ),
        class_name="dialog-actions",
    )


def _field(name: str, label: rx.Var[str], control: rx.Component) -> rx.Component:
    return rx.el.div(
        rx.el.label(label, html_for=f"refund-{name}", class_name="field-label"),
        control,
        rx.el.div(_error(name, "field-error"), id=f"refund-{name}-note", role="alert"),
        class_name="field",
    )


def _error(name: str, class_name: str) -> rx.Component:
    return rx.cond(
        (WRONG.message != "") & (WRONG.name == name),
        rx.el.p(icon("alert"), rx.el.span(t(WRONG.message, WRONG.params)), class_name=class_name),
    )
