"""What people see when a page breaks while it is drawn."""

from __future__ import annotations

import reflex as rx
from reflex_components_core.base.error_boundary import ErrorBoundary


class Failure(rx.Component):
    """Says that the page broke and offers to load it again."""

    library = "$/public/failure.jsx"
    tag = "Failure"


def failure_boundary() -> rx.Component:
    """Return what catches a fault in drawing; the server logs it, the reader keeps their drafts."""
    return ErrorBoundary.create(fallback_render=rx.Var.create(Failure.create()))
