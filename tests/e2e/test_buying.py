"""Tokens are bought: each way to pay, each way it can go wrong, and who sees what of it."""

import json
import re

import pytest
from playwright.sync_api import expect

from tests.e2e.purchases import spend_of
from tests.e2e.server import served
from tests.e2e.visitor import PHONE

SUCCESS = "Payment Successful!"
GOOD, OTHER, POOR, ASKING = (
    "4242 4242 4242 4242",
    "5555 5555 5555 4444",
    "4000 0000 0000 9995",
    "4000 0027 6000 3184",
)


class Buyer:
    """Somebody signed in, as a buyer in front of the dialog or the page."""

    def __init__(self, person):
        self.person, self.page = person, person.page
        # The answer to a declined card is a 402, which browsers report.
        person.accept("402 (Payment Required)")

    @property
    def dialog(self):
        return self.page.get_by_role("dialog", name="Buy Tokens")

    @property
    def screen(self):
        return self.page.locator(".purchase")

    def button(self, name):
        return self.screen.get_by_role("button", name=name, exact=True)

    def open(self):
        self.person.button("Buy Tokens").click()
        expect(self.package("500K")).to_be_checked()

    def package(self, label):
        return self.screen.get_by_role("radio", name=f"{label} Tokens", exact=True)

    def choose(self, label="500K"):
        self.package(label).check()
        self.button("Purchase").click()
        expect(self.button("Pay Now")).to_be_enabled()

    def fill(self, number):
        self.screen.get_by_label("Card number").fill(number)
        self.screen.get_by_label("Expiration date").fill("12 / 34")
        self.screen.get_by_label("Security code").fill("123")

    def pay(self, number=GOOD):
        self.fill(number)
        self.button("Pay Now").click()

    def method(self, name):
        self.screen.get_by_role("tab", name=name, exact=True).click()

    def expect_receipt(self, tokens=500_000):
        expect(self.screen.get_by_role("heading", name=SUCCESS)).to_be_visible()
        expect(self.person.balance).to_have_attribute("data-tokens", str(20_000 + tokens))

    def expect_alert(self, words):
        expect(self.screen.get_by_role("alert").filter(has_text=words)).to_be_visible()

    def payments(self):
        """The account's orders: status, tokens credited, intent."""
        return self.person.server.rows(
            "SELECT payment.status, payment.credited_at IS NOT NULL, payment.reference"
            " FROM payment JOIN account ON account.id = payment.account_id"
            " WHERE account.email = ? ORDER BY payment.id",
            self.person.email,
        )

    def control(self, action, **arguments):
        """Let the stand-in Stripe do something, such as refund."""
        answer = self.person.context.request.post(
            f"{self.person.server.url}/standins/stripe/_test/{action}",
            data=json.dumps(arguments),
            headers={"Content-Type": "application/json"},
        )
        assert answer.ok, answer.text()
        return answer.json()


@pytest.fixture(scope="module")
def dollar_server(pages, tmp_path_factory):
    with served(tmp_path_factory.mktemp("dollars"), STRIPE_CRYPTO="true") as running:
        yield running


@pytest.fixture
def buyer(person):
    return Buyer(person)


def test_a_card_buys_tokens_and_the_receipt_says_so(anybody):
    if anybody.page.viewport_size["width"] < 500:
        anybody.button("Open the sidebar").click()
    buyer = Buyer(anybody)
    buyer.open()
    assert not anybody.page.evaluate("'Stripe' in window")
    expect(buyer.screen.get_by_text("Test mode")).to_be_visible()
    for label in ("100K", "500K", "1M", "10M"):
        expect(buyer.package(label)).to_have_count(1)
    expect(buyer.screen).to_contain_text("-72 %")
    buyer.choose("1M")
    buyer.pay()
    buyer.expect_receipt(1_000_000)
    for words in ("GC-", "1,000,000", "¥55.00", "Visa •••• 4242", "Paid"):
        expect(buyer.screen).to_contain_text(words)
    assert [row[:2] for row in buyer.payments()] == [("succeeded", 1)]
    buyer.screen.get_by_role("link", name="Receipt").click()
    expect(anybody.page.get_by_role("article")).to_contain_text("¥55.00 CNY")


