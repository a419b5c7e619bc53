"""A server for the walls, and everything that a browser may call on it."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from gptchina.settings import ROOT
from tests.e2e.server import build_pages, served

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.e2e.server import Server

LIST_HANDLERS = """
import inspect, json
from gptchina.gptchina import app
registered = app._registration_context.event_handlers
print(json.dumps({
    name: [p for p in inspect.signature(each.handler.fn).parameters if p != "self"]
    for name, each in registered.items()
}))
"""


@dataclass(frozen=True)
class Handler:
    """An event handler as a browser calls it."""

    name: str
    parameters: tuple[str, ...]

    @property
    def state(self) -> str:
        return self.name.rpartition(".")[0]

    def payload(self, value: object) -> dict[str, object]:
        return dict.fromkeys(self.parameters, value)


@pytest.fixture(scope="module")
def server(tmp_path_factory) -> Iterator[Server]:
    build_pages()
    with served(tmp_path_factory.mktemp("walls")) as running:
        yield running


@pytest.fixture(scope="module")
def handlers(server) -> list[Handler]:
    """Return every registered handler: the program's own, and those that Reflex brings along."""
    listed = subprocess.run(
        [sys.executable, "-c", LIST_HANDLERS],
        cwd=ROOT,
        env=server.environment,
        capture_output=True,
        text=True,
        check=True,
    )
    found = json.loads(listed.stdout.splitlines()[-1])
    return [Handler(name, tuple(parameters)) for name, parameters in sorted(found.items())]
