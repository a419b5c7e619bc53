"""Deleting an account: what is personal goes, what was counted stays, nameless."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlmodel import col, delete, select, update

from gptchina.db.engine import transaction
from gptchina.db.models import Account, Conversation, Invitation, Message
from gptchina.domain import clock, notices

from .profile import prove_password, require_same_password
from .sessions import end_sessions

if TYPE_CHECKING:
    from sqlmodel import Session


def delete_account(account_id: int, password: object) -> None:
    """Delete sessions, chats and everything that tells who the account was.

    Wallet, ledger entries and usage stay under its number. The hold of a running turn stays
    too, until it is settled or its deadline passes.

    Raises:
        WrongPasswordError, TooManyAttemptsError: the password.
    """
    known = prove_password(account_id, password)
    with transaction() as session:
        require_same_password(session, account_id, known)
        end_sessions(session, account_id)
        delete_chats(session, account_id)
        session.connection().execute(
            delete(Invitation).where(col(Invitation.account_id) == account_id)
        )
        session.connection().execute(
            update(Account)
            .where(col(Account.id) == account_id)
            .values(
                email=None,
                name=None,
                password_hash=None,
                role="user",
                language="",
                theme="",
                model="",
                time_zone="",
                deleted_at=clock.now(),
            )
        )
    notices.publish(account_id, "session")


def delete_chats(session: Session, account_id: int) -> None:
    """Delete the account's conversations with their messages, as a step."""
    chats = select(Conversation.id).where(Conversation.account_id == account_id)
    # With the conversations locked no running turn can add a message before they are gone.
    session.exec(chats.with_for_update()).all()
    session.connection().execute(delete(Message).where(col(Message.conversation_id).in_(chats)))
    session.connection().execute(
        delete(Conversation).where(col(Conversation.account_id) == account_id)
    )


def delete_left_chats(session: Session) -> None:
    """Delete chats that a turn running at the time wrote for an account already deleted."""
    owners = session.exec(
        select(Conversation.account_id)
        .join(Account, col(Account.id) == Conversation.account_id)
        .where(col(Account.deleted_at).is_not(None))
        .distinct()
    ).all()
    for account_id in owners:
        delete_chats(session, account_id)
