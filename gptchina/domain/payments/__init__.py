"""Purchases: packages, orders, and a ledger that agrees with what the providers hold true."""

from .amounts import decimals, minor_units, plain
from .audit import Audit, Difference, audit
from .desk import (
    AskedRefund,
    Case,
    DeskPurchase,
    Entry,
    Event,
    everybodys_purchases,
    purchase_case,
)
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
from .health import Circulation, Health, Hearing, check_now, health_of_money
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
    "AskedRefund",
    "AttemptOverError",
    "Audit",
    "Case",
    "Checkout",
    "Circulation",
    "DeskPurchase",
    "Difference",
    "Entry",
    "Event",
    "Health",
    "Hearing",
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
    "check_now",
    "decimals",
    "everybodys_purchases",
    "find_package",
    "health_of_money",
    "language_of",
    "method_name",
    "minor_units",
    "offered_packages",
    "plain",
    "popular_package",
    "purchase",
    "purchase_case",
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
