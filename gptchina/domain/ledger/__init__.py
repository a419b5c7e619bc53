"""The ledger: every token moves here, by an entry that is never changed."""

from .entries import Amount, KeyConflictError, Posting, ProgramAccount, post
from .holds import Settlement, hold, overdue, renew, settle
from .usage import Terms, Use
from .verification import PROMISES, Violation, verify
from .wallets import (
    Balance,
    InsufficientBalanceError,
    InvalidAmountError,
    balance_of,
    grant,
    open_wallet,
)

__all__ = [
    "PROMISES",
    "Amount",
    "Balance",
    "InsufficientBalanceError",
    "InvalidAmountError",
    "KeyConflictError",
    "Posting",
    "ProgramAccount",
    "Settlement",
    "Terms",
    "Use",
    "Violation",
    "balance_of",
    "grant",
    "hold",
    "open_wallet",
    "overdue",
    "post",
    "renew",
    "settle",
    "verify",
]
