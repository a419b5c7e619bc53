"""Events on the wire: signed, in full or thin."""

from __future__ import annotations

import datetime as dt
from typing import Any


def thin(event: dict[str, Any]) -> dict[str, Any]:
    """Return the thin form of an event: names of what it is about, and nothing of its content."""
    about = event["data"]["object"]
    created = dt.datetime.fromtimestamp(event["created"], dt.UTC)
    return {
        "id": event["id"].replace("evt_", "evt_thin_"),
        "object": "v2.core.event",
        "type": f"v1.{event['type']}",
        "livemode": event["livemode"],
        "created": created.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "context": None,
        "reason": None,
        "snapshot_event": event["id"],
        "related_object": {
            "id": about["id"],
            "type": about["object"],
            "url": f"/v1/{about['object']}s/{about['id']}",
        },
    }


def signature(payload: str, secret: str, timestamp: int | None = None) -> str:
    """Return the `Stripe-Signature` of a body; timestamp in seconds, None is now."""
    from stripe import WebhookSignature  # noqa: PLC0415 -- loads slowly, and only deliveries sign

    return WebhookSignature.generate_signature_header(payload, secret, timestamp)
