from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import bcrypt
import pytest
from sqlmodel import select

from gptchina.db.engine import reading
from gptchina.db.models import Attempt
from gptchina.domain import accounts, clock
from gptchina.domain.accounts import Device, throttle
from gptchina.domain.errors import DomainError

HERE = Device("192.0.2.1")
GUESS = "wrong"


@pytest.fixture
def at(monkeypatch):
    start = datetime(2026, 1, 1, tzinfo=UTC)

    def set_time(**later):
        monkeypatch.setattr(clock, "now", lambda: start + timedelta(**later))

    set_time()
    return set_time


@pytest.fixture
def verifications(monkeypatch):
    """Record every password that bcrypt is asked to verify, with the rounds it took."""
    seen = []
    real = bcrypt.checkpw

    def checkpw(password, hashed):
        seen.append(hashed[:7])
        return real(password, hashed)

    monkeypatch.setattr(bcrypt, "checkpw", checkpw)
    return seen


def register(email="ann@example.com", device=HERE):
    return accounts.register("Ann", email, "correct horse", device)


def code_of(email="ann@example.com", password=GUESS, device=HERE):
    try:
        accounts.log_in(email, password, device)
    except DomainError as error:
        return error.code
    return "signed in"


def test_unknown_address_and_wrong_password_cost_and_say_the_same(database, verifications):
    register()
    answers = []
    for email in ("ann@example.com", "nobody@example.com", "no address", None):
        verifications.clear()
        with pytest.raises(accounts.WrongCredentialsError) as refusal:
            accounts.log_in(email, "wrong", HERE)
        error = refusal.value
        answers.append((error.code, error.field, str(error.params), tuple(verifications)))
    assert set(answers) == {("wrong_credentials", None, "{}", (b"$2b$04$",))}


@pytest.mark.parametrize("password", [None, "", 5, ["x"], "x" * 5000, "\ud800" * 9, "a\x00b"])
def test_odd_passwords_are_wrong_ones(database, verifications, password):
    register()
    assert code_of(password=password) == "wrong_credentials"
    assert len(verifications) == 1


def test_a_deleted_accounts_password_opens_nothing(database):
    account = register()
    accounts.delete_account(account.account_id, "correct horse")
    assert code_of(password="correct horse") == "wrong_credentials"


@pytest.mark.parametrize("email", ["ann@example.com", "nobody@example.com"])
def test_the_eighth_guess_in_five_minutes_waits(database, at, email):
    register()
    for second in range(7):
        at(seconds=second)
        assert code_of(email, device=Device(f"192.0.2.{second}")) == "wrong_credentials"
    at(seconds=10)
    with pytest.raises(accounts.TooManyAttemptsError) as refusal:
        accounts.log_in(email, "correct horse", Device("192.0.2.99"))
    assert refusal.value.params == {"seconds": 290}
    at(minutes=5, seconds=1)
    assert code_of(email, device=Device("192.0.2.99")) == "wrong_credentials"


def test_a_network_is_counted_over_all_accounts(database):
    for number in range(7):
        assert code_of(f"p{number}@example.com") == "wrong_credentials"
    assert code_of("p8@example.com") == "too_many_attempts"
    assert code_of("p8@example.com", device=Device("192.0.2.2")) == "wrong_credentials"


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8::1", "2001:db8::ffff:1", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
        ("192.0.2.1", "192.0.2.2", False),
    ],
)
def test_an_ipv6_prefix_is_one_network(one, other, same):
    assert (throttle.network(one) == throttle.network(other)) is same


def test_thirty_guesses_at_once_are_verified_seven_times_at_most(database, verifications):
    register()
    with ThreadPoolExecutor(30) as pool:
        codes = list(pool.map(lambda n: code_of(device=Device(f"192.0.2.{n}")), range(30)))
    assert Counter(codes) == {"wrong_credentials": 7, "too_many_attempts": 23}
    assert len(verifications) == 7


def test_guesses_crossing_networks_and_accounts_do_not_lock_each_other(database):
    pairs = [(a, b) for a in range(4) for b in range(4)] * 2
    with ThreadPoolExecutor(16) as pool:
        codes = list(
            pool.map(
                lambda p: code_of(f"p{p[0]}@example.com", "x", Device(f"10.0.0.{p[1]}")), pairs
            )
        )
    assert set(codes) <= {"wrong_credentials", "too_many_attempts"}


def test_a_success_clears_the_account_but_not_the_network(database):
    register()
    for _ in range(6):
        assert code_of() == "wrong_credentials"
    assert code_of(password="correct horse") == "signed in"
    # The account may be guessed at again from elsewhere; this network has one guess left.
    assert code_of("nobody@example.com") == "wrong_credentials"
    assert code_of("nobody@example.com") == "too_many_attempts"
    for _ in range(7):
        assert code_of(device=Device("192.0.2.2")) == "wrong_credentials"


def test_logging_in_often_with_the_right_password_is_no_guessing(database):
    register()
    assert {code_of(password="correct horse") for _ in range(20)} == {"signed in"}


def test_guessing_by_an_open_session_is_limited_too(database, verifications):
    account = register()
    codes = []
    for _ in range(9):
        with pytest.raises(DomainError) as refusal:
            accounts.delete_account(account.account_id, "wrong")
        codes.append(refusal.value.code)
    assert Counter(codes) == {"wrong_password": 7, "too_many_attempts": 2}
    assert len(verifications) == 7


def test_registrations_from_one_network_are_limited(database):
    for number in range(20):
        register(f"p{number}@example.com")
    with pytest.raises(accounts.TooManyAttemptsError):
        register("p20@example.com")
    register("p20@example.com", Device("192.0.2.2"))


def test_taken_addresses_count_as_registrations(database):
    register()
    for _ in range(19):
        with pytest.raises(accounts.EmailTakenError):
            register()
    with pytest.raises(accounts.TooManyAttemptsError):
        register()


def test_a_developer_registers_as_often_as_they_like(database):
    for number in range(22):
        register(f"p{number}@example.com", Device("127.0.0.1"))


def test_keys_do_not_tell_whom_they_count(database):
    code_of("secret@example.com")
    with reading() as session:
        keys = session.exec(select(Attempt.key)).all()
    assert len(keys) == 2
    assert not [key for key in keys if "secret" in key or "192" in key or len(key) != 64]


def test_old_attempts_are_pruned(database, at):
    code_of()
    at(minutes=59)
    accounts.keep_house()
    with reading() as session:
        assert len(session.exec(select(Attempt)).all()) == 2
    at(minutes=61)
    accounts.keep_house()
    with reading() as session:
        assert session.exec(select(Attempt)).all() == []
