"""What Stripe's objects mean, those that no ordinary payment has included."""

from __future__ import annotations

from typing import Any

import pytest
import stripe

from gptchina.providers.payments import Method
from gptchina.providers.payments.stripe_.reading import read_truth


def intent_of(**changes: Any) -> stripe.PaymentIntent:
    """Return an intent such as no ordinary payment has."""
    values: dict[str, Any] = {
        "id": "pi_1",
        "object": "payment_intent",
        "amount": 1000,
        "amount_received": 1000,
        "created": 1_800_000_000,
        "currency": "cny",
        "last_payment_error": None,
        "latest_charge": None,
        "metadata": {},
        "status": "succeeded",
    }
    return stripe.PaymentIntent.construct_from({**values, **changes}, "sk_test_standin")


def charge_by(**details: Any) -> dict[str, Any]:
    return {
        "id": "ch_1",
        "object": "charge",
        "receipt_url": None,
        "payment_method_details": details,
    }


@pytest.mark.parametrize(
    ("details", "method"),
    [
        (
            {
                "type": "card",
                "card": {"brand": "visa", "last4": "4242", "wallet": {"type": "apple_pay"}},
            },
            Method("apple_pay", "visa", "4242"),
        ),
        (
            {"type": "card", "card": {"brand": "visa", "last4": "4242", "wallet": None}},
            Method("card", "visa", "4242"),
        ),
        ({"type": "link", "link": {"country": "SG"}}, Method("link")),
        ({"type": "crypto", "crypto": {"network": "base"}}, Method("crypto")),
        ({"type": "alipay"}, Method("alipay")),
    ],
)
def test_the_method_is_told_for_wallets_too(details: dict[str, Any], method: Method) -> None:
    assert read_truth(intent_of(latest_charge=charge_by(**details))).method == method


@pytest.mark.parametrize("received", [999, 1001])
def test_another_amount_than_was_asked_for_is_not_success(received: int) -> None:
    truth = read_truth(intent_of(amount_received=received))
    assert (truth.status, truth.amount, truth.received) == ("partly", 1000, received)


@pytest.mark.parametrize(
    ("status", "told"),
    [
        ("requires_payment_method", "open"),
        ("requires_confirmation", "open"),
        ("requires_action", "open"),
        ("requires_capture", "open"),
        ("a_status_of_next_year", "open"),
        ("processing", "processing"),
        ("canceled", "canceled"),
    ],
)
def test_only_success_is_success(status: str, told: str) -> None:
    assert read_truth(intent_of(status=status)).status == told


def test_a_failure_before_success_is_over() -> None:
    error = {"type": "card_error", "code": "card_declined", "decline_code": "lost_card"}
    assert read_truth(intent_of(last_payment_error=error)).failure == ""
    unpaid = intent_of(last_payment_error=error, status="requires_payment_method")
    assert read_truth(unpaid).failure == "lost_card"


@pytest.mark.parametrize("number", ["", "x", "-7", "7.0", "\u0667", "9" * 40, None])
def test_a_number_that_is_not_ours_is_no_number(number: str | None) -> None:
    metadata = {} if number is None else {"payment_id": number}
    assert read_truth(intent_of(metadata=metadata)).payment_id is None


@pytest.mark.parametrize(
    ("status", "counts"),
    [
        ("succeeded", True),
        ("pending", True),
        ("requires_action", True),
        ("failed", False),
        ("canceled", False),
    ],
)
def test_which_refunds_count(status: str, *, counts: bool) -> None:
    refund = stripe.Refund.construct_from({"amount": 300, "status": status}, None)
    assert read_truth(intent_of(), [refund, refund]).refunded == (600 if counts else 0)


@pytest.mark.parametrize(
    ("status", "counts"),
    [
        ("needs_response", True),
        ("under_review", True),
        ("appeal_under_review", True),
        ("lost", True),
        ("prevented", True),
        ("won", False),
        ("warning_needs_response", False),
        ("warning_under_review", False),
        ("warning_closed", False),
    ],
)
def test_which_disputes_count(status: str, *, counts: bool) -> None:
    dispute = stripe.Dispute.construct_from({"amount": 300, "status": status}, None)
    assert read_truth(intent_of(), [], [dispute, dispute]).disputed == (600 if counts else 0)
