"""All tables; the constraints are named, because the database enforces what matters."""

from sqlmodel import SQLModel

from .accounts import Account, Attempt, Session
from .chat import Conversation, Message
from .ledger import Hold, LedgerAccount, LedgerEntry, Usage, Wallet

metadata = SQLModel.metadata

__all__ = [
    "Account",
    "Attempt",
    "Conversation",
    "Hold",
    "LedgerAccount",
    "LedgerEntry",
    "Message",
    "Session",
    "Usage",
    "Wallet",
    "metadata",
]
