"""What a person sees, and pays, when the model's provider fails."""

import pytest
from playwright.sync_api import expect

REFUSED = {
    "500": "The model's provider cannot be reached. Please try again.",
    "429": "The model's provider is busy. Please try again in a moment.",
    "401": "The model's provider refused the key. Please tell the operator.",
    "garbage": "The model's provider sent something that is no answer.",
    "empty": "The model gave an empty answer. It was not charged.",
    "cut": "The connection broke off in the middle of the answer.",
}
# In mid-answer, what has been delivered stays and is charged.
BROKEN = {
    "cut": REFUSED["cut"],
    "garbage": REFUSED["garbage"],
}


def retry(person):
    """Ask again, with success, and return what that cost."""
    person.answers.get_by_role("button", name="Retry").click()
    expect(person.answers).to_have_attribute("data-status", "done")
    expect(person.answers).to_have_count(1)
    expect(person.questions).to_have_count(1)
    expect(person.answers.locator(".markdown")).to_be_visible()
    return int(person.answers.get_attribute("data-cost") or "0")


@pytest.mark.parametrize("fault", REFUSED)
def test_a_failure_before_the_first_word_costs_nothing_and_can_be_tried_again(person, fault):
    person.send(f"[demo fault={fault} times=1] Hello")
    expect(person.answers).to_have_attribute("data-status", "error")
    expect(person.answers).to_contain_text(REFUSED[fault])
    expect(person.answers).to_have_attribute("data-cost", "0")
    expect(person.balance).to_have_attribute("data-tokens", "20000")
    expect(person.message).to_be_enabled()
    cost = retry(person)
    assert cost > 0
    expect(person.balance).to_have_attribute("data-tokens", str(20_000 - cost))


@pytest.mark.parametrize("fault", BROKEN)
def test_a_failure_in_mid_answer_is_charged_for_what_came(person, fault):
    person.send(f"[demo fault={fault} after=20 length=60 times=1] Hello")
    expect(person.answers).to_have_attribute("data-status", "error")
    expect(person.answers).to_contain_text(BROKEN[fault])
    expect(person.answers.locator(".markdown")).to_be_visible()
    partial = int(person.answers.get_attribute("data-cost") or "0")
    assert partial > 0
    expect(person.balance).to_have_attribute("data-tokens", str(20_000 - partial))
    cost = retry(person)
    assert cost > partial
    expect(person.balance).to_have_attribute("data-tokens", str(20_000 - partial - cost))


def test_an_answer_without_usage_is_charged_by_our_own_count(person):
    answer = person.ask("[demo fault=no-usage] Hello")
    cost = int(answer.get_attribute("data-cost") or "0")
    assert cost > 0
    expect(answer.get_by_title("Cost of this answer")).to_have_text(f"about {cost} tokens")
    expect(person.balance).to_have_attribute("data-tokens", str(20_000 - cost))


def test_absurd_usage_never_costs_more_than_was_held(person):
    person.ask("[demo fault=huge-usage] Hello")
    assert person.tokens() >= 0


def test_silence_can_be_stopped(person):
    person.send("[demo fault=hang after=10 length=60] Hello")
    expect(person.answers.locator(".markdown")).to_be_visible()
    person.button("Stop").click(delay=600)
    expect(person.answers).to_have_attribute("data-status", "stopped")
    cost = int(person.answers.get_attribute("data-cost") or "0")
    assert cost > 0
    expect(person.balance).to_have_attribute("data-tokens", str(20_000 - cost))


def test_a_failed_answer_is_still_there_after_a_reload(person):
    person.send("[demo fault=500 times=1] Hello again")
    expect(person.answers).to_contain_text(REFUSED["500"])
    person.page.reload()
    expect(person.answers).to_contain_text(REFUSED["500"])
    cost = retry(person)
    expect(person.balance).to_have_attribute("data-tokens", str(20_000 - cost))
