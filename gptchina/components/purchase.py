"""The screen on which tokens are bought: choose, pay, wait, receipt."""

from __future__ import annotations

import reflex as rx

from gptchina.components.icons import icon
from gptchina.components.packages import package_choice, price, way_choice
from gptchina.components.payment_return import recheck
from gptchina.components.purchase_outcomes import (
    canceled,
    closed,
    processing,
    receipt,
    review,
    waiting_for_payment,
)
from gptchina.components.stripe_payment import stripe_payment
from gptchina.components.text import t
from gptchina.components.wallet_panel import debt_line
from gptchina.state.purchase import PurchaseState

RETURN_PATH = "/tokens/"
# Stripe's card for tests, kept on one line.
CARD = "4242\u00a04242\u00a04242\u00a04242"


# Compiled once for all pages, whose own files it would be in otherwise.
@rx.memo
def purchase_screen() -> rx.Component:
    """Return the step at which the purchase stands."""
    return rx.el.div(
        rx.cond(
            PurchaseState.store.loaded,
            rx.fragment(
                rx.cond(PurchaseState.store.test_mode, _test_mode()),
                debt_line(),
                rx.match(
                    PurchaseState.step,
                    ("pay", _pay()),
                    ("waiting", waiting_for_payment(_watch(3, 40))),
                    ("processing", processing(_watch(15, 40))),
                    ("done", receipt()),
                    ("canceled", canceled()),
                    ("review", review()),
                    rx.cond(
                        rx.Var.create(PurchaseState.store.ways).length() > 0, _choose(), closed()
                    ),
                ),
            ),
            _skeleton(),
        ),
        class_name="purchase",
        data_step=PurchaseState.step,
    )


def _choose() -> rx.Component:
    return rx.el.form(
        package_choice(),
        way_choice(),
        _refused(),
        rx.el.button(
            t("Purchase"),
            type="submit",
            disabled=PurchaseState.busy | (PurchaseState.chosen == ""),
            class_name="button button-primary button-wide",
        ),
        on_submit=PurchaseState.purchase,
        class_name="purchase-step",
    )


def _pay() -> rx.Component:
    due, crypto = PurchaseState.due, PurchaseState.way == "crypto"
    return rx.el.div(
        rx.el.p(
            rx.el.span(t("{amount} Tokens", amount=due.label)),
            rx.el.span(price(due), class_name="package-price"),
            class_name="purchase-due figures",
        ),
        _refused(),
        stripe_payment(
            publishable_key=PurchaseState.store.publishable_key,
            script=PurchaseState.store.script,
            amount=rx.cond(crypto, due.usd, due.price),
            currency=rx.cond(crypto, "usd", due.currency),
            methods=rx.cond(crypto, ["crypto"], []),
            intent=PurchaseState.intent,
            return_path=RETURN_PATH,
            on_intent_needed=PurchaseState.need_intent,
            on_confirmed=PurchaseState.confirmed,
            on_back=PurchaseState.back,
        ),
        rx.el.p(
            t("Stripe takes the payment. What you enter here does not pass through this site."),
            class_name="field-hint",
        ),
        class_name="purchase-step",
    )


def _watch(seconds: int, times: int) -> rx.Component:
    return recheck(
        seconds=seconds,
        times=times,
        on_recheck=PurchaseState.refresh,
        key=PurchaseState.order.id,
    )


def _refused() -> rx.Component:
    refused = PurchaseState.refused
    return rx.el.div(
        rx.cond(
            refused.message != "",
            rx.el.p(
                icon("alert"),
                rx.el.span(t(refused.message, refused.params)),
                class_name="form-error",
            ),
        ),
        role="alert",
    )


def _test_mode() -> rx.Component:
    return rx.el.p(
        rx.el.strong(t("Test mode")),
        " ",
        t("No real money moves. Pay with card {card}, any date to come and any code.", card=CARD),
        role="note",
        class_name="test-mode figures",
    )


def _skeleton() -> rx.Component:
    return rx.el.div(
        *(rx.el.span(class_name="skeleton package-skeleton") for _ in range(4)),
        rx.el.span(t("Loading…"), class_name="visually-hidden"),
        role="status",
        class_name="packages",
    )
