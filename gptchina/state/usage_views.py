"""From the figures of the domain to what the usage page shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .views import DayView, EntryView, ShareView, SummaryView

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gptchina.domain.usage import HistoryEntry, Share, Summary


def entry_view(entry: HistoryEntry, names: Mapping[str, str]) -> EntryView:
    """Return an entry as the page shows it; `names` are those of the models."""
    cause = entry.cause
    return EntryView(
        id=str(entry.id),
        at=entry.at.isoformat(),
        kind=entry.kind,
        change=entry.change,
        debt=entry.debt,
        balance=entry.balance,
        model=names.get(cause.model, cause.model),
        chat="" if cause.deleted else cause.conversation,
        title=cause.title,
        input=cause.input_tokens,
        cache_read=cause.cache_read_tokens,
        cache_write=cause.cache_write_tokens,
        output=cause.output_tokens,
        reasoning=cause.reasoning_tokens,
        estimated=cause.estimated,
        tokens=cause.tokens,
        money=cause.money,
        currency=cause.currency,
        note=cause.note,
    )


def summary_view(told: Summary, names: Mapping[str, str]) -> SummaryView:
    """Return the figures of a period as the page shows them."""
    return SummaryView(
        days=[DayView(point.day.isoformat(), point.spent, point.balance) for point in told.days],
        models=[_share(model, names.get(model.id, model.id)) for model in told.models],
        chats=[_share(chat, chat.title) for chat in told.chats],
        more_chats=told.more_chats,
        spent=told.spent,
        answers=told.answers,
    )


def _share(share: Share, name: str) -> ShareView:
    return ShareView(
        id="" if share.deleted else share.id,
        name=name,
        spent=share.spent,
        answers=share.answers,
        last=share.last.isoformat(),
    )
