"""Language and theme: switched at once, remembered here and with the account."""

import re

from playwright.sync_api import expect

from tests.e2e.visitor import PASSWORD


def radio(visitor, name):
    return visitor.page.get_by_role("radio", name=name)


def choose(visitor, label):
    visitor.page.locator("label", has_text=label).first.click()


def test_the_language_switches_at_once_and_is_remembered_with_the_account(visit, server):
    person = visit(server)
    person.register("Wang", "/settings")
    expect(person.page.get_by_role("heading", name="Settings")).to_be_visible()
    requests = []
    person.page.on("request", lambda request: requests.append(request.url))
    choose(person, "简体中文")
    expect(person.page.get_by_role("heading", name="设置")).to_be_visible()
    expect(person.page.locator("html")).to_have_attribute("lang", "zh-CN")
    assert requests == []
    person.page.reload()
    expect(person.page.get_by_role("heading", name="设置")).to_be_visible()
    elsewhere = visit(server)
    elsewhere.log_in(person.email)
    expect(elsewhere.page.locator("html")).to_have_attribute("lang", "zh-CN")
    expect(elsewhere.page.get_by_role("button", name="Send", exact=True)).to_have_count(0)


def test_a_browser_in_chinese_is_greeted_in_chinese(visit, server):
    visitor = visit(server, locale="zh-CN")
    visitor.goto("/login")
    expect(visitor.page.locator("html")).to_have_attribute("lang", "zh-CN")
    expect(visitor.page.get_by_role("button", name="登录", exact=True)).to_be_visible()
    choose(visitor, "English")
    expect(visitor.button("Log in")).to_be_visible()
    visitor.page.reload()
    expect(visitor.button("Log in")).to_be_visible()


def test_errors_are_said_in_the_chosen_language(visit, server):
    visitor = visit(server, locale="zh-CN")
    visitor.accept("status of 4")
    visitor.goto("/login")
    visitor.page.locator("input[name=email]").fill("nobody@example.com")
    visitor.page.locator("input[name=password]").fill(PASSWORD)
    visitor.page.locator("button[type=submit]").click()
    alert = visitor.page.get_by_role("alert").first
    expect(alert).to_have_text(re.compile("[\u4e00-\u9fff]"))
    choose(visitor, "English")
    expect(alert).to_have_text("E-mail or password is not right.")


def test_the_theme_switches_at_once_and_is_remembered_with_the_account(visit, server):
    person = visit(server, color_scheme="light")
    person.register(path="/settings")
    html = person.page.locator("html")
    expect(html).to_have_attribute("data-theme", "light")
    bright = person.page.evaluate("getComputedStyle(document.body).backgroundColor")
    choose(person, "Dark")
    expect(html).to_have_attribute("data-theme", "dark")
    assert person.page.evaluate("getComputedStyle(document.body).backgroundColor") != bright
    person.page.reload(wait_until="commit")
    expect(html).to_have_attribute("data-theme", "dark")
    elsewhere = visit(server, color_scheme="light")
    elsewhere.log_in(person.email)
    expect(elsewhere.page.locator("html")).to_have_attribute("data-theme", "dark")


def test_the_system_decides_the_theme_until_somebody_chooses(visit, server):
    visitor = visit(server, color_scheme="dark")
    visitor.goto("/")
    html = visitor.page.locator("html")
    expect(html).to_have_attribute("data-theme", "dark")
    visitor.page.emulate_media(color_scheme="light")
    expect(html).to_have_attribute("data-theme", "light")
    choose(visitor, "Dark")
    expect(html).to_have_attribute("data-theme", "dark")


def test_the_menu_switches_language_and_theme(person):
    person.button(re.compile("李")).click()
    person.page.get_by_role("menuitemradio", name="Dark").click()
    expect(person.page.locator("html")).to_have_attribute("data-theme", "dark")
    person.page.get_by_role("menuitemradio", name="简体中文").click()
    expect(person.page.get_by_role("menuitem", name="设置")).to_be_visible()
