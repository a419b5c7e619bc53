"""An account with a past: a clock that is set by hand, and what happened at its times."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from gptchina.db.engine import transaction
from gptchina.db.models import Conversation, Payment
from gptchina.domain import clock, ledger
from tests.factories import make_account, make_terms

NOON = datetime(2026, 11, 25, 4, tzinfo=UTC)  # in Shanghai


class Past:
    """Makes things happen to one account, at times that the test chooses."""

    def __init__(self, balance: int = 0) -> None:
        self.now = NOON
        self.account = make_account(balance)
        self._numbers = itertools.count(1)

    def ago(self, **back: float) -> Past:
        """Set the clock back from noon."""
        self.now = NOON - timedelta(**back)
        return self

    def chat(self, title: str) -> str:
        conversation = f"{next(self._numbers):032}"
        with transaction() as session:
            session.add(
                Conversation(
                    id=conversation,
                    account_id=self.account,
                    title=title,
                    created_at=self.now,
                    updated_at=self.now,
                )
            )
        return conversation

    def answer(self, cost: int, conversation: str = "c", model: str = "m", **use: Any) -> str:
        """Pay for an answer; return its turn."""
        base = make_terms(self.account)
        terms = ledger.Terms(
            **{
                **{name: getattr(base, name) for name in base.__dataclass_fields__},
                "conversation_id": conversation,
                "model": model,
            }
        )
        with transaction() as session:
            ledger.hold(session, terms, max(cost, 1), self.now + timedelta(minutes=1))
            ledger.settle(session, terms.turn_id, ledger.Use(cost=cost, **use))
        return terms.turn_id

    def gift(self, amount: int, kind: str = "claim", note: str = "") -> None:
        key = f"{kind}:{self.account}:{next(self._numbers)}"
        with transaction() as session:
            ledger.grant(session, self.account, amount, key=key, kind=kind, note=note)

    def order(self, tokens: int, price: int) -> ledger.Order:
        """Buy a package; return the order."""
        reference = f"pi_{self.account}_{next(self._numbers)}"
        with transaction() as session:
            payment = Payment(
                account_id=self.account,
                provider="stripe",
                reference=reference,
                attempt=reference,
                package_id="package_500k",
                tokens=tokens,
                amount=price,
                currency="cny",
                status="succeeded",
                created_at=self.now,
                updated_at=self.now,
                credited_at=self.now,
            )
            session.add(payment)
            session.flush()
            assert payment.id is not None
            order = ledger.Order(payment.id, self.account, "stripe", reference)
            ledger.credit_order(session, order, tokens)
        return order

    def undo(self, order: ledger.Order, tokens: int, kind: str = "refund") -> None:
        with transaction() as session:
            ledger.take_back(session, order, tokens, kind=kind, number=next(self._numbers))

    def wallet(self) -> ledger.Balance:
        with transaction() as session:
            return ledger.balance_of(session, self.account)


@pytest.fixture
def past(database: str, monkeypatch: pytest.MonkeyPatch) -> Past:
    made: list[Past] = []
    monkeypatch.setattr(clock, "now", lambda: made[0].now if made else NOON)
    made.append(Past())
    return made[0]


@pytest.fixture
def busy(past: Past) -> Past:
    """Return an account to which everything happened that can, and that owes in the end."""
    past.ago(days=40).gift(20_000, "start")
    tea = past.chat("Tea from Fujian")
    past.ago(days=30).answer(500, tea, "gpt-5-mini", input_tokens=900, output_tokens=400)
    order = past.ago(days=20).order(500_000, 3500)
    past.ago(days=10).gift(20_000)
    past.ago(days=9).answer(300_000, tea, "gpt-6-luna", output_tokens=10, reasoning_tokens=7)
    past.ago(days=9).answer(0, tea, "gpt-5-mini")
    past.ago(days=8).undo(order, 500_000)
    past.ago(days=7).gift(100_000, "grant", "For the trouble")
    past.ago(hours=1).gift(20_000)
    return past.ago()
