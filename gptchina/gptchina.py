"""The composition root: pages, API and upkeep put together."""

from __future__ import annotations

import reflex as rx

from gptchina import logs, pages
from gptchina.api import build_api
from gptchina.domain.upkeep import upkeep
from gptchina.state.feedback import unexpected
from gptchina.state.forgetting import Forgetting

app = rx.App(
    api_transformer=build_api(),
    stylesheets=pages.STYLESHEETS,
    head_components=pages.head(),
    html_lang="en",
    toaster=None,
    backend_exception_handler=unexpected,
)
app.add_middleware(Forgetting())
pages.register(app)
# Also where Reflex's own command starts the program, as in development.
app.register_lifespan_task(logs.configure)
app.register_lifespan_task(upkeep)
