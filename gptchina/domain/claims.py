"""The free tokens that everybody may claim once a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import col, or_, update

from gptchina.db.engine import reading, transaction
from gptchina.db.models import Wallet
from gptchina.domain import clock, ledger, notices
from gptchina.domain.errors import DomainError
from gptchina.settings import get_settings


class ClaimNotReadyError(DomainError):
    """The last claim is younger than the cooldown; `seconds` says how long it still takes."""

    code = "claim_not_ready"


@dataclass(frozen=True)
class Claimable:
    """What can be claimed, in tokens, and from when; None means now."""

    amount: int
    ready_at: datetime | None


def claimable(account_id: int) -> Claimable:
    """Return what the account can claim and from when."""
    with reading() as session:
        return after(ledger.balance_of(session, account_id))


def after(balance: ledger.Balance) -> Claimable:
    """Return what can be claimed and from when, given a wallet."""
    settings = get_settings()
    ready_at = balance.claimed_at and balance.claimed_at + _cooldown()
    if ready_at and ready_at <= clock.now():
        ready_at = None
    return Claimable(settings.claim_amount, ready_at)


def claim(account_id: int) -> int:
    """Grant the daily tokens and return how many.

    Whether a claim is due is decided in the UPDATE itself, so that of many at once one wins.

    Raises:
        ClaimNotReadyError: the cooldown since the last claim is not over.
    """
    amount, now = get_settings().claim_amount, clock.now()
    with transaction() as session:
        number = session.connection().scalar(
            update(Wallet)
            .where(
                col(Wallet.account_id) == account_id,
                or_(
                    col(Wallet.claimed_at).is_(None),
                    col(Wallet.claimed_at) <= now - _cooldown(),
                ),
            )
            .values(claims=col(Wallet.claims) + 1, claimed_at=now)
            .returning(col(Wallet.claims))
        )
        if number is None:
            ready_at = after(ledger.balance_of(session, account_id)).ready_at or now
            # Rounded up: a claim that is due in less than a second is still not due now.
            raise ClaimNotReadyError(seconds=-((now - ready_at) // timedelta(seconds=1)))
        ledger.grant(session, account_id, amount, key=f"claim:{account_id}:{number}", kind="claim")
    notices.publish(account_id, "wallet")
    return amount


def _cooldown() -> timedelta:
    return timedelta(hours=get_settings().claim_cooldown_hours)
