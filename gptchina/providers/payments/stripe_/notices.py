"""Stripe's webhooks: the signature, and both forms of events come down to a Notice."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import re
import time
from typing import TYPE_CHECKING, Any, cast

import orjson

from gptchina.providers.payments.contract import MalformedNoticeError, Notice, SignatureError
from gptchina.providers.payments.fields import (
    as_name,
    as_object,
    as_optional_name,
    as_time,
    header_of,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# What can change the truth of a payment; a webhook endpoint has to be told of these.
KINDS = frozenset(
    {
        "payment_intent.succeeded",
        "payment_intent.processing",
        "payment_intent.payment_failed",
        "payment_intent.canceled",
        "payment_intent.requires_action",
        "charge.refunded",
        "refund.created",
        "refund.updated",
        "refund.failed",
        "charge.dispute.created",
        "charge.dispute.updated",
        "charge.dispute.closed",
        "charge.dispute.funds_withdrawn",
        "charge.dispute.funds_reinstated",
    }
)
TOLERANCE_SECONDS = 300
_HEADER = "stripe-signature"
_SECONDS = re.compile(r"[0-9]{1,12}")


def verify(body: bytes, headers: Mapping[str, str], secrets: Sequence[str]) -> None:
    """Raise SignatureError unless one of the secrets signed the body within five minutes of now.

    The SDK would take a time in the future, with which a forgotten body stays good for ever, and
    fails on some headers in ways of its own.
    """
    pairs = [part.partition("=") for part in header_of(headers, _HEADER).split(",")]
    times = [value for name, _, value in pairs if name == "t"]
    signatures = [value.encode(errors="replace") for name, _, value in pairs if name == "v1"]
    if len(times) != 1 or not _SECONDS.fullmatch(times[0]) or not signatures:
        raise SignatureError("no signature")
    signed = f"{times[0]}.".encode() + body
    wanted = [
        hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest().encode() for secret in secrets
    ]
    if not any(hmac.compare_digest(ours, theirs) for ours in wanted for theirs in signatures):
        raise SignatureError("signed by somebody else")
    if abs(time.time() - int(times[0])) > TOLERANCE_SECONDS:
        raise SignatureError("signed at another time")


def parse(body: bytes) -> Notice:
    """Return the notice in a body; raise MalformedNoticeError."""
    try:
        event = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise MalformedNoticeError("no JSON") from error
    return notice_of(event)


def notice_of(event: object) -> Notice:
    """Return the notice of an event in either form; raise MalformedNoticeError."""
    fields = as_object(event)
    live = fields.get("livemode")
    if not isinstance(live, bool):
        raise MalformedNoticeError("no livemode")
    kind = as_name(fields.get("type"))
    if fields.get("object") == "v2.core.event":
        # Only its names are in it; some are of nothing that has one.
        about = as_object(fields.get("related_object") or {})
        kind, object_kind = kind.removeprefix("v1."), about.get("type")
        happened_at = _moment(fields.get("created"))
    elif fields.get("object") == "event":
        about = as_object(as_object(fields.get("data")).get("object"))
        object_kind, happened_at = about.get("object"), as_time(fields.get("created"))
    else:
        raise MalformedNoticeError("no event")
    object_id, object_kind = as_optional_name(about.get("id")), as_optional_name(object_kind)
    return Notice(
        id=as_name(fields.get("id")),
        kind=kind,
        object_id=object_id,
        object_kind=object_kind,
        reference=object_id if object_kind == "payment_intent" else payment_of(about),
        happened_at=happened_at,
        live=live,
    )


def payment_of(about: dict[str, Any]) -> str:
    """Return the payment that an object names, whole or by its id; "" if it names none."""
    payment = about.get("payment_intent")
    if isinstance(payment, dict):
        payment = cast("dict[str, Any]", payment).get("id")
    return as_optional_name(payment)


def _moment(given: object) -> dt.datetime:
    """Return a moment from its ISO form."""
    try:
        moment = dt.datetime.fromisoformat(cast("str", given))
        return moment.replace(tzinfo=moment.tzinfo or dt.UTC).astimezone(dt.UTC)
    except (TypeError, ValueError, OverflowError) as error:
        raise MalformedNoticeError("no time") from error
