"""What every answer tells the browser to refuse, and the sockets that are refused here."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders

from gptchina.settings import Settings, get_settings

from .frontend import inline_script_hashes
from .origin import is_own_origin

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

STRIPE_SCRIPTS = "https://js.stripe.com https://*.js.stripe.com"
ONE_YEAR = 365 * 24 * 3600


def content_security_policy(settings: Settings, script_hashes: Iterable[str] = ()) -> str:
    """Return the policy: the program itself and Stripe, and nothing else."""
    host = urlsplit(settings.url).netloc
    socket = f"{'wss' if settings.https else 'ws'}://{host}"
    if not settings.production:
        # The same machine by its other name.
        socket += f" ws://127.0.0.1:{settings.port} ws://localhost:{settings.port}"
    rules = {
        "default-src": "'self'",
        "script-src": " ".join(["'self'", STRIPE_SCRIPTS, *sorted(script_hashes)]),
        # Emotion, by which Reflex styles elements, writes <style> elements into the page.
        "style-src": "'self' 'unsafe-inline'",
        "img-src": "'self' data: https://*.stripe.com",
        "font-src": "'self'",
        # Older browsers do not take 'self' for a websocket.
        "connect-src": f"'self' {socket} https://api.stripe.com",
        "frame-src": f"{STRIPE_SCRIPTS} https://hooks.stripe.com",
        "object-src": "'none'",
        "base-uri": "'self'",
        "form-action": "'self' https://hooks.stripe.com",
        "frame-ancestors": "'none'",
    }
    return "; ".join(f"{name} {value}" for name, value in rules.items())


class Security:
    """ASGI middleware: adds the security headers, and refuses sockets of foreign pages.

    A page of another site may open a websocket, and the browser sends our cookie along; only the
    Origin header tells. An accepted socket is handed on untouched, so a frame costs nothing.
    """

    def __init__(self, app: ASGIApp, pages: Path | None = None) -> None:
        """Wrap an application; pages is the folder of built pages, whose scripts may run."""
        self._app = app
        self._pages = pages

    @cached_property
    def _headers(self) -> dict[str, str]:
        settings = get_settings()
        hashes = inline_script_hashes(self._pages) if self._pages else ()
        headers = {
            "Content-Security-Policy": content_security_policy(settings, hashes),
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "strict-origin-when-cross-origin",
            "Permissions-Policy": (
                'payment=(self "https://js.stripe.com" "https://hooks.stripe.com"), '
                "camera=(), microphone=(), geolocation=()"
            ),
        }
        if settings.https:
            headers["Strict-Transport-Security"] = f"max-age={ONE_YEAR}"
        return headers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request or one opening of a socket."""
        if scope["type"] == "websocket":
            headers = Headers(scope=scope)
            if not is_own_origin(headers.get("origin"), headers.get("host", "")):
                await send({"type": "websocket.close", "code": 4403, "reason": "foreign origin"})
                return
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
                if scope["path"].startswith("/api/"):
                    headers.setdefault("Cache-Control", "no-store")
            await send(message)

        await self._app(scope, receive, send_with_headers)
