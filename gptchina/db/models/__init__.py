"""All tables; the constraints are named, because the database enforces what matters."""

from sqlmodel import SQLModel

from .accounts import Account, Attempt, Session
from .chat import Conversation, Message
from .gifts import Invitation, Redemption, RedemptionCode, Referral
from .ledger import Hold, LedgerAccount, LedgerEntry, Usage, Wallet
from .payments import Lease, Payment, Refund, WebhookEvent

metadata = SQLModel.metadata

__all__ = [
    "Account",
    "Attempt",
    "Conversation",
    "Hold",
    "Invitation",
    "Lease",
    "LedgerAccount",
    "LedgerEntry",
    "Message",
    "Payment",
    "Redemption",
    "RedemptionCode",
    "Referral",
    "Refund",
    "Session",
    "Usage",
    "Wallet",
    "WebhookEvent",
    "metadata",
]
