"""Receipts by mail: at most one for each purchase, and never a reason for anything to fail."""

from __future__ import annotations

import asyncio
from email import message_from_bytes
from email.policy import default

import pytest
import structlog
from aiosmtpd.controller import Controller

from gptchina.db.engine import reading, transaction
from gptchina.db.models import Account, Payment
from gptchina.domain import clock, payments
from gptchina.domain.payments import inbox, truths
from gptchina.domain.payments.mailing import compose, mail_receipt
from gptchina.settings import get_settings
from tests.e2e.server import free_port
from tests.factories import make_account, make_purchase


class Post:
    """A mail server's memory."""

    def __init__(self):
        self.answer = "250 OK"
        self.letters = []

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 -- aiosmtpd's name
        self.letters.append(message_from_bytes(envelope.content, policy=default))
        return self.answer


@pytest.fixture
def post(database, monkeypatch):
    """Serve mail on loopback, and point the program at it."""
    memory, port = Post(), free_port()
    controller = Controller(memory, hostname="127.0.0.1", port=port)
    controller.start()
    monkeypatch.setenv("SMTP_URL", f"smtp://127.0.0.1:{port}")
    monkeypatch.setenv("MAIL_FROM", "GPTChina <receipts@example.com>")
    get_settings.cache_clear()
    yield memory
    controller.stop()


def make_buyer(**columns):
    account_id = make_account(name="欧阳 <b>娜娜</b>")
    with transaction() as session:
        account = session.get_one(Account, account_id)
        for name, value in columns.items():
            setattr(account, name, value)
    return account_id


def mailed_at(payment_id):
    with reading() as session:
        return session.get_one(Payment, payment_id).mailed_at


async def test_the_buyer_gets_the_receipt_in_their_language(post):
    payment_id = make_purchase(make_buyer(language="zh", email="li@example.com"))
    await mail_receipt(payment_id)
    (letter,) = post.letters
    number = payments.receipt_number(payment_id)
    assert letter["To"] == "li@example.com"
    assert letter["Subject"] == f"您的收据 {number}"
    plain = letter.get_body(("plain",)).get_content()
    rich = letter.get_body(("html",)).get_content()
    for body in (plain, rich):
        for words in ("感谢您的购买", "500,000 代币", "¥35.00 CNY", f"/receipts/{payment_id}"):
            assert words in body
    assert "<b>娜娜</b>" in plain
    assert "<b>娜娜</b>" not in rich
    (file,) = letter.iter_attachments()
    assert file.get_filename() == f"receipt-{number}.pdf"
    assert file.get_content().startswith(b"%PDF-")
    assert mailed_at(payment_id) is not None


async def test_twenty_at_once_send_one(post):
    payment_id = make_purchase(make_buyer())
    await asyncio.gather(*(mail_receipt(payment_id) for _ in range(20)))
    await mail_receipt(payment_id)
    assert len(post.letters) == 1


async def test_a_receipt_that_was_refused_is_logged_and_not_sent_again(post):
    payment_id = make_purchase(make_buyer())
    post.answer = "554 No"
    with structlog.testing.capture_logs() as logged:
        await mail_receipt(payment_id)
    assert [(line["event"], line["payment"]) for line in logged] == [
        ("receipt_not_mailed", payment_id)
    ]
    post.answer = "250 OK"
    await mail_receipt(payment_id)
    assert len(post.letters) == 1


async def test_without_a_mail_server_nothing_is_noted(database):
    payment_id = make_purchase(make_buyer())
    await mail_receipt(payment_id)
    assert mailed_at(payment_id) is None


async def test_what_is_not_paid_or_not_there_is_not_mailed(post):
    payment_id = make_purchase(make_buyer(), credited=False)
    for each in (payment_id, payment_id + 1):
        await mail_receipt(each)
    assert (post.letters, mailed_at(payment_id)) == ([], None)


async def test_a_deleted_account_gets_no_mail(post):
    payment_id = make_purchase(make_buyer(email=None, name=None, deleted_at=clock.now()))
    await mail_receipt(payment_id)
    assert post.letters == []


async def test_no_transaction_is_open_while_the_mail_is_sent(post, monkeypatch):
    payment_id = make_purchase(make_buyer())
    seen = []

    async def handle_data(server, session, envelope):
        with transaction() as writing:
            writing.get_one(Payment, payment_id).version += 1
        seen.append(True)
        return "250 OK"

    monkeypatch.setattr(post, "handle_DATA", handle_data)
    async with asyncio.timeout(15):
        await mail_receipt(payment_id)
    assert seen == [True]


def test_a_name_cannot_reach_a_header(database):
    payment_id = make_purchase(make_buyer(name="x\r\nBcc: evil@example.com"))
    with reading() as session:
        account_id = session.get_one(Payment, payment_id).account_id
    mail = compose(payments.receipt_of(account_id, payment_id))
    assert "evil" not in mail.subject + mail.to + mail.id


async def paid(till, order, buyer):
    """Let a buyer pay, be told of it three times, and wait for what goes out beside."""
    payment_id, reference = await order(buyer)
    told = [await inbox.take(till, till.pay(reference)) for _ in range(3)]
    await asyncio.gather(*truths._beside)
    return payment_id, told


async def test_a_payment_sends_its_receipt_once(till, order, post):
    payment_id, told = await paid(till, order, make_buyer())
    assert told == ["done"] * 3
    (letter,) = post.letters
    assert payments.receipt_number(payment_id) in letter["Subject"]


async def test_mail_that_fails_changes_nothing_of_the_webhook(till, order, monkeypatch):
    monkeypatch.setenv("SMTP_URL", f"smtp://127.0.0.1:{free_port()}")
    monkeypatch.setenv("MAIL_FROM", "receipts@example.com")
    get_settings.cache_clear()
    buyer = make_buyer()
    with structlog.testing.capture_logs() as logged:
        payment_id, told = await paid(till, order, buyer)
    assert told == ["done"] * 3
    assert payments.purchase(buyer, payment_id).credited
    assert [line["event"] for line in logged if line["log_level"] == "error"] == [
        "receipt_not_mailed"
    ]
