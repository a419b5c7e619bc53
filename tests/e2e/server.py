"""A built GPTChina of the tests' own, served by the command that an operator runs."""

from __future__ import annotations

import os
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gptchina.settings import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SECONDS_TO_BUILD = 280
SECONDS_TO_START = 300
PROVIDERS = ("OPENAI_", "ANTHROPIC_", "REDIS_", "DATABASE_", "PUBLIC_URL", "ALLOW_", "CONFIG_FILE")


@dataclass(frozen=True)
class Server:
    """One running server, and the folder with its data."""

    port: int
    folder: Path
    environment: dict[str, str]
    process: subprocess.Popen[str]
    lines: list[str]

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"

    @property
    def log(self) -> str:
        return "".join(self.lines)

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a command of the operator against the data of this server."""
        return subprocess.run(
            [sys.executable, "-m", "gptchina", *arguments],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )

    def rows(self, query: str, *values: object) -> list[tuple[object, ...]]:
        """Read from the database of a server on SQLite."""
        with closing(sqlite3.connect(f"file:{self.folder}/gptchina.db?mode=ro", uri=True)) as read:
            return read.execute(query, values).fetchall()


def build_pages() -> None:
    """Build the pages as they are now; of several programs at once, one builds."""
    done = subprocess.run(
        [sys.executable, "-c", "from gptchina.cli import serve; serve.bring_pages_up_to_date()"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=SECONDS_TO_BUILD,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@contextmanager
def served(folder: Path, **settings: str) -> Iterator[Server]:
    """Serve with the demo model until the end of the block, on a fresh database."""
    port = free_port()
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(PROVIDERS)},
        "ENVIRONMENT": "test",
        "PORT": str(port),
        "DATA_DIR": str(folder),
        "DATABASE_URL": f"sqlite:///{folder}/gptchina.db",
        "TRUSTED_PROXY_HOPS": "1",
        "PYTHONUNBUFFERED": "1",
        **settings,
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "gptchina", "serve"],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    server = Server(port, folder, environment, process, [])
    try:
        _wait_for(server)
        yield server
    finally:
        stop(process)


def stop(process: subprocess.Popen[str]) -> None:
    """Let a server end as an operator would; answers on their way are charged first."""
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(45)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        raise


def _wait_for(server: Server) -> None:
    """Return when the server has said where it is; keep reading what it says."""
    assert server.process.stdout is not None
    output = server.process.stdout
    ready = threading.Event()

    def read() -> None:
        with output:
            for line in output:
                server.lines.append(line)
                if line.startswith("GPTChina is at"):
                    ready.set()

    threading.Thread(target=read, daemon=True).start()
    end = time.monotonic() + SECONDS_TO_START
    while not (ready.wait(0.05) and _listens(server.port)):
        assert server.process.poll() is None, server.log
        assert time.monotonic() < end, server.log


def _listens(port: int) -> bool:
    # It says where it is a moment before it can be reached.
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
