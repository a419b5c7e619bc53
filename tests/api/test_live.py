"""Live sockets: frames, offsets, topics, and who is let in."""

import asyncio
import json
import uuid
from contextlib import asynccontextmanager
from decimal import Decimal

import pytest
from sqlmodel import select

from gptchina.api import build_api
from gptchina.db.engine import reading
from gptchina.db.models import Account
from gptchina.domain import accounts, chat, notices
from gptchina.domain.chat import generations
from gptchina.domain.chat.charges import Price
from gptchina.domain.chat.records import Question, Turn
from gptchina.domain.pricing import Rates
from gptchina.domain.threads import in_thread
from tests.api.conftest import ORIGIN

PATIENCE = 20
FREE = Price(Rates(*[Decimal(0)] * 4), Decimal(1), prompt_tokens=0, context_window=None)


class Socket:
    """One open socket, as the server sees it."""

    def __init__(self):
        self.incoming = asyncio.Queue()
        self.outgoing = asyncio.Queue()

    async def next(self):
        """Return the next frame, or the code the server closes with."""
        async with asyncio.timeout(PATIENCE):
            message = await self.outgoing.get()
        return message["text"] if message["type"] == "websocket.send" else message["code"]

    async def rest(self):
        """Return all frames up to the closing code, with it."""
        frames = [await self.next()]
        while not isinstance(frames[-1], int):
            frames.append(await self.next())
        return frames


@asynccontextmanager
async def opened(path, cookie="", query=""):
    """Open a socket of the application; the page closes it when the block ends."""
    socket = Socket()
    scope = {
        "type": "websocket",
        "path": path,
        "query_string": query.encode(),
        "headers": [(b"cookie", cookie.encode()), (b"origin", ORIGIN.encode())],
    }
    await socket.incoming.put({"type": "websocket.connect"})
    serving = asyncio.create_task(build_api()(scope, socket.incoming.get, socket.outgoing.put))
    async with asyncio.timeout(PATIENCE):
        accepted = await socket.outgoing.get()
    assert accepted["type"] == "websocket.accept"
    try:
        yield socket
    finally:
        await socket.incoming.put({"type": "websocket.disconnect", "code": 1001})
        async with asyncio.timeout(PATIENCE):
            await serving


async def register(client):
    """Return the id and the cookie of somebody new."""
    email = f"{uuid.uuid4().hex}@example.com"
    form = {"name": "Li", "email": email, "password": "correct horse battery"}
    reply = await client.post("/api/register", json=form, headers={"Origin": ORIGIN})
    assert reply.status_code == 200, reply.text
    with reading() as session:
        account = session.exec(select(Account.id).where(Account.email == email)).one()
    assert account
    return account, "; ".join(f"{name}={value}" for name, value in reply.cookies.items())


@pytest.fixture
def begin():
    """Return a function that begins an answer which the test writes itself."""
    begun = []

    def begin(account):
        question = Question("q" * 32, "Why?")
        turn = Turn(
            uuid.uuid4().hex, account, "c" * 32, "Why?", question, "demo", FREE, request=None
        )
        generation = generations.Generation(turn)
        generations._running[turn.id] = generation
        begun.append(turn.id)
        return generation

    yield begin
    for turn_id in begun:
        generations._running.pop(turn_id)


async def test_an_answer_is_sent_as_head_text_and_end(client, begin):
    account, cookie = await register(client)
    answer = begin(account)
    async with opened(f"/live/{answer.turn.id}", cookie) as socket:
        head = await socket.next()
        answer.log.append("r", "Let me see. ")
        assert await socket.next() == "rLet me see. "
        answer.log.append("t", "Because 👍")
        assert await socket.next() == "tBecause 👍"
        answer.log.close(chat.End(status="done", cost=7, usage={"output": 3}))
        end, code = await socket.rest()
    assert head[0] == "h"
    assert json.loads(head[1:]) == {
        "turn": answer.turn.id,
        "conversation": "c" * 32,
        "user": {"id": "q" * 32, "text": "Why?"},
        "model": "demo",
    }
    assert end[0] == "e"
    assert json.loads(end[1:]) == {
        "status": "done",
        "code": None,
        "params": {},
        "cost": 7,
        "estimated": False,
        "usage": {"output": 3},
    }
    assert code == 1000


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["rhm", "ta👍b"]),
        ("from=0", ["rhm", "ta👍b"]),
        ("from=1", ["rm", "ta👍b"]),
        ("from=4", ["tb"]),
        ("from=5", []),
        ("from=999", []),
        ("from=-1", ["rhm", "ta👍b"]),
        ("from=²", ["rhm", "ta👍b"]),
        ("from=x", ["rhm", "ta👍b"]),
        (f"from={'9' * 5000}", ["rhm", "ta👍b"]),
    ],
)
async def test_a_reconnect_gets_only_what_it_has_not(client, begin, query, expected):
    account, cookie = await register(client)
    answer = begin(account)
    answer.log.append("r", "hm")
    answer.log.append("t", "a👍b")
    answer.log.close(chat.End(status="done"))
    async with opened(f"/live/{answer.turn.id}", cookie, query) as socket:
        head, *texts, end, code = await socket.rest()
    assert (head[0], texts, end[0], code) == ("h", expected, "e", 1000)


async def test_somebody_else_s_answer_does_not_exist(client, make_client, begin):
    victim, _ = await register(client)
    _, cookie = await register(make_client())
    answer = begin(victim)
    answer.log.append("t", "secret")
    for turn in (answer.turn.id, "0" * 32, "account2"):
        async with opened(f"/live/{turn}", cookie) as socket:
            assert await socket.rest() == [4404]


async def test_nobody_gets_nothing(client, begin):
    account, _ = await register(client)
    answer = begin(account)
    answer.log.append("t", "secret")
    async with opened(f"/live/{answer.turn.id}", f"gptchina={'a' * 43}") as socket:
        assert await socket.rest() == [4401]


async def test_an_account_s_tabs_hear_what_changed(client, make_client):
    account, cookie = await register(client)
    other, _ = await register(make_client())
    async with opened("/live/account", cookie) as socket:
        # The socket listens a moment after it is accepted.
        while account not in notices._mailboxes:  # noqa: ASYNC110 -- it gives no other sign
            await asyncio.sleep(0)
        notices.publish(other, "chats")
        notices.publish(account, "wallet")
        assert await socket.next() == "wallet"


async def test_open_sockets_close_when_the_session_ends(client, begin):
    account, cookie = await register(client)
    answer = begin(account)
    async with (
        opened("/live/account", cookie) as topics,
        opened(f"/live/{answer.turn.id}", cookie) as live,
    ):
        assert (await live.next())[0] == "h"
        await in_thread(accounts.end_all, account)
        assert (await topics.rest())[-1] == 4401
        assert await live.rest() == [4401]


async def test_a_page_that_leaves_stops_following(client, begin):
    account, cookie = await register(client)
    answer = begin(account)
    async with opened(f"/live/{answer.turn.id}", cookie) as socket:
        await socket.next()
        answer.log.append("t", "a")
        assert await socket.next() == "ta"
        assert answer.log._watchers
    assert not answer.log._watchers
    assert account not in notices._mailboxes
