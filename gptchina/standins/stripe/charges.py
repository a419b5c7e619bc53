"""What ends an attempt to pay: the charge, the intent's new status, and the events."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from gptchina.standins.stripe import disputes
from gptchina.standins.stripe.refusal import RefusedError

if TYPE_CHECKING:
    from gptchina.standins.stripe.transaction import Transaction

_FAILED_AUTHENTICATION = {
    "type": "invalid_request_error",
    "code": "payment_intent_authentication_failure",
    "message": (
        "We are unable to authenticate your payment method. "
        "Please choose a different payment method and try again."
    ),
}
_FAILED_ATTEMPT = {
    "type": "invalid_request_error",
    "code": "payment_intent_payment_attempt_failed",
    "message": "The payment failed. Please choose a different payment method and try again.",
}


def _charge(
    tx: Transaction, intent: dict[str, Any], error: dict[str, Any] | None = None
) -> dict[str, Any]:
    """Make the charge of an attempt, failed if there is an error."""
    method = tx.get("payment_method", intent["payment_method"])
    kind, paid, error = method["type"], error is None, error or {}
    charge = tx.add(
        "charge",
        "ch_",
        amount=intent["amount"],
        amount_captured=intent["amount"] if paid else 0,
        amount_refunded=0,
        balance_transaction=f"txn_{secrets.token_hex(12)}" if paid else None,
        billing_details=method["billing_details"],
        captured=paid,
        currency=intent["currency"],
        customer=intent["customer"],
        description=intent["description"],
        disputed=False,
        failure_code=error.get("code"),
        failure_message=error.get("message"),
        livemode=intent["livemode"],
        metadata=intent["metadata"],
        paid=paid,
        payment_intent=intent["id"],
        payment_method=method["id"],
        payment_method_details={"type": kind, kind: method.get(kind, {})},
        receipt_email=intent["receipt_email"],
        receipt_number=None,
        receipt_url=None,
        refunded=False,
        status="succeeded" if paid else "failed",
    )
    if paid:
        charge["receipt_url"] = f"{intent['_base']}/receipts/{charge['id']}"
        tx.save(charge)
    intent["latest_charge"] = charge["id"]
    return charge


def succeed(tx: Transaction, intent: dict[str, Any]) -> None:
    """End the attempt well: the intent is paid."""
    charge = _charge(tx, intent)
    intent |= {
        "status": "succeeded",
        "amount_received": intent["amount"],
        "last_payment_error": None,
        "next_action": None,
    }
    tx.save(intent)
    tx.emit("charge.succeeded", charge)
    tx.emit("payment_intent.succeeded", intent)
    if tx.get("payment_method", intent["payment_method"]).get("_disputed"):
        disputes.open_dispute(tx, intent)


def fail(tx: Transaction, intent: dict[str, Any], error: dict[str, Any] | None = None) -> None:
    """End the attempt badly: the intent may be paid in another way.

    error is Stripe's error object; None is a buyer who was not authenticated, or a bank that
    does not pay in the end.
    """
    waited = intent["status"]
    if error is not None or waited == "processing":
        error = error or _FAILED_ATTEMPT
        charge = _charge(tx, intent, error)
        tx.emit("charge.failed", charge)
    method = tx.get("payment_method", intent["payment_method"])
    intent |= {
        "status": "requires_payment_method",
        "last_payment_error": {**(error or _FAILED_AUTHENTICATION), "payment_method": method},
        "next_action": None,
        "payment_method": None,
    }
    tx.save(intent)
    tx.emit("payment_intent.payment_failed", intent)


def finish(tx: Transaction, intent: dict[str, Any], *, ok: bool) -> None:
    """End an attempt that waits for the buyer or for a bank; raise RefusedError if none does."""
    if intent["status"] not in {"requires_action", "processing"}:
        message = (
            f"This PaymentIntent does not wait for anything: its status is {intent['status']}."
        )
        raise RefusedError(400, message, code="payment_intent_unexpected_state")
    if ok:
        succeed(tx, intent)
    else:
        fail(tx, intent)
