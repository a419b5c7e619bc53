"""Builders of made-up people and turns."""

from __future__ import annotations

import uuid
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from gptchina.db.engine import transaction
from gptchina.db.models import Account
from gptchina.domain import clock, ledger

if TYPE_CHECKING:
    from sqlmodel import Session

LEASE = timedelta(minutes=1)


def make_account(balance: int = 0, *, name: str = "Li") -> int:
    """Make an account whose wallet has a balance; return its id."""
    with transaction() as session:
        account = Account(
            email=f"{uuid.uuid4().hex}@example.com", name=name, created_at=clock.now()
        )
        session.add(account)
        session.flush()
        assert account.id is not None
        ledger.open_wallet(session, account.id)
        if balance:
            ledger.grant(session, account.id, balance, key=f"start:{account.id}", kind="start")
        return account.id


def make_terms(account_id: int, turn_id: str | None = None) -> ledger.Terms:
    return ledger.Terms(
        turn_id=turn_id or uuid.uuid4().hex,
        account_id=account_id,
        conversation_id=uuid.uuid4().hex,
        model="gptchina-demo",
        input_rate=Decimal(1),
        output_rate=Decimal(2),
        cache_read_rate=Decimal(1),
        cache_write_rate=Decimal(1),
        markup=Decimal(1),
    )


def hold(session: Session, account_id: int, amount: int, turn_id: str | None = None) -> str:
    """Hold an amount for a turn of the account; return the turn's id."""
    terms = make_terms(account_id, turn_id)
    ledger.hold(session, terms, amount, clock.now() + LEASE)
    return terms.turn_id
