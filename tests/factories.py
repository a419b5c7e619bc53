"""Builders of made-up people, turns and purchases."""

from __future__ import annotations

import uuid
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from gptchina.db.engine import transaction
from gptchina.db.models import Account, Payment
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


def make_purchase(account_id: int, *, credited: bool = True, **columns: Any) -> int:
    """Make a payment of ¥35.00 for 500,000 tokens, credited unless told; return its number."""
    with transaction() as session:
        row = Payment(
            **{
                "account_id": account_id,
                "provider": "stripe",
                "reference": f"pi_{uuid.uuid4().hex}",
                "attempt": uuid.uuid4().hex,
                "package_id": "package_500k",
                "tokens": 500_000,
                "amount": 3500,
                "received": 3500 if credited else 0,
                "currency": "cny",
                "status": "succeeded" if credited else "open",
                "method": "card" if credited else "",
                "brand": "visa" if credited else "",
                "last4": "4242" if credited else "",
                "created_at": clock.now(),
                "updated_at": clock.now(),
                "credited_at": clock.now() if credited else None,
                **columns,
            }
        )
        session.add(row)
        session.flush()
        assert row.id is not None
        order = ledger.Order(row.id, account_id, row.provider, row.reference or "")
        if credited:
            ledger.credit_order(session, order, row.tokens)
        if row.taken_back:
            ledger.take_back(session, order, row.taken_back, kind="refund", number=1)
        return row.id


def make_admin() -> int:
    """Make an account that administers; return its id."""
    account_id = make_account(name="Admin")
    with transaction() as session:
        session.get_one(Account, account_id).role = "admin"
    return account_id


def spend(account_id: int, amount: int) -> None:
    """Let a turn of the account cost an amount."""
    with transaction() as session:
        turn_id = hold(session, account_id, amount)
        ledger.settle(session, turn_id, ledger.Use(cost=amount))
