"""The stand-in's Stripe.js takes payments in a real browser, under the program's own policy."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest
import pytest_asyncio
from playwright.async_api import Browser, Error, Page, async_playwright, expect
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import FileResponse, HTMLResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route

from gptchina.api.security import Security
from gptchina.standins.serving import serving

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.requests import Request

    from gptchina.standins.stripe import StandInStripe

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
SHOP = """<!doctype html><html lang="en"><title>Shop</title><link rel="icon" href="data:,"><body>
<form><div id="express"></div><div id="payment"></div><button>Pay</button></form>
<output id="outcome"></output>
<script src="/standins/stripe/js/stripe.js"></script><script src="/shop.js"></script>"""


class Shop:
    """The shop's server, and what its page says."""

    def __init__(self, page: Page, address: str, fake: StandInStripe) -> None:
        self.page, self.address, self.fake = page, address, fake
        self.problems: list[str] = []
        page.on("console", lambda message: self._heard(message.type, message.text))
        page.on("pageerror", lambda error: self.problems.append(str(error)))

    def _heard(self, kind: str, text: str) -> None:
        # A refused payment is an answer of status 402, which browsers report.
        if kind in {"error", "warning"} and "402" not in text:
            self.problems.append(text)

    @property
    def outcome(self) -> Any:
        return self.page.locator("#outcome")

    async def open(self, query: str = "") -> None:
        await self.page.goto(f"{self.address}/?{query}")
        await self.page.locator("body[data-ready]").wait_for()

    async def card(self, number: str, expiry: str = "12 / 34", code: str = "123") -> None:
        await self.page.get_by_label("Card number").fill(number)
        await self.page.get_by_label("Expiration date").fill(expiry)
        await self.page.get_by_label("Security code").fill(code)
        await self.pay()

    async def pay(self) -> None:
        await self.page.get_by_role("button", name="Pay", exact=True).click()

    def statuses(self) -> list[str]:
        return [intent["status"] for intent in self.fake.objects("payment_intent")]


async def order(address: str) -> str:
    """Make an intent as the shop's server would and return its client secret."""
    async with httpx.AsyncClient(headers={"authorization": "Bearer sk_test_shop"}) as http:
        data = {"amount": "1000", "currency": "cny", "description": "100,000 <tokens>"}
        made = await http.post(f"{address}/standins/stripe/v1/payment_intents", data=data)
    return made.json()["client_secret"]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    async with async_playwright() as playwright:
        try:
            running = await playwright.chromium.launch(executable_path=program, args=FLAGS)
        except Error as error:
            pytest.skip(f"No browser: {error.message.splitlines()[0]}")
        yield running
        await running.close()


@pytest_asyncio.fixture(loop_scope="module")
async def shop(browser: Browser, stripe_app: Starlette, fake: StandInStripe) -> AsyncIterator[Shop]:
    async def front(request: Request) -> Response:
        return HTMLResponse(SHOP)

    async def make_order(request: Request) -> Response:
        return PlainTextResponse(await order(str(request.base_url).rstrip("/")))

    async def script(request: Request) -> Response:
        return FileResponse(Path(__file__).with_name("shop.js"))

    routes = [
        Route("/", front),
        Route("/shop.js", script),
        Route("/order", make_order, methods=["POST"]),
        Mount("/standins/stripe", app=stripe_app),
    ]
    async with serving(Starlette(routes=routes, middleware=[Middleware(Security)])) as address:
        context = await browser.new_context(locale="en-US", color_scheme="light")
        context.set_default_timeout(10_000)
        opened = Shop(await context.new_page(), address, fake)
        yield opened
        mistakes = await opened.page.evaluate("window.__stripeIntegrationErrors ?? []")
        await context.close()
    assert (opened.problems, mistakes) == ([], [])


async def test_a_card_pays_an_intent_made_at_the_last_moment(shop: Shop) -> None:
    await shop.open()
    assert shop.statuses() == []
    await expect(shop.page.get_by_role("tab")).to_have_text(
        ["Card", "Alipay", "WeChat Pay", "Link"]
    )
    await expect(shop.page.get_by_text("Test card: 4242 4242 4242 4242")).to_be_visible()
    await expect(shop.page.get_by_label("Card number")).to_have_value("")
    await shop.card("4242424242424242")
    await expect(shop.outcome).to_have_text("succeeded")
    assert shop.statuses() == ["succeeded"]
    await expect(shop.page.get_by_label("Card number")).to_have_value("4242 4242 4242 4242")
    assert await shop.page.evaluate("window.__stripeKeys") == ["pk_test_shop"]
    assert await shop.page.evaluate("window.Stripe.version") == "endive"


async def test_a_declined_card_is_told_and_another_pays_the_same_intent(shop: Shop) -> None:
    await shop.open(f"secret={await order(shop.address)}")
    await shop.card("4000 0000 0000 9995")
    await expect(shop.outcome).to_have_text("error card_declined Your card has insufficient funds.")
    await shop.card("4242 4242 4242 4242")
    await expect(shop.outcome).to_have_text("succeeded")
    assert shop.statuses() == ["succeeded"]


