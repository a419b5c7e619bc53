import pytest
from sqlalchemy import text
from sqlmodel import col, select

from gptchina.db.engine import reading, transaction
from gptchina.db.models import LedgerEntry, Payment, Referral
from gptchina.domain import accounts, ledger, referrals
from gptchina.domain.errors import DomainError
from gptchina.settings import get_settings
from tests.factories import hold, make_account
from tests.orders import follow, make_order

REWARD = 30
PASSWORD = "long enough"


class _UndoError(Exception):
    """Rolls a deliberate damage back."""


def violations():
    with reading() as session:
        return [found.invariant for found in ledger.verify(session)]


@pytest.fixture(autouse=True)
def clean_ledger(database):
    yield
    assert violations() == []


@pytest.fixture(autouse=True)
def reward(database, monkeypatch):
    def set_reward(tokens: int) -> None:
        monkeypatch.setenv("REFERRAL_REWARD", str(tokens))
        get_settings.cache_clear()

    set_reward(REWARD)
    return set_reward


def wallet(account):
    with reading() as session:
        found = ledger.balance_of(session, account)
        return found.balance, found.debt


def guest_of(host, tokens=0):
    guest, code = make_account(tokens), referrals.invitation_of(host)
    with transaction() as session:
        referrals.remember(session, guest, code)
    return guest


def referral_of(guest):
    with reading() as session:
        return session.get(Referral, guest)


def entries():
    with reading() as session:
        return session.exec(
            select(LedgerEntry.key, LedgerEntry.amount)
            .where(LedgerEntry.kind == "referral")
            .order_by(col(LedgerEntry.id))
        ).all()


def test_an_account_keeps_one_invitation():
    host, other = make_account(), make_account()
    code = referrals.invitation_of(host)
    assert len(code) == 10
    assert referrals.invitation_of(host) == code
    assert referrals.invitation_of(other) != code


def test_whoever_registers_with_an_invitation_is_remembered_once():
    host = make_account()
    code = referrals.invitation_of(host)
    for typed in (code, f" {code.lower()[:5]}-{code.lower()[5:]} "):
        guest = accounts.register(
            "Wu", f"{typed.strip()}@example.com", PASSWORD, accounts.Device(), typed
        ).account_id
        assert referral_of(guest).host_id == host
    another = referrals.invitation_of(make_account())
    with transaction() as session:
        referrals.remember(session, guest, another)
    assert referral_of(guest).host_id == host
    assert referrals.invited_by(host) == referrals.Invited(code, REWARD, 2, 0, 0)


@pytest.mark.parametrize("code", [None, 5, "", "nobody", "x" * 10_000, "\0", "\ud800", ["x"], {}])
def test_what_is_no_invitation_stops_nobody_from_registering(code):
    signed_in = accounts.register("Wu", "wu@example.com", PASSWORD, accounts.Device(), code)
    assert referral_of(signed_in.account_id) is None


def test_nobody_is_their_own_guest():
    host = make_account()
    code = referrals.invitation_of(host)
    with transaction() as session:
        referrals.remember(session, host, code)
    assert referral_of(host) is None


def test_a_deleted_host_brings_in_and_earns_nothing():
    signed_in = accounts.register("Li", "li@example.com", PASSWORD, accounts.Device())
    host = signed_in.account_id
    code, before = referrals.invitation_of(host), wallet(host)
    guest = guest_of(host)
    accounts.delete_account(host, PASSWORD)
    late = make_account()
    with transaction() as session:
        referrals.remember(session, late, code)
    assert referral_of(late) is None
    assert follow(make_order(guest)) is None
    assert wallet(host) == before
    assert referral_of(guest).reward == 0


def test_the_first_paid_order_is_rewarded_once_however_often_it_is_followed():
    host = make_account()
    guest = guest_of(host)
    order, later = make_order(guest), make_order(guest)
    assert follow(order) == host
    for _ in range(3):
        assert follow(order) is None
        assert follow(later) is None
    assert wallet(host) == (REWARD, 0)
    assert entries() == [(f"referral:{guest}:1", REWARD)]
    assert referrals.invited_by(host).rewarded == 1
    assert referrals.invited_by(host).earned == REWARD


