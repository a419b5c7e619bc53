"""Purchases: packages, orders, and a ledger that agrees with what the providers hold true."""

from .packages import (
    Package,
    PackageNotOfferedError,
    find_package,
    offered_packages,
    popular_package,
    short,
)
from .records import FINAL, Checkout, PaymentStatus, Purchase, purchase_of, receipt_number

__all__ = [
    "FINAL",
    "Checkout",
    "Package",
    "PackageNotOfferedError",
    "PaymentStatus",
    "Purchase",
    "find_package",
    "offered_packages",
    "popular_package",
    "purchase_of",
    "receipt_number",
    "short",
]
