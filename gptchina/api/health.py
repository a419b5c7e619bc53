"""Tells whoever watches over the program that it is alive, and whether it can work."""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from typing import TYPE_CHECKING

from starlette.responses import JSONResponse
from starlette.routing import Route

from gptchina.domain import readiness
from gptchina.domain.threads import in_thread
from gptchina.logs import get_logger
from gptchina.settings import get_settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request
    from starlette.responses import Response

logger = get_logger(__name__)


async def health(_request: Request) -> Response:
    """Answer: the process lives."""
    return JSONResponse({"status": "ok"})


async def ready(_request: Request) -> Response:
    """Answer 200 when database and Redis answer, else 503; either way say which does."""
    checks = {"database": readiness.check_database}
    if get_settings().redis_url:
        checks["redis"] = readiness.check_redis
    answers = await asyncio.gather(*(_answers(name, check) for name, check in checks.items()))
    status = HTTPStatus.OK if all(answers) else HTTPStatus.SERVICE_UNAVAILABLE
    found = {name: "ok" if good else "failed" for name, good in zip(checks, answers, strict=True)}
    return JSONResponse(found, status)


async def _answers(name: str, check: Callable[[], None]) -> bool:
    try:
        async with asyncio.timeout(readiness.SECONDS):
            await in_thread(check)
    except Exception as error:  # noqa: BLE001 -- whatever it is, it does not answer
        logger.warning("not ready", part=name, error=str(error) or type(error).__name__)
        return False
    return True


routes = [
    Route("/api/health", health, methods=["GET"]),
    Route("/api/ready", ready, methods=["GET"]),
]