def test_an_order_that_is_not_credited_is_not_rewarded():
    host = make_account()
    order = make_order(guest_of(host))
    with transaction() as session:
        payment = session.get_one(Payment, order)
        assert referrals.follow(session, payment) is None
    assert wallet(host) == (0, 0)


def test_somebody_whom_nobody_brought_in_rewards_nobody():
    assert follow(make_order(make_account())) is None
    assert entries() == []


def test_the_reward_is_the_one_of_the_day_of_the_order(reward):
    host = make_account()
    guest, second = guest_of(host), guest_of(host)
    order = make_order(guest)
    reward(50)
    assert follow(order) == host
    reward(70)
    assert follow(order) is None
    assert wallet(host) == (50, 0)
    reward(0)
    assert follow(make_order(second)) is None
    reward(70)
    # Its first order is over.
    assert follow(make_order(second)) is None
    assert wallet(host) == (50, 0)


@pytest.mark.parametrize(
    ("undone", "kept"), [(1, 30), (3, 30), (4, 29), (50, 15), (99, 1), (100, 0)]
)
def test_a_refund_takes_its_share_of_the_reward_rounded_down(undone, kept):
    host = make_account()
    order = make_order(guest_of(host), tokens=100)
    follow(order)
    assert follow(order, undone=undone) == (host if kept < REWARD else None)
    assert follow(order, undone=undone) is None
    assert wallet(host) == (kept, 0)


def test_shares_add_up_to_the_whole_in_any_number_of_parts():
    host = make_account()
    order = make_order(guest_of(host), tokens=100)
    for undone in range(101):
        follow(order, undone=undone)
        assert wallet(host) == (REWARD - REWARD * undone // 100, 0)
    assert len(entries()) == 1 + REWARD


def test_an_order_refunded_before_it_was_seen_leaves_no_reward():
    host = make_account(5)
    assert follow(make_order(guest_of(host)), undone=100) == host
    assert wallet(host) == (5, 0)


def test_a_reward_that_was_spent_is_owed_and_comes_back_with_a_won_dispute():
    host = make_account(10)
    order = make_order(guest_of(host))
    follow(order)
    with transaction() as session:
        turn = hold(session, host, 35)
        ledger.settle(session, turn, ledger.Use(cost=35))
    assert follow(order, undone=100) == host
    assert wallet(host) == (0, 25)
    assert referrals.invited_by(host).earned == 0
    assert follow(order, undone=0) == host
    assert wallet(host) == (5, 0)
    assert follow(order, undone=50) == host
    assert wallet(host) == (0, 10)
    assert [amount for _, amount in entries()] == [30, 5, 25, 30, 5, 10]


def test_refunds_of_later_orders_leave_the_reward_alone():
    host = make_account()
    guest = guest_of(host)
    follow(make_order(guest))
    later = make_order(guest)
    follow(later)
    assert follow(later, undone=100) is None
    assert wallet(host) == (REWARD, 0)


def test_nothing_happens_while_it_is_off(reward):
    host = make_account()
    code = referrals.invitation_of(host)
    reward(0)
    guest = make_account()
    with transaction() as session:
        referrals.remember(session, guest, code)
    assert referral_of(guest) is None
    for use_case in (referrals.invitation_of, referrals.invited_by):
        with pytest.raises(DomainError) as refused:
            use_case(host)
        assert refused.value.code == "referrals_closed"


@pytest.mark.parametrize(
    ("damage", "broken"),
    [
        ("UPDATE referral SET reward = reward + 1", {"I14"}),
        ("UPDATE referral SET taken_back = 1", {"I14"}),
        ("UPDATE referral SET payment_id = NULL, reward = 0", {"I14"}),
        ("UPDATE referral SET guest_id = host_id - 1000", {"I14"}),
        ("DELETE FROM referral", {"I14"}),
    ],
)
def test_damage_is_found(damage, broken):
    host = make_account(1)
    other = make_account(2)
    order = make_order(guest_of(host), tokens=100)
    follow(order)
    damage = damage.replace("host_id - 1000", str(other))
    with pytest.raises(_UndoError), transaction() as session:
        session.connection().execute(text(damage))
        assert {found.invariant for found in ledger.verify(session)} == broken
        raise _UndoError
