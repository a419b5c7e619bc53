"""The demo model is useful, speaks the language of the question and says what it is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gptchina.standins.arithmetic import find_sum
from gptchina.standins.behaviour import Behaviour, BehaviourError, read_instructions
from gptchina.standins.completion import split
from gptchina.standins.demo_model import answer, sample_text

QUESTIONS = {
    "Hello!": "你好",
    "How do tokens work?": "费用怎么算",
    "How do I set OPENAI_API_KEY?": "怎样接入真正的模型",
    "Write some Python code": "写一段代码",
    "What is 6 * 7?": "6 * 7 等于多少",
    "Tell me about whales": "介绍一下鲸鱼",
}


@pytest.mark.parametrize("question", QUESTIONS)
def test_an_english_question_is_answered_in_english(question: str) -> None:
    said = answer(question)
    assert "demo model" in said
    assert "演示" not in said
    assert "```" in said or "|" in said or "- " in said


@pytest.mark.parametrize("question", QUESTIONS.values())
def test_a_chinese_question_is_answered_in_chinese(question: str) -> None:
    said = answer(question)
    assert "演示模型" in said
    assert "demo model" not in said


def test_each_kind_of_question_has_its_own_answer() -> None:
    assert len({answer(question) for question in QUESTIONS}) == len(QUESTIONS)
    assert ".env" in answer("How do I connect a real model?")
    assert "make run" in answer("How do I connect a real model?")
    assert "whales" in answer("Tell me about whales")


def test_the_topic_cannot_break_the_markdown() -> None:
    assert r"\<img" in answer("<img src=x onerror=alert(1)> and more")
    assert len(answer("why " * 5000)) < 2500


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("what is 12.5*48?", "600"),
        ("(3 + 4) × 12", "84"),  # noqa: RUF001
        ("1,000 + 24", "1,024"),
        ("0.1 + 0.2", "0.3"),
        ("2^10", "1,024"),
        ("10 / 4 please", "2.5"),
        ("7 - 10", "-3"),
    ],
)
def test_sums_are_exact(text: str, result: str) -> None:
    found = find_sum(text)
    assert found is not None
    assert found[1] == result


@pytest.mark.parametrize(
    "text", ["", "42", "on 2026-11-23", "1/0", "9^9^9^9", "2**999", "((((((1", "a+b", "1 +" * 200]
)
def test_what_is_no_sum_is_left_alone(text: str) -> None:
    assert find_sum(text) is None


@given(st.text())
def test_any_question_is_answered(question: str) -> None:
    assert answer(question)


@given(st.text(max_size=500), st.none() | st.integers(min_value=1, max_value=20))
def test_pieces_are_the_text(text: str, chunk: int | None) -> None:
    assert "".join(split(text, chunk)) == text


def test_sample_text_has_the_wished_length() -> None:
    assert len(sample_text(12_345)) == 12_345


def test_instructions_change_the_default_and_leave_the_message() -> None:
    message, behaviour = read_instructions(
        "hi [demo length=20 fault=cut after=3] there", Behaviour(delay=7)
    )
    assert message == "hi  there"
    assert behaviour == Behaviour(length=20, delay=7, fault="cut", after=3)


@pytest.mark.parametrize(
    "text", ["[demo size=3]", "[demo length=x]", "[demo delay=99999999]", "[demo length=²]"]
)
def test_wrong_instructions_are_named(text: str) -> None:
    with pytest.raises(BehaviourError):
        read_instructions(text, Behaviour())
