"""Referrals: whoever brought somebody in is rewarded for their first paid order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func
from sqlmodel import col, select

from gptchina.db.engine import reading, transaction
from gptchina.db.models import Account, Invitation, Referral
from gptchina.domain import clock, ledger
from gptchina.domain.errors import DomainError
from gptchina.domain.ledger.entries import insert_once
from gptchina.domain.readable_codes import letters_of, random_letters
from gptchina.settings import get_settings

if TYPE_CHECKING:
    from sqlmodel import Session

    from gptchina.db.models import Payment

# Nothing is lost if a code is guessed: 50 bits only keep two accounts from having the same.
CODE_LENGTH = 10
LONGEST_CODE = 40


class ReferralsClosedError(DomainError):
    """The operator rewards nobody for bringing others in."""

    code = "referrals_closed"


@dataclass(frozen=True)
class Invited:
    """What came of an account's invitations; `earned` in tokens, less what was taken back."""

    code: str
    reward: int
    came: int
    rewarded: int
    earned: int


def invitation_of(account_id: int) -> str:
    """Return the code by which an account invites others, made on first use.

    Raises:
        ReferralsClosedError: the operator rewards nobody.
    """
    if not get_settings().referral_reward:
        raise ReferralsClosedError
    with reading() as session:
        code = _code_of(session, account_id)
    if code is not None:
        return code
    with transaction() as session:
        insert_once(
            session,
            Invitation,
            account_id=account_id,
            code=random_letters(CODE_LENGTH),
            created_at=clock.now(),
        )
        code = _code_of(session, account_id)
    assert code is not None  # noqa: S101 -- two equal codes: once in 2^50
    return code


def _code_of(session: Session, account_id: int) -> str | None:
    return session.exec(
        select(Invitation.code).where(Invitation.account_id == account_id)
    ).one_or_none()


def invited_by(account_id: int) -> Invited:
    """Return an account's invitation and what came of it; errors as of `invitation_of`."""
    code = invitation_of(account_id)
    with reading() as session:
        came, rewarded, earned = session.exec(
            select(
                func.count(),
                func.count(col(Referral.reward)).filter(col(Referral.reward) > 0),
                func.coalesce(func.sum(Referral.reward - Referral.taken_back), 0),
            ).where(Referral.host_id == account_id)
        ).one()
    return Invited(code, get_settings().referral_reward, came, rewarded, int(earned))


def remember(session: Session, guest_id: int, code: object) -> None:
    """Write down who brought a new account in, by the code it came with, as a step.

    A code that is no invitation of an account that is still there says nothing, and nobody is
    told so: registering works all the same.
    """
    if not get_settings().referral_reward or not isinstance(code, str) or len(code) > LONGEST_CODE:
        return
    host_id = session.exec(
        select(Invitation.account_id)
        .join(Account, col(Account.id) == Invitation.account_id)
        .where(Invitation.code == letters_of(code), col(Account.deleted_at).is_(None))
    ).one_or_none()
    if host_id is None or host_id == guest_id:
        return
    insert_once(
        session,
        Referral,
        guest_id=guest_id,
        host_id=host_id,
        reward=0,
        taken_back=0,
        adjustments=0,
        created_at=clock.now(),
    )


def follow(session: Session, payment: Payment) -> int | None:
    """Bring a reward in line with an order that was just credited, refunded or disputed.

    A step, to be called after the payment's row has changed, however often. The guest's first
    credited order fixes the reward; what share of its tokens is taken back, that share of the
    reward is, too. A host who has spent it owes it.

    Returns:
        The host's account if its wallet changed: publish "wallet" after the commit.
    """
    if payment.credited_at is None:
        return None
    # Held until the transaction ends, so that of two first orders one is the first. A host came
    # before the guest, so wallets are locked in descending order, here as everywhere.
    referral = session.exec(
        select(Referral)
        .where(Referral.guest_id == payment.account_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if referral is None:
        return None
    changed = False
    if referral.payment_id is None:
        changed = _reward(session, referral, payment)
    if referral.payment_id == payment.id:
        changed = _adjust(session, referral, payment) or changed
    return referral.host_id if changed else None


def _reward(session: Session, referral: Referral, payment: Payment) -> bool:
    """Fix the reward with the guest's first order; return whether there is one."""
    gone = session.exec(select(Account.deleted_at).where(Account.id == referral.host_id)).one()
    reward = 0 if gone else get_settings().referral_reward
    referral.payment_id, referral.reward = payment.id, reward
    if not reward:
        session.flush()
        return False
    referral.rewarded_at = clock.now()
    _next(session, referral)
    return ledger.credit(session, _posting(referral, reward, given=True))


def _adjust(session: Session, referral: Referral, payment: Payment) -> bool:
    """Take back of the reward what was taken back of the order; return whether that changed."""
    due = referral.reward * payment.taken_back // payment.tokens
    change = due - referral.taken_back
    if not change:
        return False
    referral.taken_back = due
    _next(session, referral)
    if change > 0:
        ledger.withdraw(session, _posting(referral, change, given=False))
    else:
        ledger.credit(session, _posting(referral, -change, given=True))
    return True


def _next(session: Session, referral: Referral) -> None:
    referral.adjustments += 1
    session.add(referral)
    session.flush()


def _posting(referral: Referral, amount: int, *, given: bool) -> ledger.Posting:
    program, host = ledger.ProgramAccount.GRANTS, referral.host_id
    return ledger.Posting(
        key=f"referral:{referral.guest_id}:{referral.adjustments}",
        kind="referral",
        debit=program if given else host,
        credit=host if given else program,
        amount=amount,
        payment_id=referral.payment_id,
    )
