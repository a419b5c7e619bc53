"""Processes that work on one ledger at the same time, and can be killed at any moment.

A scenario runs in a program of its own, without threads, so that it may fork: the members of a
crew start within milliseconds, with everything imported and every statement compiled.
"""

import fcntl
import json
import os
import signal
import subprocess
import sys
import traceback
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module

from gptchina.db.engine import get_engine
from gptchina.settings import ROOT


def play(scenario, **parameters):
    """Run a scenario, a function of a module, in a program of its own; return what it returned."""
    with subprocess.Popen(
        [sys.executable, "-m", __name__, scenario.__module__, scenario.__qualname__],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        start_new_session=True,
    ) as program:
        try:
            said, errors = program.communicate(json.dumps(parameters), timeout=540)
        finally:
            # Whatever went wrong, no member outlives the test.
            with suppress(ProcessLookupError):
                os.killpg(program.pid, signal.SIGKILL)
    assert program.returncode == 0, f"{parameters}\n{errors}"
    return json.loads(said)


@dataclass
class Member:
    """A process; what it said survives it."""

    pid: int
    said: int
    status: int | None = None

    def kill(self):
        os.kill(self.pid, signal.SIGKILL)

    def wait(self):
        if self.status is None:
            self.status = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        return self.status

    def words(self):
        """Return the lines the process said until now, each a list of words."""
        said = os.pread(self.said, os.fstat(self.said).st_size, 0).decode()
        return [line.split() for line in said.splitlines()]

    def close(self):
        os.close(self.said)


def enlist(work, *arguments):
    """Fork a process that does `work(say, *arguments)`; `say` keeps a line for the parent."""
    # A connection must not be used on both sides of a fork; the compiled statements may.
    get_engine().dispose()
    said = os.memfd_create("said")
    # Threads that write at the same time would write over each other: here Linux guards no offset.
    fcntl.fcntl(said, fcntl.F_SETFL, os.O_APPEND)
    pid = os.fork()
    if pid:
        return Member(pid, said)
    try:
        work(lambda *words: os.write(said, (" ".join(map(str, words)) + "\n").encode()), *arguments)
    except BaseException:  # noqa: BLE001 -- the process ends here, and its parent must hear why
        traceback.print_exc()
        os._exit(1)
    os._exit(0)


def muster(work, jobs):
    """Fork a process for each job, wait for all, and return what each said.

    Raises:
        AssertionError: one of them failed.
    """
    members = [enlist(work, *job) for job in jobs]
    assert [member.wait() for member in members] == [0] * len(members)
    words = [member.words() for member in members]
    for member in members:
        member.close()
    return words


if __name__ == "__main__":
    # What is printed on the way must not mix with the result.
    result = os.dup(1)
    os.dup2(2, 1)
    outcome = getattr(import_module(sys.argv[1]), sys.argv[2])(**json.load(sys.stdin))
    os.write(result, json.dumps(outcome).encode())
