"""A receipt as a sheet: the same on the screen, on paper and, drawn elsewhere, as PDF."""

from __future__ import annotations

import reflex as rx

from gptchina.components.brand import brand_mark
from gptchina.components.file_link import file_link
from gptchina.components.icons import icon
from gptchina.components.links import link
from gptchina.components.moment import moment
from gptchina.components.print_button import print_button
from gptchina.components.text import language, money, t
from gptchina.state.receipt import ReceiptState, ReceiptView

RECEIPT = ReceiptState.receipt


def receipt_actions() -> rx.Component:
    """Return what can be done with the receipt: keep it as a file, or print it."""
    return rx.cond(
        RECEIPT.id != "",
        rx.el.div(
            file_link(
                icon("download"),
                rx.el.span(t("Download PDF"), class_name="wide-only"),
                path="/api/receipts/" + RECEIPT.id + ".pdf?lang=" + language(),
                aria_label=t("Download PDF"),
                class_name="button button-quiet",
            ),
            print_button(
                icon("printer"),
                rx.el.span(t("Print"), class_name="wide-only"),
                aria_label=t("Print"),
                class_name="button button-quiet",
            ),
            class_name="page-actions",
        ),
    )


def receipt_sheet() -> rx.Component:
    """Return the receipt of the page's address, or what stands in its place."""
    return rx.cond(
        ReceiptState.missing,
        _missing(),
        rx.cond(RECEIPT.id != "", _sheet(RECEIPT), _skeleton()),
    )


def _sheet(receipt: ReceiptView) -> rx.Component:
    return rx.el.article(
        rx.el.header(
            rx.el.div(
                brand_mark(),
                rx.el.span(receipt.seller, class_name="receipt-seller"),
                class_name="receipt-brand",
            ),
            rx.el.h2(t("Receipt"), class_name="receipt-title"),
            class_name="receipt-head",
        ),
        _sides(receipt),
        _facts(receipt),
        _sums(receipt),
        rx.cond(
            receipt.test,
            rx.el.p(t("A test payment: no money was moved."), class_name="receipt-note"),
        ),
        rx.cond(
            receipt.receipt_url != "",
            rx.el.p(
                rx.el.a(
                    t("Receipt of the payment service"),
                    icon("external"),
                    href=receipt.receipt_url,
                    target="_blank",
                    rel="noopener noreferrer",
                    class_name="receipt-link",
                ),
                class_name="receipt-note",
            ),
        ),
        class_name="receipt",
    )


def _sides(receipt: ReceiptView) -> rx.Component:
    return rx.el.div(
        rx.el.section(
            rx.el.h3(t("Seller"), class_name="label-quiet"),
            rx.el.p(receipt.seller),
            rx.el.p(receipt.address, class_name="receipt-address"),
        ),
        rx.el.section(
            rx.el.h3(t("Billed to"), class_name="label-quiet"),
            rx.el.p(rx.cond(receipt.buyer != "", receipt.buyer, t("Deleted account"))),
            rx.el.p(receipt.email),
        ),
        class_name="receipt-sides",
    )


def _facts(receipt: ReceiptView) -> rx.Component:
    last4 = rx.cond(receipt.last4 != "", " •••• " + receipt.last4, "")
    return rx.el.dl(
        *_fact(t("Receipt number"), receipt.number),
        *_fact(t("Date"), moment(receipt.paid_at)),
        *_fact(t("Payment method"), t(receipt.method), last4),
        *_fact(t("Status"), rx.el.span(t(receipt.status), class_name="tag tag-" + receipt.tone)),
        *_fact(t("Payment reference"), receipt.reference),
        class_name="facts figures",
    )


def _fact(label: rx.Var[str], *value: rx.Component | rx.Var[str] | str) -> list[rx.Component]:
    return [rx.el.dt(label, class_name="label-quiet"), rx.el.dd(*value)]


def _sums(receipt: ReceiptView) -> rx.Component:
    currency = receipt.currency
    return rx.el.div(
        _row(t("Description"), t("Price"), "receipt-row label-quiet"),
        _row(
            t("{short} Tokens ({amount} tokens)", short=receipt.package, amount=receipt.tokens),
            money(receipt.amount, currency),
            "receipt-row receipt-item",
        ),
        _row(
            t("Amount paid"),
            money(receipt.amount, currency) + " " + currency.upper(),
            "receipt-sum receipt-total",
        ),
        _undone(receipt.refunded, t("Refunded"), money(-receipt.refunded, currency)),
        _undone(receipt.disputed, t("Disputed"), money(-receipt.disputed, currency)),
        _undone(
            receipt.taken_back,
            t("Taken back"),
            t("{amount} tokens", amount=receipt.taken_back),
        ),
        class_name="receipt-sums figures",
    )


def _undone(amount: int, label: rx.Var[str], value: rx.Var[str]) -> rx.Component:
    return rx.cond(amount > 0, _row(label, value, "receipt-sum"))


def _row(label: rx.Var[str], value: rx.Var[str], class_name: str) -> rx.Component:
    return rx.el.div(rx.el.span(label), rx.el.span(value), class_name=class_name)


def _skeleton() -> rx.Component:
    return rx.el.div(
        *(rx.el.span(class_name=f"skeleton receipt-bar width-{n % 3}") for n in range(6)),
        rx.el.span(t("Loading…"), class_name="visually-hidden"),
        role="status",
        class_name="receipt receipt-waiting",
    )


def _missing() -> rx.Component:
    return rx.el.div(
        icon("receipt"),
        rx.el.h2(t("This receipt is not here"), class_name="greeting-title"),
        rx.el.p(
            t("It belongs to another account, or nothing was paid yet."),
            class_name="greeting-text",
        ),
        link("/tokens", t("Tokens"), class_name="button button-primary"),
        class_name="greeting missing",
    )
