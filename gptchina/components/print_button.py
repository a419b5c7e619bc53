"""The button that prints the page."""

from __future__ import annotations

import reflex as rx


class PrintButton(rx.Component):
    """Opens the browser's own print dialog; takes attributes of a button."""

    library = "$/public/print_button.jsx"
    tag = "PrintButton"


print_button = PrintButton.create
