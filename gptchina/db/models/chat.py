"""Conversations and their messages."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, Index, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from .base import BigId, moment, tokens


class Conversation(SQLModel, table=True):
    """A chat of one account."""

    __tablename__ = "conversation"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (Index("ix_conversation_account_id_updated_at", "account_id", "updated_at"),)

    id: str = Field(primary_key=True, max_length=32)
    account_id: int = Field(foreign_key="account.id", sa_type=BigId)
    title: str = Field(default="", max_length=200)
    model: str = Field(default="", max_length=200)
    created_at: datetime = moment()
    updated_at: datetime = moment()


class Message(SQLModel, table=True):
    """A question or an answer. An answer's id is also the id of its turn, hold and usage row.

    At most one answer of a conversation is streaming; a partial unique index sees to it.
    """

    __tablename__ = "message"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        UniqueConstraint("conversation_id", "position", name="uq_message_position"),
        Index(
            "uq_message_running",
            "conversation_id",
            unique=True,
            sqlite_where=text("status = 'streaming'"),
            postgresql_where=text("status = 'streaming'"),
        ),
        CheckConstraint("role IN ('user', 'assistant')", name="role"),
        CheckConstraint("status IN ('streaming', 'done', 'stopped', 'error')", name="status"),
    )

    id: str = Field(primary_key=True, max_length=32)
    conversation_id: str = Field(foreign_key="conversation.id", max_length=32)
    position: int = Field(sa_type=BigInteger)
    role: str = Field(max_length=10)
    text: str = Field(default="", sa_type=Text)
    reasoning: str = Field(default="", sa_type=Text)
    status: str = Field(default="done", max_length=10)
    code: str = Field(default="", max_length=40)
    params: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    model: str = Field(default="", max_length=200)
    cost: int = tokens(default=0)
    estimated: bool = Field(default=False)
    created_at: datetime = moment()
