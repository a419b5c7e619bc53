"""The question that waits for tokens: sent by itself once its price can be paid."""

from __future__ import annotations

import reflex as rx


class PendingSender(rx.Component):
    """Draws nothing; sends the refused question of the open chat, at most once.

    Buying from the card of a refused answer lets its question wait, in the browser's tab. It is
    dropped when the reader opens another chat, writes something else or asks again by hand.
    """

    library = "$/public/pending_sender.jsx"
    tag = "PendingSender"

    conversation: rx.Var[str]
    # Tokens that can be spent now.
    available: rx.Var[int]
    # An answer of this conversation is being written.
    running: rx.Var[bool]
    # The id of the answer to try again.
    on_send: rx.EventHandler[rx.event.passthrough_event_spec(str)]


class PendingLink(rx.Component):
    """The way back to the chat whose question waits; nothing when none does."""

    library = "$/public/pending_sender.jsx"
    tag = "PendingLink"


pending_sender = PendingSender.create
pending_link = PendingLink.create
