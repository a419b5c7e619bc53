"""Texts, preferences, menus, dialogs, forms, the claim button and the account's socket."""

from __future__ import annotations

import pytest
from playwright.sync_api import BrowserContext, Page, expect

pytestmark = pytest.mark.browser


@pytest.fixture
def parts(page: Page) -> Page:
    page.set_viewport_size({"width": 1000, "height": 800})
    page.goto("/parts/")
    expect(page.locator("output")).to_contain_text("wallet")
    return page


def test_a_language_switch_shows_everywhere_at_once_and_is_kept(parts, context):
    expect(parts.get_by_text("1,250,000 tokens", exact=True).first).to_be_visible()
    expect(parts.locator("#amount")).to_have_text("1,250,000")
    expect(parts.get_by_title("1.25M")).to_have_count(1)
    other = context.new_page()
    other.goto("/parts/")
    expect(other.get_by_role("heading", name="Settings")).to_be_visible()
    parts.get_by_role("radio", name="简体中文").check()
    expect(parts.get_by_role("heading", name="设置")).to_be_visible()
    expect(parts.locator("#probe")).to_have_attribute("placeholder", "随便问")
    expect(parts.locator("#probe")).to_have_attribute("aria-label", "消息")
    expect(parts.get_by_text("1,250,000 代币", exact=True)).to_be_visible()
    expect(parts.get_by_text("约 7 代币", exact=True)).to_be_visible()
    expect(parts.locator("html")).to_have_attribute("lang", "zh-CN")
    expect(other.get_by_role("heading", name="设置")).to_be_visible()
    parts.reload()
    expect(parts.get_by_role("heading", name="设置")).to_be_visible()
    expect(parts.locator("html")).not_to_have_attribute("data-text", "pending")


def test_a_chinese_browser_reads_chinese(browser, trial, watch):
    chinese = browser.new_context(locale="zh-CN", base_url=trial.url)
    watch.on(chinese, trial.url)
    page = chinese.new_page()
    page.goto("/parts/")
    expect(page.get_by_role("heading", name="设置")).to_be_visible()
    chinese.close()


def test_the_theme_follows_the_system_until_it_is_chosen(parts):
    html = parts.locator("html")
    expect(html).to_have_attribute("data-theme", "light")
    parts.emulate_media(color_scheme="dark")
    expect(html).to_have_attribute("data-theme", "dark")
    parts.emulate_media(color_scheme="light")
    expect(html).to_have_attribute("data-theme", "light")
    parts.get_by_role("radio", name="Dark").check()
    expect(html).to_have_attribute("data-theme", "dark")
    parts.reload()
    expect(html).to_have_attribute("data-theme", "dark")
    expect(parts.get_by_role("radio", name="Dark")).to_be_checked()


def test_a_menu_is_worked_by_keys(parts):
    trigger = parts.get_by_role("button", name="Actions")
    trigger.focus()
    trigger.press("ArrowDown")
    menu = parts.get_by_role("menu", name="Chat actions")
    rename, delete = (menu.get_by_role("menuitem", name=n) for n in ("Rename", "Delete"))
    expect(rename).to_be_focused()
    parts.keyboard.press("ArrowDown")
    expect(delete).to_be_focused()
    parts.keyboard.press("End")
    light = menu.get_by_role("menuitemradio", name="Light")
    expect(light).to_be_focused()
    parts.keyboard.press("Enter")
    expect(light).to_have_attribute("aria-checked", "true")
    parts.keyboard.press("ArrowDown")
    expect(rename).to_be_focused()
    parts.keyboard.press("d")
    expect(delete).to_be_focused()
    parts.keyboard.press("Escape")
    expect(menu).to_be_hidden()
    expect(trigger).to_be_focused()
    trigger.press("ArrowUp")
    expect(light).to_be_focused()
    parts.keyboard.press("Home")
    parts.keyboard.press("Enter")
    expect(parts.locator("output")).to_contain_text("rename")
    expect(trigger).to_be_focused()


def test_a_menu_closes_on_a_press_elsewhere_and_stays_in_sight(parts):
    parts.set_viewport_size({"width": 360, "height": 400})
    parts.get_by_role("button", name="Actions").click()
    menu = parts.get_by_role("menu")
    box = menu.bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 360
    assert box["y"] >= 0
    assert box["y"] + box["height"] <= 400
    parts.mouse.click(350, 5)
    expect(menu).to_be_hidden()


def test_a_menu_item_that_is_a_place_goes_there(parts):
    parts.get_by_role("button", name="Actions").click()
    parts.get_by_role("menuitem", name="Chat").click()
    expect(parts.get_by_role("textbox", name="Message")).to_be_visible()


def test_a_dialog_of_the_state_opens_and_gives_the_focus_back(parts):
    ask = parts.get_by_role("button", name="Ask")
    ask.click()
    dialog = parts.get_by_role("dialog", name="Delete chat")
    expect(dialog).to_be_visible()
    parts.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(ask).to_be_focused()
    ask.click()
    expect(dialog).to_be_visible()
    parts.mouse.click(990, 790)
    expect(dialog).to_be_hidden()
    ask.click()
    dialog.get_by_role("button", name="Close").click()
    expect(dialog).to_be_hidden()


