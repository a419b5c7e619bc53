"""Stripe's test cards and what becomes of each."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

_SHORTEST = 12
_LONGEST = 19


@dataclass(frozen=True, slots=True)
class Card:
    """What a number stands for; a declined one has the code and the words of the decline."""

    brand: str
    outcome: Literal["paid", "challenge", "disputed", "declined"] = "paid"
    code: str = ""
    decline_code: str = ""
    message: str = ""


def _declined(code: str, decline_code: str, message: str) -> Card:
    return Card("visa", "declined", code, decline_code, message)


# https://docs.stripe.com/testing
TEST_CARDS = {
    "4242424242424242": Card("visa"),
    "5555555555554444": Card("mastercard"),
    "378282246310005": Card("amex"),
    "6200000000000005": Card("unionpay"),
    "4000002760003184": Card("visa", "challenge"),
    "4000000000000259": Card("visa", "disputed"),
    "4000000000000002": _declined("card_declined", "generic_decline", "Your card was declined."),
    "4000000000009995": _declined(
        "card_declined", "insufficient_funds", "Your card has insufficient funds."
    ),
    "4000000000000069": _declined("expired_card", "", "Your card has expired."),
    "4000000000000127": _declined("incorrect_cvc", "", "Your card's security code is incorrect."),
}
_INCORRECT = _declined("incorrect_number", "", "Your card number is incorrect.")
_NOT_A_TEST_CARD = _declined(
    "card_declined",
    "test_mode_live_card",
    "Your card was declined. Your request was in test mode, but used a non test card.",
)
# What a program without a browser may pay with.
NAMED_METHODS = {
    "pm_card_visa": "4242424242424242",
    "pm_card_mastercard": "5555555555554444",
    "pm_card_unionpay": "6200000000000005",
    "pm_card_authenticationRequired": "4000002760003184",
    "pm_card_createDispute": "4000000000000259",
    "pm_card_visa_chargeDeclined": "4000000000000002",
    "pm_card_visa_chargeDeclinedInsufficientFunds": "4000000000009995",
    "pm_card_chargeDeclinedExpiredCard": "4000000000000069",
    "pm_card_chargeDeclinedIncorrectCvc": "4000000000000127",
}


def digits_of(number: str) -> str:
    """Return the number without the spaces that people write."""
    return re.sub(r"[\s-]", "", number)


def adds_up(number: str) -> bool:
    """Return whether the last digit is what the others ask for (Luhn)."""
    if not re.fullmatch(rf"[0-9]{{{_SHORTEST},{_LONGEST}}}", number):
        return False
    digits = [int(digit) for digit in reversed(number)]
    doubled = [sum(divmod(2 * digit, 10)) for digit in digits[1::2]]
    return (sum(digits[::2]) + sum(doubled)) % 10 == 0


def card_of(number: str) -> Card:
    """Return what a number without spaces stands for; one that is not for tests is declined."""
    if not adds_up(number):
        return _INCORRECT
    return TEST_CARDS.get(number, _NOT_A_TEST_CARD)
