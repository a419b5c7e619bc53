"""Builds the trial app once and gives each test a page on it."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Dialog, Locator, Page, sync_playwright

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
TRIAL = Path(__file__).parent / "trial"
# Shared by all: where a sandbox for tests has no user namespaces, Chromium needs the first.
CHROMIUM = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


@dataclass
class Trial:
    """The running trial app: its address and the door for orders to its websockets."""

    url: str
    folder: Path

    def order(self, do: str, **more: Any) -> dict[str, Any]:
        """Give one order; returns what has happened so far."""
        answer = httpx.post(f"{self.url}/control", json={"do": do, **more})
        answer.raise_for_status()
        return answer.json()

    def answer(self, pieces: list[tuple[float, str, str]] | str, **more: Any) -> None:
        """Let the next turn answer with timed pieces (seconds, "t" or "r", text), or at once."""
        given = [(0, "t", pieces)] if isinstance(pieces, str) else pieces
        self.order("answer", pieces=given, **more)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def node_folder() -> str:
    return str(Path(sys.executable).parent)


def environment(port: int) -> dict[str, str]:
    path = f"{node_folder()}{os.pathsep}{os.environ['PATH']}"
    more = {"PATH": path, "PYTHONPATH": str(ROOT), "TRIAL_PORT": str(port), "REFLEX_USE_NPM": "1"}
    return {**os.environ, **more}


def build(folder: Path, port: int) -> None:
    """Copy the app and the components' sources together and compile the pages."""
    shutil.copytree(TRIAL, folder, dirs_exist_ok=True)
    for source in (ROOT / "assets").iterdir():
        if source.is_file() and source.name != "catalog.js":
            shutil.copy(source, folder / "assets" / source.name)
    done = subprocess.run(
        [sys.executable, "-m", "reflex", "export", "--frontend-only", "--no-zip"],
        cwd=folder,
        env=environment(port),
        capture_output=True,
        text=True,
        check=False,
        timeout=280,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]


@pytest.fixture(scope="session")
def trial(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trial]:
    folder = tmp_path_factory.mktemp("trial")
    port = free_port()
    build(folder, port)
    log = (folder / "serve.log").open("w+")
    server = subprocess.Popen(
        [sys.executable, "serve.py", str(port)],
        cwd=folder,
        env=environment(port),
        stdout=log,
        stderr=subprocess.STDOUT,
    )
    app = Trial(f"http://127.0.0.1:{port}", folder)
    try:
        wait_for(app, server)
        yield app
    finally:
        server.send_signal(signal.SIGTERM)
        try:
            server.wait(10)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait(10)
        log.close()


def wait_for(app: Trial, server: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        assert server.poll() is None, (app.folder / "serve.log").read_text()
        try:
            app.order("state")
        except httpx.TransportError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError((app.folder / "serve.log").read_text())


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    found = next(filter(None, map(shutil.which, ("chromium", "google-chrome", "chrome"))), None)
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=found, args=CHROMIUM)
        yield running
        running.close()


@dataclass
class Watch:
    """What must not happen on a page: errors, foreign requests, code that runs from text."""

    problems: list[str] = field(default_factory=list)

    def _dialog(self, dialog: Dialog) -> None:
        self.problems.append("dialog")
        dialog.dismiss()

    def on(self, context: BrowserContext, url: str) -> None:
        """Watch every page of the context."""
        context.on("weberror", lambda error: self.problems.append(str(error.error)))
        context.on("dialog", self._dialog)
        context.on("console", self._console)
        context.route(
            lambda address: not address.startswith((url, "data:", "blob:")),
            lambda route: (self.problems.append(route.request.url), route.abort()),
        )

    def _console(self, message: Any) -> None:
        if message.type == "error" and "WebSocket" not in message.text:
            self.problems.append(message.text)


@pytest.fixture
def watch() -> Iterator[Watch]:
    kept = Watch()
    yield kept
    assert kept.problems == []


@pytest.fixture
def context(browser: Browser, trial: Trial, watch: Watch) -> Iterator[BrowserContext]:
    trial.order("reset")
    opened = browser.new_context(
        viewport={"width": 1000, "height": 800}, locale="en-US", base_url=trial.url
    )
    opened.set_default_timeout(10_000)
    watch.on(opened, trial.url)
    yield opened
    opened.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()


class Chat:
    """The conversation page as a person uses it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.box = page.get_by_role("textbox", name="Message")
        self.answer = page.locator("[role=article][data-role=assistant]").last

    def open(self, query: str = "") -> Chat:
        """Open the page and wait until the server has answered."""
        self.page.goto(f"/{query}")
        self.page.locator("main[data-ready=true]").wait_for()
        return self

    def send(self, text: str) -> None:
        """Type a message and press Enter."""
        self.box.fill(text)
        self.box.press("Enter")

    def ended(self, status: str = "done", at: Locator | None = None) -> Locator:
        """Wait until the last answer has ended so; returns it."""
        answer = at or self.answer
        answer.and_(self.page.locator(f"[data-status={status}]")).wait_for()
        return answer


@pytest.fixture
def chat(page: Page) -> Chat:
    return Chat(page).open()
