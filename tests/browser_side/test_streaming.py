"""The running answer in the page: streamed once, followed through losses, drawn in place."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

WORDS = "The quick brown fox, 敏捷的棕色狐狸 🦊👩‍👩‍👧, jumps over the lazy dog. "


def slowly(text: str, seconds: float, size: int = 7) -> list[tuple[float, str, str]]:
    parts = [text[i : i + size] for i in range(0, len(text), size)]
    return [(seconds * i / len(parts), "t", part) for i, part in enumerate(parts)]


def test_a_message_shows_before_the_server_has_heard_of_it(chat):
    chat.page.context.set_offline(offline=True)
    chat.send("Are you there?")
    mine = chat.page.locator("[role=article][data-role=user]")
    expect(mine).to_have_text("Are you there?")
    expect(chat.box).to_have_value("")
    expect(chat.answer).to_have_attribute("data-status", "streaming")
    chat.page.context.set_offline(offline=False)


def test_an_answer_streams_and_shows_its_cost(trial, chat):
    trial.answer(slowly(WORDS * 3, 1.0), end={"cost": 1315})
    chat.send("Go")
    expect(chat.answer).to_contain_text("The quick", timeout=3000)
    assert chat.answer.get_attribute("data-status") == "streaming"
    assert chat.answer.get_attribute("data-cost") is None
    answer = chat.ended()
    expect(answer.locator(".markdown")).to_have_text((WORDS * 3).strip())
    assert answer.get_attribute("data-cost") == "1315"
    expect(answer.get_by_text("1,315 tokens", exact=True)).to_be_visible()
    expect(chat.page.locator("[role=article]")).to_have_count(2)
    finished = [e for e in trial.order("state")["events"] if e.startswith("finished")]
    assert len(finished) == 1


def test_an_estimated_cost_says_so_and_a_stopped_answer_too(trial, chat):
    trial.answer("Half an", end={"status": "stopped", "cost": 31, "estimated": True})
    chat.send("Go")
    answer = chat.ended("stopped")
    expect(answer.get_by_text("about 31 tokens")).to_be_visible()
    expect(answer.get_by_text("Stopped")).to_be_visible()


def test_lost_connections_cost_no_character(trial, chat):
    text = WORDS * 12
    trial.answer(slowly(text, 1.5, 3), cuts=[26, 27, 120, 333, 700])
    chat.send("Go")
    answer = chat.ended()
    expect(answer.locator(".markdown")).to_have_text(text.strip())
    (opened,) = trial.order("state")["opened"].values()
    # Offsets are code points, of which an emoji family is several and UTF-16 units are more.
    assert opened == [0, 26, 27, 120, 333, 700]


def test_reasoning_is_kept_apart_and_folded(trial, chat):
    trial.answer([(0, "r", "Let me 🤔 "), (0.3, "r", "think."), (0.6, "t", "It is 4.")], cuts=[9])
    chat.send("2+2?")
    expect(chat.answer.get_by_text("Thinking…")).to_be_visible()
    answer = chat.ended()
    expect(answer.locator(".markdown")).to_have_text("It is 4.")
    thought = answer.get_by_text("Let me 🤔 think.")
    expect(thought).to_be_hidden()
    answer.get_by_text("Reasoning").click()
    expect(thought).to_be_visible()


def test_the_answer_keeps_its_nodes_while_it_grows_and_when_it_ends(trial, chat):
    text = (
        "# Title\n\nFirst paragraph.\n\n```python\nprint(1)\nprint(2)\n```\n\n- one\n- two\n\nLast."
    )
    trial.answer(slowly(text, 1.5, 4))
    chat.send("Go")
    expect(chat.answer.locator("p").first).to_have_text("First paragraph.")
    expect(chat.answer.locator("pre")).to_contain_text("print(1)")
    chat.page.evaluate(
        """() => {
          const all = document.querySelectorAll("[role=article]");
          const answer = all[all.length - 1];
          const parts = ["h1", "p", "pre", "figure", ".markdown"];
          window.kept = parts.map((s) => answer.querySelector(s));
          window.kept.push(answer, all[all.length - 2]);
        }"""
    )
    chat.ended()
    expect(chat.answer.locator("li")).to_have_count(2)
    assert chat.page.evaluate("() => window.kept.map((node) => node.isConnected)") == [True] * 7


def test_the_open_paragraph_keeps_its_node_too(trial, chat):
    trial.answer(slowly(WORDS * 8 + "**bold**", 1.5))
    chat.send("Go")
    expect(chat.answer.locator("p")).to_contain_text("The quick")
    chat.page.evaluate("() => { window.kept = document.querySelector('.markdown p'); }")
    chat.ended()
    expect(chat.answer.locator("strong")).to_have_text("bold")
    assert chat.page.evaluate("() => window.kept.isConnected")


def test_leaving_the_page_loses_no_text(trial, chat):
    trial.answer(slowly(WORDS * 6, 2.0))
    chat.send("Go")
    expect(chat.answer).to_contain_text("The quick")
    chat.page.get_by_role("button", name="Elsewhere").click()
    expect(chat.page.get_by_role("heading", name="Settings")).to_be_visible()
    chat.page.go_back()
    answer = chat.ended()
    expect(answer.locator(".markdown")).to_have_text((WORDS * 6).strip())
    expect(chat.page.locator("[role=article]")).to_have_count(2)
    (opened,) = trial.order("state")["opened"].values()
    assert opened == [0]


def test_a_turn_begun_elsewhere_is_followed_with_its_question(trial, chat, context):
    trial.answer(slowly(WORDS * 4, 2.0))
    chat.send("From the first tab")
    expect(chat.answer).to_contain_text("The quick")
    ((generation, conversation),) = trial.order("state")["conversations"].items()
    second: Page = context.new_page()
    second.goto(f"/?chat={conversation}&generation={generation}")
    other = second.locator("[role=article]")
    expect(other.first).to_have_text("From the first tab")
    expect(other.last).to_contain_text("lazy dog")
    expect(other.last).to_have_attribute("data-status", "done")
    expect(other.last.locator(".markdown")).to_have_text((WORDS * 4).strip())


def test_a_failed_answer_explains_itself_and_can_be_tried_again(trial, chat):
    trial.answer("It beg", end={"status": "error", "code": "provider_down", "cost": 0})
    chat.send("Go")
    answer = chat.ended("error")
    expect(answer.locator(".markdown")).to_have_text("It beg")
    expect(answer.get_by_text("The model's provider does not answer.")).to_be_visible()
    trial.answer("It works.")
    answer.get_by_role("button", name="Retry").click()
    expect(chat.ended().locator(".markdown")).to_have_text("It works.")
    expect(chat.page.locator("[role=article]")).to_have_count(2)
    assert sum(e.startswith("retry") for e in trial.order("state")["events"]) == 1


def test_an_unknown_code_has_a_text_and_a_shortage_a_way_out(trial, chat):
    trial.answer(
        "",
        end={
            "status": "error",
            "code": "insufficient_balance",
            "params": {"price": 12000, "balance": 300},
        },
    )
    chat.send("Go")
    card = chat.ended("error").locator(".error-card")
    expect(card).to_contain_text("up to 12,000 tokens; you have 300.")
    chat.page.evaluate("addEventListener('gptchina:buy', () => (window.wished = true))")
    card.get_by_role("button", name="Buy Tokens").click()
    assert chat.page.evaluate("window.wished")
    expect(card).to_contain_text("Your question is sent by itself")
    trial.answer("", end={"status": "error", "code": "never_heard_of"})
    chat.send("Again")
    expect(chat.ended("error").locator(".error-card")).to_contain_text("Something went wrong")


def test_a_generation_that_is_gone_is_said_so(trial, chat):
    trial.answer("never", lost=True)
    chat.send("Go")
    expect(chat.ended("error")).to_contain_text("cannot be followed any more")


def test_a_refused_message_comes_back_into_the_box(trial, chat):
    for round_ in range(2):
        chat.send("refuse this, please")
        expect(chat.box).to_have_value("refuse this, please")
        expect(chat.page.locator("[role=article]")).to_have_count(0)
        card = chat.page.locator(".error-card")
        expect(card).to_contain_text("up to 1,200 tokens; you have 300.")
        assert len(trial.order("state")["events"]) == round_ + 1
    chat.send("and now go")
    chat.ended()
    expect(chat.page.locator(".error-card")).to_have_count(0)


def test_the_announcement_is_polite_and_not_per_token(trial, chat):
    chat.page.evaluate(
        """() => {
          window.said = [];
          const live = document.querySelector(".transcript > [aria-live=polite]");
          new MutationObserver(() => window.said.push(live.textContent))
            .observe(live, { childList: true, characterData: true, subtree: true });
        }"""
    )
    trial.answer(slowly(WORDS * 4, 1.0))
    chat.send("Go")
    chat.ended()
    said = chat.page.evaluate("() => window.said")
    assert said == ["The answer is on its way", "The answer is complete"]


def test_a_new_chat_starts_empty_and_leaves_the_old_answer_alone(trial, chat):
    trial.answer(slowly(WORDS * 4, 1.0))
    chat.send("Go")
    expect(chat.answer).to_contain_text("The quick")
    chat.page.get_by_role("button", name="New chat").click()
    expect(chat.page.locator("[role=article]")).to_have_count(0)
    expect(chat.page.locator("#empty")).to_be_visible()
    chat.send("Second")
    expect(chat.ended().locator(".markdown")).to_have_text("Hello.")
    expect(chat.page.locator("[role=article]").first).to_have_text("Second")
    expect(chat.page.locator("[role=article]")).to_have_count(2)


def test_the_view_follows_until_the_reader_moves_up(trial, chat):
    chat.open("?chat=long&pairs=15")
    trial.answer(slowly("A line of the answer.\n\n" * 60, 3.0, 40))
    chat.send("Go")
    gap = """() => {
      const s = document.querySelector(".transcript-scroll");
      return s.scrollHeight - s.clientHeight - s.scrollTop;
    }"""
    expect(chat.answer.locator("p").nth(5)).to_be_attached()
    assert chat.page.evaluate(gap) < 2
    chat.page.mouse.move(500, 300)
    chat.page.mouse.wheel(0, -600)
    jump = chat.page.get_by_role("button", name="Jump to latest")
    expect(jump).to_be_visible()
    chat.page.wait_for_timeout(400)  # the wheel's own motion comes to rest
    top = chat.page.evaluate("() => document.querySelector('.transcript-scroll').scrollTop")
    count = chat.answer.locator("p").count()
    expect(chat.answer.locator("p").nth(count + 10)).to_be_attached()
    after = chat.page.evaluate("() => document.querySelector('.transcript-scroll').scrollTop")
    assert abs(after - top) < 5
    jump.click()
    expect(jump).to_be_hidden()
    chat.ended()
    assert chat.page.evaluate(gap) < 2


def test_two_hundred_earlier_messages_are_all_there_at_the_end(chat):
    chat.open("?chat=long&pairs=100")
    expect(chat.page.locator("[role=article]")).to_have_count(200)
    expect(chat.page.get_by_text("Question 0", exact=True)).to_be_attached()
    in_sight = chat.page.locator("[role=article]").last
    expect(in_sight).to_be_in_viewport()
    assert re.search("Answer 99", in_sight.inner_text())
