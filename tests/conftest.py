"""A fresh, migrated database for every test, on SQLite and on PostgreSQL."""

from __future__ import annotations

import os
import shutil
import uuid
from typing import TYPE_CHECKING

import hypothesis
import psycopg
import pytest

from gptchina.db import engine as db_engine
from gptchina.db.migrations import migrate
from gptchina.domain import threads
from gptchina.providers.payments import forget_payment_providers
from gptchina.settings import get_settings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# How long an example takes says how busy the machine is; speed is for the bench to tell.
hypothesis.settings.register_profile("untimed", deadline=None)
hypothesis.settings.load_profile("untimed")

POSTGRES = os.environ.get("TEST_DATABASE_URL", "postgresql://postgres@127.0.0.1:5432/postgres")
REDIS = os.environ.get("TEST_REDIS_URL", "redis://127.0.0.1:6379/9")


def forget_settings() -> None:
    """Drop everything that was made from the settings, so that the next use reads them anew."""
    if threads._executor.cache_info().currsize:
        # A use case whose caller was cancelled still runs, and still has a connection.
        threads._executor().shutdown()
        threads._executor.cache_clear()
    if db_engine._engine.cache_info().currsize:
        db_engine._engine().dispose()
    for made_once in (db_engine._engine, db_engine._writer, get_settings):
        made_once.cache_clear()
    forget_payment_providers()


def execute(url: str, statement: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(statement.encode())


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("template") / "template.db"
    made = db_engine.make_engine(f"sqlite:///{file}")
    migrate(made)
    with made.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    made.dispose()
    return file


@pytest.fixture(scope="session")
def postgres_template() -> Iterator[str]:
    name = f"gptchina_test_{uuid.uuid4().hex[:12]}"
    try:
        execute(POSTGRES, f"CREATE DATABASE {name}")
    except psycopg.OperationalError as error:
        pytest.skip(f"PostgreSQL is not reachable: {error}")
    made = db_engine.make_engine(postgres_url(name))
    migrate(made)
    made.dispose()
    yield name
    execute(POSTGRES, f"DROP DATABASE {name} WITH (FORCE)")


def postgres_url(name: str) -> str:
    head, _, _ = POSTGRES.rpartition("/")
    return head.replace("postgresql://", "postgresql+psycopg://") + "/" + name


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[str]:
    """Point the program at a database of the test's own and return its URL."""
    monkeypatch.setenv("ENVIRONMENT", "test")
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    name = ""
    if request.param == "sqlite":
        file = tmp_path / "test.db"
        shutil.copy(request.getfixturevalue("sqlite_template"), file)
        url = f"sqlite:///{file}"
    else:
        template = request.getfixturevalue("postgres_template")
        name = f"gptchina_test_{uuid.uuid4().hex[:12]}"
        execute(POSTGRES, f"CREATE DATABASE {name} TEMPLATE {template}")
        url = postgres_url(name)
    monkeypatch.setenv("DATABASE_URL", url)
    forget_settings()
    yield url
    forget_settings()
    if name:
        execute(POSTGRES, f"DROP DATABASE {name} WITH (FORCE)")
