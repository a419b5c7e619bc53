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
        given = json.loads(await _limited_body(request))
    except (ValueError, RecursionError):
        raise InvalidBodyError from None
    if not isinstance(given, dict):
        raise InvalidBodyError
    return cast("dict[str, Any]", given)


async def _limited_body(request: Request) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST:
            raise BodyTooLargeError
    return bytes(body)
