"""The words of a receipt, for paper and for mail; the page has its own in components/."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from gptchina.texts import translate

from .amounts import money
from .names import method_name, status_name
from .packages import short

if TYPE_CHECKING:
    from datetime import datetime

    from .receipts import Receipt

LANGUAGES = ("en", "zh")
_LOCALES = {"en": "en_GB", "zh": "zh_Hans_CN"}
_MOMENTS = {"en": "d MMM y, HH:mm", "zh": "y年M月d日 HH:mm"}


@dataclass(frozen=True)
class Line:
    """A label and what it says; strong is what the eye looks for first."""

    label: str
    value: str
    strong: bool = False


def language_of(receipt: Receipt, wish: str = "") -> str:
    """Return the language of a receipt: the wish if it is one, else the buyer's, else English."""
    return next((each for each in (wish, receipt.language) if each in LANGUAGES), "en")


def facts(receipt: Receipt, language: str) -> list[Line]:
    """Return what identifies the receipt: number, date, method, state and reference."""
    purchase = receipt.purchase
    lines = [
        Line(translate(language, "Receipt number"), purchase.number),
        Line(translate(language, "Date"), moment(receipt.paid_at, language, receipt.time_zone)),
        Line(translate(language, "Payment method"), method(receipt, language)),
        Line(translate(language, "Status"), translate(language, status_name(purchase))),
        Line(translate(language, "Payment reference"), receipt.reference),
    ]
    return [line for line in lines if line.value]


def item(receipt: Receipt, language: str) -> Line:
    """Return what was bought, and its price."""
    purchase = receipt.purchase
    name = translate(
        language,
        "{short} Tokens ({amount} tokens)",
        short=short(purchase.tokens),
        amount=purchase.tokens,
    )
    return Line(name, money(purchase.amount, purchase.currency))


def totals(receipt: Receipt, language: str) -> list[Line]:
    """Return the sums: what was paid, and what of it was given back or is held back."""
    purchase = receipt.purchase
    currency = purchase.currency

    def with_code(minor: int) -> str:
        return f"{money(minor, currency)} {currency.upper()}"

    lines = [Line(translate(language, "Amount paid"), with_code(purchase.amount), strong=True)]
    if purchase.refunded:
        lines.append(Line(translate(language, "Refunded"), money(-purchase.refunded, currency)))
    if purchase.disputed:
        lines.append(Line(translate(language, "Disputed"), money(-purchase.disputed, currency)))
    if purchase.taken_back:
        taken = translate(language, "{amount} tokens", amount=purchase.taken_back)
        lines.append(Line(translate(language, "Taken back"), taken))
    return lines


def method(receipt: Receipt, language: str) -> str:
    """Return how it was paid, such as "Visa •••• 4242"."""
    name = translate(language, method_name(receipt.purchase))
    last4 = receipt.purchase.last4
    return f"{name} •••• {last4}" if last4 else name


def moment(time: datetime, language: str, time_zone: str) -> str:
    """Return a time as the buyer's clock says it, with its distance from UTC."""
    from babel.dates import format_datetime  # noqa: PLC0415 -- slow to load, seldom used

    try:
        zone = ZoneInfo(time_zone or "UTC")
    except (ValueError, ZoneInfoNotFoundError):
        zone = ZoneInfo("UTC")
    locale = _LOCALES[language]
    written = format_datetime(time, _MOMENTS[language], tzinfo=zone, locale=locale)
    offset = time.astimezone(zone).strftime("%z")
    distance = "" if offset == "+0000" else f"{offset[:3]}:{offset[3:]}"
    return f"{written} (UTC{distance})"
