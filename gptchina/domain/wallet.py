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
    """Amounts in tokens; available is what running answers do not hold."""

    balance: int
    held: int
    available: int
    claim: Claimable


def wallet_of(account_id: int) -> WalletView:
    """Return the wallet of an account; raise NotFoundError if it has none."""
    with reading() as session:
        wallet = ledger.balance_of(session, account_id)
    return WalletView(wallet.balance, wallet.held, wallet.available, claims.after(wallet))
