"""Rewards for whoever brought somebody in."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlmodel import Session

    from gptchina.db.models import Payment


def follow(session: Session, payment: Payment) -> int | None:  # noqa: ARG001
    """Make the reward for an order agree with it; return whose wallet that changed."""
    return None
