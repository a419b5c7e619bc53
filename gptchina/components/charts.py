"""Charts of days and of shares, each also told in words and open as a table."""

from __future__ import annotations

from typing import Any, Literal

import reflex as rx


class DayChart(rx.Component):
    """One value for each day, as an area or as bars."""

    library = "$/public/charts.jsx"
    tag = "DayChart"

    # Objects with `day` (2026-11-25) and whole numbers.
    days: rx.Var[list[Any]]
    # The number to draw.
    field: rx.Var[str]
    # An area for what stands at the end of a day, bars for what a day adds.
    kind: rx.Var[Literal["area", "bars"]]
    label: rx.Var[str]
    # What the picture says, for whoever does not see it.
    summary: rx.Var[str]


class ShareList(rx.Component):
    """Models or chats with what went into each."""

    library = "$/public/usage_shares.jsx"
    tag = "ShareList"

    # ShareView objects, the largest first.
    shares: rx.Var[list[Any]]
    # What all of them are parts of.
    total: rx.Var[int]
    # They are chats, and lead to them.
    chats: rx.Var[bool]
    # How many chats are not in the list.
    more: rx.Var[int]


day_chart = DayChart.create
share_list = ShareList.create
