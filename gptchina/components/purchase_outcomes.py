"""What becomes of a payment: each outcome with its words and the next step."""

from __future__ import annotations

import reflex as rx

from gptchina.components.icons import IconName, icon
from gptchina.components.links import link
from gptchina.components.moment import moment
from gptchina.components.text import money, t, tokens
from gptchina.state.purchase import PurchaseState
from gptchina.state.purchase_views import PurchaseView

ORDER = PurchaseState.order


def receipt() -> rx.Component:
    """Return the receipt of an order whose tokens are in the ledger, undone or not."""
    return _outcome(
        rx.cond(
            ORDER.credited,
            rx.cond(
                ORDER.taken_back > 0,
                _heading("info", t("This purchase was taken back"), "plain"),
                _heading("check", t("Payment Successful!"), "success"),
            ),
            _heading("info", t("This purchase was taken back"), "plain"),
        ),
        rx.cond(
            ORDER.taken_back > 0,
            rx.el.p(
                t(
                    "{taken} of its {amount} tokens were taken back.",
                    taken=ORDER.taken_back,
                    amount=ORDER.tokens,
                )
            ),
            rx.el.p(t("{amount} tokens were added to your balance.", amount=ORDER.tokens)),
        ),
        _facts(ORDER),
        rx.el.div(
            link(
                "/receipts/" + ORDER.id,
                icon("receipt"),
                t("Receipt"),
                class_name="button button-quiet",
            ),
            _restart(t("Buy more"), "button button-quiet"),
            class_name="outcome-actions",
        ),
    )


def waiting_for_payment(watch: rx.Component) -> rx.Component:
    """Return what stands until the ledger has the tokens; `watch` looks for them."""
    return _outcome(
        rx.el.h3(
            rx.el.span(class_name="spinner", aria_hidden="true"),
            t("Confirming your payment…"),
            class_name="outcome-title",
        ),
        rx.el.p(
            t(
                "Your tokens appear here as soon as the payment is confirmed. "
                "There is no need to pay again."
            )
        ),
        rx.el.div(watch, class_name="outcome-actions"),
    )


def processing(watch: rx.Component) -> rx.Component:
    """Return what stands while a bank takes its time."""
    return _outcome(
        _heading("clock", t("Your payment is being processed"), "plain"),
        rx.el.p(
            t(
                "We will credit {amount} tokens as soon as it is through. "
                "You need not wait here, and you need not pay again.",
                amount=ORDER.tokens,
            )
        ),
        rx.el.p(
            t("Order {number}", number=ORDER.number),
            " · ",
            t("{amount} Tokens", amount=ORDER.label),
            " · ",
            money(ORDER.amount, ORDER.currency),
            class_name="outcome-order figures",
        ),
        rx.el.div(
            watch,
            _restart(t("Buy another package"), "button button-quiet"),
            class_name="outcome-actions",
        ),
    )


def canceled() -> rx.Component:
    """Return what stands in place of an order that was given up."""
    return _outcome(
        _heading("close", t("This order was canceled"), "plain"),
        rx.el.p(t("Nothing was charged.")),
        rx.el.div(
            _restart(t("Choose a package"), "button button-primary"), class_name="outcome-actions"
        ),
    )


def review() -> rx.Component:
    """Return what stands for a payment that somebody has to look at."""
    return _outcome(
        _heading("alert", t("We are looking at this payment"), "warning"),
        rx.el.p(
            t(
                "What arrived is not what was asked for, so a person has to decide. "
                "Please do not pay again; if you write to us, name order {number}.",
                number=ORDER.number,
            )
        ),
        rx.el.div(
            _restart(t("Choose a package"), "button button-quiet"), class_name="outcome-actions"
        ),
    )


def closed() -> rx.Component:
    """Return what stands where nothing can be bought."""
    return _outcome(
        _heading("info", t("Purchases are not available"), "plain"),
        rx.el.p(t("Tokens cannot be bought here at the moment. Everything else works as usual.")),
    )


def method(order: PurchaseView) -> rx.Component:
    """Return how an order was paid, such as "Visa •••• 4242"."""
    return rx.fragment(t(order.method), rx.cond(order.last4 != "", " •••• " + order.last4, ""))


def _outcome(*content: rx.Component) -> rx.Component:
    return rx.el.div(*content, class_name="outcome", role="status")


def _heading(symbol: IconName, title: rx.Var[str], tone: str) -> rx.Component:
    return rx.el.h3(icon(symbol), title, class_name=f"outcome-title outcome-{tone}")


def _facts(order: PurchaseView) -> rx.Component:
    return rx.el.dl(
        *_fact(t("Receipt number"), order.number),
        *_fact(t("Date"), moment(rx.cond(order.credited, order.credited_at, order.created_at))),
        *_fact(t("Package"), t("{amount} Tokens", amount=order.label)),
        *_fact(t("Tokens"), tokens(order.tokens)),
        *_fact(t("Amount paid"), money(order.amount, order.currency)),
        *_fact(t("Payment method"), method(order)),
        *_fact(t("Status"), t(order.state)),
        class_name="outcome-facts figures",
    )


def _fact(label: rx.Var[str], value: rx.Component | rx.Var[str] | str) -> list[rx.Component]:
    return [rx.el.dt(label), rx.el.dd(value)]


def _restart(label: rx.Var[str], class_name: str) -> rx.Component:
    return rx.el.button(label, type="button", on_click=PurchaseState.restart, class_name=class_name)
