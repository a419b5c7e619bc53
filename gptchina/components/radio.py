"""Radio buttons whose choice the state keeps; the browser does not wait for it to show it."""

from __future__ import annotations

import reflex as rx


class Radio(rx.Component):
    """One of the radio buttons with the same name; takes attributes of an input."""

    library = "$/public/radio.jsx"
    tag = "Radio"

    name: rx.Var[str]
    value: rx.Var[str]
    # The state's choice; what was pressed shows before it has heard of it.
    checked: rx.Var[bool]
    disabled: rx.Var[bool]
    on_choose: rx.EventHandler[rx.event.no_args_event_spec]


radio = Radio.create
