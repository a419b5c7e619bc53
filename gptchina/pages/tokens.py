"""The page about tokens: the balance, how to get more, and what was bought."""

from __future__ import annotations

import reflex as rx

from gptchina.components.buying import buy_section
from gptchina.components.invite_section import invite_section
from gptchina.components.layout import for_account, framed, page_header
from gptchina.components.pending_sender import pending_link
from gptchina.components.purchase_history import history_section
from gptchina.components.redeem_section import redeem_section
from gptchina.components.text import t
from gptchina.components.tokens_sections import balance_section, meaning_section, ways_section


def page() -> rx.Component:
    """Return the balance, the ways to more, what was bought, and what a token is."""
    return for_account(
        framed(
            page_header(t("Tokens")),
            rx.el.div(
                pending_link(),
                balance_section(),
                buy_section(),
                redeem_section(),
                history_section(),
                ways_section(),
                invite_section(),
                meaning_section(),
                class_name="sheet tokens-sheet",
            ),
            buying_here=True,
        )
    )
