"""The operations of Stripe's API that the stand-in knows, by method and path."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from gptchina.standins.stripe import charges, disputes, intents, methods, refunds
from gptchina.standins.stripe.confirmation import confirm
from gptchina.standins.stripe.events import thin
from gptchina.standins.stripe.listing import expanded, list_of
from gptchina.standins.stripe.parameters import check, merged_metadata, truth
from gptchina.standins.stripe.refusal import RefusedError, missing, unexpected_state
from gptchina.standins.stripe.transaction import shown

if TYPE_CHECKING:
    from collections.abc import Callable

    from gptchina.standins.stripe.transaction import Transaction

    Operation = Callable[[Transaction, str, dict[str, Any]], dict[str, Any]]

_KINDS = {
    "payment_intents": "payment_intent",
    "charges": "charge",
    "refunds": "refund",
    "disputes": "dispute",
    "events": "event",
    "customers": "customer",
}
_PAID = frozenset({"succeeded", "canceled"})


def _of_the_buyer(tx: Transaction, identifier: str, data: dict[str, Any]) -> dict[str, Any]:
    """Return the intent; a publishable key must come with the intent's own secret."""
    intent = tx.get("payment_intent", identifier)
    given = data.pop("client_secret", None)
    if not tx.asker.secret and given != intent["client_secret"]:
        message = "The client_secret provided does not match any associated PaymentIntent."
        raise RefusedError(401, message, param="client_secret")
    return intent


def _retrieve_intent(tx: Transaction, identifier: str, data: dict[str, Any]) -> dict[str, Any]:
    return _of_the_buyer(tx, identifier, data)


def _confirm(tx: Transaction, identifier: str, data: dict[str, Any]) -> dict[str, Any]:
    return confirm(tx, _of_the_buyer(tx, identifier, data), data)


def _authenticate(tx: Transaction, identifier: str, data: dict[str, Any]) -> dict[str, Any]:
    """Take the buyer's answer to the stand-in's own dialogs; Stripe has no such operation."""
    intent = _of_the_buyer(tx, identifier, data)
    charges.finish(tx, intent, ok=truth(data.get("ok", "false"), "ok"))
    return intent


def _create_customer(tx: Transaction, _: str, data: dict[str, Any]) -> dict[str, Any]:
    check(data, "CustomerCreate")
    fields = {"email": None, "name": None, "phone": None, **data}
    return tx.add("customer", "cus_", **{**fields, "metadata": merged_metadata({}, data)})


def _update_customer(tx: Transaction, identifier: str, data: dict[str, Any]) -> dict[str, Any]:
    check(data, "CustomerUpdate")
    customer = tx.get("customer", identifier)
    customer |= {**data, "metadata": merged_metadata(customer["metadata"], data)}
    tx.save(customer)
    return customer


def _session(tx: Transaction, _: str, data: dict[str, Any]) -> dict[str, Any]:
    """Return which methods a form offers, for an intent or for an amount without one yet."""
    if secret := data.get("client_secret"):
        intent = tx.find(secret.partition("_secret_")[0])
        if intent is None or intent.get("client_secret") != secret:
            raise missing("payment_intent", secret.partition("_secret_")[0], "client_secret")
        if intent["status"] in _PAID:
            message = "This PaymentIntent is in a terminal state and cannot initialize Elements."
            raise unexpected_state(message, intent)
        types = intent["payment_method_types"]
    else:
        wanted = data.get("deferred_intent", {})
        currency = methods.checked_currency(wanted.get("currency"))
        types = methods.usable(tx.methods, currency)
        named = wanted.get("allowed_payment_method_types") or types
        types = [each for each in types if each in named]
    return {
        "object": "elements_session",
        "id": f"elements_session_{secrets.token_hex(8)}",
        "payment_method_preference": {"ordered_payment_method_types": types},
    }


def _thin_event(tx: Transaction, identifier: str, _: dict[str, Any]) -> dict[str, Any]:
    return thin(tx.get("event", identifier.replace("evt_thin_", "evt_")))


_OPERATIONS: dict[str, Operation] = {
    "POST v1/payment_intents": lambda tx, _, data: intents.create(tx, data),
    "GET v1/payment_intents/:id": _retrieve_intent,
    "POST v1/payment_intents/:id": intents.update,
    "POST v1/payment_intents/:id/confirm": _confirm,
    "POST v1/payment_intents/:id/cancel": intents.cancel,
    "POST v1/payment_intents/:id/_authenticate": _authenticate,
    "GET v1/elements/sessions": _session,
    "POST v1/refunds": lambda tx, _, data: refunds.create(tx, data),
    "POST v1/refunds/:id": refunds.update,
    "POST v1/disputes/:id": disputes.update_dispute,
    "POST v1/disputes/:id/close": lambda tx, identifier, _: disputes.close_dispute(
        tx, tx.get("dispute", identifier), won=False
    ),
    "POST v1/customers": _create_customer,
    "POST v1/customers/:id": _update_customer,
    "GET v2/core/events/:id": _thin_event,
}
# What a browser may ask for.
_PUBLISHABLE = frozenset(
    {
        "GET v1/payment_intents/:id",
        "POST v1/payment_intents/:id/confirm",
        "POST v1/payment_intents/:id/_authenticate",
        "GET v1/elements/sessions",
    }
)


def _named(method: str, path: str) -> tuple[str, str]:
    """Return the name of an operation and the object that it is about, or ""."""
    whole = f"{method} {path}"
    head, _, rest = path.partition("core/events/") if path.startswith("v2") else ("", "", "")
    if rest:
        return f"{method} {head}core/events/:id", rest
    version, _, rest = path.partition("/")
    resource, _, rest = rest.partition("/")
    identifier, slash, action = rest.partition("/")
    if not identifier or whole in _OPERATIONS:
        return whole, ""
    return f"{method} {version}/{resource}/:id{slash}{action}", identifier


def answer(tx: Transaction, method: str, path: str, data: dict[str, Any]) -> dict[str, Any]:
    """Do what was asked and return the reply; raise RefusedError.

    The path is without a slash before it, such as `v1/refunds`.
    """
    name, identifier = _named(method, path)
    if not tx.asker.secret and name not in _PUBLISHABLE:
        message = "This API call cannot be made with a publishable API key."
        raise RefusedError(403, message, code="secret_key_required")
    wanted = data.pop("expand", [])
    wanted = wanted if isinstance(wanted, list) else [wanted]
    operation = _OPERATIONS.get(name)
    kind = _KINDS.get(path.split("/")[1] if "/" in path else "")
    if operation is not None:
        reply = operation(tx, identifier, data)
    elif kind and name == f"GET {path}":
        reply = list_of(tx, kind, data, f"/{path}")
    elif kind and name.endswith("/:id") and method == "GET":
        reply = tx.get(kind, identifier)
    else:
        message = f"Unrecognized request URL ({method}: /{path})."
        raise RefusedError(404, message)
    return shown(expanded(tx, reply, wanted))
