"""Who may open a socket, and when it closes."""

import asyncio

import aiohttp
import pytest

from tests.state.sockets import STATE, Account, event_socket, eventually, live_socket

CHAT = f"{STATE}.gptchina___state___chat____chat_state"
ACCOUNT = f"{STATE}.gptchina___state___account____account_state"
FOREIGN = ["https://evil.example", "http://localhost.evil.example", "null", "http://127.0.0.2:3000"]

pytestmark = pytest.mark.timeout(180)


async def close_code(socket):
    """Return the code a socket is closed with, whatever comes before."""
    async with asyncio.timeout(30):
        while (await socket.receive()).type is aiohttp.WSMsgType.TEXT:
            pass
    return socket.close_code


@pytest.fixture
async def running(server):
    """Return an account with an answer on its way, and the answer's id."""
    account = await Account(server).register()
    async with event_socket(server, account.cookie) as socket:
        await socket.send(f"{CHAT}.open", {})
        await socket.send(f"{CHAT}.send", {"text": "[demo length=2000 delay=50] Long"})
        query = (
            "SELECT message.id, conversation_id FROM message"
            " JOIN conversation ON conversation_id = conversation.id"
            " JOIN account ON account_id = account.id"
            " WHERE email = ? AND message.role = 'assistant'"
        )
        ((answer, conversation),) = await eventually(lambda: server.rows(query, account.email))
        yield account, answer
    # A server that is told to end waits for its answers; the test may have ended the session.
    await account.log_in()
    async with event_socket(server, account.cookie) as socket:
        await socket.send(f"{CHAT}.open", {}, f"/c/{conversation}")
        await socket.send(f"{CHAT}.stop", {})
        await socket.settle()


@pytest.mark.parametrize("origin", FOREIGN)
async def test_a_foreign_page_opens_no_socket(server, running, origin):
    account, answer = running
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        async with event_socket(server, account.cookie, origin=origin):
            pass
    assert refused.value.status == 403
    for path in ("/live/account", f"/live/{answer}"):
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            async with live_socket(server, path, account.cookie, origin=origin):
                pass
        assert refused.value.status == 403


async def test_the_own_page_follows_its_answer(server, running):
    account, answer = running
    async with live_socket(server, f"/live/{answer}", account.cookie) as socket:
        assert (await socket.receive_str()).startswith('h{"turn":')
        assert (await socket.receive_str()).startswith("t")


async def test_the_own_page_hears_of_its_account(server):
    account = await Account(server).register()
    async with (
        live_socket(server, "/live/account", account.cookie) as socket,
        event_socket(server, account.cookie) as events,
    ):
        await events.send(f"{STATE}.gptchina___state___wallet____wallet_state.claim", {})
        async with asyncio.timeout(30):
            assert await socket.receive_str() == "wallet"


async def test_somebody_elses_answer_is_not_found(server, running):
    _, answer = running
    mallory = await Account(server).register()
    for name in (answer, "0" * 32, "%00", "%27%20OR%201=1"):
        async with live_socket(server, f"/live/{name}", mallory.cookie) as socket:
            assert await close_code(socket) == 4404


async def test_without_a_session_nothing_is_followed(server, running):
    _, answer = running
    for path in ("/live/account", f"/live/{answer}"):
        for cookie in ("", "gptchina=", "gptchina=forged", "gptchina=x; gptchina=y"):
            async with live_socket(server, path, cookie) as socket:
                assert await close_code(socket) == 4401


async def test_logging_out_everywhere_closes_every_open_socket(server, running):
    account, answer = running
    elsewhere = Account(server)
    elsewhere.email = account.email
    await elsewhere.log_in()
    async with (
        live_socket(server, "/live/account", account.cookie) as first,
        live_socket(server, f"/live/{answer}", account.cookie) as second,
        live_socket(server, "/live/account", elsewhere.cookie) as third,
        event_socket(server, elsewhere.cookie) as events,
    ):
        assert (await second.receive_str()).startswith("h")
        await events.send(f"{ACCOUNT}.end_all_devices", {})
        codes = {await close_code(socket) for socket in (first, second, third)}
    # The code may be lost on the way; a page then comes back, and is told for certain.
    assert codes <= {4401, 1006}
    for path, cookie in (
        ("/live/account", account.cookie),
        (f"/live/{answer}", account.cookie),
        ("/live/account", elsewhere.cookie),
    ):
        async with live_socket(server, path, cookie) as socket:
            assert await close_code(socket) == 4401
