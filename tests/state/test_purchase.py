"""What the purchase shows at each step, and what it never lets happen twice."""

import asyncio
from functools import cache

import pytest
import reflex as rx

from gptchina.domain import accounts, payments
from gptchina.domain.payments import following
from gptchina.providers.payments import Opened, PaymentFailure, registry
from gptchina.state.feedback import MESSAGES
from gptchina.state.purchase import PurchaseState
from gptchina.state.purchase_history import PAGE, PurchaseHistoryState
from gptchina.state.wallet import WalletState
from tests.conftest import forget_settings
from tests.factories import make_purchase
from tests.till import Till


@pytest.fixture
def till(database, monkeypatch):
    made = Till()
    monkeypatch.setattr(registry, "_providers", cache(lambda: {"stripe": made}))
    monkeypatch.setattr(following, "SECONDS_BETWEEN_LOOKS", 0)
    return made


class Tab:
    """One tab of somebody signed in; its events run as the server runs them."""

    def __init__(self, name):
        device = accounts.Device()
        signed_in = accounts.register(name, f"{name}@example.com", "long enough", device)
        headers = {"cookie": f"{accounts.cookie_name()}={signed_in.token}"}
        self.account = accounts.resolve(signed_in.token).account_id
        self.root = rx.State()
        self.root._update_router_vars({"headers": headers}, self.root.router_data)
        self.root.router_data = {"headers": headers}
        self.state = None

    async def __call__(self, handler, *arguments):
        self.state = self.state or await self.root.get_state(PurchaseState)
        return await self._run(PurchaseState.event_handlers[handler].fn, *arguments)

    async def _run(self, function, *arguments):
        done = function(self.state, *arguments)
        result = await done if asyncio.iscoroutine(done) else done
        if result is PurchaseState.refresh:
            await self("refresh")
        return result

    async def begin(self, package="package_500k"):
        await self("load")
        await self("choose", package)
        await self("purchase")
        await self("need_intent")
        return self.state.intent.client_secret.partition("_secret_")[0]

    def orders(self):
        found = payments.purchases(self.account)
        return [(order.status, order.credited) for order in reversed(found)]


@pytest.fixture
def tab(till, monkeypatch):
    # Outside the program nobody else has the state, so that its lock is nothing.
    async def enter(self):
        return self

    async def leave(self, *fault):
        return None

    monkeypatch.setattr(PurchaseState, "__aenter__", enter, raising=False)
    monkeypatch.setattr(PurchaseState, "__aexit__", leave, raising=False)
    return Tab("li")


async def test_the_popular_package_is_chosen_at_first(tab):
    await tab("load")
    state = tab.state
    assert [package.label for package in state.packages] == ["100K", "500K", "1M", "10M"]
    assert (state.chosen, state.way, state.step) == ("package_500k", "stripe", "choose")
    chosen = state.packages[1]
    assert (chosen.price, chosen.original, chosen.discount, chosen.per_million) == (
        3500,
        5000,
        30,
        7000,
    )
    assert chosen.chats > 0
    assert state.store.model
    assert state.store.test_mode


@pytest.mark.parametrize("wrong", ["", "package_9", None, 5, ["package_1m"], "x" * 300_000])
async def test_what_is_not_for_sale_is_not_chosen(tab, wrong):
    await tab("load")
    await tab("choose", wrong)
    await tab("choose_way", wrong)
    assert (tab.state.chosen, tab.state.way) == ("package_500k", "stripe")
    assert await tab("returned", wrong) == []
    assert (tab.state.step, tab.orders()) == ("choose", [])


async def test_nothing_is_ordered_before_somebody_presses_pay(tab, till):
    await tab("need_intent")
    await tab("confirmed")
    await tab("load")
    await tab("purchase")
    assert (tab.state.step, tab.state.due.price) == ("pay", 3500)
    assert (tab.orders(), till.taken) == ([], {})


async def test_a_double_click_gives_the_same_payment_in_a_new_turn(tab, till):
    reference = await tab.begin()
    turn = tab.state.intent.turn
    await asyncio.gather(tab("need_intent"), tab("need_intent"), tab("purchase"))
    assert tab.state.intent.turn == turn + 2
    assert tab.state.intent.client_secret.startswith(reference)
    assert (len(till.taken), tab.orders()) == (1, [("open", False)])


