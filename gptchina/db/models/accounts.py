"""Accounts, the devices signed in to them, and attempts that are counted."""

from datetime import datetime

from sqlalchemy import CheckConstraint
from sqlmodel import Field, SQLModel

from .base import BigId, moment


class Account(SQLModel, table=True):
    """A person. A deleted account keeps its row, nameless, because ledger entries point to it."""

    __tablename__ = "account"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (CheckConstraint("role IN ('user', 'admin')", name="role"),)

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    email: str | None = Field(default=None, unique=True, max_length=254)
    name: str | None = Field(default=None, max_length=80)
    password_hash: str | None = Field(default=None, max_length=80)
    role: str = Field(default="user", max_length=10)
    language: str = Field(default="", max_length=10)
    theme: str = Field(default="", max_length=10)
    model: str = Field(default="", max_length=200)
    time_zone: str = Field(default="", max_length=64)
    created_at: datetime = moment()
    deleted_at: datetime | None = moment(nullable=True)


class Session(SQLModel, table=True):
    """A signed-in device. The cookie's value is known to the device alone; here is its hash."""

    __tablename__ = "session"  # pyright: ignore[reportAssignmentType]

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    token_hash: str = Field(unique=True, max_length=64)
    account_id: int = Field(foreign_key="account.id", index=True, sa_type=BigId)
    user_agent: str = Field(default="", max_length=400)
    address: str = Field(default="", max_length=64)
    created_at: datetime = moment()
    seen_at: datetime = moment()
    expires_at: datetime = moment()


class Attempt(SQLModel, table=True):
    """One counted attempt, under a hash of whom it is counted against."""

    __tablename__ = "attempt"  # pyright: ignore[reportAssignmentType]

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    key: str = Field(index=True, max_length=64)
    at: datetime = moment()