def test_a_declined_card_is_told_in_stripe_s_words_and_another_pays_the_same_order(buyer):
    buyer.open()
    buyer.choose()
    buyer.pay(POOR)
    buyer.expect_alert("Your card has insufficient funds.")
    buyer.pay(OTHER)
    buyer.expect_receipt()
    assert [row[:2] for row in buyer.payments()] == [("succeeded", 1)]


def test_an_incomplete_form_is_not_sent(buyer):
    buyer.open()
    buyer.choose()
    buyer.button("Pay Now").click()
    buyer.expect_alert("Your card number is incomplete.")
    assert buyer.payments() == []


@pytest.mark.parametrize("agreed", [True, False])
def test_the_bank_s_question_stands_above_the_dialog(buyer, agreed):
    buyer.open()
    buyer.choose()
    buyer.pay(ASKING)
    question = buyer.page.get_by_role("dialog", name="3D Secure")
    question.get_by_role("button", name="Complete" if agreed else "Fail").click()
    if agreed:
        buyer.expect_receipt()
    else:
        buyer.expect_alert("Your bank could not confirm that it is you.")
        buyer.pay(GOOD)
        buyer.expect_receipt()
    assert len(buyer.payments()) == 1


def test_alipay_goes_away_and_comes_back_with_the_truth(buyer):
    buyer.open()
    buyer.choose()
    buyer.method("Alipay")
    buyer.button("Pay Now").click()
    buyer.page.get_by_role("button", name="Authorize test payment").click()
    expect(buyer.page).to_have_url(re.compile(r"/tokens/?$"))
    buyer.expect_receipt()
    expect(buyer.screen).to_contain_text("Alipay")
    assert "secret" not in buyer.page.evaluate("history.state && JSON.stringify(history.state)")


def test_alipay_refused_keeps_the_choice_and_another_try_pays_the_same_order(buyer):
    buyer.open()
    buyer.choose("100K")
    buyer.method("Alipay")
    buyer.button("Pay Now").click()
    buyer.page.get_by_role("button", name="Fail test payment").click()
    expect(buyer.page).to_have_url(re.compile(r"/tokens/?$"))
    buyer.expect_alert("This payment did not go through.")
    expect(buyer.screen).to_contain_text("100K Tokens")
    buyer.pay()
    buyer.expect_receipt(100_000)
    assert [row[:2] for row in buyer.payments()] == [("succeeded", 1)]


def test_wechat_pay_shows_a_code_to_scan(buyer):
    buyer.open()
    buyer.choose()
    buyer.method("WeChat Pay")
    buyer.button("Pay Now").click()
    code = buyer.page.get_by_role("dialog", name="WeChat Pay")
    expect(code.get_by_role("img", name="QR code")).to_be_visible()
    code.get_by_role("button", name="Close").click()
    buyer.expect_alert("The payment was not finished.")
    buyer.button("Pay Now").click()
    expect(code).to_be_visible()
    ((_, _, intent),) = buyer.payments()
    # Somebody scans it with their phone: nothing is pressed here.
    buyer.control("finish", intent_id=intent)
    buyer.expect_receipt()


def test_google_pay_pays_at_once(buyer):
    buyer.open()
    buyer.choose()
    buyer.button("Google Pay").click()
    buyer.expect_receipt()


def test_stablecoins_are_paid_in_dollars_where_they_are_offered(visit, dollar_server):
    person = visit(dollar_server)
    person.register()
    buyer = Buyer(person)
    buyer.open()
    buyer.screen.get_by_role("radio", name="Stablecoins (USD)").check()
    buyer.choose("100K")
    expect(buyer.screen).to_contain_text("$1.50")
    buyer.button("Pay Now").click()
    buyer.page.get_by_role("button", name="Authorize test payment").click()
    buyer.expect_receipt(100_000)
    expect(buyer.screen).to_contain_text("$1.50")


def test_a_double_click_makes_one_order(buyer):
    buyer.open()
    buyer.button("Purchase").dblclick()
    expect(buyer.button("Pay Now")).to_be_enabled()
    buyer.fill(GOOD)
    buyer.button("Pay Now").dblclick()
    buyer.expect_receipt()
    assert [row[:2] for row in buyer.payments()] == [("succeeded", 1)]


