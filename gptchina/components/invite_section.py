"""Inviting friends: the link, what it brings, and what it has brought."""

from __future__ import annotations

import reflex as rx

from gptchina.components.copy_button import copy_button
from gptchina.components.page_style import page_style
from gptchina.components.text import t
from gptchina.state.invitations import InvitationState


def invite_section() -> rx.Component:
    """Return the invitation, where the operator rewards bringing somebody in."""
    return rx.cond(
        InvitationState.open,
        rx.el.section(
            page_style("gifts"),
            rx.el.h2(t("Invite friends"), class_name="section-title"),
            rx.el.p(
                t(
                    "You get {amount} tokens when somebody who came by your link pays a first "
                    "order. If that money goes back, so do the tokens.",
                    amount=InvitationState.reward,
                ),
                class_name="section-text",
            ),
            _link(),
            _outcome(),
            class_name="gift-form",
        ),
    )


def _link() -> rx.Component:
    return rx.el.div(
        rx.el.input(
            value=InvitationState.link,
            type="text",
            read_only=True,
            aria_label=t("Your invitation link"),
            class_name="field-input",
        ),
        copy_button(text=InvitationState.link, label=t("Copy the link")),
        class_name="gift-line gift-copy",
    )


def _outcome() -> rx.Component:
    return rx.el.p(
        rx.cond(
            InvitationState.came > 0,
            t(
                "{came} came, {rewarded} have paid an order, {earned} tokens earned.",
                came=InvitationState.came,
                rewarded=InvitationState.rewarded,
                earned=InvitationState.earned,
            ),
            t("Nobody has come by it yet."),
        ),
        class_name="section-text figures",
    )
