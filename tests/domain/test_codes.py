from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlmodel import col, select

from gptchina.db.engine import reading, transaction
from gptchina.db.models import Attempt, LedgerEntry, RedemptionCode
from gptchina.domain import clock, codes, ledger
from gptchina.domain.codes import Wanted
from gptchina.domain.errors import DomainError, NotAllowedError, NotFoundError
from gptchina.domain.readable_codes import ALPHABET, letters_of
from gptchina.settings import get_settings
from tests.factories import make_account, make_admin

HOUR = timedelta(hours=1)
WORTH = 500


class _UndoError(Exception):
    """Rolls a deliberate damage back."""


@pytest.fixture(autouse=True)
def clean_ledger(database, monkeypatch):
    monkeypatch.setenv("ALLOW_CODES", "true")
    get_settings.cache_clear()
    yield
    with reading() as session:
        assert ledger.verify(session) == []


@pytest.fixture
def later(monkeypatch):
    start = clock.now()

    def pass_time(passed: timedelta) -> None:
        monkeypatch.setattr(clock, "now", lambda: start + passed)

    pass_time(timedelta(0))
    return pass_time


def make(**wanted):
    return codes.make_codes(None, replace(Wanted(WORTH), **wanted))[0]


def balance(account):
    with reading() as session:
        return ledger.balance_of(session, account).balance


def refused(account, typed):
    with pytest.raises(DomainError) as caught:
        codes.redeem(account, typed)
    return caught.value.code


def test_codes_can_be_read_aloud_and_are_all_different():
    made = codes.make_codes(None, Wanted(WORTH, count=1000))
    assert len(set(made)) == 1000
    for code in made:
        prefix, *groups = code.split("-")
        assert prefix == "GPTC"
        assert [len(group) for group in groups] == [4, 4, 4, 4]
        assert set("".join(groups)) <= set(ALPHABET)
    assert not set("ILOU") & set(ALPHABET)
    # All letters come up, so that each is worth 5 bits.
    assert set("".join(made).replace("GPTC-", "")) - {"-"} == set(ALPHABET)


def test_only_the_hash_and_the_end_of_a_code_are_kept():
    code = make(note="spring")
    with reading() as session:
        kept = session.exec(select(RedemptionCode)).one()
    assert kept.hint == code[-4:]
    letters = letters_of(code)
    assert all(letters[:12] not in str(value) for value in kept.model_dump().values())


def test_a_code_is_worth_its_tokens_once():
    account, code = make_account(7), make(uses=3)
    assert codes.redeem(account, code) == WORTH
    assert refused(account, code) == "code_used"
    assert balance(account) == 7 + WORTH
    with reading() as session:
        entry = session.exec(select(LedgerEntry).where(LedgerEntry.kind == "code")).one()
    assert (entry.key, entry.amount, entry.credit_id) == (f"code:1:{account}", WORTH, account)


@pytest.mark.parametrize(
    "typed",
    [
        str.lower,
        lambda code: code.replace("-", ""),
        lambda code: code.replace("-", " \t-\n"),
        lambda code: code.removeprefix("GPTC-"),
        lambda code: code.translate(str.maketrans("01", "OI")),
        lambda code: code.translate(str.maketrans("01", "ol")),
        lambda code: "".join(chr(ord(each) + 0xFEE0) for each in code),
        lambda code: f"  {code}——",
    ],
)
def test_however_a_code_is_typed_it_is_the_same(typed):
    assert codes.redeem(make_account(), typed(make())) == WORTH


@pytest.mark.parametrize(
    "typed", ["", "hello", "GPTC", "GPTC-0000-0000", "U" * 16, "x" * 10**6, "\0", None, 5, {}]
)
def test_what_cannot_be_a_code_is_unknown_and_no_guess(typed):
    account = make_account()
    assert refused(account, typed) == "code_unknown"
    with reading() as session:
        assert session.exec(select(Attempt)).all() == []


def test_a_code_ends_with_its_uses():
    code = make(uses=2)
    first, second, third = (make_account() for _ in range(3))
    assert codes.redeem(first, code) == codes.redeem(second, code) == WORTH
    assert refused(third, code) == "code_used_up"
    assert refused(second, code) == "code_used"
    assert balance(third) == 0
    assert [(each.uses, each.usable) for each in codes.list_codes(None)] == [(2, False)]


def test_a_code_is_good_until_the_moment_it_expires(later):
    code = make(uses=5, expires_at=clock.now() + HOUR)
    later(HOUR - timedelta(microseconds=1))
    assert codes.redeem(make_account(), code) == WORTH
    later(HOUR)
    account = make_account()
    assert refused(account, code) == "code_expired"
    assert balance(account) == 0
    assert not codes.list_codes(None)[0].usable


