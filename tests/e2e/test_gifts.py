"""Codes, invitations and the limit for a day, as people meet them."""

from __future__ import annotations

import re
import sqlite3

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import assert_books_are_right
from tests.e2e.purchases import spend_of
from tests.e2e.server import served
from tests.e2e.visitor import PASSWORD, PHONE


@pytest.fixture(scope="module")
def generous(pages, tmp_path_factory):
    """A server that takes codes and rewards whoever brings somebody in."""
    settings = {"ALLOW_CODES": "true", "REFERRAL_REWARD": "30000"}
    with served(tmp_path_factory.mktemp("generous"), **settings) as running:
        yield running
        assert_books_are_right(running)


@pytest.fixture
def person(visit, generous):
    visitor = visit(generous)
    visitor.register(path="/tokens")
    return visitor


def make_code(server, tokens="50000"):
    made = server.command("codes", "make", tokens)
    assert made.returncode == 0, made.stderr
    return made.stdout.strip()


def redeem(person, code):
    person.page.get_by_role("textbox", name="Redemption code", exact=True).fill(code)
    person.button("Redeem").click()


def section(person, heading):
    return person.page.locator("section").filter(
        has=person.page.get_by_role("heading", name=heading, exact=True)
    )


def test_a_code_is_redeemed_once_however_it_is_typed(person, generous):
    code = make_code(generous)
    redeem(person, f" {code.lower().replace('-', ' ')} ")
    expect(person.page.get_by_text("50,000 tokens are yours now.")).to_be_visible()
    expect(person.balance).to_have_attribute("data-tokens", "70000")
    expect(person.page.get_by_role("textbox", name="Redemption code", exact=True)).to_have_value("")
    redeem(person, code)
    alert = person.page.get_by_role("alert").filter(has_text="You have used this code already.")
    expect(alert).to_be_visible()
    # What is wrong stays, to be mended.
    expect(person.page.get_by_role("textbox", name="Redemption code", exact=True)).to_have_value(
        code
    )
    assert person.tokens() == 70_000


def test_an_administrator_makes_codes_sees_them_once_and_disables_one(visit, generous):
    admin, other = visit(generous), visit(generous)
    admin.register("Root")
    promote(generous, admin.email)
    admin.goto("/admin")
    codes = section(admin, "Redemption codes")
    codes.get_by_role("textbox", name="Tokens", exact=True).fill("1,000")
    codes.get_by_role("textbox", name="How many codes").fill("2")
    codes.get_by_role("textbox", name="Note").fill("Spring fair")
    codes.get_by_role("button", name="Make codes").click()
    made = codes.get_by_label("New codes")
    expect(made).to_have_text(re.compile(r"GPTC(-\w{4}){4}\nGPTC(-\w{4}){4}"))
    first, second = (made.text_content() or "").split("\n")
    codes.get_by_role("button", name="Done").click()
    expect(made).to_have_count(0)
    assert first not in admin.page.content()
    codes.get_by_role("button", name=f"Disable the code that ends with {second[-4:]}").click()
    expect(codes.get_by_role("listitem").filter(has_text=second[-4:])).to_contain_text("Disabled")
    other.register(path="/tokens")
    redeem(other, second)
    expect(other.page.get_by_text("This code is not good any more.")).to_be_visible()
    redeem(other, first)
    expect(other.balance).to_have_attribute("data-tokens", "21000")


def promote(server, email):
    with sqlite3.connect(f"{server.folder}/gptchina.db", timeout=30) as database:
        database.execute("UPDATE account SET role = 'admin' WHERE email = ?", (email,))


