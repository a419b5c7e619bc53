"""What the stand-in answers when it will not do what was asked: Stripe's error object."""

from __future__ import annotations

from typing import Any


class RefusedError(Exception):
    """A request that is answered with an error.

    Attributes:
        status: the HTTP status, such as 400.
        error: Stripe's error object, with `type`, `message`, and what else is known of it.
    """

    def __init__(self, status: int, message: str, **more: object) -> None:
        super().__init__(message)
        self.status = status
        known = {name: value for name, value in more.items() if value is not None}
        self.error: dict[str, Any] = {"type": "invalid_request_error", "message": message, **known}


def missing(kind: str, identifier: str, param: str = "id") -> RefusedError:
    """Return the refusal of an object that is not there."""
    message = f"No such {kind}: '{identifier}'"
    return RefusedError(404, message, code="resource_missing", param=param)


def unexpected_state(message: str, intent: dict[str, Any]) -> RefusedError:
    """Return the refusal of what an intent in its present status cannot do."""
    code = "payment_intent_unexpected_state"
    return RefusedError(400, message, code=code, payment_intent=intent)
