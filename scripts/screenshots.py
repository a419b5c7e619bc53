"""Takes the pictures of the README anew: from a fresh demo, by a real browser.

Builds the pages if they changed, serves them with the demo model on a folder that is thrown away,
signs people in, asks a few questions and keeps what the browsers then show.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from playwright.sync_api import expect, sync_playwright

from tests.e2e.server import build_pages, served
from tests.e2e.visitor import DESKTOP, PHONE, Visitor, open_visitor

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from tests.e2e.server import Server

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "screenshots"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
# A README loads all of them at once.
MOST_BYTES = 150_000

ENGLISH = ("What is 12.5 * 48?", "Show me some code", "How do tokens work?")
CHINESE = ("写一段代码", "12.5 * 48 等于多少？", "Token 是怎么计算的？")  # noqa: RUF001 -- Chinese


class Picture(NamedTuple):
    """One picture: its name, how the browser is set, who sits before it and what they asked."""

    name: str
    browser: dict[str, Any]
    person: str
    questions: tuple[str, ...]


# Tall enough for a question with its whole answer.
DESK = {**DESKTOP, "viewport": {"width": 1280, "height": 880}}
PICTURES = (
    Picture("chat-light", {**DESK, "color_scheme": "light"}, "Ada", ENGLISH),
    Picture("chat-dark", {**DESK, "color_scheme": "dark"}, "Ada", (*ENGLISH[::2], ENGLISH[1])),
    Picture("chat-chinese", {**DESK, "locale": "zh-CN"}, "李雷", CHINESE),
    Picture("phone", {**PHONE, "color_scheme": "light"}, "Ada", ENGLISH[::-1]),
)
# Pages are pictured when something was asked and bought, so that there is something to see.
BUYING = Picture("buy", {**DESK, "color_scheme": "light"}, "Ada", ENGLISH)
PHONE_BUYING = Picture(
    "phone-buy", {**PHONE, "locale": "zh-CN", "device_scale_factor": 1.5}, "李雷", ()
)


def main() -> int:
    """Take every picture; return 1 if one is too heavy for a README."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    build_pages()
    program = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)), None)
    with (
        tempfile.TemporaryDirectory() as folder,
        served(Path(folder)) as server,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        for picture in PICTURES:
            take(picture, server, browser)
        take_buying(server, browser)
        take_phone_buying(server, browser)
        browser.close()
    return judge()


def take(picture: Picture, server: Server, browser: Browser) -> None:
    """Take the picture of a conversation, each question having been asked in a tab of its own."""
    visitor = open_visitor(server, browser, picture.browser)
    visitor.register(picture.person)
    for question in picture.questions:
        visitor.page.close()
        visitor.page = visitor.context.new_page()
        visitor.goto("/")
        ask(visitor, question)
    save(visitor, picture.name)
    if picture.name == "phone":
        visitor.button("Open the sidebar").click()
        save(visitor, "phone-menu")
    visitor.context.close()


def take_buying(server: Server, browser: Browser) -> None:
    """Take the picture of the packages, buy one, and take that of where the tokens went."""
    visitor = open_visitor(server, browser, BUYING.browser)
    visitor.register(BUYING.person)
    for question in BUYING.questions:
        visitor.goto("/")
        ask(visitor, question)
    visitor.button("Buy Tokens").first.click()
    expect(visitor.button("Purchase")).to_be_enabled()
    save(visitor, BUYING.name)
    visitor.button("Purchase").click()
    visitor.page.get_by_label("Card number").fill("4242424242424242")
    visitor.page.get_by_label("Expiration date").fill("12/34")
    visitor.page.get_by_label("Security code").fill("123")
    visitor.button("Pay Now").click()
    expect(visitor.page.get_by_role("heading", name="Payment Successful!")).to_be_visible()
    visitor.goto("/usage")
    expect(visitor.page.get_by_role("heading", name="Balance over time")).to_be_visible()
    save(visitor, "usage")
    visitor.context.close()


def take_phone_buying(server: Server, browser: Browser) -> None:
    """Take the picture of the packages on the phone, in Chinese."""
    visitor = open_visitor(server, browser, PHONE_BUYING.browser)
    visitor.register(PHONE_BUYING.person, path="/tokens")
    expect(visitor.page.get_by_role("radio").first).to_be_visible()
    visitor.page.get_by_role("radio").first.scroll_into_view_if_needed()
    save(visitor, PHONE_BUYING.name)
    visitor.context.close()


def ask(visitor: Visitor, question: str) -> None:
    """Ask in whatever language the page speaks, and wait for the end of the answer."""
    visitor.page.locator("textarea").fill(question)
    visitor.page.locator("button.composer-send").click()
    expect(visitor.answers).to_have_attribute("data-status", "done", timeout=60_000)


def save(visitor: Visitor, name: str) -> None:
    """Keep what the browser shows once nothing moves any more."""
    visitor.page.wait_for_load_state("networkidle")
    visitor.page.screenshot(path=FOLDER / f"{name}.png", animations="disabled", caret="hide")


def judge() -> int:
    """Print every picture with its weight; return 1 if one weighs too much."""
    heavy = 0
    for file in sorted(FOLDER.glob("*.png")):
        size = file.stat().st_size
        heavy += size > MOST_BYTES
        print(f"{file.relative_to(FOLDER.parents[1])}: {size:,} bytes")
    return 1 if heavy else 0


if __name__ == "__main__":
    sys.exit(main())
