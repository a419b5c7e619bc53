"""The administrators' page: found, followed and refunded; and hidden from everybody else."""

import re
import sqlite3

import pytest
from playwright.sync_api import expect

from tests.e2e.purchases import purchase_of
from tests.e2e.visitor import PHONE


def promote(server, email):
    with sqlite3.connect(f"{server.folder}/gptchina.db", timeout=30) as connection:
        connection.execute("UPDATE account SET role = 'admin' WHERE email = ?", (email,))
    connection.close()


@pytest.fixture
def admin(visit, server):
    visitor = visit(server)
    visitor.register("Root")
    promote(server, visitor.email)
    return visitor


@pytest.fixture
def buyer(visit, server):
    visitor = visit(server)
    # The first account of an installation administers it, and this is not it.
    visitor.register("Ada")
    return visitor


def search(visitor, text):
    box = visitor.page.get_by_role("searchbox", name="Search purchases")
    box.fill(text)
    box.press("Enter")


def rows(visitor):
    return visitor.page.get_by_role("list", name="Orders").get_by_role("link")


def test_only_administrators_find_the_page(admin, buyer, visit, server):
    buyer.page.get_by_role("button", name="Ada").click()
    expect(buyer.page.get_by_role("menuitem", name="Settings")).to_be_visible()
    expect(buyer.page.get_by_role("menuitem", name="Administration")).to_be_hidden()
    payment_id = purchase_of(server, buyer.email)
    for path in ("/admin", f"/admin/purchases/{payment_id}"):
        buyer.goto(path)
        expect(buyer.page.get_by_text("There is no page here")).to_be_visible()
    nobody = visit(server)
    nobody.goto("/admin")
    expect(nobody.page).to_have_url(f"{server.url}/login")
    admin.goto("/")
    admin.page.get_by_role("button", name="Root").click()
    admin.page.get_by_role("menuitem", name="Administration").click()
    expect(admin.page.get_by_role("heading", name="Administration")).to_be_visible()


def test_a_purchase_is_found_opened_and_its_receipt_read(admin, buyer, server):
    payment_id = purchase_of(server, buyer.email)
    number = f"GC-{payment_id:08}"
    admin.goto("/admin")
    for text in (buyer.email, number):
        search(admin, text)
        expect(rows(admin)).to_have_count(1)
        expect(rows(admin)).to_contain_text(number)
    search(admin, "nobody@example.org")
    expect(admin.page.get_by_text("No purchase is like that.")).to_be_visible()
    search(admin, number)
    rows(admin).click()
    expect(admin.page.get_by_role("heading", name=number)).to_be_visible()
    entries = admin.page.get_by_role("region", name="Ledger entries")
    expect(entries).to_contain_text("stripe:pi_")
    expect(entries).to_contain_text("500,000")
    admin.page.get_by_role("link", name="Receipt").click()
    expect(admin.page.get_by_role("article")).to_contain_text(buyer.email)


def test_what_needs_somebody_comes_first_and_by_itself(admin, buyer, server):
    purchase_of(server, buyer.email)
    admin.goto("/admin")
    search(admin, buyer.email)
    expect(rows(admin)).to_have_count(1)
    purchase_of(server, buyer.email, credited=False, status="review", received=3400)
    purchase_of(server, buyer.email)
    expect(rows(admin)).to_have_count(3)
    expect(rows(admin).first).to_contain_text("In review")
    admin.page.get_by_role("combobox", name="Status").select_option("Paid")
    expect(rows(admin)).to_have_count(2)


def test_the_ledger_is_checked_on_demand(admin, buyer, server):
    purchase_of(server, buyer.email)
    admin.goto("/admin")
    admin.button("Check now").click()
    expect(admin.page.get_by_text(re.compile(r"^All \d+ promises hold\.$"))).to_be_visible()
    expect(admin.page.get_by_text("In circulation")).to_be_visible()


