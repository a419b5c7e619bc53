"""What every answer tells the browser to refuse, and the sockets that are refused here."""

from __future__ import annotations

from functools import cached_property
from http import HTTPStatus
from typing import TYPE_CHECKING

from starlette.datastructures import Headers, MutableHeaders

from gptchina.settings import Settings, get_settings

from .frontend import inline_script_hashes
from .origin import is_own_origin

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

STRIPE_SCRIPTS = "https://js.stripe.com https://*.js.stripe.com"
# For what is no page: should a browser ever show it as one, it can do nothing.
NOTHING = "default-src 'none'; frame-ancestors 'none'"
ONE_YEAR = 365 * 24 * 3600


def content_security_policy(settings: Settings, script_hashes: Iterable[str] = ()) -> str:
    """Return the policy: the program itself and Stripe, and nothing else."""
    # Older browsers do not take 'self' for a websocket. "http" becomes "ws", and "https" "wss".
    sockets = [origin.replace("http", "ws", 1) for origin in settings.origins]
    rules = {
        "default-src": "'self'",
        "script-src": " ".join(["'self'", STRIPE_SCRIPTS, *sorted(script_hashes)]),
        # Emotion, by which Reflex styles elements, writes <style> elements into the page.
        "style-src": "'self' 'unsafe-inline'",
        "img-src": "'self' data: https://*.stripe.com",
        "font-src": "'self'",
        "connect-src": " ".join(["'self'", *sockets, "https://api.stripe.com"]),
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
    def _of_pages(self) -> dict[str, str]:
        hashes = inline_script_hashes(self._pages) if self._pages else ()
        return {
            "Content-Security-Policy": content_security_policy(get_settings(), hashes),
            "Permissions-Policy": (
                'payment=(self "https://js.stripe.com" "https://hooks.stripe.com"), '
                "camera=(), microphone=(), geolocation=()"
            ),
        }

    @cached_property
    def _of_all(self) -> dict[str, str]:
        headers = {
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "strict-origin-when-cross-origin",
        }
        if get_settings().https:
            headers["Strict-Transport-Security"] = f"max-age={ONE_YEAR}"
        return headers

    def _add_to(self, headers: MutableHeaders, status: int, path: str) -> None:
        added = dict(self._of_all)
        if headers.get("content-type", "").startswith("text/html"):
            added |= self._of_pages
        elif status != HTTPStatus.NOT_MODIFIED:
            # What is not modified keeps the policy it was stored with.
            added["Content-Security-Policy"] = NOTHING
        if path.startswith("/api/"):
            added["Cache-Control"] = "no-store"
        for name, value in added.items():
            headers.setdefault(name, value)

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
                self._add_to(MutableHeaders(scope=message), message["status"], scope["path"])
            await send(message)

        await self._app(scope, receive, send_with_headers)
