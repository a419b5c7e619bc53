"""What single handlers put into their state, and what they ask of the browser."""

import pytest
import reflex as rx

from gptchina.domain import accounts
from gptchina.state.account import AccountState
from gptchina.state.chats import ChatsState
from gptchina.state.feedback import MESSAGES, FeedbackState
from gptchina.state.session import SessionState
from gptchina.state.wallet import WalletState

PASSWORD = "long enough"


@pytest.fixture
def visitor(database) -> rx.State:
    return rx.State()


@pytest.fixture
def person(visitor) -> rx.State:
    signed_in = accounts.register("Li", "li@example.com", PASSWORD, accounts.Device())
    headers = {"cookie": f"{accounts.cookie_name()}={signed_in.token}"}
    visitor._update_router_vars({"headers": headers}, visitor.router_data)
    visitor.router_data = {"headers": headers}
    return visitor


def address_of(event) -> str:
    return str(event.args[0][1])


@pytest.mark.parametrize(
    ("state", "handler", "arguments"),
    [
        (ChatsState, "rename", ({"title": "x"},)),
        (ChatsState, "confirm_delete", ()),
        (AccountState, "change_name", ({"name": "x"},)),
        (AccountState, "end_all_devices", ()),
        (SessionState, "require_account", ()),
    ],
)
async def test_a_visitor_is_sent_to_log_in(visitor, state, handler, arguments):
    found = await visitor.get_state(state)
    event = await state.event_handlers[handler].fn(found, *arguments)
    assert "/login" in address_of(event)


async def test_a_person_is_known_and_kept_from_the_ways_in(person):
    session = await person.get_state(SessionState)
    event = await SessionState.event_handlers["require_visitor"].fn(session)
    assert address_of(event) == '"/"'
    assert (session.ready, session.signed_in, session.name) == (True, True, "Li")


async def test_a_claim_is_told_once_and_then_refused_with_the_time_left(person):
    wallet = await person.get_state(WalletState)
    for _ in range(2):
        _ = [event async for event in WalletState.event_handlers["claim"].fn(wallet)]
    assert (wallet.balance, wallet.claiming) == (40_000, False)
    assert wallet.claim_at > wallet.server_time
    told, refused = (await person.get_state(FeedbackState)).notices
    assert (told.kind, told.params) == ("success", {"amount": 20_000})
    assert (refused.kind, refused.message) == ("error", MESSAGES["claim_not_ready"])


async def test_a_wrong_field_is_named_and_a_right_one_is_saved(person):
    account = await person.get_state(AccountState)
    change = AccountState.event_handlers["change_name"].fn
    await change(account, {"name": "  "})
    assert (account.error_form, account.error_field, account.saved) == ("name", "name", "")
    await change(account, {"name": "李"})
    assert (account.error_form, account.saved) == ("", "name")


@pytest.mark.parametrize(
    "form", [None, 5, "name", ["name"], {"name": None}, {"name": "x" * 300_000}]
)
async def test_what_is_no_form_is_refused(person, form):
    account = await person.get_state(AccountState)
    await AccountState.event_handlers["change_name"].fn(account, form)
    assert account.error_message in {MESSAGES["invalid_request"], MESSAGES["invalid_name"]}
    session = await person.get_state(SessionState)
    await session._load()
    assert session.name == "Li"


async def test_notices_are_few_and_go_when_closed(visitor):
    feedback = await visitor.get_state(FeedbackState)
    for _ in range(9):
        FeedbackState.event_handlers["show_fault"].fn(feedback)
    assert len(feedback.notices) == 4
    FeedbackState.event_handlers["dismiss"].fn(feedback, feedback.notices[0].id)
    assert len(feedback.notices) == 3
