"""What a stand-in Stripe is like: its methods, its objects, and where it tells of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


METHODS = ("card", "alipay", "wechat_pay", "link")


@dataclass(frozen=True, slots=True)
class StripeOptions:
    """How the stand-in behaves.

    Attributes:
        webhook_url: where events are posted; "" is nowhere until StandInStripe is told.
        webhook_secret: what they are signed with.
        store: the SQLite file that keeps the objects over restarts and shares them between
            processes; None keeps them in memory.
        methods: the ways to pay that the account has activated.
        deliver: whether events are posted without being asked, with a few retries.
    """

    webhook_url: str = ""
    webhook_secret: str = "whsec_standin"  # noqa: S105 -- protects nothing but made-up money
    store: Path | None = None
    methods: tuple[str, ...] = METHODS
    deliver: bool = True
