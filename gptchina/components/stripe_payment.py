"""Stripe's form: cards, wallets, Alipay and WeChat Pay, in frames of Stripe's own."""

from __future__ import annotations

import reflex as rx

from gptchina.state.purchase_views import IntentView

# Stripe releases its scripts and its API together: both of these are "endive", as the SDK is.
STRIPE_PACKAGES = ["@stripe/stripe-js@10.2.1", "@stripe/react-stripe-js@7.0.1"]


class StripePayment(rx.NoSSRComponent):
    """Draws the form for an amount, and asks for the payment when the buyer presses Pay.

    A chunk of its own: no page loads it, or anything of Stripe's, before it is drawn.
    """

    library = "$/public/stripe_payment.jsx"
    tag = "StripePayment"
    lib_dependencies: list[str] = STRIPE_PACKAGES

    # Known at run time only; never a secret key.
    publishable_key: rx.Var[str]
    # Address of a script that stands in for Stripe's own; "" for Stripe's.
    script: rx.Var[str]
    # What is to be paid, in minor units of the currency.
    amount: rx.Var[int]
    currency: rx.Var[str]
    # Stripe's names of the only methods to offer; none are all that fit.
    methods: rx.Var[list[str]]
    # The answer to on_intent_needed: a new turn with a secret, or with why there is none.
    intent: rx.Var[IntentView]
    # Page of this site that a buyer comes back to from a page of a bank or a wallet.
    return_path: rx.Var[str]

    on_intent_needed: rx.EventHandler[rx.event.no_args_event_spec]
    # Stripe says it is done; only the server knows whether it is.
    on_confirmed: rx.EventHandler[rx.event.no_args_event_spec]
    on_back: rx.EventHandler[rx.event.no_args_event_spec]


stripe_payment = StripePayment.create