@pytest.mark.parametrize(
    ("number", "expiry", "code", "wrong", "message"),
    [
        ("", "", "", "incomplete_number", "Your card number is incomplete."),
        ("4242", "12 / 34", "123", "incomplete_number", "Your card number is incomplete."),
        ("4242424242424241", "12 / 34", "123", "invalid_number", "Your card number is invalid."),
        ("4242424242424242", "1", "123", "incomplete_expiry", "expiration date is incomplete."),
        ("4242424242424242", "1320", "123", "invalid_expiry_month", "month is invalid."),
        ("4242424242424242", "0120", "123", "invalid_expiry_month_past", "is in the past."),
        ("4242424242424242", "1234", "1", "incomplete_cvc", "security code is incomplete."),
    ],
)
async def test_what_is_wrong_is_said_at_the_field_and_asks_nobody(
    shop: Shop, number: str, expiry: str, code: str, wrong: str, message: str
) -> None:
    await shop.open()
    await shop.card(number, expiry, code)
    await expect(shop.outcome).to_have_text(f"invalid {wrong}")
    alert = shop.page.get_by_role("alert").filter(has_text=message)
    await expect(alert).to_be_visible()
    assert shop.statuses() == []


@pytest.mark.parametrize("ok", [True, False])
async def test_3d_secure_asks_in_a_dialog(shop: Shop, ok: bool) -> None:  # noqa: FBT001
    await shop.open()
    await shop.card("4000 0027 6000 3184")
    dialog = shop.page.get_by_role("dialog", name="3D Secure")
    await dialog.get_by_role("button", name="Complete" if ok else "Fail").click()
    words = "succeeded" if ok else re.compile("^error payment_intent_authentication_failure We are")
    await expect(shop.outcome).to_have_text(words)
    await expect(dialog).to_have_count(0)


@pytest.mark.parametrize("ok", [True, False])
async def test_alipay_leads_to_a_page_and_back(shop: Shop, ok: bool) -> None:  # noqa: FBT001
    await shop.open()
    await shop.page.get_by_role("tab", name="Alipay").click()
    await shop.pay()
    page = shop.page
    await page.wait_for_url("**/standins/stripe/authorize/**")
    await expect(page.get_by_role("heading")).to_have_text("Alipay test payment")
    await expect(page.get_by_text("Stand-in for Stripe")).to_be_visible()
    await expect(page.get_by_text("CNY 10.00")).to_be_visible()
    await expect(page.get_by_text("100,000 <tokens>")).to_be_visible()
    name = "Authorize test payment" if ok else "Fail test payment"
    await page.get_by_role("button", name=name).click()
    await page.wait_for_url("**/?order=7&*")
    intent = shop.fake.objects("payment_intent")[0]["id"]
    await expect(shop.outcome).to_have_text(
        f"returned {'succeeded' if ok else 'failed'} 7 {intent}"
    )
    assert shop.statuses() == ["succeeded" if ok else "requires_payment_method"]
    await page.go_back()
    await expect(page.get_by_role("heading")).to_have_text("Nothing to pay")


@pytest.mark.parametrize("by", ["button", "phone"])
async def test_wechat_shows_a_code_until_it_is_scanned(shop: Shop, by: str) -> None:
    await shop.open()
    await shop.page.get_by_role("tab", name="WeChat Pay").click()
    await shop.pay()
    dialog = shop.page.get_by_role("dialog", name="WeChat Pay")
    await expect(dialog.get_by_role("img", name="QR code")).to_be_visible()
    if by == "button":
        await dialog.get_by_role("button", name="Simulate scan").click()
    else:
        shop.fake.finish(shop.fake.objects("payment_intent")[0]["id"])
    await expect(shop.outcome).to_have_text("succeeded")
    await expect(dialog).to_have_count(0)


async def test_a_closed_code_leaves_the_intent_open(shop: Shop) -> None:
    await shop.open()
    await shop.page.get_by_role("tab", name="WeChat Pay").click()
    await shop.pay()
    await shop.page.get_by_role("dialog").get_by_role("button", name="Close").click()
    await expect(shop.outcome).to_have_text("requires_action")


@pytest.mark.parametrize("listening", [True, False])
async def test_google_pay_needs_no_form(shop: Shop, listening: bool) -> None:  # noqa: FBT001
    await shop.open()
    if not listening:
        await shop.page.evaluate("shop.elements.getElement('expressCheckout').listeners.click = []")
    await shop.page.get_by_role("button", name="Google Pay").click()
    await expect(shop.outcome).to_have_text("succeeded")
    charge = shop.fake.objects("charge")[0]
    assert charge["payment_method_details"]["card"]["wallet"]["type"] == "google_pay"


async def test_the_form_speaks_chinese(shop: Shop) -> None:
    await shop.open("locale=zh")
    await expect(shop.page.get_by_role("tab")).to_have_text(
        ["银行卡", "支付宝", "微信支付", "Link"]
    )
    await shop.page.get_by_label("卡号").fill("4000 0000 0000 0002")
    await shop.page.get_by_label("有效期").fill("1234")
    await shop.page.get_by_label("安全码").fill("123")
    await shop.pay()
    await expect(shop.outcome).to_have_text("error card_declined 您的银行卡被拒绝。")


