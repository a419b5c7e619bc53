"""One table: measure, ours, limit, goal, met or not."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """One figure; `goal` is the most it may be, the least if `least`, None if there is none."""

    measure: str
    value: float
    unit: str = ""
    limit: str = ""
    goal: float | None = None
    least: bool = False
    others: float | None = None

    @property
    def met(self) -> str:
        """Whether the goal is reached, in a word."""
        if self.goal is None:
            return ""
        reached = self.value >= self.goal if self.least else self.value <= self.goal
        return "met" if reached else "MISSED"


FORMAT = "{:58} {:>14} {:>9} {:>12} {:>7} {:>7}"


def print_table(rows: list[Row]) -> None:
    """Print the rows; the last column is how many cores something else kept busy meanwhile."""
    print(FORMAT.format("measure", "ours", "limit", "goal", "", "others"))
    for row in rows:
        sign = ">=" if row.least else "<="
        goal = "" if row.goal is None else f"{sign} {row.goal:g} {row.unit}"
        others = "" if row.others is None else f"{row.others:.1f}"
        ours = f"{row.value:,.2f} {row.unit}"
        print(FORMAT.format(row.measure, ours, row.limit, goal, row.met, others))
