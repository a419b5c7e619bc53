"""Looks after the database: its shape and its backups."""

# argparse has no public name for what add_subparsers() returns.
# pyright: reportPrivateUsage=false

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from gptchina.settings import get_settings

from . import CommandError
from .failures import told_to_operator

if TYPE_CHECKING:
    import argparse

BACKUP = """\
Copies a SQLite database into FILE while the program goes on writing to it. The copy is of one
moment, is checked, and appears under its name only when it is whole. To go back to it, stop the
program, put the file in the place of the database and delete the -wal and -shm files beside it.
"""


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `db migrate` and `db backup`."""
    whole = subparsers.add_parser("db", help="migrate or back up the database")
    commands = whole.add_subparsers(title="commands", metavar="COMMAND", required=True)
    migrate = commands.add_parser(
        "migrate",
        help="bring the database to the shape this version needs",
        description="Brings the database to the shape this version needs; `serve` does it too.",
    )
    migrate.set_defaults(run=run_migrate)
    backup = commands.add_parser(
        "backup", help="copy a SQLite database while it is in use", description=BACKUP
    )
    # Absolute before the command changes to the program's folder.
    backup.add_argument(
        "file", metavar="FILE", type=lambda text: Path(text).absolute(), help="where the copy goes"
    )
    backup.add_argument("--force", action="store_true", help="replace FILE if it exists")
    backup.set_defaults(run=run_backup)


def run_migrate(_arguments: argparse.Namespace) -> int:
    """Migrate the configured database."""
    from gptchina.db.migrations import migrate

    with told_to_operator():
        migrate()
    print("The database is up to date.")
    return 0


def run_backup(arguments: argparse.Namespace) -> int:
    """Back the configured database up."""
    from gptchina.db.backup import BackupError, backup
    from gptchina.db.engine import sqlite_file

    file: Path = arguments.file
    database = sqlite_file(get_settings().database)
    if database is None:
        raise CommandError(
            "The database is PostgreSQL: back it up with pg_dump, which makes a copy of one "
            "moment while the program goes on."
        )
    if not database.exists():
        raise CommandError(f"There is no database at {database} yet.")
    if file.is_dir():
        raise CommandError(f"{file} is a folder: name the file to write.")
    if file.exists() and not arguments.force:
        raise CommandError(f"{file} exists: give another name, or --force to replace it.")
    try:
        size = backup(database, file)
    except BackupError as error:
        raise CommandError(str(error)) from error
    print(f"{file}: {size:,} bytes, checked.")
    return 0
