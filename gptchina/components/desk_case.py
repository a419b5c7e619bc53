"""One purchase on the administrators' desk: what it is, and all that happened to it."""

from __future__ import annotations

from collections.abc import Sequence

import reflex as rx

from gptchina.components.desk_list import status_tags
from gptchina.components.icons import icon
from gptchina.components.links import link
from gptchina.components.moment import moment
from gptchina.components.text import money, t, tokens
from gptchina.state.desk_case import DeskCaseState
from gptchina.state.desk_views import DeskPurchaseView, EntryView, EventView, RefundView

PURCHASE = DeskCaseState.purchase
BUYER = DeskCaseState.buyer
Cell = rx.Component | rx.Var[str] | str


def case_sections() -> rx.Component:
    """Return the purchase with its refunds, ledger entries and notices."""
    return rx.fragment(
        _summary(PURCHASE),
        _table(
            t("Refunds"),
            [t("Time"), t("Amount"), t("Reason"), t("By"), t("State")],
            rx.foreach(DeskCaseState.refunds, _refund),
            DeskCaseState.refunds,
        ),
        _table(
            t("Ledger entries"),
            [t("Time"), t("Key"), t("Balance"), t("Debt"), t("Inviter")],
            rx.foreach(DeskCaseState.entries, _entry),
            DeskCaseState.entries,
        ),
        _table(
            t("Webhook events"),
            [t("Time"), t("Kind"), t("Event"), t("State")],
            rx.foreach(DeskCaseState.events, _event),
            DeskCaseState.events,
        ),
    )


def case_actions() -> rx.Component:
    """Return what can be done with the purchase."""
    return rx.el.div(
        rx.cond(
            PURCHASE.credited_at != "",
            link(
                "/receipts/" + PURCHASE.id,
                icon("receipt"),
                rx.el.span(t("Receipt"), class_name="wide-only"),
                aria_label=t("Receipt"),
                class_name="button button-quiet",
            ),
        ),
        rx.cond(
            BUYER.refundable,
            rx.el.button(
                t("Refund"),
                type="button",
                class_name="button button-danger-quiet",
                on_click=DeskCaseState.ask_refund,
            ),
        ),
        class_name="page-actions",
    )


def _summary(purchase: DeskPurchaseView) -> rx.Component:
    currency = purchase.currency
    last4 = rx.cond(purchase.last4 != "", " •••• " + purchase.last4, "")
    return rx.el.dl(
        *_fact(t("Status"), status_tags(purchase)),
        *_fact(t("Buyer"), _buyer(purchase)),
        *_fact(t("Ordered"), money(purchase.amount, currency)),
        *_fact(t("Received"), money(purchase.received, currency)),
        *_fact(t("Refunded"), money(purchase.refunded, currency)),
        *_fact(t("Disputed"), money(purchase.disputed, currency)),
        *_fact(t("Tokens"), tokens(purchase.tokens)),
        *_fact(t("Taken back"), tokens(purchase.taken_back)),
        *_fact(t("Balance of the buyer"), tokens(BUYER.balance)),
        *_fact(t("Debt of the buyer"), tokens(BUYER.debt)),
        *_fact(t("Payment method"), t(purchase.method), last4),
        *_fact(t("Payment reference"), purchase.reference),
        *_fact(t("Begun"), moment(purchase.created_at)),
        *_fact(t("Credited"), _time(purchase.credited_at)),
        *_fact(t("Receipt mailed"), _time(BUYER.mailed_at)),
        rx.cond(purchase.failure != "", rx.fragment(*_fact(t("Declined"), purchase.failure))),
        class_name="facts desk-facts figures",
    )


def _buyer(purchase: DeskPurchaseView) -> rx.Component:
    return rx.cond(
        purchase.email != "",
        rx.el.span(purchase.name, " · ", purchase.email),
        rx.el.span(t("Deleted account")),
    )


def _time(iso: str) -> rx.Var[str]:
    return rx.cond(iso != "", moment(iso), "—")


def _fact(label: rx.Var[str], *value: Cell) -> list[rx.Component]:
    return [rx.el.dt(label, class_name="label-quiet"), rx.el.dd(*value)]


def _table(
    title: rx.Var[str], columns: list[rx.Var[str]], rows: rx.Component, source: Sequence[object]
) -> rx.Component:
    return rx.el.section(
        rx.el.h2(title, class_name="section-title"),
        rx.cond(
            source,
            rx.el.div(
                rx.el.table(
                    rx.el.thead(rx.el.tr(*(rx.el.th(name, scope="col") for name in columns))),
                    rx.el.tbody(rows),
                    class_name="desk-table figures",
                ),
                # A wide table is moved with the keyboard, too.
                tab_index=0,
                role="region",
                aria_label=title,
                class_name="desk-wide",
            ),
            rx.el.p(t("None"), class_name="desk-nothing"),
        ),
        class_name="desk-section",
    )


def _refund(refund: RefundView) -> rx.Component:
    return rx.el.tr(
        rx.el.td(moment(refund.at)),
        rx.el.td(money(refund.amount, PURCHASE.currency)),
        rx.el.td(refund.reason, class_name="desk-words"),
        rx.el.td(refund.admin),
        rx.el.td(rx.cond(refund.agreed, t("Sent"), t("Not confirmed"))),
    )


def _entry(entry: EntryView) -> rx.Component:
    amount = tokens(entry.amount)
    return rx.el.tr(
        rx.el.td(moment(entry.at)),
        rx.el.td(rx.el.code(entry.key)),
        rx.el.td(rx.cond(entry.side == "wallet", amount, "")),
        rx.el.td(rx.cond(entry.side == "debt", amount, "")),
        rx.el.td(rx.cond(entry.side == "host", amount, "")),
    )


def _event(event: EventView) -> rx.Component:
    return rx.el.tr(
        rx.el.td(moment(event.at)),
        rx.el.td(event.kind),
        rx.el.td(rx.el.code(event.id)),
        rx.el.td(
            rx.cond(event.done, t("Done"), t("Waiting")),
            rx.cond(event.error != "", rx.el.p(event.error, class_name="field-error")),
            class_name="desk-words",
        ),
    )
