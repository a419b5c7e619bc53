"""What a browser sees: first loads, the first token, long tasks, and the bytes of an answer."""

from __future__ import annotations

import os
import shutil
import statistics
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from playwright.sync_api import Page, sync_playwright

from gptchina.standins.demo_model import sample_text

from .history import conversation
from .provider import PLAIN, wish
from .report import Row

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import BrowserContext

    from .installation import Installation

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]  # fmt: skip
FLOOD = 2000
EARLIER = 200
REPEATS = 3
PATIENCE = 120

# Watches from within the page, so that no message to the bench lies between event and clock.
WATCH = """
(() => {
  const w = (window.bench = { typing: 0, enter: 0, first: 0, last: 0, tasks: [] });
  new PerformanceObserver((l) => {
    for (const e of l.getEntries()) w.tasks.push([e.startTime, e.duration]);
  }).observe({ type: "longtask", buffered: true });
  addEventListener("keydown", (e) => {
    if (e.key === "Enter") {
      w.enter = e.timeStamp; w.first = 0; w.last = 0; w.tasks = [];
      w.before = document.querySelectorAll("[data-role=assistant]").length;
    }
  }, true);
  const look = (now) => {
    if (!w.typing) {
      const box = document.querySelector("textarea, input[type=email]");
      if (box && !box.disabled && Object.keys(box).some((k) => k.startsWith("__reactProps")))
        w.typing = performance.now();
    }
    if (w.enter && !w.last) {
      const all = document.querySelectorAll("[data-role=assistant]");
      const answer = all.length > w.before ? all[all.length - 1] : null;
      if (answer && !w.first && answer.querySelector(".markdown")?.textContent) w.first = now;
      if (answer && answer.dataset.status === "done") w.last = now;
    }
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
})();
"""


