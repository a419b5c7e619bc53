"""The conversation as the reader sees it; the browser owns its text."""

from __future__ import annotations

from typing import Any

import reflex as rx

MARKDOWN_PACKAGES = [
    "react-markdown@10.1.0",
    "remark-gfm@4.0.1",
    "remark-parse@11.0.0",
    "unified@11.0.5",
    "lowlight@3.3.0",
    "highlight.js@11.11.2",
]


class Transcript(rx.Component):
    """Messages of one conversation, the running answer followed live.

    Children are the empty state: they show while the conversation has no message.
    """

    library = "$/public/transcript.jsx"
    tag = "Transcript"
    lib_dependencies: list[str] = MARKDOWN_PACKAGES

    # Id of the open conversation, "" for one that has no message yet.
    conversation: rx.Var[str]
    # MessageView objects of the conversation, sent once when it is opened.
    history: rx.Var[list[Any]]
    # Id of the running turn of this conversation, "" when there is none.
    generation: rx.Var[str]
    # The conversation is being fetched: draws a skeleton in place of the empty state.
    loading: rx.Var[bool]
    # Error code -> English text with {params}, for the card under a failed answer.
    messages: rx.Var[dict[str, str]]
    # Code and params of a send that was refused before it became a turn; "" when none was. The
    # card stands after the last message. Set to "" when a send or a retry begins.
    refusal: rx.Var[str]
    refusal_params: rx.Var[dict[str, Any]]
    # The id of the answer to try again.
    on_retry: rx.EventHandler[rx.event.passthrough_event_spec(str)]
    # The id of the turn whose end was just seen.
    on_finished: rx.EventHandler[rx.event.passthrough_event_spec(str)]


transcript = Transcript.create
