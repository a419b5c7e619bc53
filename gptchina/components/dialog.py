"""Modal dialogs on the browser's own <dialog>: Esc, focus and backdrop come with it."""

from __future__ import annotations

import reflex as rx

LIBRARY = "$/public/dialog.jsx"


class Dialog(rx.Component):
    """A labelled modal dialog.

    Opened by the state through ``open``, or in the browser by a ``dialog_button`` that names
    its ``id``. Closing gives the focus back to where it was.
    """

    library = LIBRARY
    tag = "Dialog"

    # The state's wish; leave it out for a dialog that only buttons open.
    open: rx.Var[bool]
    # Shown as its heading and read as its name.
    title: rx.Var[str]
    # One sentence under the heading, read with the name.
    description: rx.Var[str]
    # Esc, the backdrop and the cross close it (default); False asks for a decision.
    dismissible: rx.Var[bool]
    # The heading is for screen readers only (a drawer).
    title_hidden: rx.Var[bool]
    # It covers the page without being above all else: for what opens windows of its own, such as
    # a payment, over which the browser puts a modal dialog and lets nobody use them.
    layered: rx.Var[bool]
    # It was opened, by whatever.
    on_show: rx.EventHandler[rx.event.no_args_event_spec]
    # The reader closed it; not fired when the state did.
    on_close: rx.EventHandler[rx.event.no_args_event_spec]


class DialogButton(rx.Component):
    """A button that opens the dialog with the id ``dialog``; takes attributes of a button."""

    library = LIBRARY
    tag = "DialogButton"

    # Id of the dialog.
    dialog: rx.Var[str]


class DialogEvent(rx.Component):
    """Opens the dialog with the id ``dialog`` when ``event`` happens to the window.

    As with a button, what has the id may be a part of the page instead: it comes into sight.
    """

    library = LIBRARY
    tag = "DialogEvent"

    event: rx.Var[str]
    # Id of the dialog.
    dialog: rx.Var[str]


class DialogClose(rx.Component):
    """A button that closes the dialog it stands in, at once and in the browser."""

    library = LIBRARY
    tag = "DialogClose"


dialog = Dialog.create
dialog_button = DialogButton.create
dialog_event = DialogEvent.create
dialog_close = DialogClose.create
