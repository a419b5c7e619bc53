"""Why an entry is in the ledger: the answer, the order or the gift behind it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from sqlmodel import col, select

from gptchina.db.models import Conversation, Payment, Usage
from gptchina.domain.payments.records import receipt_number

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlmodel import Session

    from .entries import SignedEntry


@dataclass(frozen=True)
class Cause:
    """What is known of the cause of an entry; what does not apply to its kind is empty.

    Model tokens of an answer do not overlap, except that output includes reasoning. `title` is ""
    when the conversation was deleted: its words went with it, what it cost stays. `money` was paid,
    in minor units of `currency`, for the `tokens` of an order; what later became of the order has
    the number of its receipt as `note`.
    """

    note: str = ""
    model: str = ""
    conversation: str = ""
    title: str = ""
    deleted: bool = False
    input_tokens: int = 0
    cache_read_tokens: int = 0
    cache_write_tokens: int = 0
    output_tokens: int = 0
    reasoning_tokens: int = 0
    estimated: bool = False
    tokens: int = 0
    money: int = 0
    currency: str = ""


def causes_of(session: Session, account_id: int, entries: Sequence[SignedEntry]) -> list[Cause]:
    """Return the cause of each of the account's entries."""
    turns = _turns(session, account_id, [each.turn_id for each in entries if each.turn_id])
    orders = _orders(session, account_id, [each.payment_id for each in entries if each.payment_id])
    return [
        turns.get(each.turn_id) or _of_order(each, orders) or Cause(note=each.note)
        for each in entries
    ]


def _turns(session: Session, account_id: int, ids: list[str]) -> dict[str, Cause]:
    if not ids:
        return {}
    found = session.exec(
        select(Usage, col(Conversation.title))
        .join(Conversation, col(Conversation.id) == col(Usage.conversation_id), isouter=True)
        .where(col(Usage.id).in_(ids))
    )
    # Without a conversation there is no title.
    rows = cast("Iterable[tuple[Usage, str | None]]", found)
    return {
        usage.id: Cause(
            model=usage.model,
            conversation=usage.conversation_id,
            title=title or "",
            deleted=title is None,
            input_tokens=usage.input_tokens,
            cache_read_tokens=usage.cache_read_tokens,
            cache_write_tokens=usage.cache_write_tokens,
            output_tokens=usage.output_tokens,
            reasoning_tokens=usage.reasoning_tokens,
            estimated=usage.estimated,
        )
        for usage, title in rows
        # Asked here: SQLite would rather read all of the account than a few rows by their ids.
        if usage.account_id == account_id
    }


def _orders(session: Session, account_id: int, ids: list[int]) -> dict[int | None, Payment]:
    if not ids:
        return {}
    rows = session.exec(
        select(Payment).where(col(Payment.id).in_(ids), Payment.account_id == account_id)
    )
    return {row.id: row for row in rows}


def _of_order(entry: SignedEntry, orders: dict[int | None, Payment]) -> Cause | None:
    order = orders.get(entry.payment_id)
    if order is None or order.id is None:
        return None
    if entry.kind == order.provider:
        return Cause(tokens=order.tokens, money=order.amount, currency=order.currency)
    return Cause(note=receipt_number(order.id))
