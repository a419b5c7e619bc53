"""For everybody: by keyboard alone, and by what a screen reader says."""

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.visitor import PASSWORD

NAMELESS = re.compile(
    r"^\s*- (?:button|link|textbox|combobox|checkbox|radio|dialog|menuitem|img|region)\b"
    r"(?! \")(?:$|[: \[])",
    re.MULTILINE,
)
DOUBLE_IDS = """
() => {
  const ids = [...document.querySelectorAll("[id]")].map((element) => element.id);
  return ids.filter((id, at) => ids.indexOf(id) !== at);
}
"""


def tab_to(visitor, locator, *, back=False):
    """Press Tab until the focus is there."""
    for _ in range(60):
        visitor.page.keyboard.press("Shift+Tab" if back else "Tab")
        if locator.evaluate("element => element === document.activeElement"):
            return
    pytest.fail(f"{locator} cannot be reached by keyboard")


def check(page):
    """Check what can be checked of any page; return its outline for a closer look."""
    expect(page.get_by_role("heading", level=1)).to_have_count(1)
    expect(page.get_by_role("main")).to_have_count(1)
    outline = page.locator("body").aria_snapshot()
    assert not NAMELESS.findall(outline), outline
    assert page.evaluate(DOUBLE_IDS) == []
    assert page.evaluate("document.documentElement.lang") == "en"
    assert page.title()
    return outline


@pytest.mark.parametrize("path", ["/", "/login", "/register"])
def test_everything_for_visitors_has_a_name(visitor, path):
    visitor.goto(path)
    expect(visitor.page.get_by_role("main")).to_be_visible()
    check(visitor.page)


@pytest.mark.parametrize("path", ["/tokens", "/settings"])
def test_everything_for_accounts_has_a_name(visitor, path):
    visitor.register(path=path)
    expect(visitor.page.get_by_role("main")).to_be_visible()
    check(visitor.page)


def test_everything_in_a_chat_has_a_name(person):
    person.ask("Show me some code")
    outline = check(person.page)
    for line in ('textbox "Message"', 'combobox "Model"', 'button "New chat"', 'article "Answer"'):
        assert line in outline


def test_everything_works_by_keyboard_alone(visitor):
    keyboard = visitor.page.keyboard
    visitor.goto("/")
    tab_to(visitor, visitor.page.get_by_role("link", name="Create account").first)
    keyboard.press("Enter")
    expect(visitor.page.get_by_role("textbox", name="Name", exact=True)).to_be_focused()
    keyboard.type("李")
    keyboard.press("Tab")
    keyboard.type("keys@example.com")
    keyboard.press("Tab")
    keyboard.type(PASSWORD)
    keyboard.press("Enter")
    expect(visitor.message).to_be_focused()
    keyboard.type("[demo length=2000 delay=30] Keys")
    keyboard.press("Enter")
    expect(visitor.answers.locator(".markdown")).to_be_visible()
    tab_to(visitor, visitor.button("Stop"))
    keyboard.press("Enter")
    expect(visitor.answers).to_have_attribute("data-status", "stopped")
    menu = visitor.button(re.compile("^李"))
    tab_to(visitor, menu, back=True)
    keyboard.press("ArrowDown")
    expect(visitor.page.get_by_role("menuitem", name="Settings")).to_be_focused()
    keyboard.press("Escape")
    expect(menu).to_be_focused()
    keyboard.press("ArrowUp")
    expect(visitor.page.get_by_role("menuitem", name="Log out")).to_be_focused()
    keyboard.press("Enter")
    visitor.page.wait_for_url(re.compile("/login"))


def test_the_focus_can_be_seen(visitor):
    visitor.goto("/login")
    button = visitor.button("Log in")
    tab_to(visitor, button)
    style = button.evaluate(
        "element => { const s = getComputedStyle(element);"
        " return [s.outlineStyle, parseFloat(s.outlineWidth)]; }"
    )
    assert style[0] != "none"
    assert style[1] >= 2


def test_the_beginning_and_the_end_of_an_answer_are_said(person):
    said = person.page.get_by_role("region", name="Conversation").get_by_role("status")
    person.send("[demo length=50 delay=30] Say it")
    expect(said).to_have_text("The answer is on its way")
    expect(said).to_have_text("The answer is complete")
