"""Stripe; the underscore keeps its package apart from the SDK's, which is imported when needed."""

from .connection import API_VERSION
from .provider import StripeProvider

__all__ = ["API_VERSION", "StripeProvider"]
