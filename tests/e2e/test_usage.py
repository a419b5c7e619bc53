"""Seeing what was spent, and a question that waits until it can be paid for."""

import csv
import re
from io import StringIO

import pytest
from playwright.sync_api import expect

from tests.e2e.test_buying import SUCCESS, Buyer

READY = "Claim 20,000 Tokens"
DEAR = "A question that costs more than three tokens"


def cost_of(answer):
    return int(answer.get_attribute("data-cost"))


def entry(person, text):
    return person.page.get_by_role("row").filter(has_text=text)


def test_every_token_is_accounted_for_in_page_and_file(person):
    answer = person.ask("What is 12.5 * 48?")
    cost = cost_of(answer)
    person.button("李").click()
    person.page.get_by_role("menuitem", name="Usage").click()
    expect(person.page.get_by_role("heading", name="Usage", exact=True)).to_be_visible()
    row = entry(person, "Answer by GPTChina Demo")
    expect(row).to_contain_text(f"−{cost}")  # noqa: RUF001 -- a minus
    expect(row).to_contain_text(f"{20_000 - cost:,}")
    expect(row.get_by_role("link", name="What is 12.5 * 48?")).to_be_visible()
    expect(entry(person, "Start balance")).to_contain_text("+20,000")
    expect(person.page.get_by_text(f"{cost} tokens for 1 answers.")).to_be_visible()
    with person.page.expect_download() as kept:
        person.page.get_by_role("link", name="Download CSV").click()
    text = kept.value.path().read_text(encoding="utf-8-sig")
    rows = list(csv.DictReader(StringIO(text, newline="")))
    assert sum(int(row["change"]) for row in rows) == person.tokens() == 20_000 - cost


def test_charts_can_be_read_without_seeing_them(person):
    cost = cost_of(person.ask("What is 12.5 * 48?"))
    person.goto("/usage")
    chart = person.page.get_by_role("img", name=re.compile("Tokens spent"))
    expect(chart).to_have_accessible_name(re.compile(f"{cost} tokens for 1 answers"))
    chart.focus()
    person.page.keyboard.press("ArrowLeft")
    expect(person.page.get_by_role("status").filter(has_text=f"{cost} tokens")).to_be_visible()
    person.page.get_by_text("Show as a table").first.click()
    table = person.page.get_by_role("table", name="Balance at the end of the day")
    expect(table.get_by_role("row")).to_have_count(31)
    expect(table.get_by_role("row").nth(1)).to_contain_text(f"{20_000 - cost:,}")


def test_a_filter_narrows_and_is_taken_off(anybody):
    anybody.goto("/usage")
    anybody.page.get_by_label("Kind").select_option("Answers")
    anybody.button("Filter").click()
    expect(anybody.page.get_by_text("Nothing fits this filter.")).to_be_visible()
    anybody.button("Show all").click()
    expect(anybody.page.get_by_text("Start balance")).to_be_visible()
    expect(anybody.page.get_by_label("Kind")).to_have_value("")
    assert not anybody.spills()


def test_a_change_elsewhere_is_seen_on_the_open_page(person):
    person.goto("/usage")
    expect(entry(person, "Start balance")).to_be_visible()
    second = person.context.new_page()
    second.goto(person.server.url)
    second.get_by_role("button", name=READY).first.click()
    expect(entry(person, "Daily claim")).to_contain_text("+20,000")


def test_the_meter_adds_up_what_the_chat_has_cost(person):
    meter = person.page.get_by_test_id("meter")
    first = cost_of(person.ask("What is 12.5 * 48?"))
    expect(meter).to_have_text(f"Last answer {first} · this chat {first} · today {first} tokens")
    second = cost_of(person.ask("Show me some code"))
    both = f"{first + second:,}"
    expect(meter).to_have_text(f"Last answer {second} · this chat {both} · today {both} tokens")
    person.button("New chat").first.click()
    expect(meter).to_have_text(f"Today {both} tokens")


@pytest.fixture
def refused(visit, poor_server):
    """Return somebody whose first question was refused, and who pressed Buy there."""
    person = visit(poor_server)
    person.register()
    person.send(DEAR)
    expect(person.answers).to_have_attribute("data-status", "error")
    person.answers.get_by_role("button", name="Buy Tokens").click()
    expect(person.answers).to_contain_text("Your question is sent by itself")
    return person


def pay(person):
    """Get tokens in another tab: what a purchase does to the wallet."""
    tab = person.context.new_page()
    tab.goto(f"{person.server.url}/tokens")
    tab.get_by_role("button", name=READY).first.click()
    expect(tab.get_by_test_id("balance").first).to_have_attribute("data-tokens", "20003")
    tab.close()


def turns_of(person):
    rows = person.server.rows(
        "SELECT count(*) FROM usage JOIN account ON account.id = account_id WHERE email = ?",
        person.email,
    )
    return rows[0][0]


def assert_sent_once(person):
    expect(person.answers).to_have_attribute("data-status", "done")
    expect(person.answers).to_have_count(1)
    expect(person.questions).to_have_text(DEAR)
    expect(person.balance).not_to_have_attribute("data-tokens", "20003")
    person.page.reload()
    expect(person.answers).to_have_attribute("data-status", "done")
    assert turns_of(person) == 1


