"""What Stripe's objects say of a payment, as a Truth."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from gptchina.providers.payments.contract import Method, Truth, TruthStatus

if TYPE_CHECKING:
    from collections.abc import Iterable

    import stripe

STATUSES: dict[str, TruthStatus] = {
    "requires_payment_method": "open",
    "requires_confirmation": "open",
    "requires_action": "open",
    "requires_capture": "open",
    "processing": "processing",
    "canceled": "canceled",
    "succeeded": "succeeded",
}
# A refund that needs the buyer's account number, say, takes the money from us already.
_GIVEN_BACK = frozenset({"succeeded", "pending", "requires_action"})
_LONGEST_NUMBER = 18


def charge_of(intent: stripe.PaymentIntent) -> stripe.Charge | None:
    """Return the charge of the last try, which has to be expanded."""
    charge = intent.latest_charge
    return None if charge is None or isinstance(charge, str) else charge


def read_truth(
    intent: stripe.PaymentIntent,
    refunds: Iterable[stripe.Refund] = (),
    disputes: Iterable[stripe.Dispute] = (),
) -> Truth:
    """Return what is true of a payment by its intent, its refunds and its disputes."""
    status = STATUSES.get(intent.status, "open")
    if status == "succeeded" and intent.amount_received != intent.amount:
        status = "partly"
    paid = status in {"succeeded", "partly", "processing"}
    charge = charge_of(intent) if paid else None
    metadata = _metadata(intent)
    return Truth(
        reference=intent.id,
        payment_id=_own_number(metadata.get("payment_id")),
        key=str(metadata.get("key", "")),
        status=status,
        amount=intent.amount,
        received=intent.amount_received,
        currency=intent.currency,
        refunded=sum(each.amount for each in refunds if each.status in _GIVEN_BACK),
        disputed=sum(each.amount for each in disputes if _holds_back(each)),
        failure="" if paid else _failure(intent),
        method=_method(charge),
        receipt_url=(charge.receipt_url if charge else None) or "",
        created_at=dt.datetime.fromtimestamp(intent.created, dt.UTC),
    )


def _metadata(intent: stripe.PaymentIntent) -> dict[str, Any]:
    # The SDK's types promise metadata, yet whoever opened the intent may have left it out.
    found: Any = intent.metadata
    return found.to_dict() if found else {}


def _own_number(given: object) -> int | None:
    """Return our number of a payment; None if somebody else's program wrote another thing there."""
    if not isinstance(given, str) or len(given) > _LONGEST_NUMBER:
        return None
    return int(given) if given.isascii() and given.isdecimal() else None


def _holds_back(dispute: stripe.Dispute) -> bool:
    """Return whether the bank has the money: not while it only asks, and not after we won."""
    return dispute.status != "won" and not dispute.status.startswith("warning_")


def _failure(intent: stripe.PaymentIntent) -> str:
    error = intent.last_payment_error
    if error is None:
        return ""
    return getattr(error, "decline_code", None) or error.code or error.type


def _method(charge: stripe.Charge | None) -> Method:
    """Return how it was paid; a card in a wallet goes by the wallet's name."""
    details: Any = charge.payment_method_details if charge else None
    if details is None:
        return Method()
    kind = details.type
    means = getattr(details, kind, None)
    wallet = getattr(means, "wallet", None)
    return Method(
        kind=getattr(wallet, "type", None) or kind,
        brand=getattr(means, "brand", None) or "",
        last4=getattr(means, "last4", None) or "",
    )
