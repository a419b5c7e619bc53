"""Receipts by e-mail."""

from __future__ import annotations


async def mail_receipt(payment_id: int) -> None:
    """Send the receipt of a purchase to its buyer."""
