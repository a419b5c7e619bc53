"""What an invoice says, as a Truth; its amounts are decimals in major units of a currency."""

from __future__ import annotations

import datetime as dt
from decimal import ROUND_FLOOR, Decimal, InvalidOperation, localcontext
from typing import TYPE_CHECKING, Any, cast

from gptchina.providers.payments.contract import Method, Truth, TruthStatus

from .server import unreadable

if TYPE_CHECKING:
    from collections.abc import Iterable

    Invoice = dict[str, Any]

# What came is not what was asked for, or came when it was not expected any more.
_IRREGULAR = frozenset({"PaidPartial", "PaidLate", "PaidOver"})
_MARKED = "Marked"
_PRECISION = 60
_LONGEST_NUMBER = 18


def _minor_digits(currency: str) -> int:
    from babel.numbers import get_currency_precision  # noqa: PLC0415 -- slow to load

    return get_currency_precision(currency.upper())


def to_major(amount: int, currency: str) -> str:
    """Write minor units as the server reads them, such as "10.00"."""
    return f"{Decimal(amount).scaleb(-_minor_digits(currency)):f}"


def to_minor(amount: Decimal, currency: str) -> int:
    """Return whole minor units; a part of one was not paid."""
    with localcontext(prec=_PRECISION):
        return int(amount.scaleb(_minor_digits(currency)).to_integral_value(ROUND_FLOOR))


def price_of(invoice: Invoice) -> tuple[int, str]:
    """Return what an invoice asks for, in minor units, and of which currency."""
    currency = str(invoice.get("currency", "")).lower()
    return to_minor(_decimal(invoice.get("amount")), currency), currency


def needs_payments(invoice: Invoice) -> bool:
    """Return whether only the payments themselves tell how much came.

    That of a settled invoice is its amount: the server compared them, and whoever marks one as
    settled says so. Where money came in a crooked way, it has to be added up.
    """
    status, additional = invoice.get("status"), invoice.get("additionalStatus")
    if status == "Settled":
        return additional in _IRREGULAR
    return status in {"Expired", "Invalid"} and additional != _MARKED


def received_of(payment_methods: Iterable[Invoice]) -> Decimal:
    """Return what came in all ways together, in major units of the invoice's currency."""
    with localcontext(prec=_PRECISION):
        return sum(
            (
                _decimal(each.get("paymentMethodPaid")) * _decimal(each.get("rate"))
                for each in payment_methods
                # A way that nobody chose may have no rate yet.
                if _decimal(each.get("paymentMethodPaid"))
            ),
            Decimal(0),
        )


def money_came(invoice: Invoice) -> bool:
    """Return whether an invoice was paid, in whichever way, or is being paid."""
    paid = invoice.get("status") in {"Processing", "Settled"}
    return paid or invoice.get("additionalStatus") in _IRREGULAR


def read_truth(invoice: Invoice, came: Decimal | None = None) -> Truth:
    """Return what is true of an invoice; `came` has to be given if `needs_payments` says so."""
    if came is None and needs_payments(invoice):
        raise ValueError("whatever came has to be added up")
    amount, currency = price_of(invoice)
    received = None if came is None else to_minor(came, currency)
    status = _status(invoice, amount, received)
    if status in {"succeeded", "partly"}:
        received = amount if received is None else received
    else:
        # What is not settled may still not come.
        received = 0
    kept = metadata_of(invoice)
    return Truth(
        reference=reference_of(invoice),
        payment_id=_own_number(kept.get("paymentId")),
        key=str(kept.get("orderId") or ""),
        status=status,
        amount=amount,
        received=received,
        currency=currency,
        method=Method() if status in {"open", "canceled"} else Method("bitcoin"),
        created_at=created_of(invoice),
    )


def created_of(invoice: Invoice) -> dt.datetime:
    """Return when an invoice was made."""
    try:
        return dt.datetime.fromtimestamp(int(str(invoice.get("createdTime"))), dt.UTC)
    except (ValueError, OverflowError, OSError):
        raise unreadable("no time") from None


def metadata_of(invoice: Invoice) -> Invoice:
    """Return what the shop that made an invoice has written into it."""
    found = invoice.get("metadata")
    return cast("Invoice", found) if isinstance(found, dict) else {}


def reference_of(invoice: Invoice) -> str:
    """Return the name of an invoice."""
    name = invoice.get("id")
    if not isinstance(name, str) or not name:
        raise unreadable("an invoice without id")
    return name


def _status(invoice: Invoice, amount: int, received: int | None) -> TruthStatus:
    status = invoice.get("status")
    if status == "Settled":
        # Bitcoin has larger units than a cent, so what was paid over may be less than one.
        return "succeeded" if received in {None, amount} else "partly"
    if status == "Processing":
        return "processing"
    if status in {"Expired", "Invalid"}:
        crooked = received or invoice.get("additionalStatus") in _IRREGULAR
        return "partly" if crooked else "canceled"
    if status == "New":
        return "open"
    raise unreadable(f"an invoice that is {status}")


def _decimal(given: object) -> Decimal:
    """Return a number that was written as text; raise PaymentProviderError."""
    try:
        number = Decimal(str(given))
    except InvalidOperation:
        raise unreadable("no amount") from None
    if not number.is_finite() or abs(number.adjusted()) > _LONGEST_NUMBER:
        raise unreadable("no amount")
    return number


def _own_number(given: object) -> int | None:
    """Return our number of a payment; None if the invoice is of somebody else's shop."""
    if not isinstance(given, str) or len(given) > _LONGEST_NUMBER:
        return None
    return int(given) if given.isascii() and given.isdecimal() else None
