"""SQL text for what is run most often, the same on SQLite and PostgreSQL."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Connection, CursorResult


class Statement:
    """SQL with parameters as `:name`, which SQLAlchemy hands to the driver as it is.

    An expression costs several times as much to run, even when its compiled form is cached.
    What a statement returns is as the driver gives it: SQLite gives days and times as text.
    """

    def __init__(self, sql: str) -> None:
        self._sqlite = " ".join(sql.split())
        self._postgresql = re.sub(r":(\w+)", r"%(\1)s", self._sqlite)

    def run(self, connection: Connection, **values: Any) -> CursorResult[Any]:  # noqa: ANN401
        """Run it with a value for each parameter; times must be aware."""
        if connection.dialect.name != "sqlite":
            return connection.exec_driver_sql(self._postgresql, values)
        return connection.exec_driver_sql(self._sqlite, _as_stored(values))


def _moment(value: datetime) -> str:
    if value.tzinfo is None:
        raise ValueError("a time without a zone cannot be stored")
    return value.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")


# How SQLite stores what it has no type for, as SQLAlchemy writes and reads it.
_STORED: dict[object, Callable[[Any], str]] = {datetime: _moment, date: date.isoformat}


def _as_stored(values: dict[str, Any]) -> dict[str, Any]:
    for name, value in values.items():
        stored = _STORED.get(value.__class__)
        if stored:
            values[name] = stored(value)
    return values
