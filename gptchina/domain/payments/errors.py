"""Expected failures of ordering, paying and giving back."""

from __future__ import annotations

from gptchina.domain.errors import DomainError


class PurchasesClosedError(DomainError):
    """Nothing can be bought here, or not in this way."""

    code = "purchases_closed"


class PurchaseLimitError(DomainError):
    """The account has bought as much as it may within 24 hours; `most` in minor units."""

    code = "purchase_limit"


class AttemptOverError(DomainError):
    """The order of this attempt is finished, or is for something else."""

    code = "attempt_over"


class PaymentUnavailableError(DomainError):
    """The provider does not answer at the moment; nothing was charged."""

    code = "payment_unavailable"


class RefundRefusedError(DomainError):
    """The provider does not refund this payment."""

    code = "refund_refused"


class InvalidReasonError(DomainError):
    """A refund needs a reason of 1 to 400 characters."""

    code = "invalid_reason"


class InvalidNoticeError(DomainError):
    """A webhook's body is not signed by the provider, or is no event of it."""

    code = "invalid_notice"
