"""The chat, at / and at /c/<id>; for a visitor / is the way in."""

from __future__ import annotations

import reflex as rx

from gptchina.components.chat_header import chat_header
from gptchina.components.composer import composer
from gptchina.components.empty import missing_chat, new_chat_greeting
from gptchina.components.landing import landing
from gptchina.components.layout import alone, framed, waiting
from gptchina.components.meter import low_balance, meter_line, meter_reader
from gptchina.components.model_picker import demo_line, model_picker
from gptchina.components.pending_sender import pending_sender
from gptchina.components.transcript import transcript
from gptchina.state.chat import ChatState
from gptchina.state.feedback import MESSAGES
from gptchina.state.session import SessionState
from gptchina.state.wallet import WalletState


def page() -> rx.Component:
    """Return the chat for an account, the product page for a visitor."""
    return rx.cond(
        SessionState.ready,
        rx.cond(
            SessionState.signed_in,
            framed(_chat(), shown_chat=ChatState.conversation),
            alone(landing()),
        ),
        waiting(),
    )


def _chat() -> rx.Component:
    return rx.el.div(
        chat_header(),
        rx.cond(ChatState.missing, missing_chat(), rx.fragment(_transcript(), _composer())),
        class_name="chat",
    )


def _transcript() -> rx.Component:
    return transcript(
        new_chat_greeting(),
        conversation=ChatState.conversation,
        history=ChatState.history,
        generation=ChatState.generation,
        loading=~ChatState.loaded,
        messages=MESSAGES,
        refusal=ChatState.refusal.code,
        refusal_params=ChatState.refusal.params,
        on_retry=ChatState.retry,
        on_finished=ChatState.finished,
    )


def _composer() -> rx.Component:
    return rx.el.div(
        low_balance(),
        composer(
            model_picker(),
            conversation=ChatState.conversation,
            running=ChatState.running,
            returned_draft=ChatState.refusal.draft,
            on_send=ChatState.send,
            on_stop=ChatState.stop,
        ),
        rx.el.p(demo_line(), meter_line(), class_name="composer-note"),
        meter_reader(),
        pending_sender(
            conversation=ChatState.conversation,
            available=WalletState.available,
            running=ChatState.running,
            on_send=ChatState.retry,
        ),
        class_name="chat-foot",
    )
