"""Looks after the ledger: checks its promises, and ends the turns whose process died."""

# argparse has no public name for what add_subparsers() returns.
# pyright: reportPrivateUsage=false

from __future__ import annotations

from typing import TYPE_CHECKING

from .failures import told_to_operator

if TYPE_CHECKING:
    import argparse

VERIFY = """\
Checks every promise of the ledger against its rows and prints each with "ok" or "violated". The
exit status is 1 if one is violated. It only reads, and may run while the program works.
"""

SWEEP = """\
Ends the turns whose process died: what was stored of an answer is charged, the rest of its hold
returns. The program does it by itself while it runs. A turn that is alive is left alone.
"""


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `ledger verify` and `ledger sweep`."""
    whole = subparsers.add_parser("ledger", help="check the ledger, or end the turns of the dead")
    commands = whole.add_subparsers(title="commands", metavar="COMMAND", required=True)
    verify = commands.add_parser(
        "verify", help="check every promise of the ledger", description=VERIFY
    )
    verify.set_defaults(run=run_verify)
    sweep = commands.add_parser("sweep", help="end the turns whose process died", description=SWEEP)
    sweep.set_defaults(run=run_sweep)


def run_verify(_arguments: argparse.Namespace) -> int:
    """Print each promise and whether it holds; return 1 if one does not."""
    from gptchina.db.engine import reading
    from gptchina.domain import ledger

    with told_to_operator(), reading() as session:
        violations = {found.invariant: found.rows for found in ledger.verify(session)}
    for invariant, promise in ledger.PROMISES:
        rows = violations.get(invariant)
        print(f"{invariant:4} {'violated' if rows else 'ok':9} {promise}")
        for row in rows or ():
            print(f"     {row}")
    return 1 if violations else 0


def run_sweep(_arguments: argparse.Namespace) -> int:
    """End overdue turns and print how many."""
    from gptchina.domain import chat

    with told_to_operator():
        ended = chat.sweep()
    print(f"Ended {ended} turn{'' if ended == 1 else 's'} whose process died.")
    return 0
