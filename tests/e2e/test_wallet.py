"""The daily claim, and what happens without enough tokens."""

import re

from playwright.sync_api import expect

WAITING = re.compile(r"^Claim in \d+h \d+m \d+s$")
READY = "Claim 20,000 Tokens"


def style(locator, name):
    return locator.evaluate(f"element => getComputedStyle(element).{name}")


def test_a_claim_adds_tokens_and_then_counts_down(person):
    claim = person.button(READY)
    expect(claim).to_be_enabled()
    assert style(claim, "color") == "rgb(255, 255, 255)"
    assert style(claim, "backgroundColor") != "rgba(0, 0, 0, 0)"
    claim.click()
    expect(person.page.get_by_text("Successfully claimed 20,000 tokens!")).to_be_visible()
    expect(person.balance).to_have_attribute("data-tokens", "40000")
    waiting = person.button(WAITING)
    expect(waiting).to_be_disabled()
    assert style(waiting, "backgroundColor") == "rgba(0, 0, 0, 0)"
    assert style(waiting, "textAlign") == "center"
    person.page.reload()
    expect(person.button(WAITING)).to_be_disabled()
    expect(person.balance).to_have_attribute("data-tokens", "40000")


def test_the_countdown_ticks_in_place(person):
    person.page.clock.install()
    person.page.reload()
    person.button(READY).click()
    waiting = person.button(WAITING)
    element = waiting.element_handle()
    expect(waiting).to_have_text(re.compile(r"^Claim in (24h 0m 0s|23h 59m \d+s)$"))
    before = waiting.inner_text()
    expect(waiting).not_to_have_text(before)
    person.page.clock.fast_forward("00:01:00")
    expect(waiting).to_have_text(re.compile(r"^Claim in 23h 58m \d+s$"))
    assert element.evaluate("element => element.isConnected")


def test_the_countdown_ends_by_itself_even_without_the_server(person):
    # What was fast for the page has taken no time at the server, which would say so.
    person.accept("WebSocket")
    person.page.clock.install()
    person.page.reload()
    person.button(READY).click()
    expect(person.button(WAITING)).to_be_visible()
    person.context.set_offline(True)
    person.page.clock.fast_forward("24:00:00")
    expect(person.button(READY)).to_be_enabled()
    person.context.set_offline(False)
    person.page.reload()
    expect(person.button(WAITING)).to_be_disabled()
    expect(person.balance).to_have_attribute("data-tokens", "40000")


def test_a_claim_in_one_tab_is_seen_in_the_other(person):
    second = person.context.new_page()
    second.goto(f"{person.server.url}/tokens")
    expect(second.get_by_role("button", name=READY).first).to_be_enabled()
    person.button(READY).click()
    expect(second.get_by_role("button", name=WAITING).first).to_be_disabled()
    expect(second.get_by_test_id("balance").first).to_have_attribute("data-tokens", "40000")


def test_without_enough_tokens_the_card_says_so_and_a_claim_helps(visit, poor_server):
    person = visit(poor_server)
    person.register()
    expect(person.balance).to_have_attribute("data-tokens", "3")
    person.send("A question that costs more than three tokens")
    expect(person.answers).to_have_attribute("data-status", "error")
    expect(person.answers).to_contain_text("only 3 tokens are available")
    expect(person.answers.get_by_role("button", name="Buy Tokens")).to_be_visible()
    expect(person.balance).to_have_attribute("data-tokens", "3")
    expect(person.questions).to_have_text("A question that costs more than three tokens")
    person.button(READY).click()
    expect(person.balance).to_have_attribute("data-tokens", "20003")
    person.answers.get_by_role("button", name="Retry").click()
    expect(person.answers).to_have_attribute("data-status", "done")
    cost = int(person.answers.get_attribute("data-cost") or "0")
    expect(person.balance).to_have_attribute("data-tokens", str(20_003 - cost))
