"""Group commit: writers of one process that wait together share a transaction and its commit."""

from __future__ import annotations

from contextlib import contextmanager
from threading import Lock
from time import monotonic
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from .writer import FairWriter

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from pathlib import Path

# A group ends after so many members or seconds, so that other processes get their turn.
MEMBERS = 32
SECONDS = 0.005


class Work(Protocol):
    """One transaction, in which the members of a group work one after the other."""

    @property
    def broken(self) -> bool:
        """Return whether nothing of it can be kept, because a member could not be undone."""
        ...

    def keep(self) -> None:
        """Commit it; raise, and keep nothing, if that fails or it is broken."""
        ...

    def drop(self) -> None:
        """Roll it back; never raise."""
        ...


W = TypeVar("W", bound=Work)


class _Group(Generic[W]):
    def __init__(self, work: W) -> None:
        self.work = work
        self.error: BaseException | None = None
        self._members: list[Lock] = []
        self._kept = 0
        self._until = monotonic() + SECONDS

    def join(self) -> Lock:
        """Return a lock that opens when the group has ended."""
        ended = Lock()
        ended.acquire()
        self._members.append(ended)
        return ended

    def succeed(self) -> None:
        """Count a member whose work is to be kept."""
        self._kept += 1

    def is_full(self) -> bool:
        return len(self._members) >= MEMBERS or monotonic() > self._until or self.work.broken

    def end(self) -> None:
        """Commit for all members, or note why that failed."""
        try:
            if self._kept:
                self.work.keep()
            else:
                self.work.drop()
        except BaseException as error:  # noqa: BLE001 -- every member raises it
            self.error = error

    def wake(self) -> None:
        for member in self._members:
            member.release()


class GroupWriter(FairWriter, Generic[W]):
    """A fair writer whose waiting threads share a commit.

    A commit waits for the disk. Threads that wait for their turn work in the transaction of those
    before them, and the last one, whom nobody follows, commits for all. Nobody returns before.
    """

    def __init__(self, lock_file: Path, begin: Callable[[], W]) -> None:
        super().__init__(lock_file)
        self._begin = begin
        self._group: _Group[W] | None = None

    @contextmanager
    def share(self) -> Generator[W]:
        """Wait for the turn, lend the group's work to the block, and return when it is committed.

        A block that raises must undo what it did; the others' work is kept. If the commit fails,
        every member raises what it raised.

        Raises:
            RuntimeError: this thread has the turn, and would wait for itself for ever.
        """
        self._enter_queue()
        try:
            group = self._group = self._group or self._open()
            ended = group.join()
        except BaseException:
            self._hand_on()
            raise
        try:
            yield group.work
            group.succeed()
        finally:
            self._hand_on()
            # Whoever fails waits, too: the reason may be another member's work.
            ended.acquire()
            if group.error:
                raise group.error

    def _hand_on(self) -> None:
        """Let the next one in; if nobody waits, or the group is full, commit for it first."""
        while True:
            with self._guard:
                group = self._group
                if group is None or (self._waiting and not group.is_full()):
                    self._call_next()
                    return
            self._end(group)

    def _open(self) -> _Group[W]:
        self._lock()
        try:
            return _Group(self._begin())
        except BaseException:
            self._unlock()
            raise

    def _end(self, group: _Group[W]) -> None:
        try:
            group.end()
        finally:
            self._group = None
            self._unlock()
            group.wake()

    def _lock(self) -> None:
        # Whoever takes a turn alone shares nothing.
        if self._group:
            self._end(self._group)
        super()._lock()

    def _forget_parent(self) -> None:
        super()._forget_parent()
        if self._group:
            # Should the child have been in the middle of a turn, it must not wait for its end.
            self._group.error = RuntimeError("a transaction does not pass through a fork")
            self._group.wake()
            self._group = None
