from contextlib import aclosing
from datetime import timedelta

import pytest

from gptchina.db.engine import transaction
from gptchina.db.models import Hold, Message
from gptchina.domain import chat, clock
from gptchina.domain.chat import endings, generations
from gptchina.domain.errors import NotFoundError
from tests.domain.chat.conftest import balance, begin, ended, frames, stored, text_of, until
from tests.factories import make_account

RICH = 1_000_000


async def until_text(account: int, turn: chat.Turn) -> str:
    """Wait until the reader has seen something of an answer."""
    async with aclosing(chat.follow(account, turn.id, 0)) as following:
        async for frame in following:
            if isinstance(frame, chat.Chunk):
                return frame.text
    raise AssertionError("nothing was delivered")


async def test_an_answer_is_streamed_stored_and_charged(provider):
    account = make_account(RICH)
    turn = await begin(account, "[demo length=50] hello")
    followed = await frames(account, turn.id)
    head, end = followed[0], followed[-1]
    assert isinstance(head, chat.Head)
    assert (head.turn, head.question.text) == (turn.id, "[demo length=50] hello")
    assert isinstance(end, chat.End)
    message, usage = stored(turn.id)
    assert text_of(followed) == message.text != ""
    assert (end.status, message.status) == ("done", "done")
    assert end.cost == message.cost == usage.cost == RICH - balance(account).balance > 0
    assert usage.status == "settled"
    assert not usage.estimated
    assert usage.output_tokens == end.usage["output"]
    assert balance(account).held == 0


async def test_the_provider_gets_the_conversation_and_a_cap(provider):
    account = make_account(RICH)
    first = await begin(account, "[demo length=2] one")
    await ended(account, first)
    second = await begin(account, "[demo length=2] two", first.conversation_id)
    await ended(account, second)
    sent = provider[-1].body
    assert [message["role"] for message in sent["messages"]] == ["user", "assistant", "user"]
    assert sent["messages"][-1]["content"] == "[demo length=2] two"
    assert second.request is not None
    assert sent.get("max_tokens", sent.get("max_completion_tokens")) == second.request.max_output


async def test_a_follower_that_comes_back_gets_only_the_tail(provider):
    account = make_account(RICH)
    turn = await begin(account, "[demo length=30 delay=5] 你好 🀄")
    seen = await until_text(account, turn)
    followed = await frames(account, turn.id, len(seen))
    message, _ = stored(turn.id)
    assert seen + text_of(followed) == message.text


async def test_after_the_end_an_answer_is_followed_from_the_database(provider):
    account = make_account(RICH)
    turn = await begin(account, "[demo length=9 reasoning=4]")
    live = await frames(account, turn.id)
    generations._running.pop(turn.id)
    assert text_of(await frames(account, turn.id)) == text_of(live)
    assert text_of(await frames(account, turn.id), "r") == text_of(live, "r") != ""
    late = await frames(account, turn.id, len(text_of(live, "r")) + 3)
    assert text_of(late) == text_of(live)[3:]
    assert (await ended(account, turn)).status == "done"


async def test_somebody_else_cannot_follow_or_stop(provider):
    account, stranger = make_account(RICH), make_account(RICH)
    turn = await begin(account, "[demo length=30 delay=20]")
    with pytest.raises(NotFoundError):
        await frames(stranger, turn.id)
    chat.stop(stranger, turn.id)
    await until_text(account, turn)
    assert stored(turn.id)[0].status == "streaming"
    generations._running[turn.id].stop(chat.End(status="stopped"))
    await ended(account, turn)
    generations._running.pop(turn.id)
    with pytest.raises(NotFoundError):
        await frames(stranger, turn.id)


async def test_a_stopped_answer_is_charged_as_far_as_it_was_delivered(provider):
    account = make_account(RICH)
    turn = await begin(account, "[demo length=5000 delay=5]")
    await until_text(account, turn)
    chat.stop(account, turn.id)
    end = await ended(account, turn)
    message, usage = stored(turn.id)
    assert end.status == message.status == "stopped"
    assert message.text
    assert usage.estimated
    assert 0 < usage.cost == RICH - balance(account).balance
    assert usage.output_tokens < 1000


async def test_an_answer_stopped_before_its_first_token_is_free(provider):
    account = make_account(RICH)
    turn = await begin(account, "[demo first=60000]")
    await until(lambda: provider)
    chat.stop(account, turn.id)
    assert (await ended(account, turn)).status == "stopped"
    assert balance(account).balance == RICH
    assert stored(turn.id)[1].status == "free"


