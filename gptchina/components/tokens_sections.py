"""The sections of the tokens page: what there is, and where more comes from."""

from __future__ import annotations

import reflex as rx

from gptchina.components.icons import IconName, icon
from gptchina.components.links import link
from gptchina.components.text import t, tokens
from gptchina.components.wallet_panel import claim, debt_line
from gptchina.state.wallet import WalletState


def balance_section() -> rx.Component:
    """Return the balance in full, with what running answers hold back."""
    return rx.el.section(
        rx.el.h2(t("Balance"), class_name="section-title"),
        rx.el.p(
            rx.el.span(tokens(WalletState.balance), class_name="balance-large figures"),
            " ",
            rx.el.span(t("tokens"), class_name="quiet"),
        ),
        rx.cond(
            WalletState.held > 0,
            rx.el.p(
                t("{amount} of them are held for running answers.", amount=WalletState.held),
                class_name="section-text",
            ),
        ),
        debt_line(),
        rx.el.div(claim(), class_name="balance-actions"),
        class_name="balance-card",
    )


def ways_section() -> rx.Component:
    """Return the ways to get tokens without buying them."""
    return rx.el.section(
        rx.el.h2(t("Ways to get tokens"), class_name="section-title"),
        rx.el.ul(
            _way(
                "gift",
                t("Claim free tokens"),
                t(
                    "{amount} tokens each time, as soon as the countdown ends.",
                    amount=WalletState.claim_amount,
                ),
            ),
            _way(
                "user",
                t("From whoever runs this server"),
                t("The operator can grant tokens to your account."),
            ),
            class_name="ways",
        ),
    )


def meaning_section() -> rx.Component:
    """Return what a token is worth, in three sentences."""
    return rx.el.section(
        rx.el.h2(t("What a token is"), class_name="section-title"),
        rx.el.p(
            t(
                "Tokens are this platform's currency. Each model has a rate for what it reads and "
                "one for what it writes; a model that costs USD 1 per 1M takes one token of yours "
                "for each of its own."
            ),
            class_name="section-text",
        ),
        rx.el.p(
            t(
                "What an answer can cost at most is held before it starts. When it ends you pay "
                "what it used, and the rest is yours again."
            ),
            class_name="section-text",
        ),
        rx.el.p(
            link("/usage", t("Where your tokens went")),
            link("/pricing", t("All rates, and a calculator")),
            link("/guide", t("How tokens work")),
            class_name="meaning-links",
        ),
        class_name="meaning",
    )


def _way(symbol: IconName, title: rx.Var[str], text: rx.Var[str]) -> rx.Component:
    return rx.el.li(
        rx.el.span(icon(symbol), class_name="point-icon"),
        rx.el.div(
            rx.el.h3(title, class_name="point-title"), rx.el.p(text, class_name="point-text")
        ),
        class_name="way",
    )