@contextmanager
def _browser(running: Installation) -> Iterator[Any]:
    """Yield a function that opens a fresh browser profile, signed in or not."""
    program = os.environ.get("CHROMIUM") or shutil.which("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)

        def fresh(*, signed_in: bool = True) -> BrowserContext:
            context = browser.new_context(viewport={"width": 1280, "height": 800})
            context.add_init_script(WATCH)
            if signed_in:
                name, _, value = running.cookie.partition("=")
                context.add_cookies([{"name": name, "value": value, "url": running.url}])
            return context

        yield fresh
        browser.close()


def _until(page: Page, true: str) -> None:
    """Wait until an expression holds; asked for from outside, since the pages allow no eval."""
    end = time.monotonic() + PATIENCE
    while not page.evaluate(true):
        if time.monotonic() > end:
            raise TimeoutError(f"It never came: {true}")
        page.wait_for_timeout(100)


def _opened(context: BrowserContext, running: Installation, chat: str) -> Page:
    page = context.new_page()
    page.goto(f"{running.url}/c/{chat}" if chat else running.url)
    page.get_by_role("textbox", name="Message").wait_for()
    _until(page, "window.bench.typing > 0")
    if chat:
        # All of the history is drawn before anything is measured.
        _until(page, f"document.querySelectorAll('[role=article]').length >= {EARLIER}")
    page.wait_for_timeout(500)
    return page


def _ask(page: Page, text: str) -> dict[str, Any]:
    """Type a message, press Enter, and return what the page watched once the answer is over."""
    page.get_by_role("textbox", name="Message").fill(text)
    page.keyboard.press("Enter")
    _until(page, "window.bench.last > 0")
    return page.evaluate("window.bench")


def first_token(running: Installation) -> list[Row]:
    """From Enter to the first visible token, in a new chat and after 200 messages."""
    rows = []
    with _browser(running) as fresh:
        for earlier, goal in ((0, None), (EARLIER, 120)):
            cores, times = running.cores(), []
            for _ in range(REPEATS):
                context = fresh()
                page = _opened(context, running, conversation(running, earlier))
                seen = _ask(page, wish(20, delay=20))
                times.append(seen["first"] - seen["enter"])
                context.close()
            name = f"Enter -> first visible token, {earlier} earlier messages"
            rows.append(Row(name, statistics.median(times), "ms", "", goal, others=cores.others()))
    return rows


def flood(running: Installation) -> list[Row]:
    """An answer of 2,000 chunks at once: when its last token is seen, and the long tasks."""
    rows = []
    with _browser(running) as fresh:
        for earlier, goal in ((0, 0.8), (EARLIER, 1.0)):
            cores, seen = running.cores(), []
            for _ in range(REPEATS):
                context = fresh()
                page = _opened(context, running, conversation(running, earlier))
                seen.append(_ask(page, wish(FLOOD)))
                context.close()
            others = cores.others()
            last = [(each["last"] - each["enter"]) / 1000 for each in seen]
            tasks = [[length for _, length in each["tasks"]] for each in seen]
            name = f"{FLOOD} chunks at once, {earlier} earlier"
            rows += [
                Row(f"{name}: last token", statistics.median(last), "s", "0.02", goal,
                    others=others),
                Row(f"{name}: long tasks, total", statistics.median(map(sum, tasks)), "ms", "0",
                    200, others=others),
                Row(f"{name}: longest task",
                    statistics.median(max(each, default=0) for each in tasks), "ms", "0", 80,
                    others=others),
            ]  # fmt: skip
    return rows


def wire(running: Installation) -> list[Row]:
    """Bytes that reach the page for an answer, all sockets and requests, for a byte of it."""
    rows = []
    with _browser(running) as fresh:
        for earlier in (0, EARLIER):
            context = fresh()
            page = _opened(context, running, conversation(running, earlier))
            received = _count_bytes(context, page)
            _ask(page, wish(FLOOD, delay=5))
            page.wait_for_timeout(1000)
            context.close()
            name = f"wire bytes for an answer byte, {earlier} earlier messages"
            rows.append(
                Row(name, sum(received) / len(sample_text(FLOOD * PLAIN).encode()), "", "1.0", 1.5)
            )
    return rows


def _count_bytes(context: BrowserContext, page: Page) -> list[int]:
    """Return a list that grows by the size of all that the page receives from now on."""
    received: list[int] = []

    code: set[str] = set()

    def frame(event: dict[str, Any]) -> None:
        size = len(event["response"]["payloadData"].encode())
        header = 2 if size < 126 else 4 if size < 65536 else 10  # noqa: PLR2004 -- RFC 6455
        received.append(size + header)

    def request(event: dict[str, Any]) -> None:
        # The highlighter is code that comes with the first code block ever, not with an answer.
        if event["request"]["url"].endswith((".js", ".css")):
            code.add(event["requestId"])

    def data(event: dict[str, Any]) -> None:
        if event["requestId"] not in code:
            received.append(event["dataLength"])

    session = context.new_cdp_session(page)
    session.send("Network.enable")
    session.on("Network.webSocketFrameReceived", frame)
    session.on("Network.requestWillBeSent", request)
    session.on("Network.dataReceived", data)
    return received


def load(running: Installation) -> list[Row]:
    """The first load of the chat page and of the sign-in page."""
    rows = []
    with _browser(running) as fresh:
        for name, path, signed_in, goals in (
            ("chat page", "/", True, (400, 25, 1.0)),
            ("sign-in page", "/login", False, (250, None, None)),
        ):
            cores = running.cores()
            seen = [_load(fresh(signed_in=signed_in), running.url + path) for _ in range(REPEATS)]
            others = cores.others()
            middle = {key: statistics.median(each[key] for each in seen) for key in seen[0]}
            rows += [
                Row(f"{name}: bytes of the first load", middle["bytes"] / 1000, "kB", "",
                    goals[0], others=others),
                Row(f"{name}: of these JavaScript", middle["Script"] / 1000, "kB", others=others),
                Row(f"{name}: of these CSS", middle["Stylesheet"] / 1000, "kB", others=others),
                Row(f"{name}: requests", middle["requests"], "", "", goals[1], others=others),
                Row(f"{name}: time to typing", middle["typing"] / 1000, "s", "", goals[2],
                    others=others),
            ]  # fmt: skip
    return rows


def _load(context: BrowserContext, url: str) -> dict[str, float]:
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    kinds: dict[str, str] = {}
    sizes: dict[str, float] = {"Script": 0, "Stylesheet": 0, "bytes": 0}

    def finished(event: dict[str, Any]) -> None:
        kind = kinds.get(event["requestId"], "")
        sizes["bytes"] += event["encodedDataLength"]
        if kind in sizes:
            sizes[kind] += event["encodedDataLength"]

    session.on("Network.requestWillBeSent", lambda e: kinds.update({e["requestId"]: e["type"]}))
    session.on("Network.loadingFinished", finished)
    page.goto(url)
    _until(page, "window.bench.typing > 0")
    page.wait_for_timeout(1500)
    typing = page.evaluate("window.bench.typing")
    context.close()
    return {**sizes, "requests": float(len(kinds)), "typing": typing}