def test_a_blocked_script_is_told_and_can_be_tried_again(buyer):
    buyer.person.accept("net::ERR_FAILED")
    buyer.page.route("**/js/stripe.js", lambda route: route.abort())
    buyer.open()
    buyer.button("Purchase").click()
    buyer.expect_alert("A blocker or the network may hold back js.stripe.com.")
    buyer.page.unroute("**/js/stripe.js")
    buyer.button("Try again").click()
    expect(buyer.button("Pay Now")).to_be_enabled()
    buyer.pay()
    buyer.expect_receipt()


@pytest.mark.parametrize("reached", [False, True], ids=["nothing-arrived", "answer-lost"])
def test_an_answer_of_stripe_that_is_lost_is_no_reason_to_pay_twice(buyer, reached):
    """Nobody here can tell whether it came to a payment; so nobody says that it did not."""
    buyer.person.accept("net::ERR_FAILED")

    def lose(route):
        if reached:
            route.fetch()
        route.abort()

    buyer.open()
    buyer.choose()
    buyer.page.route("**/confirm", lose)
    buyer.pay()
    if reached:
        # The webhook tells what the browser could not hear.
        buyer.expect_receipt()
    else:
        buyer.expect_alert("Trying again is safe: nothing is paid twice.")
        buyer.page.unroute("**/confirm")
        buyer.button("Pay Now").click()
        buyer.expect_receipt()
    assert [row[:2] for row in buyer.payments()] == [("succeeded", 1)]


def test_a_payment_service_that_does_not_answer_is_told_and_tried_again(buyer):
    buyer.open()
    buyer.choose()
    buyer.control("fail_next", path_part="/v1/payment_intents", times=9, method="POST")
    buyer.pay()
    buyer.expect_alert("The payment service does not answer at the moment.")
    expect(buyer.screen.get_by_label("Card number")).to_have_value(GOOD)
    for _ in range(9):
        buyer.person.context.request.post(
            f"{buyer.person.server.url}/standins/stripe/v1/payment_intents",
            headers={"Authorization": "Bearer sk_test_x"},
        )
    buyer.button("Pay Now").click()
    buyer.expect_receipt()
    assert len(buyer.payments()) == 1


def test_a_page_loaded_again_in_the_middle_goes_on_with_the_same_order(buyer):
    buyer.person.goto("/tokens")
    buyer.choose("1M")
    buyer.pay(POOR)
    buyer.expect_alert("insufficient funds")
    buyer.page.reload()
    expect(buyer.button("Pay Now")).to_be_enabled()
    expect(buyer.screen).to_contain_text("1M Tokens")
    buyer.pay()
    buyer.expect_receipt(1_000_000)
    assert len(buyer.payments()) == 1


def test_back_keeps_the_choice_and_another_package_gives_the_first_order_up(buyer):
    buyer.open()
    buyer.choose("10M")
    buyer.pay(POOR)
    buyer.expect_alert("insufficient funds")
    buyer.button("Back").click()
    expect(buyer.package("10M")).to_be_checked()
    buyer.choose("100K")
    buyer.pay()
    buyer.expect_receipt(100_000)
    assert [row[:2] for row in buyer.payments()] == [("canceled", 0), ("succeeded", 1)]


def test_every_tab_of_the_buyer_follows_and_nobody_else_s(buyer, visit, server):
    other = buyer.person.context.new_page()
    other.goto(f"{server.url}/tokens")
    expect(other.get_by_text("What you buy will be listed here.")).to_be_visible()
    stranger = visit(server)
    stranger.register(path="/tokens")
    buyer.open()
    buyer.choose()
    buyer.pay()
    buyer.expect_receipt()
    expect(other.locator(".purchase-row")).to_contain_text("Paid")
    expect(other.get_by_test_id("balance").first).to_have_attribute("data-tokens", "520000")
    ((_, _, intent),) = buyer.payments()
    buyer.control("refund", intent_id=intent, amount=700)
    expect(other.locator(".purchase-row")).to_contain_text("Partly refunded")
    expect(buyer.screen).to_contain_text("100,000 of its 500,000 tokens were taken back.")
    expect(buyer.person.balance).to_have_attribute("data-tokens", "420000")
    dispute = buyer.control("dispute", intent_id=intent)
    expect(other.locator(".purchase-row")).to_contain_text("Disputed")
    expect(buyer.person.balance).to_have_attribute("data-tokens", "20000")
    buyer.control("close_dispute", dispute_id=dispute["id"], won=True)
    expect(buyer.person.balance).to_have_attribute("data-tokens", "420000")
    expect(stranger.page.get_by_text("What you buy will be listed here.")).to_be_visible()
    expect(stranger.balance).to_have_attribute("data-tokens", "20000")


