"""Receipts by e-mail: at most one for each purchase, and never a reason for anything to fail."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

import structlog
from sqlmodel import col, update

from gptchina.db.engine import transaction
from gptchina.db.models import Payment
from gptchina.domain import clock
from gptchina.domain.threads import in_thread
from gptchina.providers.mail import Attachment, Mail, get_mailer
from gptchina.settings import get_settings
from gptchina.texts import translate

from . import receipt_words
from .receipt_pdf import receipt_pdf
from .receipts import read_receipt

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .receipt_words import Line
    from .receipts import Receipt

log = structlog.get_logger()

TAGS = {"en": "en", "zh": "zh-CN"}
# Programs for mail know no style sheets.
PAGE = (
    "max-width:560px;margin:0 auto;padding:24px;color:#15181e;"
    "font:15px/1.6 system-ui,-apple-system,'Segoe UI',Roboto,'PingFang SC','Microsoft YaHei',"
    "sans-serif"
)
LABEL = "padding:4px 24px 4px 0;color:#5f6774;text-align:left;font-weight:normal;vertical-align:top"
VALUE = "padding:4px 0;font-variant-numeric:tabular-nums"


async def mail_receipt(payment_id: int) -> None:
    """Send the receipt of a purchase to its buyer, in the buyer's language, at most once.

    That it goes out is written down before: a receipt that the mail server did not take is not
    sent again, since nobody can tell whether it was taken after all. The buyer has it on the page.
    Whatever fails is logged and goes no further. Without SMTP_URL nothing is done.
    """
    mailer = get_mailer()
    if mailer is None:
        return
    try:
        receipt = await in_thread(_take, payment_id)
        if receipt is not None:
            await mailer.send(await in_thread(compose, receipt))
            log.info("receipt_mailed", payment=payment_id)
    except Exception:
        log.exception("receipt_not_mailed", payment=payment_id)


def _take(payment_id: int) -> Receipt | None:
    """Return the receipt to send, None if one was sent, or there is nobody to send it to."""
    with transaction() as session:
        taken = session.connection().execute(
            update(Payment)
            .where(
                col(Payment.id) == payment_id,
                col(Payment.credited_at).is_not(None),
                col(Payment.mailed_at).is_(None),
            )
            .values(mailed_at=clock.now())
        )
        receipt = read_receipt(session, payment_id) if taken.rowcount == 1 else None
    return receipt if receipt and receipt.email else None


def compose(receipt: Receipt) -> Mail:
    """Return the mail with a receipt: as text, as HTML, and as a file."""
    language = receipt_words.language_of(receipt)
    number = receipt.purchase.number
    greeting = translate(language, "Hello, {name}", name=receipt.buyer)
    thanks = translate(
        language,
        "Thank you for your purchase. {amount} tokens have been added to your balance.",
        amount=receipt.purchase.tokens,
    )
    if receipt.test:
        thanks = f"{thanks} {translate(language, 'A test payment: no money was moved.')}"
    lines = [
        *receipt_words.facts(receipt, language),
        receipt_words.item(receipt, language),
        *receipt_words.totals(receipt, language),
    ]
    where = translate(language, "Your receipt is attached, and at this address:")
    address = f"{get_settings().url}/receipts/{receipt.purchase.id}"
    return Mail(
        to=receipt.email,
        subject=translate(language, "Your receipt {number}", number=number),
        text=_text([greeting, thanks], lines, [where, address, "", receipt.seller]),
        html=_html([greeting, thanks], lines, where, address, receipt.seller),
        attachments=(
            Attachment(f"receipt-{number}.pdf", "application/pdf", receipt_pdf(receipt, language)),
        ),
        id=f"receipt-{number}",
        language=TAGS[language],
    )


def _text(opening: Iterable[str], lines: Iterable[Line], closing: Iterable[str]) -> str:
    table = "\n".join(f"{line.label}: {line.value}" for line in lines)
    return "\n\n".join([*opening, table, "\n".join(closing)]) + "\n"


def _html(
    opening: Iterable[str], lines: Iterable[Line], where: str, address: str, seller: str
) -> str:
    paragraphs = "".join(f"<p>{escape(text)}</p>" for text in opening)
    rows = "".join(map(_row, lines))
    link = f'<a href="{escape(address)}">{escape(address)}</a>'
    return (
        f'<!doctype html><html><body><div style="{PAGE}">{paragraphs}'
        f'<table style="border-collapse:collapse;margin:16px 0">{rows}</table>'
        f"<p>{escape(where)}<br>{link}</p><p>{escape(seller)}</p></div></body></html>\n"
    )


def _row(line: Line) -> str:
    value = escape(line.value)
    shown = f"<b>{value}</b>" if line.strong else value
    return f'<tr><th style="{LABEL}">{escape(line.label)}</th><td style="{VALUE}">{shown}</td></tr>'
