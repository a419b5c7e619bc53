"""The button that copies a text."""

from __future__ import annotations

import reflex as rx


class CopyButton(rx.Component):
    """Copies ``text`` and says so; ``label`` names it until then."""

    library = "$/public/copy_button.jsx"
    tag = "CopyButton"

    text: rx.Var[str]
    label: rx.Var[str]


copy_button = CopyButton.create
