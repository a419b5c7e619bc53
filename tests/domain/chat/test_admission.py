import asyncio

import pytest

from gptchina.domain import catalog, chat, pricing
from gptchina.domain.chat import admission, prompts
from gptchina.domain.errors import DomainError, NotFoundError
from gptchina.providers.llm import ChatMessage, count_prompt
from tests.domain.chat.conftest import (
    MODEL,
    balance,
    begin,
    ended,
    forget_provider,
    stored,
    until,
)
from tests.factories import make_account

RICH = 1_000_000


def price(text: str, output: int) -> int:
    """Return what an answer of so many tokens to a text costs at most."""
    model = catalog.find(MODEL)
    prompt = count_prompt(model.id, [ChatMessage("user", text)]).most
    return pricing.worst_case(prompt, output, model.rates, model.markup)


def useful_price(text: str) -> int:
    return price(text, catalog.find(MODEL).min_output)


async def test_of_64_turns_at_once_a_balance_for_10_admits_10(provider):
    # None may end before the last is asked for: what it returns would admit another.
    text = "[demo first=60000]"
    account = make_account(10 * price(text, catalog.find(MODEL).max_output))
    turns = await asyncio.gather(*(begin(account, text) for _ in range(64)))
    admitted = [turn for turn in turns if turn.request]
    assert len(admitted) == 10
    assert balance(account).available < useful_price(text)
    await until(lambda: len(provider) == 10)
    for turn in turns:
        chat.stop(account, turn.id)
        end = await ended(account, turn)
        assert end.code == ("" if turn.request else "insufficient_balance")
    assert len(provider) == 10
    assert balance(account).held == 0


async def test_a_small_balance_shortens_the_answer(provider):
    text = "[demo length=3000]"
    account = make_account(useful_price(text) * 2)
    turn = await begin(account, text)
    assert turn.request is not None
    assert catalog.find(MODEL).min_output <= turn.request.max_output
    assert turn.request.max_output < catalog.find(MODEL).max_output
    await ended(account, turn)
    _, usage = stored(turn.id)
    assert usage.output_tokens <= turn.request.max_output
    assert usage.absorbed == 0


async def test_without_balance_nothing_is_asked_and_the_question_is_kept(provider):
    text = "Tell me more."
    account = make_account(useful_price(text) - 1)
    turn = await begin(account, text)
    assert turn.request is None
    end = await ended(account, turn)
    assert (end.status, end.code) == ("error", "insufficient_balance")
    assert end.params == {"price": useful_price(text), "balance": useful_price(text) - 1}
    assert not provider
    opened = chat.open_chat(account, turn.conversation_id)
    assert [message.text for message in opened.messages] == [text, ""]


async def test_one_conversation_has_one_answer_at_a_time(provider):
    account = make_account(RICH)
    turn = await begin(account, "[demo length=500 delay=20]")
    with pytest.raises(chat.TurnRunningError):
        await begin(account, "And?", turn.conversation_id)
    opened = chat.open_chat(account, turn.conversation_id)
    assert len(opened.messages) == 2
    assert opened.running == turn.id


async def test_of_many_questions_at_once_a_conversation_takes_one(provider):
    account = make_account(RICH)
    first = await begin(account, "[demo length=1]")
    await ended(account, first)
    asked = await asyncio.gather(
        *(begin(account, "[demo length=50 delay=20]", first.conversation_id) for _ in range(8)),
        return_exceptions=True,
    )
    assert sum(isinstance(each, chat.Turn) for each in asked) == 1
    assert sum(isinstance(each, chat.TurnRunningError) for each in asked) == 7


@pytest.mark.parametrize("text", ["", "  \n ", "x" * 100_001, "\0", "\ud800", None, 7, ["x"]])
async def test_what_is_no_message_is_refused(provider, text):
    account = make_account(RICH)
    with pytest.raises(chat.InvalidMessageError):
        await begin(account, text)
    assert chat.list_chats(account) == []


@pytest.mark.parametrize("model", ["", "gpt-nonexistent", None, "../x"])
async def test_a_model_that_is_not_offered_is_refused(provider, model):
    account = make_account(RICH)
    with pytest.raises(DomainError) as caught:
        admission.start(account, "", "Hello", model)
    assert caught.value.code == "model_not_offered"


async def test_somebody_elses_conversation_does_not_exist(provider):
    owner, stranger = make_account(RICH), make_account(RICH)
    turn = await begin(owner, "[demo fault=500]")
    await ended(owner, turn)
    for attempt in (
        lambda: admission.start(stranger, turn.conversation_id, "Hello", MODEL),
        lambda: admission.retry(stranger, turn.id, MODEL),
        lambda: chat.open_chat(stranger, turn.conversation_id),
        lambda: chat.rename(stranger, turn.conversation_id, "Mine"),
        lambda: chat.latest_turn(stranger, turn.conversation_id),
    ):
        with pytest.raises(NotFoundError):
            attempt()
    with pytest.raises(NotFoundError):
        await chat.discard(stranger, turn.conversation_id)
    assert len(chat.open_chat(owner, turn.conversation_id).messages) == 2


async def test_only_a_failed_or_stopped_answer_is_tried_again(provider):
    account = make_account(RICH)
    turn = await begin(account, "[demo length=1]")
    await ended(account, turn)
    for message_id in (turn.id, turn.question.id, "0" * 32, ""):
        with pytest.raises(NotFoundError):
            admission.retry(account, message_id, MODEL)


async def test_a_conversation_too_long_for_the_model_loses_its_oldest_messages(provider):
    history = [
        chat.MessageRecord(
            id=str(number),
            role="user" if number % 2 == 0 else "assistant",
            text=f"{number} " + "word " * 200,
            reasoning="",
            status="done",
            code="",
            params={},
            model="",
            cost=0,
            estimated=False,
        )
        for number in range(20)
    ]
    prompt = prompts.build(MODEL, 1_000, history, "And now?")
    assert prompt.tokens.most <= 1_000
    assert prompt.messages[-1].content == "And now?"
    assert prompt.messages[-2].content.startswith("19 ")
    assert 1 < len(prompt.messages) < 20
    with pytest.raises(prompts.MessageTooLongError):
        prompts.build(MODEL, 1_000, history, "word " * 5_000)


async def test_a_conversation_is_named_by_its_first_question(provider):
    account = make_account(RICH)
    turn = await begin(account, "\n  What is\ttea?  \nTell me.\n[demo length=1]")
    await ended(account, turn)
    assert [row.title for row in chat.list_chats(account)] == ["What is\ttea?".replace("\t", "")]


async def test_a_free_model_answers_and_takes_nothing(provider, monkeypatch, tmp_path):
    config = tmp_path / "free.yaml"
    config.write_text(
        f"models: [{{id: {MODEL}, input: 0, output: 0, cache_read: 0, cache_write: 0}}]"
    )
    monkeypatch.setenv("CONFIG_FILE", str(config))
    forget_provider()
    account = make_account(1)
    turn = await begin(account, "[demo length=5]")
    assert (await ended(account, turn)).status == "done"
    assert balance(account).balance == balance(account).available == 1
    assert stored(turn.id)[1].status == "free"
