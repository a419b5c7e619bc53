"""Refunds: at once for cards, later and not always for wallets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gptchina.standins.stripe.disputes import blocks_refunds
from gptchina.standins.stripe.methods import REFUNDED_LATER
from gptchina.standins.stripe.parameters import check, merged_metadata, one_of, whole_number
from gptchina.standins.stripe.refusal import RefusedError

if TYPE_CHECKING:
    from gptchina.standins.stripe.transaction import Transaction

_REASONS = frozenset({"duplicate", "fraudulent", "requested_by_customer"})


def create(tx: Transaction, data: dict[str, Any]) -> dict[str, Any]:
    """Return money of a payment, named by its intent or its charge; raise RefusedError."""
    check(data, "RefundCreate")
    charge = _charge_of(tx, data)
    amount = _amount(tx, charge, data)
    reason = one_of(data["reason"], _REASONS, "reason") if "reason" in data else None
    kind = charge["payment_method_details"]["type"]
    refund = tx.add(
        "refund",
        "re_",
        amount=amount,
        balance_transaction=None,
        charge=charge["id"],
        currency=charge["currency"],
        destination_details={"type": kind, kind: {}},
        livemode=charge["livemode"],
        metadata=merged_metadata({}, data),
        payment_intent=charge["payment_intent"],
        reason=reason,
        receipt_number=None,
        status="pending" if kind in REFUNDED_LATER else "succeeded",
    )
    _count(tx, charge, amount)
    tx.emit("refund.created", refund)
    tx.emit("charge.refunded", charge)
    return refund


def _charge_of(tx: Transaction, data: dict[str, Any]) -> dict[str, Any]:
    if ("payment_intent" in data) == ("charge" in data):
        message = "One of the following params should be provided: payment_intent or charge."
        raise RefusedError(400, message, code="parameter_missing", param="payment_intent")
    if "charge" in data:
        charge = tx.get("charge", data["charge"], "charge")
    else:
        intent = tx.get("payment_intent", data["payment_intent"], "payment_intent")
        if intent["status"] != "succeeded":
            message = "This PaymentIntent does not have a successful charge to refund."
            raise RefusedError(400, message, param="payment_intent")
        charge = tx.get("charge", intent["latest_charge"])
    if not charge["paid"]:
        raise RefusedError(400, "This charge did not succeed.", param="charge")
    return charge


def _amount(tx: Transaction, charge: dict[str, Any], data: dict[str, Any]) -> int:
    """Return how much to give back; raise RefusedError for more than there is."""
    if blocks_refunds(tx, charge):
        message = f"Charge {charge['id']} has been charged back; cannot issue a refund."
        raise RefusedError(400, message, code="charge_disputed")
    left = charge["amount"] - charge["amount_refunded"]
    if not left:
        message = f"Charge {charge['id']} has already been refunded."
        raise RefusedError(400, message, code="charge_already_refunded")
    amount = whole_number(data.get("amount", left), "amount")
    if amount < 1:
        raise RefusedError(400, "Invalid positive integer", param="amount")
    if amount > left:
        message = f"Refund amount ({amount}) is greater than unrefunded amount on charge ({left})"
        raise RefusedError(400, message, param="amount")
    return amount


def _count(tx: Transaction, charge: dict[str, Any], amount: int) -> None:
    charge["amount_refunded"] += amount
    charge["refunded"] = charge["amount_refunded"] == charge["amount"]
    tx.save(charge)


def finish(tx: Transaction, refund: dict[str, Any], *, ok: bool) -> dict[str, Any]:
    """Let a refund arrive, or come back; raise RefusedError if that happened already.

    A bank may send back what it had taken, so a refund that succeeded can still fail.
    """
    if refund["status"] not in ({"pending"} if ok else {"pending", "succeeded"}):
        raise RefusedError(400, f"This refund is {refund['status']}")
    before = refund["status"]
    refund["status"] = "succeeded" if ok else "failed"
    if not ok:
        refund["failure_reason"] = "unknown"
        _count(tx, tx.get("charge", refund["charge"]), -refund["amount"])
    tx.save(refund)
    tx.emit("refund.updated", refund, status=before)
    if not ok:
        tx.emit("refund.failed", refund)
    return refund


def update(tx: Transaction, identifier: str, data: dict[str, Any]) -> dict[str, Any]:
    """Change the metadata."""
    check(data, "RefundUpdate")
    refund = tx.get("refund", identifier)
    refund["metadata"] = merged_metadata(refund["metadata"], data)
    tx.save(refund)
    tx.emit("refund.updated", refund)
    return refund
