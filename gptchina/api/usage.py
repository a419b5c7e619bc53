"""The account's whole history as a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import StreamingResponse
from starlette.routing import Route

from gptchina.domain import accounts, usage
from gptchina.domain.days import zone_of
from gptchina.domain.errors import NotSignedInError
from gptchina.domain.threads import in_thread

from .cookies import read_session

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response


async def download(request: Request) -> Response:
    """Return the history of whoever is signed in as CSV, with times in the zone `?zone=`."""
    identity = await in_thread(accounts.resolve, read_session(request))
    if identity is None:
        raise NotSignedInError
    zone = zone_of(request.query_params.get("zone", "UTC"))
    return StreamingResponse(
        usage.export(identity.account_id, zone),
        media_type="text/csv",
        headers={"Content-Disposition": 'attachment; filename="gptchina-usage.csv"'},
    )


routes = [Route("/api/usage.csv", download)]
