"""Theme and language: switched in the browser at once, remembered there and by the account."""

from __future__ import annotations

from typing import Literal

import reflex as rx

LIBRARY = "$/public/preference.jsx"


class PreferenceRadio(rx.Component):
    """One value of a preference; drawn as a menu item inside a menu, else as a radio button.

    Children are its label. Choosing it switches at once; ``on_choose`` lets the server remember.
    """

    library = LIBRARY
    tag = "PreferenceRadio"

    kind: rx.Var[Literal["theme", "language"]]
    # "system", "light" or "dark"; "en" or "zh".
    value: rx.Var[str]
    # The value just chosen.
    on_choose: rx.EventHandler[rx.event.passthrough_event_spec(str)]


class PreferenceSync(rx.Component):
    """Draws nothing; applies what the account remembers ("" for nothing) when it arrives."""

    library = LIBRARY
    tag = "PreferenceSync"

    theme: rx.Var[str]
    language: rx.Var[str]


preference_radio = PreferenceRadio.create
preference_sync = PreferenceSync.create
