"""What nobody may read or change of somebody else's, whatever a browser says."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from itertools import permutations, product

import pytest

from tests.state.sockets import PASSWORD, STATE, Account, event_socket, eventually

CHAT = f"{STATE}.gptchina___state___chat____chat_state"
CHATS = f"{STATE}.gptchina___state___chats____chats_state"
SESSION = f"{STATE}.gptchina___state___session____session_state"
NAME = "Wu Zetian of the walls"
SECRET = "The emperor sleeps in the garden house"
MODEL = "gptchina-demo"
LONG = "x" * 300_000

pytestmark = pytest.mark.timeout(280)


@dataclass(frozen=True)
class Victim:
    """Somebody with a chat, and everything that names them."""

    account: Account
    id: int
    conversation: str
    messages: tuple[str, ...]
    session: int

    @property
    def secrets(self) -> tuple[str, ...]:
        return (NAME, SECRET, self.account.email, self.account.cookie.partition("=")[2])

    @property
    def ids(self) -> tuple[object, ...]:
        return (self.conversation, *self.messages, self.id, str(self.id), str(self.session))


@pytest.fixture(scope="module")
def victim(server):
    return asyncio.run(make_victim(server))


async def make_victim(server):
    account = await Account(server, NAME).register()
    async with event_socket(server, account.cookie) as socket:
        await socket.send(f"{CHAT}.open", {})
        await socket.send(f"{CHAT}.send", {"text": SECRET})
        done = "SELECT id FROM message WHERE role = 'assistant' AND status = 'done'"
        await eventually(lambda: server.rows(done))
    ((id_,),) = server.rows("SELECT id FROM account WHERE email = ?", account.email)
    ((conversation,),) = server.rows("SELECT id FROM conversation WHERE account_id = ?", id_)
    messages = server.rows("SELECT id FROM message WHERE conversation_id = ?", conversation)
    ((session,),) = server.rows("SELECT id FROM session WHERE account_id = ?", id_)
    return Victim(account, id_, conversation, tuple(row[0] for row in messages), session)


def dump(server):
    """Return every row of every table, each with the names of its columns."""
    tables = server.rows("SELECT name FROM sqlite_master WHERE type = 'table'")
    return {table: set(server.rows(f'SELECT * FROM "{table}"')) for (table,) in tables}  # noqa: S608


@pytest.fixture
def nothing_changes(server, victim):
    """Fail if a row changes that was there before, or a new one belongs to the victim."""
    # Rows of other accounts from earlier tests are guarded along with the victim's.
    before = dump(server)
    yield
    after = dump(server)
    gone = {table: before[table] - after[table] for table in before}
    # SQLite counts here how many ids it has given out.
    gone.pop("sqlite_sequence", None)
    assert not any(gone.values()), gone
    new = {table: after[table] - before[table] for table in before}
    owner_of = {"account_id": victim.id, "conversation_id": victim.conversation}
    for table, rows in new.items():
        columns = [column for _, column, *_ in server.rows(f"PRAGMA table_info({table})")]
        for place, column in enumerate(columns):
            if column in owner_of:
                assert owner_of[column] not in {row[place] for row in rows}, (table, column)


def hostile_values(victim):
    """Return what no page of ours would ever send."""
    ids = list(victim.ids)
    return [
        None,
        True,
        0,
        -1,
        2**63,
        1e308,
        "",
        "\0",
        LONG,
        "../../../etc/passwd",
        "'; DROP TABLE account; --",
        "%' OR '1'='1",
        [],
        ids,
        {},
        {"$ne": None},
        {"title": "stolen", "name": "stolen", "email": "x@example.com", "password": PASSWORD},
        {"new_password": "stolen stolen", "password": PASSWORD, "email": "new@example.com"},
        {"title": None, "name": 5, "email": [], "password": {}, "new_password": LONG},
        {f"{SESSION}.name_rx_state_": "x", f"{CHAT}.conversation": victim.conversation},
        *ids,
    ]


def leaks(victim, received):
    return [secret for secret in victim.secrets if secret in received]


async def call_with_everything(server, victim, handler, cookie):
    """Call one handler with every hostile value; return what came back."""
    page = f"/c/{victim.conversation}"
    payloads = [handler.payload(value) for value in hostile_values(victim)]
    if not handler.parameters:
        payloads = [{}]
    async with event_socket(server, cookie) as socket:
        for payload in [*payloads, {}, {"self": None, "state": "x"}, None, "text", [1]]:
            await socket.send(handler.name, payload, page)
        return await socket.settle()


async def test_the_walk_sees_what_its_owner_sees(server, victim):
    """Were the walk blind, finding nothing would mean nothing."""
    async with event_socket(server, victim.account.cookie) as socket:
        for name in (f"{SESSION}.load", f"{CHATS}.load", f"{CHAT}.open"):
            await socket.send(name, {}, f"/c/{victim.conversation}")
        received = await socket.settle()
    assert leaks(victim, received) == [NAME, SECRET, victim.account.email]


async def test_the_walk_knows_the_handlers(handlers):
    names = {handler.name for handler in handlers}
    assert {f"{CHAT}.open", f"{CHATS}.rename", f"{STATE}.hydrate"} <= names
    assert len(names) > 40


async def test_an_anonymous_visitor_reads_and_changes_nothing(
    server, victim, handlers, nothing_changes
):
    for handler in handlers:
        received = await call_with_everything(server, victim, handler, "")
        assert not leaks(victim, received), handler.name


async def test_another_account_reads_and_changes_nothing(server, victim, handlers, nothing_changes):
    for handler in handlers:
        # One of their own for each handler: some of them end the session.
        mallory = await Account(server).register()
        received = await call_with_everything(server, victim, handler, mallory.cookie)
        assert not leaks(victim, received), handler.name
    running = "SELECT count(*) FROM message WHERE status = 'streaming'"
    await eventually(lambda: server.rows(running) == [(0,)])


@pytest.mark.parametrize("signed_in", [True, False])
async def test_no_sequence_of_two_handlers_opens_a_door(
    server, victim, handlers, nothing_changes, signed_in
):
    """What one handler has taken note of, the next one may act upon."""
    form = {"title": "stolen", "name": "stolen", "password": PASSWORD, "email": "x@example.com"}
    own = [handler for handler in handlers if "gptchina" in handler.state]
    page = f"/c/{victim.conversation}"
    for state in sorted({handler.state for handler in own}):
        mallory = await Account(server).register() if signed_in else None
        async with event_socket(server, mallory.cookie if mallory else "") as socket:
            of_state = [handler for handler in own if handler.state == state]
            for (first, second), id_ in product(permutations(of_state, 2), victim.ids[:3]):
                await socket.send(first.name, first.payload(id_), page)
                value = form if "form" in second.parameters else id_
                await socket.send(second.name, second.payload(value), page)
            received = await socket.settle()
        assert not leaks(victim, received), state


async def test_no_client_storage_opens_a_var(server, victim, nothing_changes):
    """What a page says it had stored must not become what the server believes."""
    mallory = await Account(server).register()
    forged = {
        f"{SESSION}.{name}_rx_state_": value
        for name, value in (("admin", True), ("signed_in", True), ("email", victim.account.email))
    }
    async with event_socket(server, mallory.cookie) as socket:
        await socket.send(f"{STATE}.hydrate_and_load", {"vars": forged})
        received = await socket.settle()
    assert '"admin_rx_state_":true' not in received
    assert not leaks(victim, received)


@pytest.mark.parametrize("signed_in", [True, False])
async def test_a_tab_shows_the_next_person_nothing_of_the_one_before(server, victim, signed_in):
    tab = "the-same-tab-of-one-browser"
    async with event_socket(server, victim.account.cookie, tab=tab) as socket:
        for name in (f"{SESSION}.load", f"{CHATS}.load", f"{CHAT}.open"):
            await socket.send(name, {}, f"/c/{victim.conversation}")
        assert SECRET in await socket.settle()
    mallory = await Account(server).register() if signed_in else None
    async with event_socket(server, mallory.cookie if mallory else "", tab=tab) as socket:
        await socket.send(f"{STATE}.hydrate_and_load", {}, "/login")
        assert not leaks(victim, await socket.settle())


async def test_an_event_of_a_session_that_has_ended_does_nothing(server, victim, nothing_changes):
    mallory = await Account(server).register()
    async with event_socket(server, mallory.cookie) as socket:
        await socket.send(f"{SESSION}.load", {})
        assert mallory.email in await socket.settle()
        other = await Account(server).register()
        other.email = mallory.email
        await other.log_in()
        async with event_socket(server, other.cookie) as second:
            account = f"{STATE}.gptchina___state___account____account_state"
            await second.send(f"{account}.end_all_devices", {})
            await second.settle()
        await socket.send(f"{SESSION}.set_theme", {"theme": "dark"})
        await socket.settle()
    ((theme,),) = server.rows("SELECT theme FROM account WHERE email = ?", mallory.email)
    assert theme != "dark"
