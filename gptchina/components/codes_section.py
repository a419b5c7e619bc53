"""The administrators' section of redemption codes: making them, and how they stand."""

from __future__ import annotations

import reflex as rx

from gptchina.components.copy_button import copy_button
from gptchina.components.gift_fields import form_failure, gift_field
from gptchina.components.moment import moment
from gptchina.components.page_style import page_style
from gptchina.components.text import t
from gptchina.state.codes import CodesState, CodeView

WRONG = CodesState.wrong
LONGEST_NUMBER = 16
LONGEST_NOTE = 400


def codes_section() -> rx.Component:
    """Return making and listing codes, where the operator takes codes."""
    return rx.cond(
        CodesState.open,
        rx.el.section(
            page_style("gifts"),
            rx.el.h2(t("Redemption codes"), class_name="section-title"),
            _form(),
            rx.cond(CodesState.made, _made()),
            rx.cond(
                CodesState.listed,
                rx.el.ul(
                    rx.foreach(CodesState.listed, _row),
                    class_name="gift-rows figures",
                    aria_label=t("Redemption codes"),
                ),
                rx.el.p(t("No code was made yet."), class_name="section-text"),
            ),
            class_name="gift-form",
        ),
    )


def _form() -> rx.Component:
    return rx.el.form(
        rx.el.div(
            _number("tokens", t("Tokens"), required=True),
            _number("count", t("How many codes"), default_value="1"),
            _number("uses", t("Uses of each"), default_value="1"),
            _number("days", t("Days until they expire"), placeholder=t("Never")),
            gift_field(WRONG, "codes", "note", t("Note"), max_length=LONGEST_NOTE),
            class_name="gift-fields",
        ),
        form_failure(WRONG),
        rx.el.div(
            rx.el.button(t("Make codes"), type="submit", class_name="button button-quiet"),
            class_name="form-actions",
        ),
        on_submit=CodesState.make,
        no_validate=True,
        class_name="form",
    )


def _number(name: str, label: rx.Var[str], **attributes: object) -> rx.Component:
    return gift_field(
        WRONG, "codes", name, label, input_mode="numeric", max_length=LONGEST_NUMBER, **attributes
    )


def _made() -> rx.Component:
    lines = rx.Var.create(CodesState.made).join("\n")
    return rx.el.div(
        rx.el.p(t("Copy them now: they cannot be shown again."), role="status"),
        rx.el.div(
            rx.el.pre(lines, class_name="gift-made", tab_index=0, aria_label=t("New codes")),
            copy_button(text=lines, label=t("Copy the codes")),
            class_name="gift-line gift-copy",
        ),
        rx.el.button(
            t("Done"),
            type="button",
            on_click=CodesState.forget_made,
            class_name="button button-quiet button-small",
        ),
        class_name="gift-news",
    )


def _row(code: CodeView) -> rx.Component:
    return rx.el.li(
        rx.el.span("…", code.hint, class_name="gift-hint"),
        rx.el.div(
            rx.el.p(t("{amount} tokens", amount=code.tokens)),
            rx.el.p(
                t("{uses} of {most} used", uses=code.uses, most=code.most_uses),
                rx.cond(
                    code.expires_at != "",
                    rx.fragment(" · ", t("until"), " ", moment(code.expires_at)),
                ),
                rx.cond(code.note != "", rx.fragment(" · ", code.note)),
                class_name="device-note",
            ),
            class_name="device-words",
        ),
        rx.match(
            code.state,
            ("open", _disable(code)),
            ("disabled", rx.el.span(t("Disabled"), class_name="tag")),
            rx.el.span(t("Over"), class_name="tag"),
        ),
        key=code.id,
        class_name="gift-row",
    )


def _disable(code: CodeView) -> rx.Component:
    return rx.el.button(
        t("Disable"),
        type="button",
        aria_label=t("Disable the code that ends with {hint}", hint=code.hint),
        on_click=CodesState.disable(code.id),
        class_name="button button-quiet button-small",
    )