async def test_an_answer_stopped_before_it_could_begin_asks_nobody(provider):
    account = make_account(RICH)
    turn = await begin(account, "[demo length=5]")
    chat.stop(account, turn.id)
    assert (await ended(account, turn)).status == "stopped"
    assert not provider
    assert balance(account).balance == RICH


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ("500", "provider_down"),
        ("429", "provider_rate_limited"),
        ("401", "provider_auth"),
        ("400", "provider_rejected"),
        ("hang", "provider_timeout"),
        ("cut", "provider_cut"),
        ("garbage", "provider_garbage"),
        ("empty", "provider_empty"),
    ],
)
async def test_an_answer_that_fails_before_its_first_token_is_free(provider, fault, code):
    account = make_account(RICH)
    turn = await begin(account, f"[demo fault={fault} length=10]")
    end = await ended(account, turn)
    message, usage = stored(turn.id)
    assert (end.status, end.code, message.code) == ("error", code, code)
    assert message.text == ""
    assert (usage.status, usage.cost) == ("free", 0)
    assert balance(account).balance == RICH


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ("hang", "provider_timeout"),
        ("cut", "provider_cut"),
        ("garbage", "provider_garbage"),
        ("error-in-stream", "provider_down"),
    ],
)
async def test_a_broken_off_answer_is_charged_as_far_as_it_was_delivered(provider, fault, code):
    account = make_account(RICH)
    turn = await begin(account, f"[demo fault={fault} after=40 length=400]")
    end = await ended(account, turn)
    message, usage = stored(turn.id)
    assert (end.status, end.code) == ("error", code)
    assert message.text
    assert usage.estimated
    assert 0 < usage.cost == RICH - balance(account).balance


async def test_an_answer_without_usage_is_charged_by_our_count_and_flagged(provider):
    account = make_account(RICH)
    turn = await begin(account, "[demo fault=no-usage length=60]")
    assert (await ended(account, turn)).status == "done"
    _, usage = stored(turn.id)
    assert (usage.estimated, usage.flag) == (True, "no_usage")
    assert usage.cost > 0


async def test_an_answer_never_costs_more_than_its_hold(provider):
    account = make_account(RICH)
    turn = await begin(account, "[demo fault=huge-usage length=5]")
    await ended(account, turn)
    _, usage = stored(turn.id)
    assert usage.flag == "clamped"
    assert usage.absorbed > 0
    assert balance(account).balance >= 0


async def test_a_failed_answer_is_asked_for_again_in_its_place(provider):
    account = make_account(RICH)
    failed = await begin(account, "[demo fault=500 times=1 length=5]")
    assert (await ended(account, failed)).status == "error"
    again = await chat.ask_again(account, failed.id, "gpt-4o-mini")
    assert again.question == failed.question
    assert (await ended(account, again)).status == "done"
    opened = chat.open_chat(account, failed.conversation_id)
    assert [message.id for message in opened.messages] == [failed.question.id, again.id]


async def test_a_running_answer_is_stored_as_it_grows(provider, monkeypatch):
    monkeypatch.setattr(generations, "CHECKPOINT_SECONDS", 0.01)
    account = make_account(RICH)
    turn = await begin(account, "[demo length=2000 delay=5]")
    await until(lambda: stored(turn.id)[0].text)
    assert stored(turn.id)[0].status == "streaming"
    chat.stop(account, turn.id)
    await ended(account, turn)


async def test_what_a_dead_process_delivered_is_charged_by_the_sweeper(provider, monkeypatch):
    account = make_account(RICH)
    silent = await begin(account, "[demo first=60000]")
    talking = await begin(account, "[demo first=60000]")
    generations._running.clear()
    with transaction() as session:
        session.get_one(Message, talking.id).text = "It had begun to answer. " * 20
        for turn in (silent, talking):
            session.get_one(Hold, turn.id).expires_at = clock.now() - timedelta(seconds=1)
    assert chat.sweep() == 2
    assert chat.sweep() == 0
    assert stored(silent.id)[1].status == "free"
    message, usage = stored(talking.id)
    assert (message.status, message.code) == ("error", "interrupted")
    assert usage.estimated
    assert 0 < usage.cost == RICH - balance(account).balance
    assert (await ended(account, talking)).code == "interrupted"


async def test_a_live_answer_is_not_swept(provider):
    account = make_account(RICH)
    turn = await begin(account, "[demo length=100 delay=20]")
    assert chat.sweep() == 0
    with transaction() as session:
        session.get_one(Hold, turn.id).expires_at = clock.now() - timedelta(seconds=1)
    assert endings.checkpoint(turn.id, generations._running[turn.id].delivered())
    assert chat.sweep() == 0


async def test_at_shutdown_running_answers_are_cut_charged_and_stored(provider):
    account = make_account(RICH)
    turn = await begin(account, "[demo length=5000 delay=5]")
    await until_text(account, turn)
    await generations.drain(0.05)
    message, usage = stored(turn.id)
    assert (message.status, message.code) == ("error", "interrupted")
    assert 0 < usage.cost == RICH - balance(account).balance


async def test_an_answer_goes_on_when_its_conversation_is_deleted_and_is_charged(provider):
    account = make_account(RICH)
    turn = await begin(account, "[demo length=5000 delay=5]")
    await until_text(account, turn)
    await chat.discard(account, turn.conversation_id)
    await generations.drain(5)
    assert chat.list_chats(account) == []
    assert balance(account).held == 0
    assert balance(account).balance < RICH