def assert_not_sent(person):
    pay(person)
    expect(person.balance).to_have_attribute("data-tokens", "20003")
    assert turns_of(person) == 0


def test_a_refused_question_is_sent_once_when_tokens_come(refused):
    pay(refused)
    assert_sent_once(refused)


def test_a_purchase_from_the_card_sends_it_once(refused):
    buyer = Buyer(refused)
    buyer.choose("100K")
    buyer.pay()
    expect(buyer.screen.get_by_role("heading", name=SUCCESS)).to_be_visible()
    assert_sent_once(refused)


def test_it_waits_through_the_way_to_a_wallet_and_back(refused):
    buyer = Buyer(refused)
    buyer.choose("100K")
    buyer.method("Alipay")
    buyer.button("Pay Now").click()
    refused.page.get_by_role("button", name="Authorize test payment").click()
    expect(buyer.screen.get_by_role("heading", name=SUCCESS)).to_be_visible()
    assert turns_of(refused) == 0
    refused.page.get_by_role("link", name="Back to the chat").click()
    assert_sent_once(refused)


def test_it_waits_through_a_reload(refused):
    refused.goto("/api/health")
    pay(refused)
    refused.page.go_back()
    assert_sent_once(refused)


def test_two_tabs_send_it_once(refused):
    other = refused.context.new_page()
    other.goto(refused.page.url)
    buy = other.get_by_role("article").get_by_role("button", name="Buy Tokens")
    buy.click()
    refused.accept("WebSocket")
    pay(refused)
    assert_sent_once(refused)
    expect(other.locator("[data-role=assistant]")).to_have_count(1)


def test_it_is_not_sent_once_the_reader_has_left(refused):
    refused.page.keyboard.press("Escape")
    address = refused.page.url
    refused.button("New chat").first.click()
    expect(refused.answers).to_have_count(0)
    assert_not_sent(refused)
    refused.page.goto(address)
    expect(refused.answers).to_have_attribute("data-status", "error")
    expect(refused.answers.get_by_role("button", name="Retry")).to_be_visible()
    assert turns_of(refused) == 0


def test_it_is_not_sent_over_what_is_being_written(refused):
    refused.page.keyboard.press("Escape")
    refused.message.fill("Something else")
    assert_not_sent(refused)
    expect(refused.message).to_have_value("Something else")
    expect(refused.answers).not_to_contain_text("Your question is sent by itself")


def test_it_is_not_sent_against_the_readers_will(refused):
    refused.page.keyboard.press("Escape")
    refused.button("Do not send it").click()
    assert_not_sent(refused)


def test_a_low_balance_is_told_with_the_way_to_more(visit, poor_server):
    person = visit(poor_server)
    person.register()
    notice = person.page.get_by_text("The balance may not pay for another answer.")
    expect(notice).to_be_visible()
    pay(person)
    expect(notice).to_be_hidden()


def test_a_visitor_can_calculate_what_a_chat_costs(visitor):
    visitor.goto("/")
    visitor.page.get_by_role("link", name="Pricing").click()
    expect(visitor.page.get_by_role("heading", name="Pricing")).to_be_visible()
    estimate = visitor.page.get_by_test_id("estimate")
    expect(estimate).to_have_attribute("data-tokens", "273")
    expect(visitor.page.get_by_role("row", name=re.compile("100K Tokens"))).to_contain_text("366")
    visitor.page.get_by_label("Message length").fill("1000")
    visitor.page.get_by_label("Response length").fill("1000")
    expect(estimate).to_have_attribute("data-tokens", "975")
    expect(visitor.page.get_by_role("row", name=re.compile("The daily claim"))).to_contain_text(
        "20 chats"
    )
    visitor.page.get_by_label("Counted in").select_option("Chinese characters")
    expect(estimate).to_have_attribute("data-tokens", "750")
    visitor.page.get_by_label("Response length").fill("many")
    expect(visitor.page.get_by_text("Please enter a length from 0 to 10,000,000.")).to_be_visible()
    expect(estimate).to_have_attribute("data-tokens", "750")


def test_rates_are_sorted_and_searched(anybody):
    anybody.goto("/pricing")
    table = anybody.page.get_by_role("table", name="Rates")
    expect(table.get_by_role("row")).to_have_count(2)
    expect(table.get_by_text("Budget")).to_be_visible()
    table.get_by_role("button", name="Input").click()
    heading = table.get_by_role("columnheader", name="Input")
    expect(heading).to_have_attribute("aria-sort", "ascending")
    anybody.page.get_by_role("searchbox", name="Search models").fill("nothing like it")
    expect(anybody.page.get_by_text("No model fits.")).to_be_visible()


def test_the_guide_is_open_to_everybody(visitor):
    visitor.goto("/guide")
    row = visitor.page.get_by_role("row", name=re.compile("GPTChina Demo"))
    expect(row).to_contain_text("1,100 × 0.15 + 200 × 0.60")  # noqa: RUF001
    expect(row).to_contain_text("285")