def test_an_amount_that_is_too_much_is_refused_in_the_dialog(admin, buyer, server):
    payment_id = purchase_of(server, buyer.email)
    admin.goto(f"/admin/purchases/{payment_id}")
    admin.button("Refund").click()
    dialog = admin.page.get_by_role("dialog", name="Refund")
    amount = dialog.get_by_role("textbox", name="Amount in CNY")
    expect(amount).to_have_value("35.00")
    amount.fill("35.01")
    dialog.get_by_role("textbox", name="Reason, for the books").fill("Asked for it")
    dialog.get_by_role("button", name="Refund").click()
    expect(
        dialog.get_by_role("alert").filter(has_text="This amount is not possible.")
    ).to_be_visible()
    expect(amount).to_have_value("35.01")
    admin.page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    assert server.rows("SELECT count(*) FROM refund WHERE payment_id = ?", payment_id) == [(0,)]


def test_nothing_is_wider_than_a_phone(visit, server, buyer):
    person = visit(server, **PHONE)
    person.register("Root")
    promote(server, person.email)
    payment_id = purchase_of(server, buyer.email)
    for path in ("/admin", f"/admin/purchases/{payment_id}", f"/receipts/{payment_id}"):
        person.goto(path)
        expect(person.page.get_by_text(f"GC-{payment_id:08}").first).to_be_visible()
        assert not person.spills()


def pay_by_card(visitor):
    """Buy the popular package with the stand-in's good card; return the payment's number."""
    visitor.button("Buy Tokens").first.click()
    page = visitor.page
    page.get_by_role("dialog", name="Buy Tokens").get_by_role("button", name="Purchase").click()
    page.get_by_label("Card number").fill("4242424242424242")
    page.get_by_label("Expiration date").fill("12 / 34")
    page.get_by_label("Security code").fill("123")
    page.get_by_role("button", name="Pay Now").click()
    expect(page.get_by_role("heading", name="Payment Successful!")).to_be_visible()
    ((payment_id, reference),) = visitor.server.rows(
        "SELECT payment.id, reference FROM payment JOIN account ON account.id = account_id"
        " WHERE email = ?",
        visitor.email,
    )
    return payment_id, reference


def test_a_refund_goes_out_once_and_every_open_page_follows(admin, buyer, server):
    payment_id, _ = pay_by_card(buyer)
    buyer.goto(f"/receipts/{payment_id}")
    expect(buyer.page.get_by_role("article")).to_contain_text("Paid")
    expect(buyer.balance).to_have_attribute("data-tokens", "520000")
    admin.goto(f"/admin/purchases/{payment_id}")
    admin.button("Refund").click()
    dialog = admin.page.get_by_role("dialog", name="Refund")
    dialog.get_by_role("textbox", name="Amount in CNY").fill("7")
    dialog.get_by_role("textbox", name="Reason, for the books").fill("Asked for it")
    dialog.get_by_role("button", name="Refund").dblclick()
    expect(dialog).to_be_hidden()
    expect(admin.page.get_by_text("The refund of")).to_be_visible()
    refunds = admin.page.get_by_role("region", name="Refunds")
    expect(refunds).to_contain_text("Asked for it")
    entries = admin.page.get_by_role("region", name="Ledger entries")
    expect(entries).to_contain_text(f"refund:{payment_id}:1")
    expect(entries).to_contain_text("-100,000")
    events = admin.page.get_by_role("region", name="Webhook events")
    expect(events).to_contain_text("refund")
    receipt = buyer.page.get_by_role("article")
    expect(receipt).to_contain_text("Partly refunded")
    expect(receipt).to_contain_text("-¥7.00")
    expect(buyer.balance).to_have_attribute("data-tokens", "420000")
    refunded = "SELECT count(*), sum(amount) FROM refund WHERE payment_id = ?"
    assert server.rows(refunded, payment_id) == [(1, 700)]


def test_a_dispute_shows_up_by_itself(admin, buyer, server):
    payment_id, reference = pay_by_card(buyer)
    admin.goto("/admin")
    search(admin, buyer.email)
    expect(rows(admin)).to_have_count(1)
    expect(rows(admin)).to_contain_text("Paid")
    disputed = buyer.context.request.post(
        f"{server.url}/standins/stripe/_test/dispute", data={"intent_id": reference}
    )
    assert disputed.ok, disputed.text()
    expect(rows(admin)).to_contain_text("Disputed")
    buyer.goto(f"/receipts/{payment_id}")
    expect(buyer.page.get_by_role("article")).to_contain_text("Disputed")
    expect(buyer.balance).to_have_attribute("data-tokens", "20000")
