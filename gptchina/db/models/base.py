"""What all tables share: the naming of constraints and the usual columns."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Integer
from sqlmodel import Field, SQLModel

from gptchina.db.types import UtcDateTime

# SQLite numbers rows by itself only in a column declared INTEGER.
BigId = BigInteger().with_variant(Integer, "sqlite")

SQLModel.metadata.naming_convention = {  # pyright: ignore[reportAttributeAccessIssue]
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}


def moment(*, nullable: bool = False) -> Any:  # noqa: ANN401 -- SQLModel's Field returns Any
    """Return a column for a time in UTC."""
    default: dict[str, Any] = {"default": None} if nullable else {}
    return Field(sa_type=UtcDateTime, nullable=nullable, **default)  # pyright: ignore[reportCallIssue, reportArgumentType, reportUnknownVariableType]


def tokens(default: int | None = None) -> Any:  # noqa: ANN401
    """Return a column for a signed 64-bit amount of tokens."""
    given: dict[str, Any] = {} if default is None else {"default": default}
    return Field(sa_type=BigInteger, nullable=False, **given)