def test_whoever_comes_by_a_link_and_pays_rewards_its_owner(person, visit, generous):
    invite = section(person, "Invite friends")
    expect(invite).to_contain_text("Nobody has come by it yet.")
    link = invite.get_by_role("textbox", name="Your invitation link").input_value()
    assert re.fullmatch(r"http://localhost:\d+/register\?invite=\w{10}", link)
    guest = visit(generous)
    guest.goto(link.removeprefix(generous.url))
    guest.page.get_by_role("textbox", name="Name").fill("Wu")
    guest.email = f"guest-of-{person.email}"
    guest.page.get_by_role("textbox", name="Email").fill(guest.email)
    guest.page.get_by_label("Password").fill(PASSWORD)
    guest.button("Create account").click()
    expect(guest.message).to_be_visible()
    reference = pay_by_card(guest)
    # The owner's page learns of it by itself.
    expect(person.balance).to_have_attribute("data-tokens", "50000")
    person.page.reload()
    expect(invite).to_contain_text("1 came, 1 have paid an order, 30,000 tokens earned.")
    spend_of(generous, person.email, 30_000)
    refunded = guest.context.request.post(
        f"{generous.url}/standins/stripe/_test/refund", data={"intent_id": reference}
    )
    assert refunded.ok, refunded.text()
    expect(person.balance).to_have_attribute("data-tokens", "0")
    owed = "SELECT debt FROM wallet JOIN account ON account.id = account_id WHERE email = ?"
    assert generous.rows(owed, person.email) == [(10_000,)]


def pay_by_card(visitor):
    """Buy the popular package; return the reference of the payment."""
    page = visitor.page
    visitor.button("Buy Tokens").first.click()
    page.get_by_role("dialog", name="Buy Tokens").get_by_role("button", name="Purchase").click()
    page.get_by_label("Card number").fill("4242424242424242")
    page.get_by_label("Expiration date").fill("12 / 34")
    page.get_by_label("Security code").fill("123")
    page.get_by_role("button", name="Pay Now").click()
    expect(page.get_by_role("heading", name="Payment Successful!")).to_be_visible()
    query = "SELECT reference FROM payment JOIN account ON account.id = account_id WHERE email = ?"
    ((reference,),) = visitor.server.rows(query, visitor.email)
    return reference


def test_a_limit_holds_where_the_person_is_and_says_so_in_the_chat(visit, server):
    person = visit(server, timezone_id="Asia/Shanghai")
    person.register(path="/settings")
    limits = section(person, "Spending limit")
    expect(limits).to_contain_text("0 tokens spent today, without a limit.")
    # Midnight in Shanghai; the midnight of UTC would be 08:00 there.
    expect(limits).to_contain_text(re.compile(r"It starts anew: .*, 00:00"))
    zone = "SELECT time_zone FROM account WHERE email = ?"
    assert server.rows(zone, person.email) == [("Asia/Shanghai",)]
    limit = limits.get_by_role("textbox", name="Tokens per day")
    limit.fill("many")
    limits.get_by_role("button", name="Set the limit").click()
    expect(limits.get_by_role("alert").filter(has_text="whole number")).to_be_visible()
    limit.fill("1,000")
    limits.get_by_role("button", name="Set the limit").click()
    expect(limits.get_by_text("0 of 1,000 tokens spent today.")).to_be_visible()
    expect(limit).to_have_value("1,000")
    limit.fill("0")
    limits.get_by_role("button", name="Set the limit").click()
    expect(limits.get_by_text("0 of 0 tokens spent today.")).to_be_visible()
    person.goto("/")
    person.send("Hello")
    card = person.answers.first.locator(".error-card")
    expect(card).to_have_attribute("data-code", "spending_limit")
    expect(card).to_contain_text("your limit for today leaves 0.")
    card.get_by_role("link", name="Change the limit").click()
    expect(limit).to_have_value("0")
    limit.fill("")
    limits.get_by_role("button", name="Set the limit").click()
    expect(limits.get_by_text("without a limit")).to_be_visible()
    person.page.go_back()
    person.answers.first.get_by_role("button", name="Retry").click()
    expect(person.answers.first).to_have_attribute("data-status", "done")


def test_what_is_off_is_nowhere_to_be_seen(visit, server):
    person = visit(server)
    person.register(path="/tokens")
    expect(person.page.get_by_role("heading", name="Ways to get tokens")).to_be_visible()
    for heading in ("Redeem a code", "Invite friends"):
        expect(person.page.get_by_role("heading", name=heading)).to_have_count(0)


def test_nothing_is_wider_than_a_phone(visit, generous):
    person = visit(generous, **PHONE)
    person.register("Root")
    promote(generous, person.email)
    for path, heading in (
        ("/tokens", "Invite friends"),
        ("/settings", "Spending limit"),
        ("/admin", "Redemption codes"),
    ):
        person.goto(path)
        expect(person.page.get_by_role("heading", name=heading)).to_be_visible()
        assert not person.spills()
