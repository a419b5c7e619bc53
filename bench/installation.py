"""A built installation of the bench's own: the server, a provider, and one account."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import uuid
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import httpx

from gptchina.settings import ROOT, get_settings
from gptchina.standins.serving import free_port

from .processes import Cores

if TYPE_CHECKING:
    from collections.abc import Iterator

RICH = 10**11
COOKIE = "gptchina"
FOREIGN = ("OPENAI_", "ANTHROPIC_", "REDIS_", "DATABASE_", "PUBLIC_URL", "CONFIG_FILE", "WORKERS")
PASSWORD = "a password of the bench"  # noqa: S105 -- of an account that lives for minutes
START_SECONDS = 300


@dataclass
class Installation:
    """Where it is, who runs it, and who is signed in."""

    url: str
    provider_url: str
    server: subprocess.Popen[bytes]
    provider: subprocess.Popen[bytes]
    cold_start: float
    cookie: str = ""
    email: str = ""

    def arrivals(self) -> list[float]:
        """Return when requests reached the provider, on the monotonic clock."""
        return httpx.get(f"{self.provider_url}/arrivals").json()

    def cores(self) -> Cores:
        """Watch what else uses the machine from now on."""
        return Cores([self.server.pid, self.provider.pid, os.getpid()])


@contextmanager
def installed(**settings: str) -> Iterator[Installation]:
    """Build if need be, serve on a fresh database, and sign somebody in, until the block ends."""
    with TemporaryDirectory() as folder:
        ports = free_port(), free_port()
        environment = {**_environment(Path(folder), *ports), **settings}
        os.environ.update(environment)
        get_settings.cache_clear()
        subprocess.run([sys.executable, "-m", "gptchina", "build"], cwd=ROOT, check=True)
        subprocess.run([sys.executable, "-m", "gptchina", "db", "migrate"], cwd=ROOT, check=True)
        provider = _started(["bench.provider", "--port", str(ports[1])], environment)
        began = time.monotonic()
        server = _started(["gptchina", "serve"], environment)
        try:
            url = f"http://127.0.0.1:{ports[0]}"
            cold = _first_answer(url, server) - began
            running = Installation(url, f"http://127.0.0.1:{ports[1]}", server, provider, cold)
            _first_answer(f"{running.provider_url}/v1/models", provider)
            _sign_in(running)
            yield running
        finally:
            for process in (server, provider):
                process.send_signal(signal.SIGTERM)
            for process in (server, provider):
                try:
                    process.wait(30)
                except subprocess.TimeoutExpired:
                    process.kill()


def _environment(folder: Path, port: int, provider_port: int) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(FOREIGN)}
    for name in set(os.environ) - set(kept):
        del os.environ[name]
    return {
        **kept,
        "ENVIRONMENT": "test",
        "PORT": str(port),
        "DATA_DIR": str(folder),
        "DATABASE_URL": f"sqlite:///{folder}/gptchina.db",
        "START_BALANCE": str(RICH),
        "OPENAI_API_KEY": "bench",
        "OPENAI_BASE_URL": f"http://127.0.0.1:{provider_port}/v1",
        "LOG_LEVEL": "WARNING",
    }


def _started(module: list[str], environment: dict[str, str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603 -- our own programs
        [sys.executable, "-m", *module], cwd=ROOT, env=environment, stdout=subprocess.DEVNULL
    )


def _first_answer(url: str, process: subprocess.Popen[bytes]) -> float:
    end = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < end:
        try:
            if httpx.get(url).status_code == httpx.codes.OK:
                return time.monotonic()
        except httpx.TransportError:
            time.sleep(0.02)
    raise RuntimeError(f"{url} does not answer")


def _sign_in(running: Installation) -> None:
    running.email = f"{uuid.uuid4().hex}@example.com"
    form = {"name": "Bench", "email": running.email, "password": PASSWORD}
    reply = httpx.post(
        f"{running.url}/api/register", json=form, headers={"origin": running.url}
    ).raise_for_status()
    running.cookie = "; ".join(f"{name}={value}" for name, value in reply.cookies.items())
