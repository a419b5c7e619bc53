"""Several workers of one installation, in processes of their own, over a real Redis."""

from __future__ import annotations

import asyncio
import os
import sys
import uuid
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, get_args

import pytest
import pytest_asyncio
from redis.asyncio import Redis
from redis.exceptions import ConnectionError as RedisConnectionError
from sqlmodel import col, update

from gptchina.db.engine import reading, transaction
from gptchina.db.models import Account, Conversation, Hold, Message
from gptchina.domain import chat, clock, notices
from gptchina.domain.chat import mirrors, replicas
from gptchina.domain.chat.log import Log
from gptchina.domain.threads import in_thread
from gptchina.providers import redis as bus_of
from gptchina.standins.serving import free_port
from tests.conftest import REDIS, forget_settings
from tests.domain.chat.conftest import MODEL, frames
from tests.factories import make_account

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

# What the workers say to each other is the same on every database.
pytestmark = [pytest.mark.redis, pytest.mark.parametrize("database", ["sqlite"], indirect=True)]

RICH = 10**9


@pytest_asyncio.fixture
async def redis(database: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Redis]:
    """Let the program use Redis, and clean up what it wrote."""
    monkeypatch.setenv("SECRET_KEY", f"development-{uuid.uuid4().hex}")
    monkeypatch.setenv("REDIS_URL", REDIS)
    forget_settings()
    client: Any = Redis.from_url(REDIS)
    try:
        await client.ping()
    except RedisConnectionError as error:
        pytest.skip(f"Redis is not reachable: {error}")
    yield client
    bus = bus_of.open_bus()
    assert bus
    async for key in client.scan_iter(f"{bus._prefix}:*"):
        await client.delete(key)
    await bus.aclose()
    await client.aclose()
    forget_settings()


