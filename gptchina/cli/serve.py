"""Serves pages and API on one port, after bringing database, texts and pages up to date."""

from __future__ import annotations

import multiprocessing
import socket
from importlib import import_module
from typing import TYPE_CHECKING, Any, cast

from gptchina.settings import Settings, get_settings

from . import CommandError
from .node import BUILT

if TYPE_CHECKING:
    import argparse

    from starlette.applications import Starlette
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from . import Subparsers

# How long running turns may take to settle after the signal to stop.
SECONDS_TO_STOP = 30
# Shared by all processes that serve, and never given back: the first that is ready says so.
_first_ready = multiprocessing.Lock()


def add(subparsers: Subparsers) -> None:
    """Add `serve`."""
    command = subparsers.add_parser("serve", help="serve GPTChina (builds and migrates first)")
    command.set_defaults(run=run)


def run(_arguments: argparse.Namespace) -> int:
    """Serve until a signal ends it."""
    settings = get_settings()
    require_free(settings.bind, settings.port)
    bring_database_up_to_date(settings)
    bring_pages_up_to_date()
    _serve(settings)
    return 0


def require_free(address: str, port: int) -> None:
    """Raise CommandError when something else listens on the port."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError as error:
            raise CommandError(
                f"Cannot listen on {address}:{port}: {error.strerror}. "
                "Stop what uses the port, or set PORT to another one."
            ) from None


def bring_database_up_to_date(settings: Settings) -> None:
    """Migrate the database. Raises CommandError when it cannot be reached."""
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import DBAPIError, SQLAlchemyError

    from gptchina.db.engine import get_engine
    from gptchina.db.migrations import migrate

    try:
        migrate()
        # A connection must not cross into the process that serves.
        get_engine().dispose()
    except (SQLAlchemyError, OSError) as error:
        cause = str(error.orig if isinstance(error, DBAPIError) else error).strip()
        shown = make_url(settings.database).render_as_string(hide_password=True)
        first = cause.splitlines()[0] if cause else type(error).__name__
        raise CommandError(f"The database {shown} cannot be used: {first}") from error


def bring_pages_up_to_date() -> None:
    """Compile the texts and build the pages if their sources changed."""
    from .build import bring_up_to_date
    from .texts import compile_texts

    compile_texts()
    bring_up_to_date()


def _serve(settings: Settings) -> None:
    from granian.constants import Interfaces
    from granian.log import LogLevels
    from granian.server import Server
    from reflex_base.constants import Env
    from reflex_base.environment import environment

    environment.REFLEX_ENV_MODE.set(Env.PROD)
    environment.REFLEX_SKIP_COMPILE.set(True)
    if multiprocessing.get_start_method() == "fork":
        # Loaded once, the program's memory is shared by the process that serves and the one that
        # watches over it.
        import_module("gptchina.gptchina")
    server = Server(
        target=f"{__name__}:application",
        factory=True,
        address=settings.bind,
        port=settings.port,
        interface=Interfaces.ASGI,
        log_level=LogLevels.warning,
        workers=settings.workers,
        workers_kill_timeout=SECONDS_TO_STOP,
        # A worker that died is replaced: a crash must not need the operator.
        respawn_failed_workers=True,
    )
    server.serve()


def application() -> ASGIApp:
    """Return the program with its pages, for the server that imports it."""
    from starlette.routing import Mount

    from gptchina import logs
    from gptchina.api import build_api
    from gptchina.api.frontend import Frontend
    from gptchina.gptchina import app

    # After the imports, since some libraries bring handlers of their own.
    logs.configure()

    def with_pages(reflex: Starlette) -> Starlette:
        # Last, so that whatever Reflex answers itself comes first.
        frontend = Frontend(BUILT, lambda path: app.router(path) is not None)
        reflex.routes.append(Mount("/", app=frontend))
        return reflex

    app.api_transformer = cast("Any", [with_pages, build_api(pages=BUILT)])
    return _Announced(app())


class _Announced:
    """Says what answers where, once the program is ready for it."""

    def __init__(self, application: ASGIApp) -> None:
        self._application = application

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "lifespan":
            await self._application(scope, receive, send)
            return

        async def announce(message: Message) -> None:
            await send(message)
            ready = message["type"] == "lifespan.startup.complete"
            if ready and _first_ready.acquire(block=False):
                print(announcement(get_settings()), flush=True)

        await self._application(scope, receive, announce)


def announcement(settings: Settings) -> str:
    """Return the first lines an operator reads."""
    lines = [f"GPTChina is at {settings.url}"]
    if settings.demo_model:
        lines.append(
            "Answers come from the built-in demo model: set OPENAI_API_KEY to use a real one."
        )
    if settings.standin_stripe:
        lines.append("Payments are taken in test mode: set STRIPE_SECRET_KEY to take real ones.")
    if not settings.production:
        lines.append("Stop it with Ctrl-C.")
    return "\n".join(lines)
