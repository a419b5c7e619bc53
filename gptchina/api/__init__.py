"""Starlette routes: everything over HTTP that is not a page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Mount

from gptchina.domain.errors import DomainError
from gptchina.settings import get_settings

from . import accounts, health, live, receipts, usage, webhooks
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
        routes=[
            *accounts.routes,
            *health.routes,
            *live.routes,
            *receipts.routes,
            *usage.routes,
            *webhooks.routes,
            *_standins(),
        ],
        middleware=[Middleware(Security, pages=pages), Middleware(Requests)],
        exception_handlers={DomainError: answer_domain_error},
    )
    # A redirect would name whatever host the request claims to have asked for.
    api.router.redirect_slashes = False
    return api


def _standins() -> list[Mount]:
    """Return what stands in for the vendors that are not configured; it is not loaded otherwise."""
    settings = get_settings()
    mounts: list[Mount] = []
    if settings.demo_model:
        from gptchina.standins.model_server import build_model_server  # noqa: PLC0415

        mounts.append(Mount("/standins/openai", app=build_model_server()))
    if settings.standin_stripe:
        from gptchina.standins.stripe import (  # noqa: PLC0415
            METHODS,
            StripeOptions,
            build_stripe_server,
        )

        options = StripeOptions(
            webhook_url=f"http://127.0.0.1:{settings.port}/api/stripe/webhook",
            webhook_secret=settings.stripe.webhook_secrets[0],
            store=settings.data_dir / "standin-stripe.db",
            methods=(*METHODS, *(("crypto",) if settings.stripe_crypto else ())),
        )
        mounts.append(Mount("/standins/stripe", app=build_stripe_server(options)))
    return mounts
