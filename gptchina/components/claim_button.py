"""The free tokens of the day: a button when they are ready, a countdown until then."""

from __future__ import annotations

import reflex as rx


class ClaimButton(rx.Component):
    """Reads "Claim 20,000 Tokens", or "Claim in 23h 2m 24s" ticking by the server's time."""

    library = "$/public/claim_button.jsx"
    tag = "ClaimButton"

    # ISO time from which a claim is possible; "" means now.
    claim_at: rx.Var[str]
    # ISO time at the server when claim_at was read.
    server_time: rx.Var[str]
    # Tokens that a claim gives.
    amount: rx.Var[int]
    # A claim is on its way.
    claiming: rx.Var[bool]
    # Icon only, the text in a tooltip.
    collapsed: rx.Var[bool]
    # The clocks do not agree any more (sleep, a set clock): load the three values again.
    on_recheck: rx.EventHandler[rx.event.no_args_event_spec]
    on_claim: rx.EventHandler[rx.event.no_args_event_spec]


claim_button = ClaimButton.create
