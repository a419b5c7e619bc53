"""Leases: of several processes one does a job, and another if that one is gone."""

from __future__ import annotations

from datetime import timedelta

from sqlmodel import col, update

from gptchina.db.engine import transaction
from gptchina.db.models import Lease
from gptchina.domain import clock
from gptchina.domain.ledger.entries import insert_once


def take_lease(name: str, seconds: int) -> bool:
    """Take the lease of a job for so long; return False if somebody has it."""
    now = clock.now()
    until = now + timedelta(seconds=seconds)
    with transaction() as session:
        if insert_once(session, Lease, name=name, until=until):
            return True
        taken = session.connection().execute(
            update(Lease)
            .where(col(Lease.name) == name, col(Lease.until) <= now)
            .values(until=until)
        )
        return taken.rowcount == 1


def drop_lease(name: str) -> None:
    """Give a lease back: the job was not done, and may be tried again."""
    with transaction() as session:
        session.connection().execute(
            update(Lease).where(col(Lease.name) == name).values(until=clock.now())
        )
