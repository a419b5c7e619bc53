"""A buyer pays: with a card, at a wallet's page, by scanning a code, or from a bank account."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from gptchina.standins.stripe import charges
from gptchina.standins.stripe.cards import NAMED_METHODS, Card, card_of, digits_of
from gptchina.standins.stripe.methods import REDIRECTING
from gptchina.standins.stripe.parameters import check, whole_number
from gptchina.standins.stripe.refusal import RefusedError, unexpected_state

if TYPE_CHECKING:
    from gptchina.standins.stripe.transaction import Transaction

_CONFIRMABLE = frozenset({"requires_payment_method", "requires_confirmation", "requires_action"})
_ANY_CARD = "4242424242424242"
_CENTURY = 100
_OPERATION = "PaymentIntentConfirm"


def confirm(tx: Transaction, intent: dict[str, Any], data: dict[str, Any]) -> dict[str, Any]:
    """Try to pay an intent and return it; raise RefusedError.

    A card that is declined is a refusal, too, of status 402; by then the intent tells of it.
    """
    check({name: value for name, value in data.items() if name != "client_secret"}, _OPERATION)
    if intent["status"] not in _CONFIRMABLE:
        message = (
            f"You cannot confirm this PaymentIntent because it has a status of {intent['status']}."
        )
        raise unexpected_state(message, intent)
    given = _given(data)
    kind = given.get("type", "card")
    if kind not in intent["payment_method_types"]:
        message = f'The payment method type "{kind}" is not allowed for this PaymentIntent.'
        code = "payment_intent_invalid_parameter"
        raise RefusedError(400, message, code=code, param="payment_method_data[type]")
    back = _checked_return(intent, kind, data.get("return_url", ""))
    intent["_base"] = tx.asker.base or intent["_base"]
    details = given.get("billing_details") or {}
    method = tx.add("payment_method", "pm_", type=kind, billing_details=details, customer=None)
    intent |= {"payment_method": method["id"], "_waits_for": kind}
    if kind == "card":
        _pay_by_card(tx, intent, method, given.get("card") or {})
    elif kind == "link":
        _describe(tx, method, country="US")
        charges.succeed(tx, intent)
    else:
        _describe(tx, method)
        _wait(tx, intent, kind, back)
    return intent


def _given(data: dict[str, Any]) -> dict[str, Any]:
    """Return `payment_method_data`, or what one of Stripe's names for test cards stands for."""
    if "payment_method" not in data:
        given = data.get("payment_method_data")
        if not given:
            message = "You cannot confirm this PaymentIntent because it's missing a payment method."
            raise RefusedError(400, message, code="payment_intent_unexpected_state")
        return given
    name = data["payment_method"]
    if name not in NAMED_METHODS:
        message = f"No such PaymentMethod: '{name}'"
        raise RefusedError(400, message, code="resource_missing", param="payment_method")
    return {"type": "card", "card": {"number": NAMED_METHODS[name]}}


def _checked_return(intent: dict[str, Any], kind: str, url: str) -> str:
    """Return where the buyer goes afterwards; raise RefusedError where it is needed or wrong."""
    automatic = intent["automatic_payment_methods"] or {"allow_redirects": "never"}
    if not url and (automatic["allow_redirects"] == "always" or kind in REDIRECTING):
        message = (
            "A `return_url` must be specified because this Payment Intent is configured to "
            "automatically accept the payment methods enabled in the Dashboard, some of which may "
            "require a full page redirect to succeed."
        )
        raise RefusedError(400, message, param="return_url")
    parts = urlsplit(url)
    if url and (parts.scheme not in {"http", "https"} or not parts.hostname):
        raise RefusedError(400, f"Not a valid URL: {url}", code="url_invalid", param="return_url")
    return url


def _describe(tx: Transaction, method: dict[str, Any], **details: object) -> None:
    method[method["type"]] = details
    tx.save(method)


def _pay_by_card(
    tx: Transaction, intent: dict[str, Any], method: dict[str, Any], given: dict[str, Any]
) -> None:
    number = digits_of(str(given.get("number", _ANY_CARD)))
    month, year = _expiry(given)
    card = card_of(number)
    if dt.datetime.now(dt.UTC).strftime("%Y-%m") > f"{year}-{month:02}":
        message = "Your card's expiration year is invalid."
        card = Card(card.brand, "declined", "invalid_expiry_year", "", message)
    wallet = given.get("wallet")
    _describe(
        tx,
        method,
        brand=card.brand,
        checks={"cvc_check": "fail" if card.code == "incorrect_cvc" else "pass"},
        country="CN" if card.brand == "unionpay" else "US",
        exp_month=month,
        exp_year=year,
        funding="credit",
        last4=number[-4:],
        network=card.brand,
        wallet={"type": wallet, wallet: {}} if wallet else None,
    )
    if card.outcome == "declined":
        _decline(tx, intent, card)
    if card.outcome == "challenge":
        challenge = {
            "type": "use_stripe_sdk",
            "use_stripe_sdk": {"type": "three_d_secure_redirect"},
        }
        _require_action(tx, intent, challenge)
    else:
        method["_disputed"] = card.outcome == "disputed"
        tx.save(method)
        charges.succeed(tx, intent)


def _expiry(given: dict[str, Any]) -> tuple[int, int]:
    """Return month and year; without any, the card is good for a while yet."""
    month = whole_number(given.get("exp_month", 12), "exp_month")
    year = whole_number(given.get("exp_year", dt.datetime.now(dt.UTC).year + 5), "exp_year")
    if not 1 <= month <= 12:  # noqa: PLR2004 -- a year has as many
        message = "Your card's expiration month is invalid."
        raise RefusedError(402, message, type="card_error", code="invalid_expiry_month")
    return month, year if year >= _CENTURY else 2000 + year


def _decline(tx: Transaction, intent: dict[str, Any], card: Card) -> None:
    """Note the decline on the intent and refuse the request."""
    method = tx.get("payment_method", intent["payment_method"])
    error: dict[str, Any] = {"type": "card_error", "code": card.code}
    if card.decline_code:
        error["decline_code"] = card.decline_code
    charges.fail(tx, intent, {**error, "message": card.message})
    about = {"charge": intent["latest_charge"], "payment_intent": intent, "payment_method": method}
    raise RefusedError(402, card.message, **error, **about)


def _wait(tx: Transaction, intent: dict[str, Any], kind: str, back: str) -> None:
    """Send the buyer to a page, show a code to scan, or wait for the bank."""
    if kind in REDIRECTING:
        intent["_return_url"] = back
        page = {"url": f"{intent['_base']}/authorize/{intent['id']}", "return_url": back}
        action = {"type": "redirect_to_url", "redirect_to_url": page}
        if kind == "alipay":
            action = {"type": "alipay_handle_redirect", "alipay_handle_redirect": page}
        _require_action(tx, intent, action)
    elif kind == "wechat_pay":
        code = {
            "data": f"weixin://wxpay/bizpayurl?pr={intent['id']}",
            "hosted_instructions_url": f"{intent['_base']}/authorize/{intent['id']}",
        }
        action = {"type": "wechat_pay_display_qr_code", "wechat_pay_display_qr_code": code}
        _require_action(tx, intent, action)
    else:
        intent |= {"status": "processing", "next_action": None}
        tx.save(intent)
        tx.emit("payment_intent.processing", intent)


def _require_action(tx: Transaction, intent: dict[str, Any], action: dict[str, Any]) -> None:
    intent |= {"status": "requires_action", "next_action": action, "last_payment_error": None}
    tx.save(intent)
    tx.emit("payment_intent.requires_action", intent)
