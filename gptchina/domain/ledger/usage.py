"""Usage rows: what each turn used and cost, written with its hold and closed with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gptchina.db.models.ledger import CEILING
from gptchina.db.statement import Statement
from gptchina.domain import clock

if TYPE_CHECKING:
    from datetime import date
    from decimal import Decimal

    from sqlmodel import Session

    from .entries import Amount


@dataclass(frozen=True)
class Terms:
    """What a turn is about and the price it was promised; fixed when the hold is made.

    Rates are USD per 1,000,000 model tokens. `prompt_tokens` is our own count of the prompt, in
    model tokens: it stands in the usage row until the provider reports its own, so that a turn
    whose process died can still be settled. `day` is the owner's, on which the charge counts
    against their spending limit.
    """

    turn_id: str
    account_id: int
    conversation_id: str
    model: str
    input_rate: Decimal
    output_rate: Decimal
    cache_read_rate: Decimal
    cache_write_rate: Decimal
    markup: Decimal
    prompt_tokens: int = 0
    day: date | None = None


@dataclass(frozen=True)
class Use:
    """What a turn used, in model tokens, and what that costs, in tokens of the platform.

    The parts do not overlap, except that output includes reasoning.
    """

    cost: Amount
    input_tokens: int = 0
    cache_read_tokens: int = 0
    cache_write_tokens: int = 0
    output_tokens: int = 0
    reasoning_tokens: int = 0
    estimated: bool = False
    flag: str = ""


NOTHING = Use(cost=0)

_OPEN = Statement(
    """
    INSERT INTO usage (
        id, account_id, conversation_id, model,
        input_rate, output_rate, cache_read_rate, cache_write_rate, markup,
        status, input_tokens, cache_read_tokens, cache_write_tokens, output_tokens,
        reasoning_tokens, cost, absorbed, estimated, flag, created_at
    ) VALUES (
        :id, :account_id, :conversation_id, :model,
        :input_rate, :output_rate, :cache_read_rate, :cache_write_rate, :markup,
        'unsettled', :input_tokens, 0, 0, 0, 0, 0, 0, FALSE, '', :created_at
    ) ON CONFLICT DO NOTHING
    """
)
_CLOSE = Statement(
    """
    UPDATE usage SET
        status = :status, input_tokens = :input_tokens, cache_read_tokens = :cache_read_tokens,
        cache_write_tokens = :cache_write_tokens, output_tokens = :output_tokens,
        reasoning_tokens = :reasoning_tokens, cost = :cost, absorbed = :absorbed,
        estimated = :estimated, flag = :flag, closed_at = :closed_at
    WHERE id = :turn_id
    """
)
_FLAG_LATE = Statement("UPDATE usage SET flag = 'late' WHERE id = :turn_id")


def open_usage(session: Session, terms: Terms) -> None:
    """Write the usage row of a turn that begins."""
    _OPEN.run(
        session.connection(),
        id=terms.turn_id,
        account_id=terms.account_id,
        conversation_id=terms.conversation_id,
        model=terms.model,
        input_rate=str(terms.input_rate),
        output_rate=str(terms.output_rate),
        cache_read_rate=str(terms.cache_read_rate),
        cache_write_rate=str(terms.cache_write_rate),
        markup=str(terms.markup),
        input_tokens=terms.prompt_tokens,
        created_at=clock.now(),
    )


def close_usage(session: Session, turn_id: str, use: Use, charged: Amount) -> None:
    """Write down what a turn used; what it cost beyond the charge is absorbed, not taken."""
    _CLOSE.run(
        session.connection(),
        turn_id=turn_id,
        status="settled" if charged else "free",
        input_tokens=use.input_tokens,
        cache_read_tokens=use.cache_read_tokens,
        cache_write_tokens=use.cache_write_tokens,
        output_tokens=use.output_tokens,
        reasoning_tokens=use.reasoning_tokens,
        cost=charged,
        # A number that no column holds must not keep the turn from being closed.
        absorbed=min(use.cost, CEILING) - charged,
        estimated=use.estimated,
        flag=use.flag,
        closed_at=clock.now(),
    )


def flag_late(session: Session, turn_id: str) -> None:
    """Mark a turn whose provider reported after the turn was closed, for somebody to look at."""
    _FLAG_LATE.run(session.connection(), turn_id=turn_id)
