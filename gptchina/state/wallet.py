"""The balance and the daily claim."""

from __future__ import annotations

from collections.abc import AsyncGenerator

import reflex as rx

from gptchina.domain import claims, clock
from gptchina.domain.errors import DomainError, NotSignedInError
from gptchina.domain.threads import in_thread
from gptchina.domain.wallet import wallet_of

from .feedback import report, tell
from .session import identify


class WalletState(rx.State):
    """What the account has; amounts in tokens, times in ISO format."""

    balance: int = 0
    held: int = 0
    available: int = 0
    debt: int = 0
    claim_amount: int = 0
    claim_at: str = ""
    server_time: str = ""
    claiming: bool = False

    @rx.event
    async def load(self) -> None:
        """Fetch the wallet."""
        try:
            identity = await identify(self)
        except NotSignedInError:
            self.reset()
            return
        await self._load(identity.account_id)

    @rx.event
    async def claim(self) -> AsyncGenerator[rx.event.EventSpec | None]:
        """Claim the free tokens of the day."""
        self.claiming = True
        yield
        try:
            identity = await identify(self)
            amount = await in_thread(claims.claim, identity.account_id)
            await tell(self, "Successfully claimed {amount} tokens!", amount=amount)
            await self._load(identity.account_id)
        except DomainError as error:
            yield await report(self, error)
        finally:
            self.claiming = False

    async def _load(self, account_id: int) -> None:
        wallet = await in_thread(wallet_of, account_id)
        self.balance, self.held, self.available = wallet.balance, wallet.held, wallet.available
        self.debt = wallet.debt
        self.claim_amount = wallet.claim.amount
        self.claim_at = wallet.claim.ready_at.isoformat() if wallet.claim.ready_at else ""
        self.server_time = clock.now().isoformat()
