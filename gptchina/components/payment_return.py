"""Buyers who come back from a page of their bank or wallet, and waiting for what it decided."""

from __future__ import annotations

import reflex as rx


class PaymentReturn(rx.Component):
    """Draws nothing; takes the payment off the page's address and says which one it was."""

    library = "$/public/payment_return.jsx"
    tag = "PaymentReturn"

    # What names the payment: the provider's reference, or our own number.
    on_returned: rx.EventHandler[rx.event.passthrough_event_spec(str)]


class Recheck(rx.Component):
    """Asks every few seconds while the page is looked at; then shows a button to ask again."""

    library = "$/public/recheck.jsx"
    tag = "Recheck"

    seconds: rx.Var[int]
    times: rx.Var[int]
    on_recheck: rx.EventHandler[rx.event.no_args_event_spec]


payment_return = PaymentReturn.create
recheck = Recheck.create
