"""The usage page's handlers: the reader's days, a filter that says what is wrong, one's own."""

import pytest
import reflex as rx

from gptchina.db.engine import transaction
from gptchina.domain import accounts, ledger, usage
from gptchina.domain.catalog import DEMO_MODEL
from gptchina.state.chat import ChatState
from gptchina.state.feedback import MESSAGES, FeedbackState
from gptchina.state.meter import MeterState
from gptchina.state.usage import UsageState
from gptchina.state.views import MeterView

ZONE = "Asia/Shanghai"
NO_FILTER = {"kind": "", "first": "", "last": "", "text": ""}


@pytest.fixture
async def state(database):
    signed_in = accounts.register("Li", "li@example.com", "long enough", accounts.Device())
    root = rx.State()
    headers = {"cookie": f"{accounts.cookie_name()}={signed_in.token}"}
    root._update_router_vars({"headers": headers}, root.router_data)
    root.router_data = {"headers": headers}
    return await root.get_state(UsageState)


async def call(state, name, *arguments):
    return await UsageState.event_handlers[name].fn(state, *arguments)


def give(count):
    with transaction() as session:
        for number in range(count):
            key = f"grant:{number}"
            ledger.grant(session, 1, 1, key=key, kind="grant", note=f"note {number}")


async def test_the_page_opens_with_the_figures_and_the_newest_entries(state):
    give(usage.PAGE)
    await call(state, "show", ZONE)
    assert state.ready
    assert (len(state.summary.days), state.summary.days[-1].balance) == (30, 20_050)
    assert (len(state.entries), state.more) == (usage.PAGE, True)
    assert state.entries[0].balance == 20_050
    await call(state, "show_more")
    assert (len(state.entries), state.more) == (usage.PAGE + 1, False)
    assert state.entries[-1].kind == "start"
    await call(state, "show_more")
    assert len(state.entries) == usage.PAGE + 1


async def test_a_change_of_the_wallet_does_not_throw_a_reader_back(state):
    give(usage.PAGE)
    await call(state, "show", ZONE)
    await call(state, "show_more")
    await call(state, "show", ZONE)
    assert len(state.entries) == usage.PAGE + 1


async def test_a_filter_narrows_and_is_taken_off_again(state):
    give(3)
    await call(state, "show", ZONE)
    await call(state, "narrow", {**NO_FILTER, "text": "note 1"})
    assert [entry.note for entry in state.entries] == ["note 1"]
    assert state.entries[0].balance == 20_002
    await call(state, "show_all")
    assert (len(state.entries), state.filter.text) == (4, "")


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"first": "tomorrow"}, "invalid_day"),
        ({"last": "2026-02-30"}, "invalid_day"),
        ({"kind": "theft"}, "invalid_filter"),
        ({"text": "x" * 201}, "invalid_filter"),
        ({"text": 5}, "invalid_request"),
    ],
)
async def test_a_wrong_filter_is_told_beside_the_list_which_stays(state, given, code):
    await call(state, "show", ZONE)
    await call(state, "narrow", {**NO_FILTER, **given})
    assert state.error == MESSAGES[code]
    assert (len(state.entries), state.filter.kind) == (1, "")
    await call(state, "narrow", NO_FILTER)
    assert state.error == ""


@pytest.mark.parametrize("zone", ["", "Mars/Olympus", None, 5, ["UTC"], "x" * 300_000])
async def test_a_device_in_no_zone_is_told_so(state, zone):
    await call(state, "show", zone)
    assert state.error == MESSAGES["invalid_time_zone"]
    assert not state.ready


@pytest.mark.parametrize("days", ["0", "31", "-7", "abc", None, "9" * 30])
async def test_only_offered_periods_are_shown(state, days):
    await call(state, "show", ZONE)
    await call(state, "choose_period", days)
    assert (state.period, len(state.summary.days)) == (30, 30)
    await call(state, "choose_period", "7")
    assert (state.period, len(state.summary.days)) == (7, 7)


async def test_before_the_zone_is_known_nothing_is_shown(state):
    await call(state, "narrow", NO_FILTER)
    await call(state, "show_all")
    await call(state, "choose_period", "7")
    assert (state.entries, state.ready, state.period) == ([], False, 30)


@pytest.mark.parametrize("zone", ["Mars/Olympus", None, 5, [], "x" * 300_000])
async def test_a_meter_that_cannot_be_read_is_empty_and_says_nothing(state, zone):
    meter = await state.get_state(MeterState)
    await MeterState.event_handlers["measure"].fn(meter, zone)
    assert meter.meter == MeterView()
    assert (await state.get_state(FeedbackState)).notices == []


async def test_the_meter_is_of_the_open_chat_and_the_chosen_model(state):
    chat = await state.get_state(ChatState)
    chat.model = DEMO_MODEL
    meter = await state.get_state(MeterState)
    await MeterState.event_handlers["measure"].fn(meter, ZONE)
    assert (meter.meter.today, meter.meter.left) == (0, 20_000 // 273)
