"""Serves the built trial app and its scripted websockets: `python serve.py PORT`."""

from __future__ import annotations

import base64
import hashlib
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server import Server
from reflex_base.constants import Env
from reflex_base.environment import environment
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

BUILT = Path(".web/build/client")
INLINE = re.compile(rb"<script(?![^>]*\ssrc=)[^>]*>(.*?)</script>", re.DOTALL)


def policy() -> bytes:
    """The program's content security policy: no eval, no inline code but the build's."""
    found = {body for page in BUILT.rglob("*.html") for body in INLINE.findall(page.read_bytes())}
    hashes = " ".join(
        f"'sha256-{base64.b64encode(hashlib.sha256(body).digest()).decode()}'" for body in found
    )
    return (
        f"default-src 'self'; script-src 'self' {hashes}; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data:; connect-src 'self' ws:; object-src 'none'; base-uri 'none'"
    ).encode()


class WithPolicy:
    """Adds the policy to each answer."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._policy = policy()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with the policy."""

        async def with_policy(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [
                    *message["headers"],
                    (b"content-security-policy", self._policy),
                ]
            await send(message)

        await self._app(scope, receive, with_policy)


def application() -> ASGIApp:
    """Return the app with its pages."""
    from trial.trial import app  # noqa: PLC0415 -- in the process that serves

    def with_pages(api: Any) -> Any:
        api.routes.append(Mount("/", app=StaticFiles(directory=BUILT, html=True)))
        return api

    app.api_transformer = [with_pages, app.api_transformer]
    return WithPolicy(app())


if __name__ == "__main__":
    environment.REFLEX_ENV_MODE.set(Env.PROD)
    environment.REFLEX_SKIP_COMPILE.set(True)
    Server(
        target=f"{Path(__file__).stem}:application",
        factory=True,
        address="127.0.0.1",
        port=int(sys.argv[1]),
        interface=Interfaces.ASGI,
        log_level=LogLevels.warning,
    ).serve()
