"""Conversations: list, open, rename, delete. Only their owner can see that they exist."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Any

from sqlalchemy import CursorResult
from sqlalchemy import delete as delete_rows
from sqlmodel import Session, col, select, update

from gptchina.db.engine import reading, transaction
from gptchina.db.models import Conversation as ConversationRow
from gptchina.db.models import Message
from gptchina.domain import notices
from gptchina.domain.errors import DomainError, NotFoundError

from .records import ChatRecord, Conversation, MessageRecord

if TYPE_CHECKING:
    from collections.abc import Sequence

TITLE_LENGTH = 200
LIST_LENGTH = 500


class InvalidTitleError(DomainError):
    """A title without a visible character, or too long."""

    code = "invalid_title"


def list_chats(account_id: int) -> list[ChatRecord]:
    """Return the account's conversations, the latest first, at most LIST_LENGTH."""
    with reading() as session:
        rows = session.exec(
            select(ConversationRow)
            .where(ConversationRow.account_id == account_id)
            .order_by(col(ConversationRow.updated_at).desc(), col(ConversationRow.id))
            .limit(LIST_LENGTH)
        ).all()
        running = set(_running(session, account_id))
    return [ChatRecord(row.id, row.title, row.updated_at, row.id in running) for row in rows]


def running_turns(account_id: int) -> dict[str, str]:
    """Return the account's live turns: conversation id -> turn id."""
    with reading() as session:
        return _running(session, account_id)


def _running(session: Session, account_id: int) -> dict[str, str]:
    rows = session.exec(
        select(Message.conversation_id, Message.id)
        .join(ConversationRow, col(ConversationRow.id) == col(Message.conversation_id))
        .where(ConversationRow.account_id == account_id, Message.status == "streaming")
    ).all()
    return dict(rows)


def latest_turn(account_id: int, conversation_id: str) -> tuple[str, bool]:
    """Return the id of a conversation's last answer, "" if none, and whether it is on its way.

    Raises:
        NotFoundError: the conversation is not the account's.
    """
    with reading() as session:
        owned(session, account_id, conversation_id)
        row = session.exec(
            select(Message.id, Message.status)
            .where(Message.conversation_id == conversation_id, Message.role == "assistant")
            .order_by(col(Message.position).desc())
            .limit(1)
        ).one_or_none()
    return (row[0], row[1] == "streaming") if row else ("", False)


def open_chat(account_id: int, conversation_id: str) -> Conversation:
    """Return a conversation with all its messages.

    Raises:
        NotFoundError: it does not exist, or is somebody else's.
    """
    with reading() as session:
        row = owned(session, account_id, conversation_id)
        messages = messages_of(session, conversation_id)
    running = next((message.id for message in messages if message.status == "streaming"), "")
    return Conversation(row.id, row.title, row.model, messages, running)


def owned(session: Session, account_id: int, conversation_id: str) -> ConversationRow:
    """Return the row of the account's conversation; raise NotFoundError for any other."""
    row = session.exec(
        select(ConversationRow).where(
            ConversationRow.id == conversation_id, ConversationRow.account_id == account_id
        )
    ).one_or_none()
    if row is None:
        raise NotFoundError
    return row


def messages_of(session: Session, conversation_id: str) -> list[MessageRecord]:
    """Return the messages of a conversation, oldest first."""
    rows: Sequence[Message] = session.exec(
        select(Message)
        .where(Message.conversation_id == conversation_id)
        .order_by(col(Message.position))
    ).all()
    return [record(row) for row in rows]


def record(row: Message) -> MessageRecord:
    """Return the record of a stored message."""
    return MessageRecord(
        id=row.id,
        role=row.role,
        text=row.text,
        reasoning=row.reasoning,
        status=row.status,
        code=row.code,
        params=row.params,
        model=row.model,
        cost=row.cost,
        estimated=row.estimated,
    )


def title_from(text: str) -> str:
    """Return a title for a conversation that begins with a text: its first line, cut short."""
    first = next((line.strip() for line in text.splitlines() if line.strip()), "")
    shown = "".join(letter for letter in first if unicodedata.category(letter)[0] != "C")
    return shown if len(shown) <= _SHORT else shown[: _SHORT - 1].rstrip() + "…"


_SHORT = 60


def rename(account_id: int, conversation_id: str, title: str) -> str:
    """Give a conversation a title and return it, cleaned.

    Raises:
        InvalidTitleError: it is blank or longer than TITLE_LENGTH.
        NotFoundError: the conversation is not the account's.
    """
    cleaned = " ".join(
        "".join(letter for letter in title if unicodedata.category(letter) != "Cc").split()
    )
    if not cleaned or len(cleaned) > TITLE_LENGTH:
        raise InvalidTitleError(field="title", longest=TITLE_LENGTH)
    with transaction() as session:
        renamed: CursorResult[Any] = session.connection().execute(
            update(ConversationRow)
            .where(
                col(ConversationRow.id) == conversation_id,
                col(ConversationRow.account_id) == account_id,
            )
            .values(title=cleaned)
        )
        if renamed.rowcount != 1:
            raise NotFoundError
    notices.publish(account_id, "chats")
    return cleaned


def delete(account_id: int, conversation_id: str) -> None:
    """Delete a conversation and its messages; what its turns used stays on record, textless.

    Stop a running turn first: one that ends later is settled all the same.

    Raises:
        NotFoundError: the conversation is not the account's.
    """
    with transaction() as session:
        owned(session, account_id, conversation_id)
        delete_messages(session, [conversation_id])
        session.connection().execute(
            delete_rows(ConversationRow).where(col(ConversationRow.id) == conversation_id)
        )
    notices.publish(account_id, "chats")


def delete_messages(session: Session, conversation_ids: Sequence[str]) -> None:
    """Delete all messages of some conversations."""
    session.connection().execute(
        delete_rows(Message).where(col(Message.conversation_id).in_(conversation_ids))
    )
