"""What processes use, as the kernel counts it."""

from __future__ import annotations

import os
import time
from pathlib import Path

TICK = os.sysconf("SC_CLK_TCK")


def family(pid: int) -> list[int]:
    """Return a process and all its descendants."""
    found = [pid]
    for path in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in read(path).split():
            found += family(int(child))
    return found


def read(path: Path) -> str:
    """Return a file of the kernel, "" when its process has just ended."""
    try:
        return path.read_text()
    except (FileNotFoundError, ProcessLookupError):
        return ""


def cpu_seconds(pid: int) -> float:
    """Return the CPU time that a process and its living descendants have used."""
    total = 0
    for each in family(pid):
        fields = read(Path(f"/proc/{each}/stat")).rpartition(")")[2].split()
        total += sum(map(int, fields[11:13]))
    return total / TICK


def memory(pid: int) -> float:
    """Return the memory of a process and its descendants in MB, shared pages counted once."""
    total = 0
    for each in family(pid):
        for line in read(Path(f"/proc/{each}/smaps_rollup")).splitlines():
            if line.startswith("Pss:"):
                total += int(line.split()[1])
    return total / 1000


class Cores:
    """What the machine's cores did while it is watched, apart from some processes."""

    def __init__(self, pids: list[int]) -> None:
        self._pids = pids
        self._began, self._busy, self._own = time.monotonic(), self._all(), self._ours()

    @staticmethod
    def _all() -> float:
        fields = list(map(int, Path("/proc/stat").read_text().splitlines()[0].split()[1:9]))
        return (sum(fields) - fields[3] - fields[4]) / TICK

    def _ours(self) -> float:
        return sum(cpu_seconds(pid) for pid in self._pids)

    def others(self) -> float:
        """Return how many cores were busy with something else."""
        seconds = time.monotonic() - self._began
        return max(0.0, (self._all() - self._busy - (self._ours() - self._own)) / seconds)
