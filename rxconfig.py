"""Reflex's configuration, derived from the settings."""

import reflex as rx
from reflex_base.plugins.sitemap import SitemapPlugin

from gptchina.cli.one_address import OneAddress
from gptchina.settings import get_settings

settings = get_settings()

config = rx.Config(
    app_name="gptchina",
    cors_allowed_origins=settings.origins,
    disable_plugins=[SitemapPlugin],
    frontend_compression_formats=["gzip", "brotli"],
    plugins=[OneAddress()],
    redis_url=settings.redis_url or None,
    show_built_with_reflex=False,
    state_manager_mode="redis" if settings.redis_url else "memory",
    telemetry_enabled=False,
    trusted_proxy_hops=settings.trusted_proxy_hops,
)
