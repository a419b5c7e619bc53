"""An account's wallet as its owner sees it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gptchina.db.engine import reading
from gptchina.domain import claims, ledger

if TYPE_CHECKING:
    from gptchina.domain.claims import Claimable


@dataclass(frozen=True)
class WalletView:
    """Amounts in tokens; available is what running answers do not hold.

    The debt is what refunds and disputes took back after it was spent: the next tokens repay it.
    """

    balance: int
    held: int
    available: int
    debt: int
    claim: Claimable


def wallet_of(account_id: int) -> WalletView:
    """Return the wallet of an account; raise NotFoundError if it has none."""
    with reading() as session:
        wallet = ledger.balance_of(session, account_id)
    return WalletView(
        balance=wallet.balance,
        held=wallet.held,
        available=wallet.available,
        debt=wallet.debt,
        claim=claims.after(wallet),
    )
