"""The ledger: every token moves here, by an entry that is never changed."""

from .entries import Amount, KeyConflictError, Posting, ProgramAccount, debt_account, post
from .holds import Settlement, hold, overdue, refusal, renew, settle
from .purchases import CLEARING, Order, credit_order, give_back, take_back
from .usage import Terms, Use
from .verification import PROMISES, Violation, verify
from .wallets import (
    Balance,
    InsufficientBalanceError,
    InvalidAmountError,
    SpendingLimitError,
    balance_of,
    credit,
    grant,
    open_wallet,
    withdraw,
)

__all__ = [
    "CLEARING",
    "PROMISES",
    "Amount",
    "Balance",
    "InsufficientBalanceError",
    "InvalidAmountError",
    "KeyConflictError",
    "Order",
    "Posting",
    "ProgramAccount",
    "Settlement",
    "SpendingLimitError",
    "Terms",
    "Use",
    "Violation",
    "balance_of",
    "credit",
    "credit_order",
    "debt_account",
    "give_back",
    "grant",
    "hold",
    "open_wallet",
    "overdue",
    "post",
    "refusal",
    "renew",
    "settle",
    "take_back",
    "verify",
    "withdraw",
]
