"""The frame around the pages: folding, the drawer, dialogs."""

import pytest
from playwright.sync_api import expect

from tests.e2e.visitor import PHONE


@pytest.fixture
def phone(visit, server):
    visitor = visit(server, **PHONE)
    visitor.register("小红")
    expect(visitor.button("Open the sidebar")).to_be_visible()
    return visitor


def active(visitor, script):
    return visitor.page.evaluate(f"(() => {{ const at = document.activeElement; {script} }})()")


def test_the_sidebar_folds_to_a_strip_that_keeps_its_names_and_is_remembered(person):
    sidebar = person.page.locator("#sidebar")
    expect(person.balance).to_be_visible()
    person.button("Fold the sidebar").click()
    expect(sidebar).to_have_css("width", "64px")
    for name in ("New chat", "Claim 20,000 Tokens", "Buy Tokens"):
        expect(person.button(name)).to_be_visible()
    assert person.tokens() == 20_000
    person.page.reload()
    expect(sidebar).to_have_css("width", "64px")
    person.button("Fold the sidebar").click()
    expect(sidebar).to_have_css("width", "280px")


def test_the_drawer_keeps_the_focus_and_gives_it_back(phone):
    opener = phone.button("Open the sidebar")
    expect(phone.button("Buy Tokens")).to_have_count(0)
    opener.click()
    expect(phone.button("Buy Tokens")).to_be_visible()
    for _ in range(30):
        phone.page.keyboard.press("Tab")
        assert active(phone, "return at === document.body || !!at.closest('#sidebar')")
    phone.page.keyboard.press("Escape")
    expect(phone.button("Buy Tokens")).to_have_count(0)
    expect(opener).to_be_focused()


def test_the_drawer_closes_by_its_backdrop_and_by_going_somewhere(phone):
    phone.button("Open the sidebar").click()
    expect(phone.button("Buy Tokens")).to_be_visible()
    phone.page.mouse.click(380, 400)
    expect(phone.button("Buy Tokens")).to_have_count(0)
    phone.button("Open the sidebar").click()
    phone.balance.click()
    expect(phone.page.get_by_role("heading", name="Ways to get tokens")).to_be_visible()
    expect(phone.page.locator(".shell")).to_have_attribute("data-drawer", "closed")


def test_escape_closes_the_menu_first_and_the_drawer_after(phone):
    phone.button("Open the sidebar").click()
    phone.button("小红").click()
    expect(phone.page.get_by_role("menuitem", name="Settings")).to_be_visible()
    phone.page.keyboard.press("Escape")
    expect(phone.page.get_by_role("menu")).to_have_count(0)
    expect(phone.button("Buy Tokens")).to_be_visible()
    phone.page.keyboard.press("Escape")
    expect(phone.button("Buy Tokens")).to_have_count(0)


def test_a_chat_is_renamed_and_deleted_from_its_menu(person):
    person.ask("Hello")
    person.button("Options of Hello").click()
    person.page.get_by_role("menuitem", name="Rename").click()
    title = person.page.get_by_role("textbox", name="Title")
    expect(title).to_be_focused()
    title.fill("第一次对话")
    title.press("Enter")
    expect(person.page.get_by_role("heading", name="第一次对话")).to_be_visible()
    expect(person.page).to_have_title("第一次对话 · GPTChina")
    person.button("Options of 第一次对话").click()
    person.page.get_by_role("menuitem", name="Delete").click()
    person.page.get_by_role("dialog").get_by_role("button", name="Delete", exact=True).click()
    expect(person.page.get_by_text("Your chats will be listed here.")).to_be_visible()


def test_good_news_leaves_by_itself(person):
    person.button("Claim 20,000 Tokens").click()
    news = person.page.get_by_text("Successfully claimed 20,000 tokens!")
    expect(news).to_be_visible()
    person.page.mouse.move(640, 700)
    expect(news).to_have_count(0)
