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
from .registry import (
    close_payment_providers,
    forget_payment_providers,
    get_payment_provider,
    payment_providers,
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
    "close_payment_providers",
    "forget_payment_providers",
    "get_payment_provider",
    "payment_providers",
]