def test_what_was_spent_before_a_refund_is_debt_that_the_next_tokens_repay(buyer, server):
    buyer.open()
    buyer.choose("100K")
    buyer.pay()
    buyer.expect_receipt(100_000)
    spend_of(server, buyer.person.email, 90_000)
    ((_, _, intent),) = buyer.payments()
    buyer.control("refund", intent_id=intent)
    debt = buyer.screen.get_by_text("Debt: 70,000 tokens.")
    expect(debt).to_contain_text("The next tokens you get repay them first.")
    expect(buyer.person.balance).to_have_attribute("data-tokens", "0")
    buyer.page.keyboard.press("Escape")
    expect(buyer.page.get_by_role("link", name="Debt")).to_contain_text("70,000")
    buyer.person.button("Claim 20,000 Tokens").click()
    expect(buyer.page.get_by_role("link", name="Debt")).to_contain_text("50,000")
    expect(buyer.person.balance).to_have_attribute("data-tokens", "0")


@pytest.mark.parametrize("reference", ["payment_intent={intent}", "payment={number}"])
def test_somebody_else_s_return_shows_nothing(buyer, visit, server, reference):
    buyer.open()
    buyer.choose()
    buyer.pay()
    buyer.expect_receipt()
    ((_, _, intent),) = buyer.payments()
    ((number,),) = server.rows("SELECT id FROM payment WHERE reference = ?", intent)
    stranger = visit(server)
    query = reference.format(intent=intent, number=number)
    stranger.register(path=f"/tokens?{query}&redirect_status=succeeded")
    other = Buyer(stranger)
    expect(other.package("500K")).to_be_checked()
    expect(stranger.page).to_have_url(re.compile(r"/tokens/?$"))
    expect(stranger.page.get_by_text(SUCCESS)).to_have_count(0)
    expect(stranger.balance).to_have_attribute("data-tokens", "20000")


def test_an_event_of_the_window_opens_the_dialog(buyer):
    expect(buyer.person.balance).to_be_visible()
    buyer.page.evaluate("dispatchEvent(new CustomEvent('gptchina:buy'))")
    expect(buyer.dialog).to_be_visible()
    buyer.person.goto("/tokens")
    expect(buyer.package("500K")).to_be_checked()
    expect(buyer.dialog).to_have_count(0)
    buyer.page.evaluate("dispatchEvent(new CustomEvent('gptchina:buy'))")
    expect(buyer.page.locator("#buy-dialog")).to_be_focused()


def test_the_dialog_is_used_by_keyboard_and_gives_the_focus_back(buyer):
    press = buyer.page.keyboard.press
    opener = buyer.person.button("Buy Tokens")
    opener.focus()
    press("Enter")
    expect(buyer.package("500K")).to_be_checked()
    expect(buyer.page.locator(".shell")).to_have_attribute("inert", "")
    buyer.package("500K").focus()
    press("ArrowDown")
    expect(buyer.package("1M")).to_be_checked()
    press("Enter")
    expect(buyer.button("Pay Now")).to_be_enabled()
    press("Escape")
    expect(buyer.dialog).to_have_count(0)
    expect(opener).to_be_focused()
    press("Enter")
    expect(buyer.button("Pay Now")).to_be_visible()


def test_a_press_beside_the_dialog_closes_it(buyer):
    buyer.open()
    buyer.page.mouse.click(20, 300)
    expect(buyer.dialog).to_have_count(0)


@pytest.mark.parametrize("locale", ["en-US", "zh-CN"])
def test_the_steps_fit_a_phone(visit, server, locale):
    person = visit(server, **{**PHONE, "locale": locale})
    person.register(path="/tokens")
    screen = person.page.locator(".purchase")
    expect(screen.get_by_role("radio")).to_have_count(4)
    screen.get_by_role("button").last.click()
    expect(screen.get_by_role("tab")).to_have_count(4)
    assert not person.spills()
    name, price = (screen.get_by_text(text).bounding_box() for text in ("500K", "¥35.00"))
    assert name
    assert price
    assert name["x"] + name["width"] < price["x"]
    assert name["y"] < price["y"] + price["height"] < name["y"] + 2 * name["height"]
