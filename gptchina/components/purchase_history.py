"""The purchases of the account, with what became of each."""

from __future__ import annotations

import reflex as rx

from gptchina.components.icons import icon
from gptchina.components.links import link
from gptchina.components.moment import moment
from gptchina.components.purchase_outcomes import method
from gptchina.components.text import money, t
from gptchina.state.purchase_history import PurchaseHistoryState
from gptchina.state.purchase_views import PurchaseView

TONES = {
    "succeeded": "tag tag-ready",
    "disputed": "tag tag-warning",
    "review": "tag tag-warning",
}


def history_section() -> rx.Component:
    """Return the purchases, the latest first, or what stands in their place."""
    return rx.el.section(
        rx.el.h2(t("Purchases"), class_name="section-title"),
        rx.match(
            PurchaseHistoryState.status,
            ("loading", _skeleton()),
            ("failed", _failed()),
            rx.cond(rx.Var.create(PurchaseHistoryState.purchases).length() > 0, _list(), _empty()),
        ),
        class_name="history",
    )


def _list() -> rx.Component:
    return rx.fragment(
        rx.el.ul(rx.foreach(PurchaseHistoryState.purchases, _row), class_name="purchases"),
        rx.cond(
            PurchaseHistoryState.more,
            rx.el.button(
                t("Show more"),
                type="button",
                on_click=PurchaseHistoryState.load_more,
                class_name="button button-quiet",
            ),
        ),
    )


def _row(order: PurchaseView) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            rx.el.p(
                rx.el.span(t("{amount} Tokens", amount=order.label), class_name="purchase-name"),
                rx.el.span(
                    t(order.state), class_name=rx.match(order.status, *TONES.items(), "tag")
                ),
                class_name="purchase-line",
            ),
            rx.el.p(
                moment(order.created_at),
                " · ",
                rx.el.span(order.number, class_name="purchase-number"),
                rx.cond(order.method != "", rx.fragment(" · ", method(order))),
                class_name="purchase-note",
            ),
            rx.cond(
                order.taken_back > 0,
                rx.el.p(
                    t("{amount} tokens were taken back.", amount=order.taken_back),
                    class_name="purchase-note",
                ),
            ),
            class_name="purchase-words",
        ),
        rx.el.span(money(order.amount, order.currency), class_name="purchase-amount"),
        _receipt(order),
        key=order.id,
        class_name="purchase-row figures",
    )


def _receipt(order: PurchaseView) -> rx.Component:
    return rx.cond(
        order.credited,
        link(
            "/receipts/" + order.id,
            icon("receipt"),
            aria_label=t("Receipt {number}", number=order.number),
            title=t("Receipt"),
            class_name="icon-button",
        ),
        rx.el.span(class_name="purchase-gap"),
    )


def _empty() -> rx.Component:
    return rx.el.p(t("What you buy will be listed here."), class_name="section-text")


def _failed() -> rx.Component:
    return rx.el.div(
        rx.el.p(t("Your purchases could not be loaded."), class_name="section-text"),
        rx.el.button(
            t("Try again"),
            type="button",
            on_click=PurchaseHistoryState.load,
            class_name="button button-quiet",
        ),
        role="alert",
        class_name="history-failed",
    )


def _skeleton() -> rx.Component:
    return rx.el.div(
        *(rx.el.span(class_name="skeleton purchase-skeleton") for _ in range(2)),
        rx.el.span(t("Loading…"), class_name="visually-hidden"),
        role="status",
        class_name="purchases",
    )
