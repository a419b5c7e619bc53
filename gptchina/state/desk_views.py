"""What the administrators' pages show: frozen, plain, ready to be sent to a browser."""

from __future__ import annotations

from dataclasses import dataclass

from gptchina.domain import payments

from .receipt import tone_of


@dataclass(frozen=True)
class DeskPurchaseView:
    """A purchase; money in minor units, times in ISO format, names in English to be translated.

    `test` if it moved no real money.
    """

    id: str = ""
    number: str = ""
    created_at: str = ""
    credited_at: str = ""
    name: str = ""
    email: str = ""
    test: bool = False
    reference: str = ""
    tokens: int = 0
    taken_back: int = 0
    amount: int = 0
    received: int = 0
    refunded: int = 0
    disputed: int = 0
    currency: str = ""
    method: str = ""
    last4: str = ""
    status: str = ""
    tone: str = ""
    failure: str = ""
    receipt_url: str = ""


@dataclass(frozen=True)
class EntryView:
    """A ledger entry: what it added, and to which side: "wallet", "debt" or "host"."""

    key: str
    amount: int
    side: str
    at: str


@dataclass(frozen=True)
class EventView:
    """A notice of the provider; `done` if it was acted upon."""

    id: str
    kind: str
    at: str
    done: bool
    attempts: int
    error: str


@dataclass(frozen=True)
class RefundView:
    """A refund that was asked for; `agreed` if the provider knows of it."""

    amount: int
    reason: str
    admin: str
    agreed: bool
    at: str


@dataclass(frozen=True)
class BuyerView:
    """What the buyer of a purchase has now, and what could still be given back; left as typed.

    `refundable` if it can be given back from here.
    """

    balance: int = 0
    debt: int = 0
    left_typed: str = ""
    refundable: bool = False
    mailed_at: str = ""


@dataclass(frozen=True)
class HearingView:
    """When a provider was last heard."""

    provider: str
    listens: bool
    heard_at: str
    waiting: int


@dataclass(frozen=True)
class BrokenView:
    """A promise of the ledger that is broken, and rows that break it."""

    invariant: str
    promise: str
    rows: str


@dataclass(frozen=True)
class HealthView:
    """How money stands; amounts in tokens."""

    checked_at: str = ""
    promises: int = 0
    broken: int = 0
    posted: int = 0
    wallets: int = 0
    holds: int = 0
    unfinished: int = 0
    review: int = 0
    disputed: int = 0
    bought: int = 0
    granted: int = 0
    spent: int = 0
    owed: int = 0
    held: int = 0


def desk_purchase_view(found: payments.DeskPurchase) -> DeskPurchaseView:
    """Return a purchase as administrators see it."""
    purchase = found.purchase
    link = purchase.receipt_url
    return DeskPurchaseView(
        id=str(purchase.id),
        number=purchase.number,
        created_at=purchase.created_at.isoformat(),
        credited_at=purchase.credited_at.isoformat() if purchase.credited_at else "",
        name=found.name,
        email=found.email,
        test=not purchase.live,
        reference=found.reference,
        tokens=purchase.tokens,
        taken_back=purchase.taken_back,
        amount=purchase.amount,
        received=purchase.received,
        refunded=purchase.refunded,
        disputed=purchase.disputed,
        currency=purchase.currency,
        method=payments.method_name(purchase),
        last4=purchase.last4,
        status=payments.status_name(purchase),
        tone=tone_of(purchase),
        failure=purchase.failure,
        receipt_url=link if link.startswith(("https://", "http://")) else "",
    )


def buyer_view(case: payments.Case) -> BuyerView:
    """Return the money of a purchase's buyer."""
    return BuyerView(
        balance=case.balance,
        debt=case.debt,
        left_typed=payments.plain(case.left, case.shown.purchase.currency),
        refundable=case.refundable,
        mailed_at=case.mailed_at.isoformat() if case.mailed_at else "",
    )


def entry_views(case: payments.Case) -> list[EntryView]:
    """Return the ledger entries of a purchase."""
    return [EntryView(e.key, e.amount, e.side, e.at.isoformat()) for e in case.entries]


def event_views(case: payments.Case) -> list[EventView]:
    """Return the notices about a purchase."""
    return [
        EventView(
            id=event.id,
            kind=event.kind,
            at=event.received_at.isoformat(),
            done=event.processed_at is not None,
            attempts=event.attempts,
            error=event.error,
        )
        for event in case.events
    ]


def refund_views(case: payments.Case) -> list[RefundView]:
    """Return the refunds that were asked for."""
    return [
        RefundView(each.amount, each.reason, each.admin, bool(each.reference), each.at.isoformat())
        for each in case.refunds
    ]


def health_view(health: payments.Health) -> HealthView:
    """Return how money stands in numbers."""
    counted = health.payments
    return HealthView(
        checked_at=health.checked.at.isoformat() if health.checked else "",
        promises=health.promises,
        broken=len(health.checked.violations) if health.checked else 0,
        posted=health.entries,
        wallets=health.wallets,
        holds=health.holds,
        unfinished=counted["open"] + counted["processing"] + counted["failed"],
        review=counted["review"],
        disputed=counted["disputed"],
        bought=health.circulation.bought,
        granted=health.circulation.granted,
        spent=health.circulation.spent,
        owed=health.circulation.owed,
        held=health.circulation.held,
    )


def broken_views(health: payments.Health) -> list[BrokenView]:
    """Return the promises that the last check found broken."""
    violations = health.checked.violations if health.checked else []
    return [BrokenView(v.invariant, v.promise, "\n".join(v.rows)) for v in violations]


def hearing_views(health: payments.Health) -> list[HearingView]:
    """Return when each provider was last heard."""
    return [
        HearingView(
            each.provider,
            each.listens,
            each.heard_at.isoformat() if each.heard_at else "",
            each.waiting,
        )
        for each in health.hearings
    ]
