"""Starlette routes: everything over HTTP that is not a page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Mount

from gptchina.domain.errors import DomainError
from gptchina.settings import get_settings

from . import accounts, health, live
from .errors import answer_domain_error
from .requests import Requests
from .security import Security

if TYPE_CHECKING:
    from pathlib import Path


def build_api(pages: Path | None = None) -> Starlette:
    """Return the HTTP application; what is mounted into it stands behind its middleware.

    pages is the folder of built pages, whose inline scripts the browser is told to run.
    """
    api = Starlette(
        routes=[*accounts.routes, *health.routes, *live.routes, *_standins()],
        middleware=[Middleware(Security, pages=pages), Middleware(Requests)],
        exception_handlers={DomainError: answer_domain_error},
    )
    # A redirect would name whatever host the request claims to have asked for.
    api.router.redirect_slashes = False
    return api


def _standins() -> list[Mount]:
    """Return the built-in demo model when there is no other; it is not even loaded otherwise."""
    if not get_settings().demo_model:
        return []
    from gptchina.standins.model_server import build_model_server  # noqa: PLC0415

    return [Mount("/standins/openai", app=build_model_server())]
