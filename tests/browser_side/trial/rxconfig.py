"""Configuration of the trial app."""

import os

import reflex as rx
from reflex_base.plugins.sitemap import SitemapPlugin

config = rx.Config(
    app_name="trial",
    # The pages learn their server's address when they are built.
    api_url=f"http://127.0.0.1:{os.environ['TRIAL_PORT']}",
    disable_plugins=[SitemapPlugin],
    show_built_with_reflex=False,
    state_manager_mode="memory",
    telemetry_enabled=False,
)
