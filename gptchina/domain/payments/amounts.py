"""Amounts of money between minor units and what people read and write."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final

from gptchina.domain.ledger import InvalidAmountError

# The short signs, as the browser writes them; where it matters the code stands beside the amount.
_SIGNS: Final[dict[str, str]] = {
    "cny": "¥",
    "eur": "€",
    "gbp": "£",
    "hkd": "$",
    "jpy": "¥",
    "usd": "$",
}
_WRITTEN = re.compile(r"([0-9]{1,12})(?:\.([0-9]{1,3}))?")


def decimals(currency: str) -> int:
    """Return how many digits of an amount are of the minor unit: 2 for cny, 0 for jpy."""
    from babel.numbers import get_currency_precision  # noqa: PLC0415 -- slow to load, seldom used

    return get_currency_precision(currency.upper())


def money(minor: int, currency: str) -> str:
    """Write an amount as pages do: 123450 fen are "¥1,234.50", of other currencies "SEK 12.00"."""
    digits = decimals(currency)
    amount = f"{Decimal(abs(minor)).scaleb(-digits):,.{digits}f}"
    sign = "-" if minor < 0 else ""
    return f"{sign}{_SIGNS.get(currency, currency.upper() + ' ')}{amount}"


def plain(minor: int, currency: str) -> str:
    """Write an amount as it is typed into a field: "1234.50"."""
    digits = decimals(currency)
    return f"{Decimal(minor).scaleb(-digits):.{digits}f}"


def minor_units(written: object, currency: str) -> int:
    """Return the minor units of a typed amount such as "12.50".

    Raises:
        InvalidAmountError: it is none, is not above 0, or has more digits than the currency.
    """
    match = _WRITTEN.fullmatch(written.strip()) if isinstance(written, str) else None
    fraction = (match[2] or "") if match else ""
    digits = decimals(currency)
    if match is None or len(fraction) > digits:
        raise InvalidAmountError(field="amount")
    minor = int(match[1] + fraction.ljust(digits, "0"))
    if not minor:
        raise InvalidAmountError(field="amount")
    return minor