def test_a_dialog_that_asks_for_a_decision_is_not_closed_by_chance(parts):
    button = parts.get_by_role("button", name="Buy Tokens")
    button.click()
    dialog = parts.get_by_role("dialog", name="Buy Tokens")
    expect(dialog).to_be_visible()
    for _ in range(3):
        parts.keyboard.press("Escape")
    parts.mouse.click(990, 790)
    expect(dialog).to_be_visible()
    dialog.get_by_role("button", name="Later").click()
    expect(dialog).to_be_hidden()
    expect(button).to_be_focused()


def refuse(trial, code: str, field: str | None = None, **params: object) -> None:
    trial.order("reply", status=400, body={"code": code, "field": field, "params": params})


def test_a_form_shows_a_refusal_at_its_field_and_keeps_what_was_typed(trial, parts, watch):
    refuse(trial, "email_taken", "email")
    email, password = parts.get_by_label("Email"), parts.get_by_label("Password")
    email.fill("a@example.org")
    password.fill("secret words")
    parts.get_by_role("button", name="Log in").click()
    expect(parts.get_by_role("alert").filter(has_text="is taken")).to_be_visible()
    expect(email).to_have_attribute("aria-invalid", "true")
    expect(email).to_have_accessible_description("This e-mail address is taken.")
    expect(password).to_have_accessible_description("Eight at least")
    expect(email).to_be_focused()
    expect(email).to_have_value("a@example.org")
    expect(password).to_have_value("secret words")
    email.press("End")
    email.press_sequentially("x")
    expect(email).not_to_have_attribute("aria-invalid", "true")
    refuse(trial, "too_many_attempts", None, seconds=1500)
    email.press("Enter")
    expect(parts.get_by_role("alert").first).to_contain_text("Try again in 1,500 seconds.")
    assert trial.order("state")["forms"][-1] == {
        "email": "a@example.orgx",
        "password": "secret words",
    }
    watch.problems = [p for p in watch.problems if "status of 400" not in p]


def test_a_form_goes_on_within_this_site_only(trial, page):
    for asked, path in {
        "/parts/": "/parts/",
        "//evil.example/": "/",
        "https://evil.example/": "/",
        "/%09/evil.example": "/",
        "/\\evil.example": "/",
        "javascript:alert(1)": "/",
    }.items():
        page.goto(f"/parts/?next={asked}")
        page.get_by_label("Email").fill("a@example.org")
        page.get_by_role("button", name="Log in").click()
        page.wait_for_url(f"{trial.url}{path}")


def test_a_form_without_a_network_says_so(parts, context: BrowserContext, watch):
    parts.get_by_label("Email").fill("a@example.org")
    context.set_offline(offline=True)
    parts.get_by_role("button", name="Log in").click()
    expect(parts.get_by_role("alert").first).to_contain_text("cannot be reached")
    expect(parts.get_by_label("Email")).to_have_value("a@example.org")
    context.set_offline(offline=False)
    watch.problems = [p for p in watch.problems if "ERR_INTERNET_DISCONNECTED" not in p]


def test_the_claim_counts_down_by_the_servers_clock(parts):
    parts.get_by_role("button", name="Later").click()
    claim = parts.locator(".claim")
    expect(claim).to_have_text("Claim in 23h 2m 24s")
    expect(claim).to_be_disabled()
    expect(claim).to_have_class("claim claim-waiting ")
    expect(claim).to_have_text("Claim in 23h 2m 22s")
    parts.get_by_role("radio", name="简体中文").check()
    expect(claim).to_have_text("23h 2m 20s 后可领取")


def test_the_claim_becomes_ready_by_itself(parts):
    parts.get_by_role("button", name="Soon").click()
    claim = parts.locator(".claim")
    expect(claim).to_have_text("Claim in 0h 0m 3s")
    expect(claim).to_have_text("Claim 20,000 Tokens")
    expect(claim).to_have_class("claim claim-ready ")
    claim.click()
    expect(parts.locator("output")).to_contain_text("claimed 1")


def wait_for_listeners(trial, page: Page) -> None:
    for _ in range(200):
        if trial.order("state")["account"] == 1:
            return
        page.wait_for_timeout(20)
    raise AssertionError("the page does not listen")


def test_the_accounts_socket_turns_topics_into_events(trial, parts, watch):
    seen = parts.locator("output")
    wait_for_listeners(trial, parts)
    trial.order("tell", what="wallet")
    expect(seen).to_contain_text("wallet 1 turns 0")
    trial.order("tell", what="turns")
    expect(seen).to_contain_text("wallet 1 turns 1")
    trial.order("tell", what=1012)
    # Something may have been missed: everything is asked for once after the return.
    expect(seen).to_contain_text("wallet 2 turns 2")
    wait_for_listeners(trial, parts)
    trial.order("tell", what=4401)
    parts.wait_for_url("**/login?next=%2Fparts%2F")
    watch.problems = [p for p in watch.problems if "status of 404" not in p]  # no such page here


def test_a_claim_outlives_a_set_clock(browser, trial, watch):
    context = browser.new_context(base_url=trial.url)
    watch.on(context, trial.url)
    page = context.new_page()
    page.goto("/parts/")
    expect(page.locator("output")).to_contain_text("wallet")
    page.get_by_role("button", name="Later").click()
    expect(page.locator(".claim")).to_contain_text("23h 2m")
    page.evaluate("() => { const real = Date.now; Date.now = () => real() + 7200000; }")
    page.wait_for_timeout(1500)
    expect(page.locator(".claim")).to_contain_text("23h 2m")
    context.close()
