"""Writers that wait together share a commit, and nothing else."""

import signal
from contextlib import contextmanager, suppress
from threading import Event, Thread, main_thread
from typing import Any

import pytest
from sqlalchemy import text

from gptchina.db import engine as db_engine
from gptchina.db import group_commit
from gptchina.db.engine import get_engine, reading, transaction
from gptchina.db.models import Account
from gptchina.domain import clock, ledger
from tests.factories import make_account
from tests.money.crew import play
from tests.money.faults import violations
from tests.money.test_fair_writer import InterruptedWaitError, until
from tests.money.writer_scenarios import fork_in_the_middle

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


class NoCommitError(Exception):
    """What a full disk would make of a COMMIT."""


@pytest.fixture(autouse=True)
def unhurried(monkeypatch, database):
    """Let no group end because this machine is slow."""
    monkeypatch.setattr(group_commit, "SECONDS", 60)


def writer():
    made = db_engine._writer(get_engine().url.render_as_string(hide_password=False))
    assert made
    return made


def balance(account):
    with reading() as session:
        return ledger.balance_of(session, account).balance


@contextmanager
def commits(*, fail=False, wait=None):
    """Count the commits of the block, let them fail, or let them wait for something."""
    dialect: Any = get_engine().dialect
    commit, seen = dialect.do_commit, []

    def do_commit(connection):
        seen.append("begun")
        if wait:
            wait()
        if fail:
            raise NoCommitError
        commit(connection)

    dialect.do_commit = do_commit
    try:
        yield seen
    finally:
        dialect.do_commit = commit


@contextmanager
def together(*steps):
    """Run steps in transactions of one group; yield, and fill by the end, what each came to."""
    results: list[Any] = ["unanswered"] * len(steps)
    threads = []

    def run(number, step):
        try:
            with transaction() as session:
                result = step(session)
        except Exception as error:  # noqa: BLE001 -- it is the result
            result = error
        results[number] = result

    with writer().turn():
        for number, step in enumerate(steps):
            threads.append(Thread(target=run, args=(number, step)))
            threads[-1].start()
            until(lambda count=number + 1: len(writer()._waiting) == count)
    yield results
    for thread in threads:
        thread.join(20)
    assert not any(thread.is_alive() for thread in threads)


def give(account, key, amount=1):
    return lambda session: ledger.grant(
        session, account, amount, key=f"grant:{key}", kind="grant", note=""
    )


def fail(account, key):
    def step(session):
        give(account, key)(session)
        raise KeyError(key)

    return step


def test_writers_that_wait_together_share_one_commit(promise):
    account = make_account()
    members = group_commit.MEMBERS
    with commits() as seen, together(*[give(account, key) for key in range(members)]) as results:
        pass
    assert results == [True] * members
    assert len(seen) == 1
    assert balance(account) == members
    promise(f"group commit: {members} writers, {len(seen)} commit")


def test_a_group_that_is_full_commits_before_the_next_begins():
    account = make_account()
    count = 2 * group_commit.MEMBERS + 1
    with commits() as seen, together(*[give(account, key) for key in range(count)]) as results:
        pass
    assert results == [True] * count
    assert len(seen) == 3


def test_a_group_that_took_long_commits_before_the_next_begins(monkeypatch):
    monkeypatch.setattr(group_commit, "SECONDS", -1)
    account = make_account()
    with commits() as seen, together(*[give(account, key) for key in range(5)]):
        pass
    assert len(seen) == 5


@pytest.mark.parametrize("place", range(3))
def test_a_member_that_fails_leaves_the_others_whole(place):
    account = make_account()
    steps = [give(account, "a", 1), give(account, "b", 10)]
    steps.insert(place, fail(account, "c"))
    with commits() as seen, together(*steps) as results:
        pass
    error = results.pop(place)
    assert isinstance(error, KeyError)
    assert results == [True, True]
    assert len(seen) == 1
    assert balance(account) == 11
    assert violations() == []


def test_a_group_of_failures_commits_nothing():
    account = make_account()
    with commits() as seen, together(fail(account, "a"), fail(account, "b")):
        pass
    assert seen == []
    assert balance(account) == 0


def test_a_commit_that_fails_fails_every_member_and_keeps_nothing(promise):
    account = make_account(5)
    steps = [give(account, "a"), fail(account, "b"), give(account, "c"), give(account, "d")]
    with commits(fail=True), together(*steps) as results:
        pass
    assert [type(result) for result in results] == [NoCommitError] * 4
    assert balance(account) == 5
    with together(*steps) as results:
        pass
    assert [result is True for result in results] == [True, False, True, True]
    assert balance(account) == 8
    promise("group commit: a commit that fails fails for all of its members, and keeps nothing")


