"""Reads JSON bodies, which are small and say what they are."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, cast

from .errors import BodyTooLargeError, InvalidBodyError, NotJsonError

if TYPE_CHECKING:
    from starlette.requests import Request

LARGEST = 64 * 1024


async def json_object(request: Request) -> dict[str, Any]:
    """Return the JSON object in the body; what its values are is for the use case to check.

    Raises:
        NotJsonError: another content type; a form of another site can send only those.
        BodyTooLargeError: more than 64 kB.
        InvalidBodyError: not a JSON object.
    """
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != (
        "application/json"
    ):
        raise NotJsonError
    try:
        given = json.loads(await limited_body(request, LARGEST))
    except (ValueError, RecursionError):
        raise InvalidBodyError from None
    if not isinstance(given, dict):
        raise InvalidBodyError
    return cast("dict[str, Any]", given)


async def limited_body(request: Request, largest: int) -> bytes:
    """Return the bytes of the body; raise BodyTooLargeError as soon as there are too many."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > largest:
            raise BodyTooLargeError
    return bytes(body)
