"""Looks after payments: hears what was missed, and compares the ledger with the providers."""

# argparse has no public name for what add_subparsers() returns.
# pyright: reportPrivateUsage=false

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, TypeVar

from .failures import told_to_operator

if TYPE_CHECKING:
    import argparse
    from collections.abc import Coroutine
    from datetime import datetime

Found = TypeVar("Found")

RECONCILE = """\
Asks the payment providers for events that were missed and for every unfinished payment, and makes
the ledger agree. Payments left open for 24 hours are canceled. The program does it by itself while
it runs; a second run in a row changes nothing.
"""

AUDIT = """\
Compares every payment that the providers call paid with the ledger, mends what differs and prints
it. The exit status is 1 if something differed. The program does it by itself once a day.
"""


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `payments reconcile` and `payments audit`."""
    whole = subparsers.add_parser("payments", help="make the ledger agree with the providers")
    commands = whole.add_subparsers(title="commands", metavar="COMMAND", required=True)
    reconcile = commands.add_parser("reconcile", help="hear what was missed", description=RECONCILE)
    reconcile.add_argument(
        "--days", type=int, help="ask for the events of so many days, not since the last heard one"
    )
    reconcile.set_defaults(run=run_reconcile)
    audit = commands.add_parser(
        "audit", help="compare every paid payment with the ledger", description=AUDIT
    )
    audit.add_argument("--days", type=int, default=30, help="payments opened in so many days")
    audit.set_defaults(run=run_audit)


def run_reconcile(arguments: argparse.Namespace) -> int:
    """Reconcile once and print what came of it; return 1 if a provider did not answer."""
    from gptchina.domain import payments

    since = _days_ago(arguments.days) if arguments.days else None
    with told_to_operator():
        done = asyncio.run(_closing(payments.reconcile(since, everything=True)))
    heard = ", ".join(f"{count} {outcome}" for outcome, count in sorted(done.notices.items()))
    print(f"Events: {heard or 'none'}.")
    print(
        f"Unfinished payments: {done.looked_at} looked at, {done.changed} changed, "
        f"{done.canceled} of them canceled."
    )
    if done.failed:
        print(f"{done.failed} times a provider did not answer as expected; see the log.")
    return 1 if done.failed else 0


def run_audit(arguments: argparse.Namespace) -> int:
    """Compare once and print what differed; return 1 if anything did."""
    from gptchina.domain import payments
    from gptchina.providers.payments import PaymentProviderError

    from . import CommandError

    try:
        with told_to_operator():
            found = asyncio.run(_closing(payments.audit(_days_ago(arguments.days))))
    except PaymentProviderError as error:
        raise CommandError(f"A provider does not answer: {error.detail or error.code}") from error
    for each in found.differences:
        print(
            f"{each.kind:8} {each.provider} {each.reference}: "
            f"{each.expected:,} tokens expected, {each.found:,} found"
        )
    print(f"{found.looked_at} paid payments, {len(found.differences)} differed.")
    return 1 if found.differences else 0


async def _closing(work: Coroutine[Any, Any, Found]) -> Found:
    """Do the work, then close the connections it has made."""
    from gptchina.providers.payments import close_payment_providers

    try:
        return await work
    finally:
        await close_payment_providers()


def _days_ago(days: int) -> datetime:
    from datetime import timedelta

    from gptchina.domain import clock

    return clock.now() - timedelta(days=days)
