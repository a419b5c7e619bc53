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
from tests.factories import make_purchase
account_id, columns = json.loads(sys.argv[1])
print(make_purchase(account_id, **columns))
"""


def purchase_of(server: Server, email: str, **columns: object) -> int:
    """Make a paid purchase of somebody; return its number."""
    ((account_id,),) = server.rows("SELECT id FROM account WHERE email = ?", email)
    made = subprocess.run(
        [sys.executable, "-c", PROGRAM, json.dumps([account_id, columns])],
        cwd=ROOT,
        env=server.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert made.returncode == 0, made.stderr
    return int(made.stdout)
