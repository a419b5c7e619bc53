"""Disputes: a bank takes the money back, and may return it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from gptchina.standins.stripe.parameters import check, merged_metadata
from gptchina.standins.stripe.refusal import RefusedError

if TYPE_CHECKING:
    from gptchina.standins.stripe.transaction import Transaction

_WEEK = 7 * 24 * 3600
_OPEN = frozenset(
    {"needs_response", "under_review", "warning_needs_response", "warning_under_review"}
)


def _inquiry(dispute: dict[str, Any]) -> bool:
    """Return whether it is only a question of the bank, for which no money moves."""
    return dispute["status"].startswith("warning_")


def blocks_refunds(tx: Transaction, charge: dict[str, Any]) -> bool:
    """Return whether the money of a charge is with the bank already."""
    disputes = tx.all_of("dispute", charge=charge["id"])
    return any(each["status"] != "won" and not _inquiry(each) for each in disputes)


def open_dispute(
    tx: Transaction,
    intent: dict[str, Any],
    amount: int | None = None,
    status: str = "needs_response",
) -> dict[str, Any]:
    """Dispute a payment, in part or whole; a status with `warning_` is an inquiry.

    Raises RefusedError if there is nothing to dispute.
    """
    if intent["status"] != "succeeded" or status not in _OPEN:
        raise RefusedError(400, f"A payment that is {intent['status']} cannot be {status}")
    charge = tx.get("charge", intent["latest_charge"])
    disputed: int = charge["amount"] if amount is None else amount
    if not 1 <= disputed <= charge["amount"]:
        raise RefusedError(400, "The amount is not a part of the payment", param="amount")
    dispute = tx.add(
        "dispute",
        "du_",
        amount=disputed,
        balance_transactions=[],
        charge=charge["id"],
        currency=charge["currency"],
        evidence={},
        evidence_details={"due_by": int(time.time()) + _WEEK, "submission_count": 0},
        is_charge_refundable=status.startswith("warning_"),
        livemode=charge["livemode"],
        metadata={},
        payment_intent=intent["id"],
        reason="fraudulent",
        status=status,
    )
    charge["disputed"] = True
    tx.save(charge)
    tx.emit("charge.dispute.created", dispute)
    if not _inquiry(dispute):
        tx.emit("charge.dispute.funds_withdrawn", dispute)
    return dispute


def escalate_dispute(tx: Transaction, dispute: dict[str, Any]) -> dict[str, Any]:
    """Make a dispute of an inquiry: now the money is taken; raise RefusedError if it is none."""
    if not _inquiry(dispute) or dispute["status"] not in _OPEN:
        raise RefusedError(400, f"This dispute is {dispute['status']}")
    before = dispute["status"]
    dispute |= {"status": "needs_response", "is_charge_refundable": False}
    tx.save(dispute)
    tx.emit("charge.dispute.updated", dispute, status=before)
    tx.emit("charge.dispute.funds_withdrawn", dispute)
    return dispute


def close_dispute(tx: Transaction, dispute: dict[str, Any], *, won: bool) -> dict[str, Any]:
    """Decide a dispute for or against the shop; raise RefusedError if it is decided already."""
    if dispute["status"] not in _OPEN:
        raise RefusedError(400, f"This dispute is already closed: {dispute['status']}")
    inquiry = _inquiry(dispute)
    dispute["status"] = "warning_closed" if inquiry else "won" if won else "lost"
    tx.save(dispute)
    if won and not inquiry:
        tx.emit("charge.dispute.funds_reinstated", dispute)
    tx.emit("charge.dispute.closed", dispute)
    return dispute


def update_dispute(tx: Transaction, identifier: str, data: dict[str, Any]) -> dict[str, Any]:
    """Take evidence; what is submitted goes to the bank for review."""
    check(data, "DisputeUpdate")
    dispute = tx.get("dispute", identifier)
    if dispute["status"] not in _OPEN:
        raise RefusedError(400, "This dispute is already closed", code="dispute_closed")
    dispute["metadata"] = merged_metadata(dispute["metadata"], data)
    dispute["evidence"] |= data.get("evidence") or {}
    before = dispute["status"]
    if data.get("submit") == "true":
        dispute["status"] = before.replace("needs_response", "under_review")
        dispute["evidence_details"]["submission_count"] += 1
    tx.save(dispute)
    tx.emit("charge.dispute.updated", dispute, status=before)
    return dispute
