"""Asking, reading the answer as it is written, and looking after the chats."""

import re

from playwright.sync_api import expect

LONG = "[demo length=400 delay=20]"
FEW_SECONDS = "[demo length=150 delay=20]"


def text_of(answer):
    return answer.locator(".markdown").inner_text()


def test_an_answer_streams_and_is_paid_for(anybody):
    anybody.send(f"{FEW_SECONDS} Tell me something")
    answer = anybody.answers
    expect(answer).to_have_attribute("data-status", "streaming")
    expect(anybody.questions).to_have_text(f"{FEW_SECONDS} Tell me something")
    expect(answer.locator(".markdown")).to_be_visible()
    early = len(text_of(answer))
    expect(answer).to_have_attribute("data-status", "done")
    assert early < len(text_of(answer))
    cost = int(answer.get_attribute("data-cost") or "0")
    assert cost > 0
    expect(anybody.balance).to_have_attribute("data-tokens", str(20_000 - cost))
    expect(answer.get_by_title("Cost of this answer")).to_have_text(f"{cost} tokens")
    expect(anybody.page).to_have_url(re.compile("/c/[0-9a-f]{32}"))


def test_a_chat_goes_on_and_is_there_after_a_reload(person):
    first = person.ask("What is 2 + 3?")
    expect(first).to_contain_text("5")
    second = person.ask("And 20 * 3?")
    expect(second).to_contain_text("60")
    costs = [int(answer.get_attribute("data-cost") or "0") for answer in person.answers.all()]
    expect(person.balance).to_have_attribute("data-tokens", str(20_000 - sum(costs)))
    read = [text_of(answer) for answer in person.answers.all()]
    person.page.reload()
    expect(person.answers).to_have_count(2)
    assert [text_of(answer) for answer in person.answers.all()] == read
    expect(person.balance).to_have_attribute("data-tokens", str(20_000 - sum(costs)))


def test_stop_ends_the_answer_and_charges_what_came(anybody):
    anybody.send(f"{LONG} A long story")
    expect(anybody.answers.locator(".markdown")).to_be_visible()
    anybody.button("Stop").click(delay=600)
    expect(anybody.answers).to_have_attribute("data-status", "stopped")
    expect(anybody.button("Send")).to_be_visible()
    cost = int(anybody.answers.get_attribute("data-cost") or "0")
    assert cost > 0
    expect(anybody.balance).to_have_attribute("data-tokens", str(20_000 - cost))
    kept = text_of(anybody.answers)
    anybody.page.reload()
    expect(anybody.answers).to_have_attribute("data-status", "stopped")
    assert text_of(anybody.answers) == kept
    anybody.ask("What is 1 + 1?")


def test_a_reload_in_mid_answer_goes_on_to_its_end(anybody):
    anybody.send(f"{FEW_SECONDS} Read this")
    expect(anybody.answers.locator(".markdown")).to_be_visible()
    expect(anybody.page).to_have_url(re.compile("/c/"))
    anybody.page.reload()
    expect(anybody.answers).to_have_attribute("data-status", "streaming")
    expect(anybody.answers).to_have_attribute("data-status", "done")
    expect(anybody.answers).to_have_count(1)
    expect(anybody.questions).to_have_count(1)
    read = text_of(anybody.answers)
    cost = int(anybody.answers.get_attribute("data-cost") or "0")
    anybody.page.reload()
    expect(anybody.answers).to_have_attribute("data-status", "done")
    assert text_of(anybody.answers) == read
    assert len(read) > 300
    expect(anybody.balance).to_have_attribute("data-tokens", str(20_000 - cost))


def test_a_second_tab_follows_live(person):
    person.ask("hello")
    second = person.context.new_page()
    second.goto(person.page.url)
    answers = second.locator("[role=article][data-role=assistant]")
    expect(answers).to_have_count(1)
    person.send(f"{FEW_SECONDS} For both tabs")
    expect(answers).to_have_count(2)
    expect(answers.last).to_have_attribute("data-status", "streaming")
    expect(answers.last.locator(".markdown")).to_be_visible()
    expect(answers.last).to_have_attribute("data-status", "done")
    expect(person.answers.last).to_have_attribute("data-status", "done")
    assert text_of(answers.last) == text_of(person.answers.last)
    expect(second.get_by_test_id("balance").first).to_have_attribute(
        "data-tokens", person.balance.get_attribute("data-tokens")
    )


def test_a_chat_begun_in_one_tab_is_listed_in_the_other(person):
    second = person.context.new_page()
    second.goto(f"{person.server.url}/tokens")
    expect(second.get_by_text("Your chats will be listed here.")).to_be_visible()
    person.ask("A question about tea")
    expect(second.get_by_role("link", name="A question about tea")).to_be_visible()


def test_a_chat_is_renamed_and_deleted(person):
    person.ask("Some words")
    row = person.page.get_by_role("navigation", name="Chats").get_by_role("listitem")
    row.get_by_role("link", name="Some words").hover()
    person.button("Options of Some words").click()
    person.page.get_by_role("menuitem", name="Rename").click()
    dialog = person.page.get_by_role("dialog", name="Rename chat")
    dialog.get_by_role("textbox", name="Title").fill("茶 and <b>words</b>")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_be_hidden()
    link = person.page.get_by_role("link", name="茶 and <b>words</b>")
    expect(link).to_be_visible()
    person.button("Options of 茶 and <b>words</b>").click()
    person.page.get_by_role("menuitem", name="Delete").click()
    dialog = person.page.get_by_role("dialog", name="Delete this chat?")
    dialog.get_by_role("button", name="Cancel").click()
    expect(link).to_be_visible()
    gone = person.page.url
    spent = 20_000 - person.tokens()
    person.button("Options of 茶 and <b>words</b>").click()
    person.page.get_by_role("menuitem", name="Delete").click()
    dialog.get_by_role("button", name="Delete").click()
    expect(person.page.get_by_text("Your chats will be listed here.")).to_be_visible()
    expect(person.page.get_by_role("heading", name="Hello, 李")).to_be_visible()
    assert spent > 0
    assert person.tokens() == 20_000 - spent
    person.page.goto(gone)
    expect(person.page.get_by_role("heading", name="This chat is not here")).to_be_visible()


def test_somebody_elses_chat_is_not_there(person, visit, server):
    person.ask("My secret")
    other = visit(server)
    other.register("Other")
    other.page.goto(person.page.url)
    expect(other.page.get_by_role("heading", name="This chat is not here")).to_be_visible()
    expect(other.page.get_by_text("My secret")).to_have_count(0)


def test_two_chats_are_answered_at_the_same_time(person):
    person.send(f"{FEW_SECONDS} First")
    expect(person.answers.locator(".markdown")).to_be_visible()
    first = person.page.url
    person.button("New chat").click()
    expect(person.answers).to_have_count(0)
    answer = person.ask("What is 2 + 2?")
    expect(answer).to_contain_text("4")
    expect(person.answers).to_have_count(1)
    second_cost = int(answer.get_attribute("data-cost") or "0")
    person.page.goto(first)
    expect(person.questions).to_have_text(f"{FEW_SECONDS} First")
    expect(person.answers).to_have_attribute("data-status", "done")
    cost = int(person.answers.get_attribute("data-cost") or "0")
    expect(person.balance).to_have_attribute("data-tokens", str(20_000 - cost - second_cost))
