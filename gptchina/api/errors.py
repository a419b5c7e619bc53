"""The one place where expected failures become HTTP answers."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from starlette.responses import JSONResponse

from gptchina.domain.errors import DomainError

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

STATUS_OF = {
    "wrong_credentials": HTTPStatus.UNAUTHORIZED,
    "not_signed_in": HTTPStatus.UNAUTHORIZED,
    "invalid_notice": HTTPStatus.BAD_REQUEST,
    "insufficient_balance": HTTPStatus.PAYMENT_REQUIRED,
    "email_login_closed": HTTPStatus.FORBIDDEN,
    "foreign_origin": HTTPStatus.FORBIDDEN,
    "not_allowed": HTTPStatus.FORBIDDEN,
    "registration_closed": HTTPStatus.FORBIDDEN,
    "wrong_password": HTTPStatus.FORBIDDEN,
    "not_found": HTTPStatus.NOT_FOUND,
    "email_taken": HTTPStatus.CONFLICT,
    "body_too_large": HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    "not_json": HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    "too_many_attempts": HTTPStatus.TOO_MANY_REQUESTS,
}


class BodyTooLargeError(DomainError):
    """The request's body is larger than any form needs."""

    code = "body_too_large"


class NotJsonError(DomainError):
    """The request's body does not say that it is JSON."""

    code = "not_json"


class InvalidBodyError(DomainError):
    """The request's body is not one JSON object."""

    code = "invalid_body"


async def answer_domain_error(_request: Request, error: Exception) -> Response:
    """Return a failure as `{"code", "field", "params"}` with the status that fits."""
    assert isinstance(error, DomainError)  # noqa: S101 -- registered for this class alone
    status = STATUS_OF.get(error.code, HTTPStatus.UNPROCESSABLE_ENTITY)
    body = {"code": error.code, "field": error.field, "params": error.params}
    response = JSONResponse(body, status)
    if status is HTTPStatus.TOO_MANY_REQUESTS and "seconds" in error.params:
        response.headers["Retry-After"] = str(error.params["seconds"])
    return response


def internal_error(request_id: str) -> Response:
    """Return what is told about an unexpected error: that it happened, and how to name it."""
    return JSONResponse(
        {"code": "failed", "field": None, "params": {"request": request_id}},
        HTTPStatus.INTERNAL_SERVER_ERROR,
    )
