"""Purchases of people who use a server, put straight into its ledger."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

from gptchina.settings import ROOT

if TYPE_CHECKING:
    from .server import Server

PROGRAM = """
import json, sys
from tests import factories
name, account_id, arguments = json.loads(sys.argv[1])
print(getattr(factories, name)(account_id, **arguments))
"""


def purchase_of(server: Server, email: str, **columns: object) -> int:
    """Make a paid purchase of somebody; return its number."""
    return int(_made(server, email, "make_purchase", columns))


def spend_of(server: Server, email: str, amount: int) -> None:
    """Let an answer cost somebody an amount of tokens."""
    _made(server, email, "spend", {"amount": amount})


def _made(server: Server, email: str, name: str, arguments: dict[str, object]) -> str:
    ((account_id,),) = server.rows("SELECT id FROM account WHERE email = ?", email)
    made = subprocess.run(
        [sys.executable, "-c", PROGRAM, json.dumps([name, account_id, arguments])],
        cwd=ROOT,
        env=server.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert made.returncode == 0, made.stderr
    return made.stdout
