"""The frame of the signed-in pages: what folds, what slides, and who may know of it."""

from __future__ import annotations

from typing import Literal

import reflex as rx
from reflex.vars import VarData

LIBRARY = "$/public/shell.jsx"


class Shell(rx.Component):
    """The sidebar beside the page; a drawer over it on the phone."""

    library = LIBRARY
    tag = "Shell"


class SidebarButton(rx.Component):
    """A button that folds the sidebar or moves the drawer."""

    library = LIBRARY
    tag = "SidebarButton"

    action: rx.Var[Literal["open", "close", "fold"]]
    label: rx.Var[str]


def sidebar_folded() -> rx.Var[bool]:
    """Return whether the sidebar is a strip of icons in this browser."""
    return rx.Var(
        "sidebarFolded",
        _var_type=bool,
        _var_data=VarData(
            imports={LIBRARY: [rx.ImportVar("useSidebarFolded")]},
            hooks={"const sidebarFolded = useSidebarFolded();": None},
        ),
    ).to(bool)


shell = Shell.create
sidebar_button = SidebarButton.create
