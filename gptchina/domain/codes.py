"""Redemption codes: tokens for whoever types a code, once, and for as many as it has uses."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlmodel import col, or_, select, update

from gptchina.db.engine import reading, transaction
from gptchina.db.models import Redemption, RedemptionCode
from gptchina.domain import clock, ledger, notices
from gptchina.domain.accounts import throttle
from gptchina.domain.errors import DomainError, NotFoundError
from gptchina.domain.ledger.entries import insert_once
from gptchina.domain.payments import require_admin
from gptchina.domain.readable_codes import ALPHABET, letters_of, random_letters
from gptchina.settings import get_settings

if TYPE_CHECKING:
    from datetime import datetime

    from sqlmodel import Session

PREFIX = "GPTC"
# 80 bits: a billion guesses a second take 38,000 years to find one of a thousand codes.
LETTERS = 16
GROUP = 4
LONGEST_TEXT = 100

MOST_TOKENS = 10**12
MOST_CODES = 1000
MOST_USES = 10**9
LONGEST_NOTE = 400
LISTED = 200
LARGEST_ID = 2**63 - 1


class CodesClosedError(DomainError):
    """The operator takes no codes."""

    code = "codes_closed"


class CodeUnknownError(DomainError):
    """There is no such code."""

    code = "code_unknown"


class CodeExpiredError(DomainError):
    """The code was good until a time that is over."""

    code = "code_expired"


class CodeUsedError(DomainError):
    """The account has used this code before."""

    code = "code_used"


class CodeUsedUpError(DomainError):
    """Others have used the code as often as it can be."""

    code = "code_used_up"


class CodeDisabledError(DomainError):
    """The operator has disabled the code."""

    code = "code_disabled"


class InvalidCodesError(DomainError):
    """Codes cannot be made like this; `field` says what is not possible."""

    code = "invalid_codes"


@dataclass(frozen=True)
class Wanted:
    """What codes to make: each worth `tokens`, for `uses` accounts, until `expires_at`."""

    tokens: int
    count: int = 1
    uses: int = 1
    expires_at: datetime | None = None
    note: str = ""


@dataclass(frozen=True)
class ListedCode:
    """A code as the operator sees it; `hint` is how it ends, the rest nobody knows any more."""

    id: int
    hint: str
    tokens: int
    uses: int
    most_uses: int
    note: str
    created_at: datetime
    expires_at: datetime | None
    disabled: bool

    @property
    def usable(self) -> bool:
        """Whether somebody can still redeem it."""
        over = self.expires_at is not None and self.expires_at <= clock.now()
        return not self.disabled and not over and self.uses < self.most_uses


def make_codes(by: int | None, wanted: Wanted) -> list[str]:
    """Make codes such as GPTC-7K2M-…, and return them: only their hashes are kept.

    Args:
        by: the administrator, or None for the operator at the command line.
        wanted: what to make.

    Raises:
        NotAllowedError: the account is no administrator.
        InvalidCodesError: a number out of reach, a time that is over, a note too long.
    """
    _require_possible(wanted)
    made = [random_letters(LETTERS) for _ in range(wanted.count)]
    with transaction() as session:
        if by is not None:
            require_admin(session, by)
        session.add_all(
            RedemptionCode(
                code_hash=_hash(letters),
                hint=letters[-GROUP:],
                tokens=wanted.tokens,
                uses=0,
                most_uses=wanted.uses,
                note=wanted.note.strip(),
                made_by=by,
                created_at=clock.now(),
                expires_at=wanted.expires_at,
            )
            for letters in made
        )
    return [written(letters) for letters in made]


def _require_possible(wanted: Wanted) -> None:
    bounds = {"tokens": MOST_TOKENS, "count": MOST_CODES, "uses": MOST_USES}
    for name, most in bounds.items():
        if not 0 < getattr(wanted, name) <= most:
            raise InvalidCodesError(field=name)
    if wanted.expires_at is not None and wanted.expires_at <= clock.now():
        raise InvalidCodesError(field="expires_at")
    if len(wanted.note) > LONGEST_NOTE or "\0" in wanted.note:
        raise InvalidCodesError(field="note")


def written(letters: str) -> str:
    """Return a code as it is printed: the prefix, then its letters in groups."""
    groups = [letters[start : start + GROUP] for start in range(0, len(letters), GROUP)]
    return "-".join([PREFIX, *groups])


def _hash(letters: str) -> str:
    # Plain: what is random in every bit is not found from its hash.
    return hashlib.sha256(letters.encode()).hexdigest()


def _read(text: object) -> str | None:
    """Return the letters of a code as somebody typed it, or None if it is none."""
    if not isinstance(text, str) or len(text) > LONGEST_TEXT:
        return None
    letters = letters_of(text)
    if len(letters) == len(PREFIX) + LETTERS:
        letters = letters.removeprefix(PREFIX)
    return letters if len(letters) == LETTERS and set(letters) <= set(ALPHABET) else None


def redeem(account_id: int, text: object) -> int:
    """Credit an account with what a code is worth, and return how many tokens that is.

    Raises:
        CodesClosedError: the operator takes none.
        CodeUnknownError: there is no such code; those are counted.
        TooManyAttemptsError: too many unknown ones.
        CodeUsedError, CodeUsedUpError, CodeExpiredError, CodeDisabledError: it is over.
    """
    if not get_settings().allow_codes:
        raise CodesClosedError
    letters = _read(text)
    if letters is None:
        # Mistyped: what cannot be a code is no guess either.
        raise CodeUnknownError(field="code")
    counter = throttle.Counter(throttle.CODE_BY_ACCOUNT, str(account_id))
    with transaction() as session:
        attempts = throttle.count_attempt(session, counter)
        code_id = session.exec(
            select(RedemptionCode.id).where(RedemptionCode.code_hash == _hash(letters))
        ).one_or_none()
        tokens = 0
        if code_id is not None:
            throttle.take_back(session, attempts)
            tokens = _use(session, code_id, account_id)
    if not tokens:
        raise CodeUnknownError(field="code")
    notices.publish(account_id, "wallet")
    return tokens


def _use(session: Session, code_id: int, account_id: int) -> int:
    """Use a code for an account; the condition in the UPDATE decides, not what was read."""
    now = clock.now()
    tokens = session.connection().scalar(
        update(RedemptionCode)
        .where(
            col(RedemptionCode.id) == code_id,
            col(RedemptionCode.uses) < col(RedemptionCode.most_uses),
            or_(col(RedemptionCode.expires_at).is_(None), col(RedemptionCode.expires_at) > now),
            col(RedemptionCode.disabled_at).is_(None),
        )
        .values(uses=col(RedemptionCode.uses) + 1)
        .returning(col(RedemptionCode.tokens))
    )
    if tokens is None:
        raise _reason(session, code_id, account_id)
    mine = {"code_id": code_id, "account_id": account_id}
    key = f"code:{code_id}:{account_id}"
    first = insert_once(session, Redemption, **mine, created_at=now)
    if not first or not ledger.grant(session, account_id, tokens, key=key, kind="code"):
        raise CodeUsedError(field="code")
    return tokens


def _reason(session: Session, code_id: int, account_id: int) -> DomainError:
    """Return why a code that exists gives nothing."""
    code = session.get_one(RedemptionCode, code_id)
    if session.get(Redemption, (code_id, account_id)):
        return CodeUsedError(field="code")
    if code.disabled_at:
        return CodeDisabledError(field="code")
    if code.expires_at and code.expires_at <= clock.now():
        return CodeExpiredError(field="code")
    return CodeUsedUpError(field="code")


def disable(by: int | None, code_id: int) -> None:
    """Let nobody redeem a code any more; what was redeemed stays. Once is as good as twice.

    Raises:
        NotAllowedError: the account is no administrator.
        NotFoundError: there is no such code.
    """
    with transaction() as session:
        if by is not None:
            require_admin(session, by)
        code = session.get(RedemptionCode, code_id) if 0 < code_id <= LARGEST_ID else None
        if code is None:
            raise NotFoundError
        if code.disabled_at is None:
            session.connection().execute(
                update(RedemptionCode)
                .where(col(RedemptionCode.id) == code_id)
                .values(disabled_at=clock.now())
            )


def list_codes(by: int | None, limit: int = LISTED) -> list[ListedCode]:
    """Return the codes, the latest first; raise NotAllowedError for who is no administrator."""
    with reading() as session:
        if by is not None:
            require_admin(session, by)
        rows = session.exec(
            select(RedemptionCode).order_by(col(RedemptionCode.id).desc()).limit(limit)
        ).all()
    return [
        ListedCode(
            id=row.id,
            hint=row.hint,
            tokens=row.tokens,
            uses=row.uses,
            most_uses=row.most_uses,
            note=row.note,
            created_at=row.created_at,
            expires_at=row.expires_at,
            disabled=row.disabled_at is not None,
        )
        for row in rows
        if row.id is not None
    ]
