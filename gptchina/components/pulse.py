"""The page's pulse: asks again every few seconds, while somebody looks at it."""

from __future__ import annotations

import reflex as rx


class Pulse(rx.Component):
    """Draws nothing. For what belongs to many people, of whose changes no notice comes."""

    library = "$/public/pulse.jsx"
    tag = "Pulse"

    seconds: rx.Var[int]
    on_beat: rx.EventHandler[rx.event.no_args_event_spec]


pulse = Pulse.create