@asynccontextmanager
async def other_worker(*what: object) -> AsyncIterator[asyncio.subprocess.Process]:
    """Run another worker; it has said its first word when the block begins."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.domain.chat.other_worker",
        *map(str, what),
        stdout=asyncio.subprocess.PIPE,
        env=dict(os.environ),
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def word(process: asyncio.subprocess.Process) -> str:
    assert process.stdout
    return (await asyncio.wait_for(process.stdout.readline(), 60)).decode().strip()


def text_of(got: list[chat.Frame]) -> str:
    return "".join(frame.text for frame in got if isinstance(frame, chat.Chunk))


def counted(pieces: int) -> str:
    return "".join(f"{number:04}" for number in range(pieces))


async def until_text(account: int, turn_id: str, text: str) -> None:
    """Follow an answer until all of a text has come."""
    async with aclosing(chat.follow(account, turn_id, 0)) as following:
        got: list[chat.Frame] = []
        async for frame in following:
            got.append(frame)
            if text_of(got) == text:
                return
    raise AssertionError(f"It ended with {text_of(got)!r}")


async def test_an_answer_is_followed_from_another_worker(redis) -> None:
    account = make_account(RICH)
    async with chat.with_other_workers():
        async with other_worker("answer", account, 100, "end") as worker:
            turn = await word(worker)
            got = await frames(account, turn)
            assert await worker.wait() == 0
        again = await frames(account, turn, 390)
    head, end = got[0], got[-1]
    assert isinstance(head, chat.Head)
    assert isinstance(end, chat.End)
    assert (head.turn, end.status) == (turn, "done")
    assert text_of(got) == counted(100)
    assert text_of(again) == counted(100)[390:]
    assert end.cost > 0


async def test_what_is_not_stored_yet_is_seen_on_another_worker(redis) -> None:
    account = make_account(RICH)
    async with chat.with_other_workers(), other_worker("answer", account, 50, "silence") as worker:
        turn = await word(worker)
        await until_text(account, turn, counted(50))
        with reading() as session:
            row = session.get(Message, turn)
        assert row
        assert row.text == ""


async def test_a_stop_reaches_the_worker_that_runs_the_turn(redis) -> None:
    account, stranger = make_account(RICH), make_account()
    async with chat.with_other_workers(), other_worker("answer", account, 50, "silence") as worker:
        turn = await word(worker)
        await until_text(account, turn, counted(50))
        # The second stop comes after the first, which therefore has done nothing.
        chat.stop(stranger, turn)
        chat.stop(account, turn)
        got = await frames(account, turn)
        assert await worker.wait() == 0
    assert isinstance(got[-1], chat.End)
    assert (got[-1].status, text_of(got)) == ("stopped", counted(50))


async def test_a_worker_that_is_killed_leaves_no_follower_waiting(redis) -> None:
    account = make_account(RICH)
    async with chat.with_other_workers():
        async with other_worker("answer", account, 50, "silence") as worker:
            turn = await word(worker)
            following = asyncio.create_task(frames(account, turn))
            await until_text(account, turn, counted(50))
            worker.kill()
            await worker.wait()
        assert not following.done()
        await in_thread(overdue)
        assert await in_thread(chat.sweep) == 1
        got = await following
    assert isinstance(got[-1], chat.End)
    assert (got[-1].status, got[-1].code) == ("error", "interrupted")


def overdue() -> None:
    with transaction() as session:
        past = clock.now() - timedelta(seconds=1)
        session.connection().execute(
            update(Hold).where(col(Hold.state) == "open").values(expires_at=past)
        )


async def test_notices_reach_the_tabs_of_another_worker(database, redis) -> None:
    account = make_account()
    async with chat.with_other_workers(), other_worker("listen", account) as worker:
        assert await word(worker) == "listening"
        # Once it hears the others, it looks at everything.
        topics = set(get_args(notices.Topic))
        assert {await word(worker) for _ in topics} == topics
        notices.publish(account, "session")
        assert await word(worker) == "session"


async def test_without_redis_in_reach_one_worker_goes_on(
    provider, redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = make_account(RICH)
    monkeypatch.setenv("REDIS_URL", f"redis://127.0.0.1:{free_port()}/9")
    forget_settings()
    async with chat.with_other_workers():
        turn = await chat.ask(account, "", "[demo length=20 delay=1]", MODEL)
        got = await frames(account, turn.id)
    assert isinstance(got[-1], chat.End)
    assert (got[-1].status, len(text_of(got))) == ("done", 80)
    assert got[-1].cost > 0


@dataclass
class Answer:
    """An answer that another worker writes, played by hand: its log and what is stored of it."""

    account: int
    turn: str
    log: Log

    def store(self, text: str, status: str = "streaming") -> None:
        with transaction() as session:
            row = session.get(Message, self.turn)
            assert row
            row.text, row.status = text, status


@pytest.fixture
def answer(database: str) -> Answer:
    account, conversation, turn = make_account(), uuid.uuid4().hex, uuid.uuid4().hex
    now = clock.now()
    with transaction() as session:
        assert session.get(Account, account)
        session.add(
            Conversation(
                id=conversation, account_id=account, title="", created_at=now, updated_at=now
            )
        )
        session.flush()
        for position, (key, role, status) in enumerate(
            [(uuid.uuid4().hex, "user", "done"), (turn, "assistant", "streaming")]
        ):
            session.add(
                Message(
                    id=key,
                    conversation_id=conversation,
                    position=position,
                    role=role,
                    status=status,
                    created_at=now,
                )
            )
    return Answer(account, turn, Log())


@pytest_asyncio.fixture
async def bus(redis: Redis) -> AsyncIterator[bus_of.Bus]:
    opened = bus_of.open_bus()
    assert opened
    with replicas.fed_by(opened):
        yield opened
    await opened.aclose()


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not true():  # noqa: ASYNC110 -- what is waited for gives no sign
            await asyncio.sleep(0.01)


async def test_a_replica_has_every_piece_once_and_in_order(bus, answer) -> None:
    mirror = mirrors.Mirror(bus)
    mirror.add(answer.turn, answer.log)
    async with replicas.replica(answer.account, answer.turn) as copy:
        for kind, text in (("r", "hm"), ("t", "a👍"), ("r", "!"), ("t", "你")):
            answer.log.append(kind, text)
            await mirror.write()
        answer.log.append("t", "z")
        answer.log.close(chat.End(status="done", cost=7, usage={"output": 3}))
        await mirror.write()
        await until(lambda: copy.end is not None)
    assert copy.since(0) == answer.log.since(0)
    assert copy.end == answer.log.end
    assert not mirror._mirrored
    assert not replicas._replicas


async def test_what_redis_lost_comes_from_the_database(bus, answer, redis) -> None:
    mirror = mirrors.Mirror(bus)
    mirror.add(answer.turn, answer.log)
    answer.log.append("t", "lost ")
    await mirror.write()
    assert await redis.delete(bus._key(answer.turn)) == 1
    answer.log.append("t", "kept ")
    await mirror.write()
    async with replicas.replica(answer.account, answer.turn) as copy:
        await in_thread(answer.store, "lost k")
        await until(lambda: copy.length >= 10)
        assert copy.text("t") == "lost kept "
        await in_thread(answer.store, "lost kept all", "done")
        await until(lambda: copy.end is not None)
    assert copy.text("t") == "lost kept all"


async def test_a_log_in_redis_is_bounded_and_does_not_stay(
    bus, redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bus_of, "LONGEST_LOG", 100)
    for _ in range(10):
        await bus.append([("long", b"x")] * 100)
    assert await redis.xlen(bus._key("long")) <= 300
    assert 0 < await redis.ttl(bus._key("long")) <= bus_of.LOG_SECONDS


async def test_a_deleted_conversation_ends_its_replica(bus, answer) -> None:
    async with replicas.replica(answer.account, answer.turn) as copy:
        with transaction() as session:
            row = session.get(Message, answer.turn)
            session.delete(row)
        await until(lambda: copy.end is not None)
    assert copy.end == chat.End(status="stopped")
