"""Short messages about what just happened, and whether the server can be reached."""

from __future__ import annotations

import reflex as rx

from gptchina.components.icons import icon
from gptchina.components.text import t
from gptchina.state.feedback import FeedbackState
from gptchina.state.views import NoticeView


class Notice(rx.Component):
    """A message that leaves by itself after a while, unless it is about an error."""

    library = "$/public/notice.jsx"
    tag = "Notice"

    # "success", "error" or "info".
    kind: rx.Var[str]
    # It has been there long enough.
    on_dismiss: rx.EventHandler[rx.event.no_args_event_spec]


def notices() -> rx.Component:
    """Return the messages, newest last."""
    return rx.el.div(rx.foreach(FeedbackState.notices, _notice), class_name="notices")


def _notice(notice: NoticeView) -> rx.Component:
    return Notice.create(
        rx.match(
            notice.kind,
            ("success", icon("check")),
            ("error", icon("alert")),
            icon("info"),
        ),
        rx.el.span(t(notice.message, notice.params), class_name="notice-text"),
        rx.el.button(
            icon("close"),
            type="button",
            aria_label=t("Close"),
            class_name="icon-button",
            on_click=FeedbackState.dismiss(notice.id),
        ),
        key=notice.id,
        kind=notice.kind,
        on_dismiss=FeedbackState.dismiss(notice.id),
    )


def connection_notice() -> rx.Component:
    """Return a quiet line that stands while the page has lost the server."""
    return rx.connection_banner(
        rx.el.div(
            rx.el.span(class_name="spinner", aria_hidden="true"),
            t("Connection lost. Trying again…"),
            role="status",
            class_name="connection",
        )
    )
