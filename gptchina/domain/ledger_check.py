"""The ledger's promises checked while the program runs, and the last result kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog

from gptchina.db.engine import reading
from gptchina.domain import clock, ledger

if TYPE_CHECKING:
    from datetime import datetime

log = structlog.get_logger()


@dataclass(frozen=True)
class Checked:
    """When the promises were checked, and those that were broken."""

    at: datetime
    violations: list[ledger.Violation]


# Each process checks for itself, as soon as it starts and then every hour.
_last: Checked | None = None


def check_ledger() -> Checked:
    """Check the invariants of the ledger, log every one that is broken, and keep the result."""
    global _last  # noqa: PLW0603 -- the one result that this process keeps
    with reading() as session:
        violations = ledger.verify(session)
    for violation in violations:
        log.error("ledger_violated", invariant=violation.invariant, rows=violation.rows)
    _last = Checked(clock.now(), violations)
    return _last


def last_check() -> Checked | None:
    """Return the last result of this process, None before the first."""
    return _last
