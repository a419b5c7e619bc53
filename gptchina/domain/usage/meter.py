"""The meter in the chat: what the last answer, this conversation and today have cost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func
from sqlmodel import col, select

from gptchina.db.engine import reading
from gptchina.db.models import Usage
from gptchina.domain import catalog, clock, ledger
from gptchina.domain.days import day_of, start_of
from gptchina.domain.estimates import chats_for, typical_chat_cost

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from sqlmodel import Session

# How far back the last answer of a model is looked for; otherwise a typical one stands for it.
_RECENT = 20


@dataclass(frozen=True)
class Meter:
    """Amounts in tokens.

    `answer` is what the chosen model's last answer cost, or a typical one of it; `left` is how
    many such answers the available balance pays for, None when they cost nothing.
    """

    last: int
    conversation: int
    today: int
    answer: int
    left: int | None


def meter(account_id: int, conversation_id: str, model_id: str, zone: ZoneInfo) -> Meter:
    """Return what the meter shows; a conversation of somebody else has cost this account nothing.

    Raises:
        ModelNotOfferedError: the model is not offered.
        NotFoundError: the account has no wallet.
    """
    typical = typical_chat_cost(catalog.find(model_id))
    now = clock.now()
    with reading() as session:
        of_chat = _costs(session, account_id, conversation_id) if conversation_id else []
        today = session.exec(
            select(func.coalesce(func.sum(Usage.cost), 0)).where(
                Usage.account_id == account_id,
                col(Usage.created_at) >= start_of(day_of(now, zone), zone),
            )
        ).one()
        answer = _last_of(session, account_id, model_id) or typical
        available = ledger.balance_of(session, account_id).available
    return Meter(
        last=of_chat[0] if of_chat else 0,
        conversation=sum(of_chat),
        today=int(today),
        answer=answer,
        left=chats_for(available, answer),
    )


def _costs(session: Session, account_id: int, conversation_id: str) -> list[int]:
    """Return what the answers of a conversation have cost, the newest first."""
    rows = session.exec(
        select(Usage.created_at, Usage.cost).where(
            Usage.account_id == account_id,
            Usage.conversation_id == conversation_id,
            Usage.status != "unsettled",
        )
    )
    # Sorted here: asked for the order, SQLite reads all of the account by the index that has it.
    return [cost for _, cost in sorted(rows, key=lambda row: row[0], reverse=True)]


def _last_of(session: Session, account_id: int, model_id: str) -> int:
    """Return what the model's last answer cost this account, 0 if it gave none lately."""
    recent = session.exec(
        select(Usage.model, Usage.cost)
        .where(Usage.account_id == account_id)
        .order_by(col(Usage.created_at).desc())
        .limit(_RECENT)
    )
    return next((cost for model, cost in recent if model == model_id and cost), 0)
