"""Serves the built pages from memory."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass
from http import HTTPStatus
from mimetypes import guess_type
from typing import TYPE_CHECKING

from starlette.datastructures import Headers
from starlette.responses import Response

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from starlette.types import Receive, Scope, Send

# Best first: what the build has beside each file, under the name HTTP gives it.
ENCODINGS = {"br": ".br", "gzip": ".gz"}
FALLBACK = "404.html"
INLINE_SCRIPT = re.compile(rb"<script(?![^>]*\ssrc=)[^>]*>(.*?)</script>", re.DOTALL)


@dataclass(frozen=True)
class BuiltFile:
    """One file with its compressed forms, by encoding; "" is the plain one."""

    bodies: dict[str, bytes]
    media_type: str
    etag: str
    cache: str

    def response(self, headers: Headers, status: int = HTTPStatus.OK) -> Response:
        """Return the answer to a request: the smallest form it takes, or "not modified"."""
        known = {"ETag": self.etag, "Cache-Control": self.cache, "Vary": "Accept-Encoding"}
        if status == HTTPStatus.OK and self.etag in headers.get("if-none-match", ""):
            return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=known)
        encoding = self._encoding(headers.get("accept-encoding", ""))
        if encoding:
            known["Content-Encoding"] = encoding
        return Response(self.bodies[encoding], status, known, self.media_type)

    def _encoding(self, accepted: str) -> str:
        names = {
            part.partition(";")[0].strip().lower()
            for part in accepted.split(",")
            if part.replace(" ", "").rpartition(";q=")[2] not in {"0", "0.0", "0.00", "0.000"}
        }
        return next((name for name in ENCODINGS if name in names and name in self.bodies), "")


class Frontend:
    """ASGI application for the built pages, scripts and styles.

    Only files that were there at the start are served, each under one address: `/login` is
    `login/index.html`. An address of a page with a parameter, such as `/c/1f0e`, gets the page
    that finds its way in the browser; anything else gets the same page, as not found.
    """

    def __init__(self, folder: Path, is_page: Callable[[str], bool]) -> None:
        """Read the folder; is_page tells whether a path belongs to a page with a parameter."""
        self._files = _read_all(folder)
        self._fallback = _read(folder / FALLBACK, folder)
        self._is_page = is_page

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1008})
            return
        await self._answer(scope)(scope, receive, send)

    def _answer(self, scope: Scope) -> Response:
        headers = Headers(scope=scope)
        path = scope["path"].removesuffix("/") or "/"
        if scope["method"] not in {"GET", "HEAD"}:
            return Response(status_code=HTTPStatus.METHOD_NOT_ALLOWED, headers={"Allow": "GET"})
        if file := self._files.get(path):
            return file.response(headers)
        if self._is_page(path):
            return self._fallback.response(headers)
        if "text/html" in headers.get("accept", ""):
            return self._fallback.response(headers, HTTPStatus.NOT_FOUND)
        return Response("Not found", HTTPStatus.NOT_FOUND, media_type="text/plain")


def inline_script_hashes(folder: Path) -> frozenset[str]:
    """Return the hashes of all scripts inside the built pages, as a CSP lists them."""
    return frozenset(
        f"'sha256-{base64.b64encode(hashlib.sha256(script).digest()).decode()}'"
        for page in folder.rglob("*.html")
        for script in INLINE_SCRIPT.findall(page.read_bytes())
    )


def _read_all(folder: Path) -> dict[str, BuiltFile]:
    skipped = {*ENCODINGS.values(), ".html", ".jsx"}
    files = {
        f"/{path.relative_to(folder).as_posix()}": _read(path, folder)
        for path in folder.rglob("*")
        if path.is_file() and path.suffix not in skipped
    }
    for page in folder.rglob("index.html"):
        address = page.parent.relative_to(folder).as_posix()
        files["/" if address == "." else f"/{address}"] = _read(page, folder)
    return files


def _read(path: Path, folder: Path) -> BuiltFile:
    plain = path.read_bytes()
    bodies = {"": plain}
    for encoding, suffix in ENCODINGS.items():
        compressed = path.with_name(path.name + suffix)
        if compressed.exists():
            bodies[encoding] = compressed.read_bytes()
    # The bundler puts a hash of the content into the names of what it writes to `assets`.
    named_by_content = path.parent == folder / "assets"
    script = path.suffix in {".js", ".mjs"}
    return BuiltFile(
        bodies=bodies,
        media_type="text/javascript" if script else guess_type(path.name)[0] or "text/plain",
        etag=f'"{hashlib.sha256(plain).hexdigest()[:32]}"',
        cache="public, max-age=31536000, immutable" if named_by_content else "no-cache",
    )
