"""A receipt on the screen, on paper and as a file, for its buyer alone."""

import shutil
import subprocess

import pytest
from playwright.sync_api import expect

from tests.e2e.purchases import purchase_of
from tests.e2e.visitor import DESKTOP


def text_of(pdf):
    program = shutil.which("pdftotext")
    if program is None:
        pytest.skip("pdftotext (poppler-utils) is not installed")
    read = subprocess.run([program, "-layout", pdf, "-"], capture_output=True, check=True)
    return read.stdout.decode()


def test_a_buyer_reads_and_keeps_the_receipt(anybody, server, tmp_path):
    payment_id = purchase_of(server, anybody.email)
    number = f"GC-{payment_id:08}"
    anybody.goto(f"/receipts/{payment_id}")
    receipt = anybody.page.get_by_role("article")
    for words in (number, anybody.email, "Visa •••• 4242", "¥35.00 CNY", "Paid"):
        expect(receipt).to_contain_text(words)
    with anybody.page.expect_download() as kept:
        anybody.page.get_by_role("link", name="Download PDF").click()
    assert kept.value.suggested_filename == f"receipt-{number}.pdf"
    kept.value.save_as(tmp_path / "receipt.pdf")
    assert number in text_of(tmp_path / "receipt.pdf")


def test_only_the_receipt_comes_onto_paper_and_black_on_white(visit, server, tmp_path):
    person = visit(server, **{**DESKTOP, "color_scheme": "dark"})
    person.register()
    payment_id = purchase_of(server, person.email)
    person.goto(f"/receipts/{payment_id}")
    expect(person.page.get_by_role("article")).to_contain_text(person.email)
    theme = "document.documentElement.dataset.theme"
    person.page.evaluate(
        f"addEventListener('beforeprint', () => window.printedAs = {theme}, {{once: true}})"
    )
    person.page.pdf(path=tmp_path / "paper.pdf", format="A4")
    printed = text_of(tmp_path / "paper.pdf")
    assert f"GC-{payment_id:08}" in printed
    for words in ("New chat", "Balance", "Buy Tokens", "Download", "\f\f"):
        assert words not in printed
    assert printed.count("\f") == 1
    assert person.page.evaluate("window.printedAs") == "light"
    assert person.page.evaluate(theme) == "dark"


def test_the_file_speaks_the_language_of_the_page(visit, server, tmp_path):
    person = visit(server, **{**DESKTOP, "locale": "zh-CN"})
    person.register()
    person.goto(f"/receipts/{purchase_of(server, person.email)}")
    expect(person.page.get_by_role("article")).to_contain_text("实付金额")
    with person.page.expect_download() as kept:
        person.page.get_by_role("link", name="下载 PDF").click()
    kept.value.save_as(tmp_path / "receipt.pdf")
    assert "实付金额" in text_of(tmp_path / "receipt.pdf")


def test_a_receipt_of_somebody_else_is_not_there(person, server, visit):
    payment_id = purchase_of(server, person.email)
    stranger = visit(server)
    stranger.register()
    for number in (payment_id, 10**6, "x"):
        stranger.goto(f"/receipts/{number}")
        expect(stranger.page.get_by_text("This receipt is not here")).to_be_visible()
    nobody = visit(server)
    nobody.goto(f"/receipts/{payment_id}")
    expect(nobody.page).to_have_url(f"{server.url}/login")
