"""Links to files that the program makes, such as a receipt as PDF."""

from __future__ import annotations

import reflex as rx


class FileLink(rx.Component):
    """A link to a file of the API, which is kept instead of opened; takes attributes of a link."""

    library = "$/public/file_link.jsx"
    tag = "FileLink"

    # The path of the file, such as "/api/receipts/1.pdf".
    path: rx.Var[str]


file_link = FileLink.create