async def test_the_word_of_a_browser_is_no_success(tab, till):
    reference = await tab.begin()
    await tab("confirmed")
    assert tab.state.step == "waiting"
    await tab("refresh")
    assert tab.state.step == "waiting"
    till.pay(reference)
    anew = await tab("refresh")
    assert anew == [WalletState.load, PurchaseHistoryState.follow]
    assert await tab("refresh") == []
    assert (tab.state.step, tab.state.order.credited) == ("done", True)
    assert (tab.state.order.state, tab.state.order.method) == ("Paid", "Visa")
    await tab("left")
    assert (tab.state.step, tab.state.order.id) == ("choose", "")


async def test_an_open_receipt_follows_what_is_undone(tab, till):
    reference = await tab.begin()
    till.pay(reference)
    await tab("confirmed")
    till.give_back(reference, 700)
    till.tell(reference)
    await payments.reconcile()
    await tab("refresh")
    assert (tab.state.step, tab.state.order.taken_back) == ("done", 100_000)


async def test_a_failure_after_a_redirect_keeps_the_choice_and_the_order(tab, till):
    reference = await tab.begin("package_1m")
    till.decline(reference)
    await tab("returned", reference)
    assert (tab.state.step, tab.state.due.label) == ("pay", "1M")
    assert tab.state.refused.message in {
        MESSAGES["payment_failed"],
        MESSAGES["payment_unfinished"],
    }
    await tab("need_intent")
    assert tab.state.intent.client_secret.startswith(reference)
    assert len(till.taken) == 1


async def test_a_tab_that_forgot_all_shows_the_truth_and_gives_the_old_order_up(tab, till):
    reference = await tab.begin("package_1m")
    tab.state._restart()
    await tab("returned", reference)
    assert (tab.state.step, tab.state.chosen) == ("choose", "package_1m")
    await tab("purchase")
    await tab("need_intent")
    assert tab.orders() == [("canceled", False), ("open", False)]


@pytest.mark.parametrize("of", ["reference", "number"])
async def test_somebody_else_s_return_shows_nothing(tab, till, of):
    reference = await tab.begin()
    till.pay(reference)
    await tab("confirmed")
    number = str(tab.state._payment_id)
    stranger = Tab("wang")
    await stranger("load")
    await stranger("returned", reference if of == "reference" else number)
    await stranger("refresh")
    assert (stranger.state.step, stranger.state.order.id) == ("choose", "")


async def test_the_same_choice_again_is_the_same_order(tab, till):
    reference = await tab.begin()
    await tab("back")
    await tab("purchase")
    await tab("need_intent")
    assert tab.state.intent.client_secret.startswith(reference)
    assert (len(till.taken), tab.orders()) == (1, [("open", False)])


async def test_another_package_gives_the_first_order_up(tab):
    await tab.begin("package_10m")
    await tab("back")
    assert (tab.state.step, tab.state.chosen) == ("choose", "package_10m")
    await tab("choose", "package_100k")
    await tab("purchase")
    await tab("need_intent")
    assert tab.orders() == [("canceled", False), ("open", False)]
    assert tab.state.due.label == "100K"


async def test_what_was_paid_meanwhile_is_shown_instead_of_a_second_form(tab, till):
    reference = await tab.begin()
    await tab("back")
    till.pay(reference)
    await tab("choose", "package_1m")
    await tab("purchase")
    assert (tab.state.step, tab.orders()) == ("done", [("succeeded", True)])


async def test_an_order_paid_elsewhere_is_shown_instead_of_asked_for_again(tab, till):
    reference = await tab.begin()
    till.pay(reference)
    await tab("need_intent")
    assert tab.state.intent.client_secret == ""
    assert (tab.state.step, tab.orders()) == ("done", [("succeeded", True)])


@pytest.mark.parametrize(
    ("truth", "step"), [("processing", "processing"), ("canceled", "canceled")]
)
async def test_what_can_not_be_paid_now_has_a_step_of_its_own(tab, till, truth, step):
    reference = await tab.begin()
    till.taken[reference].status = truth
    await tab("confirmed")
    assert tab.state.step == step


async def test_money_that_does_not_fit_is_in_review(tab, till):
    reference = await tab.begin()
    till.pay(reference, received=1)
    await tab("confirmed")
    assert (tab.state.step, tab.state.order.credited) == ("review", False)


async def test_a_payment_on_its_way_is_shown_first_and_fails_into_the_choice(tab, till):
    reference = await tab.begin()
    till.taken[reference].status = "processing"
    await tab("confirmed")
    tab.state._restart()
    await tab("load")
    assert (tab.state.step, tab.state.order.label) == ("processing", "500K")
    till.taken[reference].status = "open"
    till.decline(reference)
    await tab("refresh")
    assert (tab.state.step, bool(tab.state.refused.message)) == ("choose", True)


