"""The history of an account as a table."""

from __future__ import annotations

from typing import Any

import reflex as rx


class UsageTable(rx.Component):
    """Every entry with its cause in words; the next ones on demand."""

    library = "$/public/usage_table.jsx"
    tag = "UsageTable"

    # EntryView objects, the newest first.
    entries: rx.Var[list[Any]]
    # There are older ones.
    more: rx.Var[bool]
    # A filter is on: an empty list means that nothing fits it.
    filtered: rx.Var[bool]
    on_more: rx.EventHandler[rx.event.no_args_event_spec]


usage_table = UsageTable.create
