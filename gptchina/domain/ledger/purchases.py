"""Purchases in the ledger: a paid order is credited once, and taken back as far as it is undone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .entries import Amount, Posting, ProgramAccount
from .wallets import credit, withdraw

if TYPE_CHECKING:
    from sqlmodel import Session

CLEARING = {"stripe": ProgramAccount.STRIPE, "btcpay": ProgramAccount.BTCPAY}


@dataclass(frozen=True)
class Order:
    """What the ledger needs to know of a payment: whose it is, and who was paid how."""

    payment_id: int
    account_id: int
    provider: str
    reference: str


def credit_order(session: Session, order: Order, tokens: Amount) -> bool:
    """Credit a paid order; return False, and move nothing, if it was credited before.

    Raises:
        InvalidAmountError: the amount is not between 1 and LARGEST_AMOUNT.
        KeyConflictError: the provider's payment was credited to somebody else or differently.
    """
    return credit(
        session,
        Posting(
            key=f"{order.provider}:{order.reference}",
            kind=order.provider,
            debit=CLEARING[order.provider],
            credit=order.account_id,
            amount=tokens,
            payment_id=order.payment_id,
        ),
    )


def take_back(session: Session, order: Order, tokens: Amount, *, kind: str, number: int) -> Amount:
    """Take tokens of an order out of the wallet; return how many were spent already.

    Those become a debt, which whatever is credited next repays first. Tokens that running turns
    hold are left to them.

    Args:
        session: the transaction; whoever adjusts an order must hold it alone.
        order: the order.
        tokens: how many, above 0.
        kind: why: "refund" or "dispute".
        number: counts the adjustments of the order, from 1.

    Raises:
        InvalidAmountError: the amount is not above 0, or there is no wallet.
    """
    return withdraw(
        session,
        Posting(
            key=f"{kind}:{order.payment_id}:{number}",
            kind=kind,
            debit=order.account_id,
            credit=CLEARING[order.provider],
            amount=tokens,
            payment_id=order.payment_id,
        ),
    )


def give_back(session: Session, order: Order, tokens: Amount, *, number: int) -> bool:
    """Return tokens of an order that were taken back: a refund failed, or a dispute was won."""
    return credit(
        session,
        Posting(
            key=f"restored:{order.payment_id}:{number}",
            kind="restored",
            debit=CLEARING[order.provider],
            credit=order.account_id,
            amount=tokens,
            payment_id=order.payment_id,
        ),
    )
