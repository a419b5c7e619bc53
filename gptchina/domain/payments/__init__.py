"""Purchases: packages, orders, and a ledger that agrees with what the providers hold true."""

from .audit import Audit, Difference, audit
from .errors import (
    AttemptOverError,
    InvalidNoticeError,
    InvalidReasonError,
    PaymentUnavailableError,
    PurchaseLimitError,
    PurchasesClosedError,
    RefundRefusedError,
)
from .following import cancel, purchase, purchases, refresh, returned
from .inbox import receive
from .orders import Storefront, Way, begin, storefront, ways
from .packages import (
    Package,
    PackageNotOfferedError,
    find_package,
    offered_packages,
    popular_package,
    short,
)
from .reconciler import Reconciled, reconcile
from .records import FINAL, Checkout, PaymentStatus, Purchase, purchase_of, receipt_number
from .refunds import refund, require_admin

__all__ = [
    "FINAL",
    "AttemptOverError",
    "Audit",
    "Checkout",
    "Difference",
    "InvalidNoticeError",
    "InvalidReasonError",
    "Package",
    "PackageNotOfferedError",
    "PaymentStatus",
    "PaymentUnavailableError",
    "Purchase",
    "PurchaseLimitError",
    "PurchasesClosedError",
    "Reconciled",
    "RefundRefusedError",
    "Storefront",
    "Way",
    "audit",
    "begin",
    "cancel",
    "find_package",
    "offered_packages",
    "popular_package",
    "purchase",
    "purchase_of",
    "purchases",
    "receipt_number",
    "receive",
    "reconcile",
    "refresh",
    "refund",
    "require_admin",
    "returned",
    "short",
    "storefront",
    "ways",
]
