"""Serves the program while it is being written: pages and server follow every edit."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

from gptchina.settings import get_settings

from .build import STAMP, prepare
from .node import environment
from .serve import announcement, bring_database_up_to_date, require_free
from .texts import compile_texts

if TYPE_CHECKING:
    import argparse

    from . import Subparsers

SERVER_PORT_ABOVE = 5000
SECONDS_TO_STOP = 5


def add(subparsers: Subparsers) -> None:
    """Add `develop`."""
    command = subparsers.add_parser("develop", help="serve GPTChina and reload on every edit")
    command.set_defaults(run=run)


def run(_arguments: argparse.Namespace) -> int:
    """Serve until Ctrl-C. The pages' port passes everything else on to the server's port."""
    settings = get_settings()
    server_port = settings.port + SERVER_PORT_ABOVE
    for port in (settings.port, server_port):
        require_free("127.0.0.1", port)
    bring_database_up_to_date(settings)
    compile_texts()
    prepare()
    # Reflex writes the folder that the built pages come from, so those are no longer current.
    STAMP.unlink(missing_ok=True)
    command = [sys.executable, "-m", "reflex", "run", "--env=dev", "--backend-host=127.0.0.1"]
    ports = [f"--frontend-port={settings.port}", f"--backend-port={server_port}"]
    print(announcement(settings), flush=True)
    return _until_signal([*command, *ports], environment("dev"))


def _until_signal(command: list[str], variables: dict[str, str]) -> int:
    """Run a program until it ends, or with all that it started until a signal comes."""
    process = subprocess.Popen(  # noqa: S603 -- our own program
        command, env=variables, start_new_session=True
    )
    try:
        return process.wait()
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):
            process.wait(SECONDS_TO_STOP)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
