"""Writing a message: keys, drafts, limits, Send and Stop in one place."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


def test_enter_sends_and_shift_enter_breaks_the_line(trial, chat):
    expect(chat.box).to_be_focused()
    chat.box.press_sequentially("one")
    chat.box.press("Shift+Enter")
    chat.box.press_sequentially("two")
    expect(chat.box).to_have_value("one\ntwo")
    chat.box.press("Enter")
    chat.ended()
    assert trial.order("state")["events"][0] == "send one\ntwo"
    expect(chat.box).to_be_focused()


def test_blanks_are_not_sent(trial, chat):
    chat.box.fill("  \n ")
    chat.box.press("Enter")
    expect(chat.page.get_by_role("button", name="Send")).to_be_disabled()
    assert trial.order("state")["events"] == []


def test_enter_of_an_input_method_does_not_send(trial, chat):
    chat.box.fill("ni")
    chat.box.dispatch_event(
        "keydown", {"key": "Enter", "keyCode": 229, "isComposing": True, "bubbles": True}
    )
    chat.box.dispatch_event("keydown", {"key": "Enter", "keyCode": 229, "bubbles": True})
    expect(chat.box).to_have_value("ni")
    assert trial.order("state")["events"] == []


def test_on_a_touch_screen_enter_breaks_the_line(browser, trial, watch):
    phone = browser.new_context(
        viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True, base_url=trial.url
    )
    watch.on(phone, trial.url)
    page = phone.new_page()
    page.goto("/")
    page.locator("main[data-ready=true]").wait_for()
    box = page.get_by_role("textbox", name="Message")
    expect(box).not_to_be_focused()
    box.fill("one")
    box.press("Enter")
    expect(box).to_have_value("one\n")
    page.get_by_role("button", name="Send").tap()
    expect(page.locator("[data-role=assistant][data-status=done]")).to_be_visible()
    phone.close()


def test_a_draft_outlives_a_reload_and_belongs_to_its_conversation(chat):
    chat.open("?chat=a&pairs=1")
    chat.box.fill("for a")
    chat.open("?chat=b&pairs=1")
    expect(chat.box).to_have_value("")
    chat.box.fill("for b")
    chat.open("?chat=a&pairs=1")
    expect(chat.box).to_have_value("for a")
    chat.box.press("Enter")
    chat.ended()
    chat.open("?chat=a&pairs=1")
    expect(chat.box).to_have_value("")
    chat.open("?chat=b&pairs=1")
    expect(chat.box).to_have_value("for b")


def test_what_is_typed_while_a_new_chat_gets_its_id_stays(trial, chat):
    trial.answer([(0, "t", "Thinking"), (0.8, "t", " done")])
    chat.send("First")
    chat.box.press_sequentially("next question")
    chat.ended()
    expect(chat.box).to_have_value("next question")
    chat.box.press("Enter")
    expect(chat.page.locator("[data-role=user]")).to_have_count(2)


def test_stop_takes_the_place_of_send(trial, chat):
    trial.answer([(0, "t", "Long"), (2.5, "t", " answer")])
    send = chat.page.get_by_role("button", name="Send")
    before = send.bounding_box()
    chat.send("Go")
    stop = chat.page.get_by_role("button", name="Stop")
    expect(stop).to_be_visible()
    assert stop.bounding_box() == before
    expect(chat.answer).to_contain_text("Long")
    chat.page.wait_for_timeout(600)  # a double click on Send does not count as Stop
    stop.click()
    chat.ended()
    assert "stop" in trial.order("state")["events"]
    expect(send).to_be_visible()


def test_a_message_over_the_limit_stays_and_says_so(trial, chat):
    chat.box.fill("x" * 100_003)
    expect(chat.page.get_by_text("3 characters too many")).to_be_visible()
    chat.box.press("Enter")
    expect(chat.page.get_by_role("button", name="Send")).to_be_disabled()
    assert trial.order("state")["events"] == []
    chat.box.fill("x" * 99_000)
    expect(chat.page.get_by_text("1,000 characters left")).to_be_visible()


def test_the_box_grows_to_a_part_of_the_window(chat):
    low = chat.box.bounding_box()["height"]
    chat.box.fill("line\n" * 4)
    middle = chat.box.bounding_box()["height"]
    chat.box.fill("line\n" * 200)
    high = chat.box.bounding_box()["height"]
    assert low < middle < high <= 0.41 * 800


def test_a_starter_prompt_fills_the_box(chat):
    chat.page.get_by_role("button", name="Explain tokens").click()
    expect(chat.box).to_have_value("Explain tokens")
    expect(chat.box).to_be_focused()
