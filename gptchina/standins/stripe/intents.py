"""PaymentIntents: made and kept by the shop's secret key."""

from __future__ import annotations

import secrets
import time
from typing import TYPE_CHECKING, Any

from gptchina.standins.stripe import methods
from gptchina.standins.stripe.confirmation import confirm
from gptchina.standins.stripe.parameters import (
    check,
    merged_metadata,
    one_of,
    truth,
    whole_number,
)
from gptchina.standins.stripe.refusal import RefusedError, unexpected_state

if TYPE_CHECKING:
    from gptchina.standins.stripe.transaction import Transaction

_CANCELLABLE = frozenset({"requires_payment_method", "requires_confirmation", "requires_action"})
_REASONS = frozenset({"abandoned", "duplicate", "fraudulent", "requested_by_customer"})
_CAPTURES = frozenset({"automatic", "automatic_async"})
_EXCLUSIVE = (
    "allowed_payment_method_types",
    "automatic_payment_methods",
    "excluded_payment_method_types",
    "payment_method_configuration",
)
_KEPT = ("description", "receipt_email", "statement_descriptor_suffix", "setup_future_usage")

_UNTOUCHED = {
    "amount_capturable": 0,
    "amount_received": 0,
    "canceled_at": None,
    "cancellation_reason": None,
    "confirmation_method": "automatic",
    "last_payment_error": None,
    "latest_charge": None,
    "next_action": None,
    "payment_method": None,
    "status": "requires_payment_method",
}


def create(tx: Transaction, data: dict[str, Any]) -> dict[str, Any]:
    """Make an intent and, with `confirm`, pay it at once; raise RefusedError."""
    check(data, "PaymentIntentCreate", "amount", "currency")
    intent = tx.add("payment_intent", "pi_", **_checked(tx, data), **_UNTOUCHED)
    intent["client_secret"] = f"{intent['id']}_secret_{secrets.token_hex(12)}"
    intent["_base"] = tx.asker.base
    tx.save(intent)
    tx.emit("payment_intent.created", intent)
    if truth(data.get("confirm", "false"), "confirm"):
        names = ("payment_method", "payment_method_data", "return_url")
        confirm(tx, intent, {name: data[name] for name in names if name in data})
    return intent


def _checked(tx: Transaction, data: dict[str, Any]) -> dict[str, Any]:
    """Return what a request sets on an intent; raise RefusedError."""
    currency = methods.checked_currency(data["currency"])
    amount = whole_number(data["amount"], "amount")
    methods.check_amount(amount, currency)
    automatic, types = _method_types(tx, data, currency)
    capture = one_of(data.get("capture_method", "automatic_async"), _CAPTURES, "capture_method")
    if "customer" in data:
        tx.get("customer", data["customer"], "customer")
    return {
        "amount": amount,
        "automatic_payment_methods": automatic,
        "capture_method": capture,
        "currency": currency,
        "customer": data.get("customer"),
        "metadata": merged_metadata({}, data),
        "payment_method_options": data.get("payment_method_options", {}),
        "payment_method_types": types,
        **{name: data.get(name) for name in _KEPT},
    }


def _method_types(
    tx: Transaction, data: dict[str, Any], currency: str
) -> tuple[dict[str, Any] | None, list[str]]:
    """Return `automatic_payment_methods` and the types that the intent may be paid with."""
    together = [name for name in _EXCLUSIVE if data.get(name)]
    if "allowed_payment_method_types" in together and len(together) > 1:
        message = f"You may only specify one of these parameters: {', '.join(together)}."
        raise RefusedError(400, message, param=together[1])
    automatic = data.get("automatic_payment_methods") or {}
    redirects = automatic.get("allow_redirects", "always")
    types = methods.usable(tx.methods, currency)
    allowed = data.get("allowed_payment_method_types") or types
    excluded = set(data.get("excluded_payment_method_types") or ())
    if redirects == "never":
        excluded |= methods.REDIRECTING
    types = [each for each in types if each in allowed and each not in excluded]
    if not types:
        message = "No valid payment method types for this PaymentIntent."
        raise RefusedError(400, message, code="payment_intent_invalid_parameter")
    if "allowed_payment_method_types" in together:
        return None, types
    return {"allow_redirects": redirects, "enabled": True}, types


def update(tx: Transaction, identifier: str, data: dict[str, Any]) -> dict[str, Any]:
    """Change an intent that is not yet paid; raise RefusedError."""
    check(data, "PaymentIntentUpdate")
    intent = tx.get("payment_intent", identifier)
    intent["metadata"] = merged_metadata(intent["metadata"], data)
    if "amount" in data:
        if intent["status"] not in _CANCELLABLE:
            message = (
                "This PaymentIntent's amount could not be updated because it has a status of "
                f"{intent['status']}."
            )
            raise unexpected_state(message, intent)
        intent["amount"] = whole_number(data["amount"], "amount")
        methods.check_amount(intent["amount"], intent["currency"])
    intent |= {name: data[name] or None for name in _KEPT if name in data}
    tx.save(intent)
    return intent


def cancel(tx: Transaction, identifier: str, data: dict[str, Any]) -> dict[str, Any]:
    """Close an intent that is not paid; raise RefusedError for one that is or may be."""
    check(data, "PaymentIntentCancel")
    intent = tx.get("payment_intent", identifier)
    if intent["status"] not in _CANCELLABLE:
        message = (
            "You cannot cancel this PaymentIntent because it has a status of "
            f"{intent['status']}. Only a PaymentIntent with one of the following statuses may be "
            f"canceled: {', '.join(sorted(_CANCELLABLE))}."
        )
        raise unexpected_state(message, intent)
    reason = data.get("cancellation_reason")
    intent |= {
        "status": "canceled",
        "canceled_at": int(time.time()),
        "cancellation_reason": reason and one_of(reason, _REASONS, "cancellation_reason"),
        "next_action": None,
    }
    tx.save(intent)
    tx.emit("payment_intent.canceled", intent)
    return intent
