"""Where a message is written: keeps a draft per conversation, sends with Enter, stops an answer."""

from __future__ import annotations

import reflex as rx

LIBRARY = "$/public/composer.jsx"


class Composer(rx.Component):
    """The textbox "Message" with the button "Send", which is "Stop" while an answer runs.

    Children stand in the row under the text, left of the button (for a model picker).
    """

    library = LIBRARY
    tag = "Composer"

    # Id of the open conversation, "" for one that has no message yet; drafts are kept by it.
    conversation: rx.Var[str]
    # An answer of this conversation is being written.
    running: rx.Var[bool]
    # The text of a send that was refused; goes back into the box. Must change at each refusal:
    # set it to "" when a send begins.
    returned_draft: rx.Var[str]
    # Nothing can be sent now (no model, conversation missing); what is typed stays.
    disabled: rx.Var[bool]
    # The message, without blanks around it, at most 100,000 characters.
    on_send: rx.EventHandler[rx.event.passthrough_event_spec(str)]
    on_stop: rx.EventHandler[rx.event.no_args_event_spec]


class PromptButton(rx.Component):
    """A button that puts a starter prompt into the composer and the cursor behind it."""

    library = LIBRARY
    tag = "PromptButton"

    # The prompt.
    text: rx.Var[str]


composer = Composer.create
prompt_button = PromptButton.create
