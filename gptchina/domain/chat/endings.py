"""How a turn ends: its answer is settled and stored, exactly once, whatever happened."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from functools import partial
from typing import cast

from sqlmodel import Session, col, select, update

from gptchina.db.engine import reading, transaction
from gptchina.db.models import Message, Usage
from gptchina.domain import clock, ledger, notices, pricing
from gptchina.providers.llm import count_text

from .charges import Delivered, Price, use_of
from .records import End, Status

# How long a hold stands without a sign of life from the process that runs the turn.
LEASE = timedelta(seconds=60)


def checkpoint(turn_id: str, delivered: Delivered) -> bool:
    """Store what was delivered so far and renew the hold; return False if the turn is closed."""
    with transaction() as session:
        if not ledger.renew(session, turn_id, clock.now() + LEASE):
            return False
        session.connection().execute(
            update(Message)
            .where(col(Message.id) == turn_id)
            .values(text=delivered.text, reasoning=delivered.reasoning)
        )
    return True


def finish(turn_id: str, delivered: Delivered, use: ledger.Use, end: End) -> End:
    """Settle a turn and store its answer; return the end with what it really cost.

    The first call decides. A later one, after the sweeper say, returns what the first stored.
    """
    with transaction() as session:
        settlement = ledger.settle(session, turn_id, use)
        if settlement is None:
            return stored_end(session, turn_id)
        _store_answer(session, turn_id, delivered, end, settlement.charged, use)
    publish_turn(settlement.account_id)
    return End(
        status=end.status,
        code=end.code,
        params=end.params,
        cost=settlement.charged,
        estimated=use.estimated,
        usage={
            "input": use.input_tokens,
            "output": use.output_tokens,
            "reasoning": use.reasoning_tokens,
            "cache_read": use.cache_read_tokens,
            "cache_write": use.cache_write_tokens,
        },
    )


def publish_turn(account_id: int) -> None:
    """Tell the account's tabs that a turn began or ended."""
    for topic in ("wallet", "chats", "turns"):
        notices.publish(account_id, topic)


def _store_answer(
    session: Session, turn_id: str, delivered: Delivered, end: End, cost: int, use: ledger.Use
) -> None:
    session.connection().execute(
        update(Message)
        .where(col(Message.id) == turn_id)
        .values(
            text=delivered.text,
            reasoning=delivered.reasoning,
            status=end.status,
            code=end.code,
            params=end.params,
            cost=cost,
            estimated=use.estimated,
        )
    )


def stored_end(session: Session, turn_id: str) -> End:
    """Return how a closed turn ended, as it is stored."""
    row = session.get(Message, turn_id)
    if row is None:
        return End(status="stopped")
    return End(
        status=cast("Status", row.status),
        code=row.code,
        params=row.params,
        cost=row.cost,
        estimated=row.estimated,
    )


def sweep() -> int:
    """Close the turns whose process died: what was stored of their answer is charged.

    Returns how many turns were closed.
    """
    with reading() as session:
        overdue = ledger.overdue(session, clock.now())
    closed = 0
    for turn_id in overdue:
        with reading() as session:
            usage = session.exec(select(Usage).where(Usage.id == turn_id)).one()
            message = session.get(Message, turn_id)
        count = partial(count_text, usage.model)
        delivered = Delivered(message.text, message.reasoning) if message else Delivered()
        finish(
            turn_id,
            delivered,
            use_of(delivered, None, _price_of(usage), count, finished=False),
            End(status="error", code="interrupted"),
        )
        closed += 1
    return closed


def _price_of(usage: Usage) -> Price:
    return Price(
        rates=pricing.Rates(
            input=Decimal(usage.input_rate),
            output=Decimal(usage.output_rate),
            cache_read=Decimal(usage.cache_read_rate),
            cache_write=Decimal(usage.cache_write_rate),
        ),
        markup=Decimal(usage.markup),
        prompt_tokens=usage.input_tokens,
        context_window=None,
    )
