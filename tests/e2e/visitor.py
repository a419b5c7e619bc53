"""One person with one browser: what they do, and what must not happen meanwhile."""

from __future__ import annotations

import itertools
import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from playwright.sync_api import expect

if TYPE_CHECKING:
    import re

    from playwright.sync_api import (
        Browser,
        BrowserContext,
        ConsoleMessage,
        Locator,
        Page,
        Request,
        WebError,
        WebSocket,
    )

    from .server import Server

LOOPBACK = {"localhost", "127.0.0.1"}
DESKTOP = {"viewport": {"width": 1280, "height": 800}}
PHONE = {
    "viewport": {"width": 390, "height": 844},
    "has_touch": True,
    "is_mobile": True,
    "device_scale_factor": 2,
}
PASSWORD = "correct horse battery"
_addresses = itertools.count(1)
# Within the frame only the boxes scroll, and they only up and down.
_SPILLS = """() => {
    const page = document.scrollingElement;
    const boxes = [page, ...document.querySelectorAll(".shell-main, .transcript-scroll")];
    const frame = document.querySelector(".shell");
    return boxes.some((box) => box.scrollWidth > box.clientWidth)
        || (frame !== null && page.scrollHeight > innerHeight);
}"""


@dataclass
class Visitor:
    """A browser context with one page at first, watched for complaints."""

    server: Server
    context: BrowserContext
    page: Page
    complaints: list[str] = field(default_factory=list)
    accepted: list[str] = field(default_factory=list)
    email: str = ""

    @property
    def message(self) -> Locator:
        return self.page.get_by_role("textbox", name="Message", exact=True)

    @property
    def answers(self) -> Locator:
        return self.page.locator("[role=article][data-role=assistant]")

    @property
    def questions(self) -> Locator:
        return self.page.locator("[role=article][data-role=user]")

    @property
    def balance(self) -> Locator:
        return self.page.get_by_test_id("balance").first

    def tokens(self) -> int:
        return int(self.balance.get_attribute("data-tokens") or "")

    def spills(self) -> bool:
        """Return whether something is wider than its place, or reaches out of the frame."""
        return self.page.evaluate(_SPILLS)

    def goto(self, path: str) -> None:
        self.page.goto(self.server.url + path)

    def register(self, name: str = "李", path: str = "/") -> None:
        """Make an account through the API, and open a page with it."""
        self.email = f"{secrets.token_hex(6)}@example.com"
        form = {"name": name, "email": self.email, "password": PASSWORD}
        response = self.context.request.post(f"{self.server.url}/api/register", data=form)
        assert response.ok, response.text()
        self.goto(path)

    def log_in(self, email: str, path: str = "/") -> None:
        """Sign in through the API, and open a page."""
        self.email = email
        form = {"email": email, "password": PASSWORD}
        response = self.context.request.post(f"{self.server.url}/api/login", data=form)
        assert response.ok, response.text()
        self.goto(path)

    def send(self, text: str) -> None:
        """Write a message and send it with the button."""
        self.message.fill(text)
        self.page.get_by_role("button", name="Send", exact=True).click()

    def ask(self, text: str) -> Locator:
        """Send a message and return the finished answer."""
        before = self.answers.count()
        self.send(text)
        answer = self.answers.nth(before)
        expect(answer).to_have_attribute("data-status", "done")
        return answer

    def button(self, name: str | re.Pattern[str]) -> Locator:
        return self.page.get_by_role("button", name=name, exact=isinstance(name, str))

    def accept(self, complaint: str) -> None:
        """Say that the browser will rightly complain with these words."""
        self.accepted.append(complaint)

    def verdict(self) -> list[str]:
        """Return what the browser complained of, without what was to be expected."""
        return [
            said for said in self.complaints if not any(words in said for words in self.accepted)
        ]


def open_visitor(server: Server, browser: Browser, options: dict[str, object]) -> Visitor:
    """Return a new person with a new browser, at an address of their own."""
    number = next(_addresses)
    chosen = {
        "locale": "en-US",
        # Attempts are counted by address, and one test shall not use up those of another.
        "extra_http_headers": {"X-Forwarded-For": f"10.1.{number // 250}.{number % 250 + 1}"},
        **options,
    }
    context = browser.new_context(**chosen)
    context.set_default_timeout(30_000)
    visitor = Visitor(server, context, context.new_page())
    _watch(visitor)
    return visitor


def _watch(visitor: Visitor) -> None:
    complain = visitor.complaints.append

    def on_console(message: ConsoleMessage) -> None:
        # What the Content Security Policy refuses is said here, too.
        if message.type == "error":
            complain(f"console: {message.text}")

    def on_error(error: WebError) -> None:
        complain(f"page: {error.error}")

    def on_request(request: Request | WebSocket) -> None:
        host = urlsplit(request.url).hostname
        if host and host not in LOOPBACK:
            complain(f"request: {request.url}")

    visitor.context.on("console", on_console)
    visitor.context.on("weberror", on_error)
    visitor.context.on("request", on_request)
    for page in visitor.context.pages:
        page.on("websocket", on_request)
    visitor.context.on("page", lambda page: page.on("websocket", on_request))