async def test_the_keyboard_moves_between_methods_and_pays(shop: Shop) -> None:
    await shop.open()
    await shop.page.get_by_role("tab", name="Card").focus()
    await shop.page.keyboard.press("ArrowLeft")
    await expect(shop.page.get_by_role("tab", selected=True)).to_have_text("Link")
    await shop.page.keyboard.press("ArrowRight")
    await shop.page.get_by_label("Card number").fill("4242424242424242")
    await shop.page.get_by_label("Expiration date").fill("1234")
    await shop.page.get_by_label("Security code").fill("123")
    await expect(shop.page.locator("body[data-complete=true]")).to_have_count(1)
    await shop.page.keyboard.press("Tab")
    await shop.page.get_by_label("Security code").press("Enter")
    await expect(shop.outcome).to_have_text("succeeded")


async def test_a_new_amount_keeps_what_was_typed_and_must_be_the_intents(shop: Shop) -> None:
    await shop.open()
    number = shop.page.get_by_label("Card number")
    await number.fill("4242424242424242")
    await shop.page.evaluate("window.shop.elements.update({ amount: 3500 })")
    await shop.page.locator("[data-amount='3500']").first.wait_for()
    await expect(number).to_have_value("4242 4242 4242 4242")
    await shop.card("4242424242424242")
    await expect(shop.outcome).to_contain_text("error deferred_intent_mismatch")


async def test_a_modal_dialog_of_the_page_would_cover_3d_secure(shop: Shop) -> None:
    """As it does with the real one, whose dialogs are not in the browser's top layer, either."""
    await shop.open()
    await shop.page.get_by_label("Card number").fill("4000002760003184")
    await shop.page.get_by_label("Expiration date").fill("1234")
    await shop.page.get_by_label("Security code").fill("123")
    await shop.page.evaluate(
        "document.body.insertAdjacentHTML('beforeend', '<dialog>Buy</dialog>'),"
        "document.querySelector('dialog').showModal()"
    )
    await shop.page.evaluate("document.querySelector('form').requestSubmit()")
    await shop.page.get_by_text("The bank asks whether it is you.").wait_for(state="attached")
    assert len(shop.problems) == 1
    assert "behind a modal <dialog>" in shop.problems.pop()


async def test_served_as_the_real_script_it_asks_the_real_address(shop: Shop) -> None:
    """So a test can put it in the place of js.stripe.com, and the server in that of the API."""
    asked: list[str] = []

    async def stripe_host(route: Any) -> None:
        url = route.request.url
        asked.append(url)
        path = url.partition("stripe.com")[2].replace("/endive/stripe.js", "/js/stripe.js")
        reply = await shop.page.request.fetch(
            f"{shop.address}/standins/stripe{path}",
            method=route.request.method,
            headers={"content-type": route.request.headers.get("content-type", "")},
            data=route.request.post_data,
            fail_on_status_code=False,
        )
        await route.fulfill(response=reply)

    await shop.page.route(re.compile(r"https://(js|api)\.stripe\.com/"), stripe_host)
    real = SHOP.replace("/standins/stripe/js/stripe.js", "https://js.stripe.com/endive/stripe.js")

    async def front(route: Any) -> None:
        await route.fulfill(body=real, content_type="text/html")

    await shop.page.route(lambda url: url == f"{shop.address}/?real", front)
    await shop.open("real")
    await shop.card("4242424242424242")
    await expect(shop.outcome).to_have_text("succeeded")
    assert asked[0] == "https://js.stripe.com/endive/stripe.js"
    assert all(url.startswith("https://api.stripe.com/v1/") for url in asked[1:])


@pytest.mark.parametrize(
    "wrong",
    [
        "Stripe('')",
        "Stripe('sk_test_secret')",
        "shop.stripe.elements({ clientSecret: 'nonsense' })",
        "shop.stripe.elements({ clientSecret: 'pi_1_secret_2', mode: 'payment' })",
        "shop.stripe.elements({ mode: 'payment', amount: 9.5, currency: 'cny' })",
        "shop.stripe.elements({ mode: 'payment', amount: 10, currency: 'CNY' })",
        "shop.stripe.elements({}).create('payment')",
        "shop.elements.create('payment')",
        "shop.elements.create('payment2')",
        "shop.elements.update({ clientSecret: 'pi_1_secret_2' })",
        "shop.stripe.confirmPayment({ confirmParams: { return_url: 'https://shop.example' } })",
        "shop.stripe.confirmPayment({ elements: shop.elements, clientSecret: 'pi_1_secret_2' })",
    ],
)
async def test_mistakes_of_the_program_are_thrown_and_kept(shop: Shop, wrong: str) -> None:
    await shop.open()
    with pytest.raises(Error, match="IntegrationError"):
        await shop.page.evaluate(f"async () => {{ await {wrong}; }}")
    assert len(await shop.page.evaluate("window.__stripeIntegrationErrors")) == 1
    await shop.page.evaluate("window.__stripeIntegrationErrors = []")
