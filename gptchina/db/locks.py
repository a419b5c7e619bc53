"""Locks by name, for conditions that no single row or constraint can carry."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from sqlalchemy import text

if TYPE_CHECKING:
    from sqlmodel import Session


def lock_name(session: Session, name: str) -> None:
    """Wait until no other transaction holds the name, and hold it until this one ends.

    On SQLite a transaction already is the only one.
    """
    connection = session.connection()
    if connection.dialect.name == "sqlite":
        return
    key = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], signed=True)
    connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": key})
