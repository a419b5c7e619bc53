"""What payment providers tell: the routes of their webhooks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import JSONResponse
from starlette.routing import Route

from gptchina.domain import payments

from .bodies import limited_body

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

# Far above any event, so that nothing larger is even read.
LARGEST = 512 * 1024


async def stripe(request: Request) -> Response:
    """Take an event of Stripe, as a snapshot or thin."""
    return await _receive("stripe", request)


async def btcpay(request: Request) -> Response:
    """Take an event of BTCPay Server."""
    return await _receive("btcpay", request)


async def _receive(provider: str, request: Request) -> Response:
    """Answer 200 to what was taken or is of no use, and 500 to what shall be told again.

    The body is read as it came: the signature is over its bytes.
    """
    body = await limited_body(request, LARGEST)
    return JSONResponse({"status": await payments.receive(provider, body, request.headers)})


routes = [
    Route("/api/stripe/webhook", stripe, methods=["POST"]),
    Route("/api/btcpay/webhook", btcpay, methods=["POST"]),
]
