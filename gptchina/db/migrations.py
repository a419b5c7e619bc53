"""Brings the database to the shape the models describe."""

from __future__ import annotations

from pathlib import Path

from alembic.config import Config
from sqlalchemy import Engine, text

from alembic import command

from .engine import get_engine, sqlite_file
from .writer import FairWriter

ROOT = Path(__file__).resolve().parents[2]

# Any number will do, as long as nothing else in the database locks the same one.
MIGRATION_LOCK = 7_305_117_001


def migrate(engine: Engine | None = None, revision: str = "head") -> None:
    """Upgrade the database to a revision; two programs that start at once take turns."""
    engine = engine or get_engine()
    file = sqlite_file(engine.url.render_as_string(hide_password=False))
    if file is None:
        with engine.begin() as connection:
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": MIGRATION_LOCK})
            command.upgrade(config_for(connection), revision)
        return
    with FairWriter(file.with_name(file.name + ".lock")).turn(), engine.begin() as connection:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        command.upgrade(config_for(connection), revision)


def config_for(connection: object) -> Config:
    """Return Alembic's configuration, bound to an open connection."""
    config = Config(ROOT / "alembic.ini")
    config.attributes["connection"] = connection
    return config
