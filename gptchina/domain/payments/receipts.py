"""Receipts: what was bought, from whom and for how much; for the buyer and administrators."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlmodel import col, select

from gptchina.db.engine import reading
from gptchina.db.models import Account, Payment
from gptchina.domain.config_file import config_file
from gptchina.domain.errors import NotFoundError

from .records import Purchase, purchase_of

if TYPE_CHECKING:
    from datetime import datetime

    from sqlmodel import Session

LARGEST_ID = 2**63 - 1


@dataclass(frozen=True)
class Receipt:
    """A purchase that was paid and credited, with both sides of it.

    Attributes:
        purchase: the purchase; its number is the receipt's.
        reference: the provider's name of the payment.
        paid_at: when its tokens were credited.
        buyer: the buyer's name now, "" once the account is deleted.
        email: the buyer's address, "" once the account is deleted.
        language: the buyer's language, "" if never chosen.
        time_zone: the buyer's time zone, "" if unknown.
        seller: who sold.
        address: of the seller, in lines; "" if none is configured.
        test: whether no real money was moved.
    """

    purchase: Purchase
    reference: str
    paid_at: datetime
    buyer: str
    email: str
    language: str
    time_zone: str
    seller: str
    address: str
    test: bool


def receipt_of(viewer_id: int, payment_id: object) -> Receipt:
    """Return the receipt of a payment of the viewer's own, or of anybody's for an administrator.

    Raises:
        NotFoundError: there is none, it is not paid, or it is somebody else's.
    """
    if type(payment_id) is not int or not 0 < payment_id <= LARGEST_ID:
        raise NotFoundError
    with reading() as session:
        viewer = session.exec(
            select(Account).where(Account.id == viewer_id, col(Account.deleted_at).is_(None))
        ).one_or_none()
        receipt = read_receipt(session, payment_id)
    own = receipt is not None and receipt.purchase.account_id == viewer_id
    if viewer is None or receipt is None or not (own or viewer.role == "admin"):
        raise NotFoundError
    return receipt


def read_receipt(session: Session, payment_id: int) -> Receipt | None:
    """Return the receipt of a payment, None if there is no such payment or it is not paid."""
    found = session.exec(
        select(Payment, Account)
        .join(Account, col(Account.id) == Payment.account_id)
        .where(Payment.id == payment_id, col(Payment.credited_at).is_not(None))
    ).one_or_none()
    if found is None:
        return None
    payment, buyer = found
    assert payment.credited_at is not None  # noqa: S101 -- the query asks for it
    seller = config_file().seller
    return Receipt(
        purchase=purchase_of(payment),
        reference=payment.reference or "",
        paid_at=payment.credited_at,
        buyer=buyer.name or "",
        email=buyer.email or "",
        language=buyer.language,
        time_zone=buyer.time_zone,
        seller=seller.name,
        address=seller.address.strip(),
        test=not payment.live,
    )