def test_a_disabled_code_gives_nothing_more_and_keeps_what_it_gave(later):
    account, code = make_account(), make(uses=5)
    codes.redeem(account, code)
    codes.disable(None, 1)
    assert refused(make_account(), code) == "code_disabled"
    with reading() as session:
        first = session.get_one(RedemptionCode, 1).disabled_at
    later(HOUR)
    codes.disable(None, 1)
    with reading() as session:
        assert session.get_one(RedemptionCode, 1).disabled_at == first
    assert balance(account) == WORTH
    with pytest.raises(NotFoundError):
        codes.disable(None, 2)


def test_who_guesses_is_stopped_and_may_go_on_an_hour_later(later):
    account, code = make_account(), make()
    for _ in range(10):
        assert refused(account, "0" * 16) == "code_unknown"
    assert refused(account, "0" * 16) == "too_many_attempts"
    # A right one is not looked at either: it would tell a guess from a miss.
    assert refused(account, code) == "too_many_attempts"
    assert codes.redeem(make_account(), make()) == WORTH
    later(HOUR)
    assert codes.redeem(account, code) == WORTH


def test_codes_that_exist_are_no_guesses():
    account, code, spent = make_account(), make(uses=50), make()
    codes.redeem(make_account(), spent)
    codes.redeem(account, code)
    for _ in range(15):
        assert refused(account, code) == "code_used"
        assert refused(account, spent) == "code_used_up"
    with reading() as session:
        assert session.exec(select(Attempt)).all() == []


def test_nothing_is_taken_while_codes_are_off(monkeypatch):
    account, code = make_account(), make()
    monkeypatch.setenv("ALLOW_CODES", "false")
    get_settings.cache_clear()
    assert refused(account, code) == "codes_closed"
    assert balance(account) == 0


@pytest.mark.parametrize(
    ("wanted", "field"),
    [
        ({"tokens": 0}, "tokens"),
        ({"tokens": -1}, "tokens"),
        ({"tokens": 10**12 + 1}, "tokens"),
        ({"count": 0}, "count"),
        ({"count": 1001}, "count"),
        ({"uses": 0}, "uses"),
        ({"uses": 2**63}, "uses"),
        ({"note": "x" * 401}, "note"),
        ({"note": "\0"}, "note"),
        ({"expires_at": clock.now() - HOUR}, "expires_at"),
    ],
)
def test_codes_that_make_no_sense_are_not_made(wanted, field):
    with pytest.raises(codes.InvalidCodesError) as caught:
        make(**wanted)
    assert caught.value.field == field
    assert codes.list_codes(None) == []


def test_only_administrators_make_see_and_disable_codes():
    user, admin = make_account(), make_admin()
    for use_case in (
        lambda by: codes.make_codes(by, Wanted(WORTH)),
        codes.list_codes,
        lambda by: codes.disable(by, 1),
    ):
        with pytest.raises(NotAllowedError):
            use_case(user)
        use_case(admin)
    with reading() as session:
        assert session.exec(select(RedemptionCode.made_by)).all() == [admin]


def test_the_list_has_the_latest_first():
    for note in ("one", "two", "three"):
        make(note=f" {note} ")
    assert [each.note for each in codes.list_codes(None)] == ["three", "two", "one"]
    assert [each.note for each in codes.list_codes(None, limit=1)] == ["three"]


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE redemption_code SET uses = 0",
        "UPDATE redemption_code SET tokens = tokens + 1",
        "DELETE FROM redemption",
        "UPDATE redemption SET account_id = {other}",
    ],
)
def test_damage_is_found(damage):
    other = make_account()
    codes.redeem(make_account(), make())
    with pytest.raises(_UndoError), transaction() as session:
        session.connection().execute(text(damage.format(other=other)))
        assert {found.invariant for found in ledger.verify(session)} == {"I13"}
        raise _UndoError


def test_a_code_never_gives_more_than_once_whatever_its_rows_say():
    account, code = make_account(), make(uses=2)
    codes.redeem(account, code)
    with pytest.raises(_UndoError), transaction() as session:
        session.connection().execute(text("DELETE FROM redemption"))
        with pytest.raises(codes.CodeUsedError):
            codes._use(session, 1, account)
        assert ledger.balance_of(session, account).balance == WORTH
        raise _UndoError
    with reading() as session:
        keys = session.exec(select(LedgerEntry.key).where(col(LedgerEntry.kind) == "code")).all()
    assert keys == [f"code:1:{account}"]
