"""Receipts as PDF, for whom they belong to and for administrators."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from starlette.responses import Response
from starlette.routing import Route

from gptchina.domain import accounts, payments
from gptchina.domain.errors import NotFoundError
from gptchina.domain.threads import in_thread

from .cookies import read_session

if TYPE_CHECKING:
    from starlette.requests import Request

NUMBER = re.compile(r"[0-9]{1,18}")


async def receipt(request: Request) -> Response:
    """Return the receipt as a file, in `?lang=` or the buyer's language; 404 for strangers."""
    identity = await in_thread(accounts.resolve, read_session(request))
    written: str = request.path_params["payment_id"]
    if identity is None or not NUMBER.fullmatch(written):
        raise NotFoundError
    found = await in_thread(payments.receipt_of, identity.account_id, int(written))
    language = payments.language_of(found, request.query_params.get("lang", ""))
    pdf = await in_thread(payments.receipt_pdf, found, language)
    return Response(
        pdf,
        media_type="application/pdf",
        headers={
            "Content-Disposition": f'attachment; filename="receipt-{found.purchase.number}.pdf"',
            "Cache-Control": "no-store",
        },
    )


routes = [Route("/api/receipts/{payment_id}.pdf", receipt, methods=["GET"])]
