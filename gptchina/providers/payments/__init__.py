"""Payment providers behind a Protocol of our own; the vendors' clients stay inside."""

from .contract import (
    MalformedNoticeError,
    Method,
    Notice,
    Opened,
    OpenOrder,
    PaymentFailure,
    PaymentProvider,
    PaymentProviderError,
    SignatureError,
    Truth,
    TruthStatus,
)

__all__ = [
    "MalformedNoticeError",
    "Method",
    "Notice",
    "OpenOrder",
    "Opened",
    "PaymentFailure",
    "PaymentProvider",
    "PaymentProviderError",
    "SignatureError",
    "Truth",
    "TruthStatus",
]
