"""Copies a SQLite database while the program writes to it."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing, suppress
from typing import TYPE_CHECKING
from uuid import uuid4

if TYPE_CHECKING:
    from pathlib import Path


class BackupError(Exception):
    """The copy could not be made or is not sound; the message is one line."""


def backup(database: Path, target: Path) -> int:
    """Copy the database as of one moment into one file; return its size in bytes.

    Writers go on meanwhile. The target appears only when the copy is whole and has passed
    SQLite's own checks, and then replaces what was there. It is readable by its owner alone.

    Raises:
        BackupError: the database or the target cannot be used, or the copy is not sound.
    """
    if target.exists() and target.samefile(database):
        raise BackupError(f"{target} is the database itself")
    draft = target.with_name(f".{target.name}.{uuid4().hex[:8]}")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        draft.touch(mode=0o600, exist_ok=False)
        _copy(database, draft)
        draft.replace(target)
        _make_lasting(target.parent)
    except (OSError, sqlite3.Error) as error:
        raise BackupError(f"{target} cannot be written: {error}") from error
    finally:
        for suffix in ("", "-journal", "-wal", "-shm"):
            with suppress(OSError):
                draft.with_name(draft.name + suffix).unlink()
    return target.stat().st_size


def _copy(database: Path, draft: Path) -> None:
    source_url = f"{database.absolute().as_uri()}?mode=ro"
    with (
        closing(sqlite3.connect(source_url, uri=True)) as source,
        closing(sqlite3.connect(draft)) as copy,
    ):
        # All pages in one step: one read transaction, which in WAL mode stops no writer.
        source.backup(copy)
        # One file, with no log beside it that could be left behind.
        copy.execute("PRAGMA journal_mode=DELETE")
        for check in ("integrity_check", "foreign_key_check"):
            found = copy.execute(f"PRAGMA {check}").fetchall()
            if found not in ([], [("ok",)]):
                raise BackupError(f"The copy is not sound: {check} says {found[0]}")
    with draft.open("rb") as file:
        os.fsync(file.fileno())


def _make_lasting(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
