"""Whether money is in order, for administrators: the ledger, what is open, and who was heard."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, get_args

from sqlalchemy import func
from sqlmodel import col, select, text

from gptchina.db.engine import reading
from gptchina.db.models import Hold, LedgerEntry, Payment, Wallet, WebhookEvent
from gptchina.domain import ledger_check
from gptchina.domain.ledger import PROMISES, ProgramAccount
from gptchina.domain.ledger.entries import DEBTS
from gptchina.providers.payments import payment_providers

from .records import PaymentStatus
from .refunds import require_admin

if TYPE_CHECKING:
    from datetime import datetime

    from sqlmodel import Session

    from gptchina.domain.ledger_check import Checked


@dataclass(frozen=True)
class Circulation:
    """Tokens, from the ledger; `held` is what is bought + granted - spent + owed."""

    bought: int
    granted: int
    spent: int
    owed: int
    held: int


@dataclass(frozen=True)
class Hearing:
    """When a provider was last heard by webhook, and how many notices wait to be acted upon.

    `listens` is False when there is no secret for its webhook, which is then off.
    """

    provider: str
    listens: bool
    heard_at: datetime | None
    waiting: int


@dataclass(frozen=True)
class Health:
    """How money stands."""

    checked: Checked | None
    promises: int
    entries: int
    wallets: int
    holds: int
    payments: dict[str, int]
    circulation: Circulation
    hearings: list[Hearing]


def health_of_money(admin_id: int) -> Health:
    """Return how money stands, with the last check of this process.

    Raises:
        NotAllowedError: the account is no administrator.
    """
    with reading() as session:
        require_admin(session, admin_id)
        return Health(
            checked=ledger_check.last_check(),
            promises=len(PROMISES),
            entries=session.exec(select(func.count(col(LedgerEntry.id)))).one(),
            wallets=session.exec(select(func.count(col(Wallet.account_id)))).one(),
            holds=session.exec(select(func.count(col(Hold.id))).where(Hold.state == "open")).one(),
            payments=_payments(session),
            circulation=_circulation(session),
            hearings=_hearings(session),
        )


def check_now(admin_id: int) -> Health:
    """Check every promise of the ledger, and return how money stands; errors as above."""
    with reading() as session:
        require_admin(session, admin_id)
    ledger_check.check_ledger()
    return health_of_money(admin_id)


def _payments(session: Session) -> dict[str, int]:
    counted = session.exec(
        select(Payment.status, func.count(col(Payment.id))).group_by(col(Payment.status))
    ).all()
    return dict.fromkeys(get_args(PaymentStatus), 0) | dict(counted)


def _circulation(session: Session) -> Circulation:
    rows = session.connection().execute(
        text("SELECT account, total FROM ledger_balance WHERE account < 0 AND account > :debts"),
        {"debts": DEBTS},
    )
    totals = {int(account): int(total) for account, total in rows}
    held, owed = session.exec(
        select(
            func.coalesce(func.sum(col(Wallet.balance)), 0),
            func.coalesce(func.sum(col(Wallet.debt)), 0),
        )
    ).one()
    clearing = (ProgramAccount.STRIPE, ProgramAccount.BTCPAY)
    return Circulation(
        bought=-sum(totals.get(account, 0) for account in clearing),
        granted=-totals.get(ProgramAccount.GRANTS, 0),
        spent=totals.get(ProgramAccount.USAGE, 0),
        owed=int(owed),
        held=int(held),
    )


def _hearings(session: Session) -> list[Hearing]:
    found = session.exec(
        select(
            WebhookEvent.provider,
            func.max(WebhookEvent.received_at),
            func.count(col(WebhookEvent.id)) - func.count(col(WebhookEvent.processed_at)),
        ).group_by(col(WebhookEvent.provider))
    ).all()
    heard = {provider: (at, waiting) for provider, at, waiting in found}
    listens = {provider.name: provider.listens for provider in payment_providers()}
    return [
        Hearing(name, listens.get(name, False), *heard.get(name, (None, 0)))
        for name in sorted(listens | dict.fromkeys(heard, False))
    ]
