"""A Stripe that speaks the real one's protocol over HTTP, for development and tests."""

from __future__ import annotations

from gptchina.standins.stripe.controls import StandInStripe, StripeRequest
from gptchina.standins.stripe.options import METHODS, StripeOptions
from gptchina.standins.stripe.refusal import RefusedError
from gptchina.standins.stripe.server import build_stripe_server

__all__ = [
    "METHODS",
    "RefusedError",
    "StandInStripe",
    "StripeOptions",
    "StripeRequest",
    "build_stripe_server",
]