def test_nobody_is_answered_before_the_commit():
    account, release = make_account(), Event()
    with commits(wait=release.wait) as seen:
        # One is refused for what another did, which might still not be kept.
        steps = [give(account, "a"), give(account, "a", 2), give(account, "c")]
        with together(*steps) as results:
            until(lambda: seen)
            assert results == ["unanswered"] * 3
            assert balance(account) == 0
            release.set()
    assert [type(result) for result in results] == [bool, ledger.KeyConflictError, bool]
    assert balance(account) == 2


@pytest.mark.parametrize("statement", ["ROLLBACK", "COMMIT; BEGIN"])
def test_a_member_that_loses_the_transaction_fails_the_group(statement):
    """SQLite rolls back by itself when the disk is full: savepoints are gone then, too."""
    account = make_account()

    def lose(session):
        session.connection()
        driver = session.connection().connection.dbapi_connection
        for each in statement.split(";"):
            driver.execute(each)

    with together(give(account, "a"), lose, give(account, "b")) as results:
        pass
    assert isinstance(results[0], Exception)
    assert isinstance(results[1], Exception)
    assert results[2] is True


def test_a_member_that_loses_the_transaction_while_flushing_fails_the_group():
    """The session tries to undo by itself then, and does not say that it could not."""
    account = make_account()

    def lose(session):
        session.connection().connection.dbapi_connection.execute("ROLLBACK")
        session.add(Account(email="li@example.com", role="nobody", created_at=clock.now()))
        with suppress(Exception):
            session.flush()
        raise KeyError

    with together(give(account, "a"), lose) as results:
        pass
    assert isinstance(results[0], RuntimeError)
    assert balance(account) == 0


def test_what_a_member_wrote_can_be_read_when_it_returns():
    account, seen = make_account(), []

    def write(number):
        with transaction() as session:
            give(account, number, 10**number)(session)
        with reading() as session:
            seen.append(ledger.balance_of(session, account).balance // 10**number % 10)

    threads = [Thread(target=write, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert seen == [1] * 12


def test_a_reader_sees_nothing_of_a_group_before_its_commit():
    account, release = make_account(), Event()

    def stay(session):
        give(account, "b")(session)
        release.wait()

    with together(give(account, "a"), stay):
        until(lambda: writer()._group and len(writer()._group._members) == 2)
        assert balance(account) == 0
        release.set()
    assert balance(account) == 2


def test_a_waiter_that_is_interrupted_when_called_commits_for_the_others(monkeypatch):
    account, queue = make_account(), writer()
    call_next = queue._call_next

    def interrupt(_signal, _frame):
        raise InterruptedWaitError

    def call_and_interrupt():
        monkeypatch.setattr(queue, "_call_next", call_next)
        call_next()
        signal.pthread_kill(main_thread().ident or 0, signal.SIGUSR1)

    def stay(session):
        give(account, "a")(session)
        until(lambda: queue._waiting)
        queue._call_next = call_and_interrupt

    before = signal.signal(signal.SIGUSR1, interrupt)
    try:
        with together(stay) as results, pytest.raises(InterruptedWaitError), transaction():
            results.append("called")
    finally:
        signal.signal(signal.SIGUSR1, before)
    assert results == [None]
    assert balance(account) == 1


def test_a_transaction_inside_a_transaction_is_refused():
    account = make_account()
    with pytest.raises(RuntimeError, match="inside"), transaction() as outer:
        give(account, "a")(outer)
        with transaction():
            pass
    assert balance(account) == 0
    with transaction() as session:
        give(account, "a")(session)
    assert balance(account) == 1


def test_a_turn_alone_shares_no_commit():
    account = make_account()

    def stay(session):
        give(account, "a")(session)
        until(lambda: writer()._waiting)

    alone = []

    def take_a_turn():
        with writer().turn():
            alone.append(balance(account))

    taker = Thread(target=take_a_turn)
    with together(stay) as results:
        taker.start()
    taker.join(20)
    assert results == [None]
    assert alone == [1]


def test_a_member_may_use_everything_a_session_has():
    account = make_account(3)

    def orm(session):
        found = session.connection().execute(text("SELECT balance FROM wallet")).scalar_one()
        with suppress(Exception):
            session.connection().execute(text("UPDATE wallet SET balance = -1"))
        return found

    with together(orm, give(account, "a")) as results:
        pass
    assert results == [3, True]
    assert balance(account) == 4


def test_a_child_of_a_writer_does_not_wait_for_its_group(tmp_path):
    seen = play(fork_in_the_middle, folder=str(tmp_path))
    # The child is told that its part is not kept; the parent keeps its own.
    assert seen == {"child": 7, "kept": 1}
