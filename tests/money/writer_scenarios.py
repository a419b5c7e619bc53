"""What processes do to the fair writer."""

import os
import signal
from pathlib import Path
from threading import Event, Thread

from gptchina.db.group_commit import GroupWriter
from gptchina.db.writer import FairWriter
from tests.money.crew import enlist, muster

PROCESSES = 8


def count_together(folder, rounds):
    """Let processes add to a number in a file, each by reading and writing it; return the sum."""
    number = Path(folder, "number")
    number.write_text("0")
    writer = FairWriter(Path(folder, "number.lock"))

    def add(_say):
        for _ in range(rounds):
            with writer.turn():
                number.write_text(str(int(number.read_text()) + 1))

    muster(add, [()] * PROCESSES)
    return int(number.read_text())


def fork_while_writing(folder):
    """Fork while one thread writes and another waits; return who wrote in which order."""
    order = Path(folder, "order")
    writer = FairWriter(Path(folder, "order.lock"))
    entered, leave = Event(), Event()

    def note(name):
        with order.open("a") as file:
            file.write(name + "\n")

    def write(name, *, stay=False):
        with writer.turn():
            entered.set()
            if stay:
                leave.wait()
            note(name)

    def write_in_child(say):
        say("started")
        write("child")

    holder = Thread(target=write, args=("holder",), kwargs={"stay": True})
    holder.start()
    entered.wait()
    waiter = Thread(target=write, args=("waiter",))
    waiter.start()
    while not writer._waiting:
        waiter.join(0.001)
    child = enlist(write_in_child)
    while not child.words():
        waiter.join(0.001)
    early = order.exists()
    leave.set()
    holder.join()
    waiter.join()
    assert child.wait() == 0
    return {"early": early, "order": order.read_text().split()}


def kill_the_parent_that_writes(folder):
    """Kill a process that writes and has a live child; return whether others can write then."""
    writer = FairWriter(Path(folder, "kill.lock"))

    def hold_and_fork(say):
        entered = Event()

        # A fork keeps only the thread that forks, so another one holds the turn.
        Thread(target=_stay, args=(writer, entered), daemon=True).start()
        entered.wait()
        child = os.fork()
        if child == 0:
            signal.pause()
        say(child)
        signal.pause()

    parent = enlist(hold_and_fork)
    while not parent.words():
        os.sched_yield()
    child = int(parent.words()[0][0])
    try:
        parent.kill()
        parent.wait()
        with writer.turn():
            return True
    finally:
        os.kill(child, signal.SIGKILL)


def _stay(writer, entered):
    with writer.turn():
        entered.set()
        Event().wait()


class _Counted:
    """A transaction that only counts how often it was kept."""

    broken = False

    def __init__(self):
        self.kept = 0

    def keep(self):
        self.kept += 1

    def drop(self):
        pass


def fork_in_the_middle(folder):
    """Fork inside a shared turn; return how the child left it, and how often it was kept."""
    work = _Counted()
    writer = GroupWriter(Path(folder, "middle.lock"), lambda: work)
    child = -1
    try:
        with writer.share():
            child = os.fork()
            # A child that waits for a group that ends elsewhere is ended by the alarm.
            signal.alarm(20 if child == 0 else 0)
    except RuntimeError:
        os._exit(7)
    if child == 0:
        os._exit(0)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return {"child": status, "kept": work.kept}
