import pytest
import reflex as rx
from reflex.event import Event

from gptchina.domain import accounts
from gptchina.state.chat import ChatState
from gptchina.state.chats import ChatsState
from gptchina.state.forgetting import Forgetting
from gptchina.state.session import SessionState
from gptchina.state.views import ChatView, MessageView
from gptchina.state.wallet import WalletState

HYDRATE = "reflex___state____state.hydrate_and_load"


def sign_in(root: rx.State, email: str) -> accounts.SignedIn:
    signed_in = accounts.register("Li", email, "long enough", accounts.Device())
    carry(root, signed_in.token)
    return signed_in


def carry(root: rx.State, token: str) -> None:
    go(root, "/c/1", {"cookie": f"{accounts.cookie_name()}={token}"})


def go(root: rx.State, path: str, headers: dict[str, str] | None = None) -> None:
    data = {**root.router_data, "asPath": path, "pathname": path}
    if headers:
        data["headers"] = headers
    root._update_router_vars(data, root.router_data)
    root.router_data = data


@pytest.fixture
async def root(database) -> rx.State:
    root = rx.State()
    sign_in(root, "li@example.com")
    await (await root.get_state(SessionState))._load()
    chat = await root.get_state(ChatState)
    chat.conversation, chat.history = "1", [MessageView("1", "user", "my question")]
    (await root.get_state(ChatsState)).chats = [ChatView("1", "my secret", "today")]
    (await root.get_state(WalletState)).balance = 7
    return root


async def shown(root: rx.State) -> str:
    for event in (HYDRATE, HYDRATE.replace("_and_load", "")):
        await Forgetting().preprocess(None, root, Event(name=event))  # pyright: ignore[reportArgumentType]
    return str(root.dict())


async def test_its_owner_sees_a_tab_again(root):
    assert "my secret" in await shown(root)


async def test_nobody_sees_a_tab_whose_session_was_ended_elsewhere(root):
    session = await root.get_state(SessionState)
    accounts.end_all(session._owner)
    assert "my secret" not in await shown(root)
    assert (await root.get_state(WalletState)).balance == 0


async def test_the_next_account_does_not_see_what_the_last_one_did(root):
    sign_in(root, "wang@example.com")
    assert "my secret" not in await shown(root)


async def test_a_chat_is_not_shown_at_another_address(root):
    assert "my question" in await shown(root)
    go(root, "/")
    seen = await shown(root)
    assert "my question" not in seen
    assert "my secret" in seen


async def test_other_events_cost_nothing(root):
    session = await root.get_state(SessionState)
    accounts.end_all(session._owner)
    await Forgetting().preprocess(None, root, Event(name="x.load"))  # pyright: ignore[reportArgumentType]
    assert "my secret" in str(root.dict())