@pytest.mark.parametrize("way", ["", "bitcoin", "crypto"])
async def test_a_way_that_is_not_offered_is_not_taken(tab, way):
    await tab("load")
    await tab("choose_way", way)
    assert tab.state.way == "stripe"


class Invoices(Till):
    """A provider with a page of its own to pay at."""

    name = "btcpay"

    async def reopen(self, reference):
        return Opened(reference, "", f"https://pay.example.com/{reference}")


async def test_bitcoin_leads_to_the_page_of_the_invoice_and_waits(tab, till, monkeypatch):
    invoices = Invoices()
    both = {"stripe": till, "btcpay": invoices}
    monkeypatch.setattr(registry, "_providers", cache(lambda: both))
    for name in ("URL", "STORE_ID", "API_KEY", "WEBHOOK_SECRET"):
        monkeypatch.setenv(f"BTCPAY_{name}", "https://btcpay.example.com")
    forget_settings()
    await tab("load")
    await tab("choose_way", "bitcoin")
    first, second = await tab("purchase"), await tab("purchase")
    (reference,) = invoices.taken
    assert f"https://pay.example.com/{reference}" in str(first.args)
    assert (second, tab.state.step, till.taken) == (None, "waiting", {})
    invoices.pay(reference)
    await tab("returned", str(tab.state._payment_id))
    assert (tab.state.step, tab.orders()) == ("done", [("succeeded", True)])


async def test_stablecoins_cost_what_the_table_says_in_dollars(tab, till, monkeypatch):
    monkeypatch.setenv("STRIPE_CRYPTO", "true")
    forget_settings()
    await tab("load")
    await tab("choose_way", "crypto")
    reference = await tab.begin()
    taken = till.taken[reference]
    assert (taken.amount, taken.currency, tab.state.due.usd) == (500, "usd", 500)


async def test_a_provider_that_is_down_is_said_and_the_same_order_tried_again(tab, till):
    await tab("load")
    await tab("purchase")
    till.fails = PaymentFailure.UNAVAILABLE
    await tab("need_intent")
    assert (tab.state.step, tab.state.intent.message) == ("pay", MESSAGES["payment_unavailable"])
    till.fails = None
    await tab("need_intent")
    assert tab.state.intent.client_secret
    assert tab.orders() == [("open", False)]


@pytest.mark.parametrize(
    ("setting", "value", "code"),
    [
        ("PURCHASE_ATTEMPTS_PER_HOUR", "1", "too_many_attempts"),
        ("PURCHASE_AMOUNT_PER_DAY", "5000", "purchase_limit"),
    ],
)
async def test_limits_are_said_at_the_form(tab, till, monkeypatch, setting, value, code):
    monkeypatch.setenv(setting, value)
    forget_settings()
    reference = await tab.begin()
    till.pay(reference)
    await tab("confirmed")
    await tab("restart")
    await tab("purchase")
    await tab("need_intent")
    assert (tab.state.step, tab.state.intent.message) == ("pay", MESSAGES[code])
    assert len(till.taken) == 1


async def test_where_nothing_can_be_bought_there_is_no_way(tab, monkeypatch):
    monkeypatch.setattr(payments.orders, "ways", lambda: ())
    await tab("load")
    assert (tab.state.store.ways, tab.state.way) == ([], "")
    await tab("purchase")
    await tab("need_intent")
    assert tab.state.intent.message == MESSAGES["purchases_closed"]


async def test_the_history_comes_in_pages_and_follows(tab):
    history = await tab.root.get_state(PurchaseHistoryState)
    call = {name: each.fn for name, each in PurchaseHistoryState.event_handlers.items()}
    make_purchase(Tab("wang").account)
    numbers = [make_purchase(tab.account) for _ in range(PAGE + 2)]
    await call["follow"](history)
    assert (history.status, history.purchases) == ("loading", [])
    await call["load"](history)
    assert (history.status, len(history.purchases), history.more) == ("loaded", PAGE, True)
    await call["load_more"](history)
    await call["load_more"](history)
    assert [int(order.id) for order in history.purchases] == numbers[::-1]
    numbers.append(make_purchase(tab.account))
    await call["follow"](history)
    assert int(history.purchases[0].id) == numbers[-1]
