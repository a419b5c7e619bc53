"""Databases to measure on, each new, and programs of their own whose settings name them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import psycopg

from gptchina.standins.serving import free_port

if TYPE_CHECKING:
    from collections.abc import Generator

POSTGRES = os.environ.get("TEST_DATABASE_URL", "postgresql://postgres@127.0.0.1:5432/postgres")


@dataclass(frozen=True)
class Database:
    """A new database; `bare` is where the driver may make tables of its own."""

    name: str
    url: str
    bare: str
    folder: str

    def run(self, module: str, *arguments: str) -> Any:  # noqa: ANN401 -- what it printed
        """Run a module in a program of its own; return the JSON of its last line."""
        settings = {
            "ENVIRONMENT": "test",
            "DATA_DIR": self.folder,
            "DATABASE_URL": self.url,
            "PORT": str(free_port()),
        }
        done = subprocess.run(  # noqa: S603 -- our own program
            [sys.executable, "-m", module, *arguments],
            env=os.environ | settings,
            cwd=Path(__file__).resolve().parents[1],
            stdout=subprocess.PIPE,
            check=True,
        )
        return json.loads(done.stdout.splitlines()[-1])


def new_databases() -> Generator[Database]:
    """Yield one of each kind that can be reached, and leave nothing behind."""
    with tempfile.TemporaryDirectory() as folder:
        yield Database("SQLite", f"sqlite:///{folder}/bench.db", f"{folder}/bare.db", folder)
    name = f"gptchina_bench_{uuid4().hex[:12]}"
    try:
        with psycopg.connect(POSTGRES, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}".encode())
    except psycopg.OperationalError as error:
        print(f"PostgreSQL is not reachable: {error}")
        return
    url = f"{POSTGRES.rpartition('/')[0]}/{name}"
    try:
        with tempfile.TemporaryDirectory() as folder:
            yield Database("PostgreSQL", url, url, folder)
    finally:
        with psycopg.connect(POSTGRES, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())
