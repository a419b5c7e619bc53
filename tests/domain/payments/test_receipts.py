"""Who may see a receipt, and what it says, in both languages and on paper."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from gptchina.db.engine import transaction
from gptchina.db.models import Account
from gptchina.domain import clock, payments
from gptchina.domain.config_file import config_file
from gptchina.domain.errors import NotFoundError
from gptchina.domain.payments import amounts, receipt_words
from gptchina.settings import get_settings
from tests.factories import make_account, make_admin, make_purchase


@pytest.fixture(autouse=True)
def _of_the_database(database):
    """Let every test here run on both databases."""


@pytest.fixture
def buyer():
    return make_account(name="欧阳娜娜")


def change(account_id, **columns):
    with transaction() as session:
        account = session.get_one(Account, account_id)
        for name, value in columns.items():
            setattr(account, name, value)


def words_on_paper(pdf, tmp_path):
    program = shutil.which("pdftotext")
    if program is None:
        pytest.skip("pdftotext (poppler-utils) is not installed")
    file = tmp_path / "receipt.pdf"
    file.write_bytes(pdf)
    read = subprocess.run([program, "-layout", file, "-"], capture_output=True, check=True)
    return read.stdout.decode()


def test_the_buyer_and_an_administrator_see_a_receipt_and_nobody_else(buyer):
    payment_id = make_purchase(buyer)
    for viewer in (buyer, make_admin()):
        receipt = payments.receipt_of(viewer, payment_id)
        assert (receipt.purchase.id, receipt.buyer) == (payment_id, "欧阳娜娜")
    for stranger in (make_account(), 0, -1):
        with pytest.raises(NotFoundError):
            payments.receipt_of(stranger, payment_id)


@pytest.mark.parametrize("payment_id", [None, True, 0, -1, 2**63, "1", 1.0, [], "pi_1"])
def test_what_is_no_number_of_a_payment_has_no_receipt(buyer, payment_id):
    make_purchase(buyer)
    with pytest.raises(NotFoundError):
        payments.receipt_of(buyer, payment_id)


def test_what_is_not_paid_has_no_receipt(buyer):
    for status in ("open", "processing", "failed", "canceled", "review"):
        payment_id = make_purchase(buyer, credited=False, status=status)
        with pytest.raises(NotFoundError):
            payments.receipt_of(buyer, payment_id)


def test_nobody_who_was_an_administrator_or_deleted_the_account_sees_a_receipt(buyer):
    payment_id = make_purchase(buyer)
    admin = make_admin()
    change(admin, role="user")
    change(buyer, deleted_at=clock.now(), email=None, name=None)
    for viewer in (admin, buyer):
        with pytest.raises(NotFoundError):
            payments.receipt_of(viewer, payment_id)
    assert payments.receipt_of(make_admin(), payment_id).buyer == ""


def test_the_seller_is_configured(buyer, tmp_path, monkeypatch):
    file = tmp_path / "shop.yaml"
    file.write_text("seller:\n  name: Example Ltd\n  address: |\n    1 Harbour Road\n    HK\n")
    monkeypatch.setenv("CONFIG_FILE", str(file))
    get_settings.cache_clear()
    config_file.cache_clear()
    try:
        receipt = payments.receipt_of(buyer, make_purchase(buyer))
    finally:
        config_file.cache_clear()
    assert (receipt.seller, receipt.address) == ("Example Ltd", "1 Harbour Road\nHK")


def test_the_language_is_the_wish_or_the_buyers_or_english(buyer):
    receipt = payments.receipt_of(buyer, make_purchase(buyer))
    assert payments.language_of(receipt) == "en"
    change(buyer, language="zh")
    receipt = payments.receipt_of(buyer, receipt.purchase.id)
    assert payments.language_of(receipt) == "zh"
    assert payments.language_of(receipt, "en") == "en"
    assert payments.language_of(receipt, "fr") == "zh"


def test_the_time_is_of_the_buyers_clock(buyer):
    change(buyer, time_zone="Asia/Shanghai")
    receipt = payments.receipt_of(buyer, make_purchase(buyer))
    assert receipt_words.facts(receipt, "en")[1].value.endswith("(UTC+08:00)")
    change(buyer, time_zone="Not/AZone")
    receipt = payments.receipt_of(buyer, receipt.purchase.id)
    assert receipt_words.facts(receipt, "zh")[1].value.endswith("(UTC)")


def test_english_paper_says_everything(buyer, tmp_path):
    payment_id = make_purchase(
        buyer, refunded=1200, taken_back=171_428, received=3500, disputed=100
    )
    receipt = payments.receipt_of(buyer, payment_id)
    said = words_on_paper(payments.receipt_pdf(receipt, "en"), tmp_path)
    for words in (
        *("Receipt", receipt.purchase.number, "GPTChina", "欧阳娜娜"),
        *("Visa •••• 4242", "Partly refunded", receipt.reference),
        *("500K Tokens (500,000 tokens)", "¥35.00 CNY", "-¥12.00", "-¥1.00", "171,428 tokens"),
        "A test payment: no money was moved.",
    ):
        assert words in said, said
    assert receipt.email in "".join(said.split())


def test_chinese_paper_says_everything(buyer, tmp_path):
    receipt = payments.receipt_of(buyer, make_purchase(buyer, method="alipay", brand="", last4=""))
    said = words_on_paper(payments.receipt_pdf(receipt, "zh"), tmp_path)
    for words in ("收据", "欧阳娜娜", "支付宝", "已付款", "代币", "¥35.00 CNY", "测试付款"):
        assert words in said, said


def test_paper_takes_every_name_and_address(buyer, tmp_path):
    change(buyer, name="김철수 Жук ไทย 😀", email=f"{'a' * 64}@{'long-name.' * 17}example.com")
    receipt = payments.receipt_of(buyer, make_purchase(buyer))
    said = words_on_paper(payments.receipt_pdf(receipt, "en"), tmp_path)
    assert "김철수 Жук □□□ □" in said
    assert receipt.email in "".join(said.split())
    assert payments.receipt_pdf(receipt, "en") == payments.receipt_pdf(receipt, "en")


@pytest.mark.parametrize(
    ("minor", "currency", "written"),
    [
        (3500, "cny", "¥35.00"),
        (123_456_789, "cny", "¥1,234,567.89"),
        (-5, "usd", "-$0.05"),
        (12, "jpy", "¥12"),
        (1050, "sek", "SEK 10.50"),
        (2**53 + 1, "cny", "¥90,071,992,547,409.93"),
    ],
)
def test_money_is_written_exactly(minor, currency, written):
    assert amounts.money(minor, currency) == written
