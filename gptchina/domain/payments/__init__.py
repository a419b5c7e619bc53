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
from .names import method_name, state_of, status_name
from .orders import Storefront, Way, begin, storefront, ways
from .packages import (
    Package,
    PackageNotOfferedError,
    find_package,
    offered_packages,
    popular_package,
    short,
)
from .receipt_pdf import receipt_pdf
from .receipt_words import language_of
from .receipts import Receipt, receipt_of
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
    "Receipt",
    "Reconciled",
    "RefundRefusedError",
    "Storefront",
    "Way",
    "audit",
    "begin",
    "cancel",
    "find_package",
    "language_of",
    "method_name",
    "offered_packages",
    "popular_package",
    "purchase",
    "purchase_of",
    "purchases",
    "receipt_number",
    "receipt_of",
    "receipt_pdf",
    "receive",
    "reconcile",
    "refresh",
    "refund",
    "require_admin",
    "returned",
    "short",
    "state_of",
    "status_name",
    "storefront",
    "ways",
]
