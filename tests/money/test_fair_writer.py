import signal
import sqlite3
from contextlib import closing
from threading import Thread, main_thread
from time import monotonic, sleep

import pytest

from gptchina.db.engine import POOL_SIZE, reading, sqlite_file, transaction
from gptchina.db.writer import FairWriter
from gptchina.domain import ledger
from tests.factories import make_account
from tests.money.crew import play
from tests.money.writer_scenarios import (
    PROCESSES,
    count_together,
    fork_while_writing,
    kill_the_parent_that_writes,
)


@pytest.fixture
def writer(tmp_path):
    return FairWriter(tmp_path / "test.lock")


def until(condition):
    """Wait for something another thread does."""
    deadline = monotonic() + 20
    while not condition():
        assert monotonic() < deadline
        sleep(0.001)


class InterruptedWaitError(Exception):
    """Raised by a signal, as Ctrl-C would be."""


def test_writers_get_their_turn_in_the_order_of_arrival(writer, promise):
    order, threads = [], []

    def write(number):
        with writer.turn():
            order.append(number)

    with writer.turn():
        for number in range(50):
            threads.append(Thread(target=write, args=(number,)))
            threads[-1].start()
            until(lambda count=number + 1: len(writer._waiting) == count)
        assert order == []
    for thread in threads:
        thread.join(20)
    assert order == list(range(50))
    promise("fair writer: 50 waiting threads got their turn in the order of arrival")


def test_an_error_in_a_turn_lets_the_next_one_in(writer):
    for _ in range(3):
        with pytest.raises(RuntimeError), writer.turn():
            raise RuntimeError
    with writer.turn():
        pass


def test_a_lock_file_that_cannot_be_opened_blocks_nobody(tmp_path):
    writer = FairWriter(tmp_path / "missing" / "test.lock")
    for _ in range(2):
        with pytest.raises(FileNotFoundError), writer.turn():
            pass
    (tmp_path / "missing").mkdir()
    with writer.turn():
        pass


def test_a_waiter_that_is_interrupted_leaves_the_queue(writer):
    served = []

    def interrupt(_signal, _frame):
        raise InterruptedWaitError

    def hold_until_interrupted():
        with writer.turn():
            until(lambda: len(writer._waiting) == 1)
            signal.pthread_kill(main_thread().ident or 0, signal.SIGUSR1)
            until(lambda: not writer._waiting)
        served.append("holder")

    holder = Thread(target=hold_until_interrupted)
    before = signal.signal(signal.SIGUSR1, interrupt)
    try:
        holder.start()
        until(lambda: writer._busy)
        with pytest.raises(InterruptedWaitError), writer.turn():
            served.append("interrupted")
    finally:
        signal.signal(signal.SIGUSR1, before)
    holder.join(20)
    with writer.turn():
        served.append("next")
    assert served == ["holder", "next"]


def test_processes_take_turns(tmp_path, promise):
    total = play(count_together, folder=str(tmp_path), rounds=250)
    assert total == PROCESSES * 250
    promise(f"fair writer: {total:,} turns of {PROCESSES} processes, none met another")


def test_a_fork_inherits_neither_the_turn_nor_the_queue(tmp_path):
    seen = play(fork_while_writing, folder=str(tmp_path))
    assert not seen["early"]
    assert sorted(seen["order"]) == ["child", "holder", "waiter"]
    assert seen["order"][0] == "holder"


def test_a_killed_writer_keeps_nobody_out_though_its_child_lives(tmp_path):
    assert play(kill_the_parent_that_writes, folder=str(tmp_path))


def test_a_reader_sees_one_state_while_others_write(database):
    account = make_account(5)

    def give():
        with transaction() as session:
            ledger.grant(session, account, 7, key="grant:a", kind="grant")

    with reading() as session:
        before = ledger.balance_of(session, account)
        writing = Thread(target=give)
        writing.start()
        writing.join(20)
        assert not writing.is_alive()
        assert ledger.balance_of(session, account) == before
        assert ledger.verify(session) == []
    with reading() as session:
        assert ledger.balance_of(session, account).balance == 12


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_transaction_locks_out_a_writer_that_knows_no_queue(database):
    with (
        closing(sqlite3.connect(sqlite_file(database) or "", timeout=0)) as stranger,
        transaction() as session,
    ):
        # Read first: without the lock from the beginning, the stranger's commit would now make
        # every later write of this transaction fail.
        assert ledger.verify(session) == []
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            stranger.execute("BEGIN IMMEDIATE")


def test_a_connection_that_read_can_write_again(database):
    account = make_account(5)
    for number in range(2 * POOL_SIZE):
        with reading() as session:
            assert ledger.balance_of(session, account).balance == 5 + number
        with transaction() as session:
            assert ledger.grant(session, account, 1, key=f"grant:{number}", kind="grant")


def test_the_lock_file_is_nobody_elses(writer, tmp_path):
    with writer.turn():
        assert (tmp_path / "test.lock").stat().st_mode & 0o077 == 0
