"""What the account has: the balance, the free tokens of the day, and the way to more."""

from __future__ import annotations

import reflex as rx

from gptchina.components.claim_button import claim_button
from gptchina.components.dialog import dialog, dialog_button, dialog_close
from gptchina.components.icons import icon
from gptchina.components.links import link
from gptchina.components.shell import sidebar_folded
from gptchina.components.text import short_tokens, t, tokens
from gptchina.state.wallet import WalletState

BUY_DIALOG = "buy-dialog"


def wallet_panel() -> rx.Component:
    """Return balance, claim and buy, as they stand in the sidebar."""
    return rx.el.div(_balance(), claim(folded=sidebar_folded()), buy_button(), class_name="wallet")


def _balance() -> rx.Component:
    return link(
        "/tokens",
        icon("wallet"),
        rx.el.span(t("Balance"), class_name="balance-label fold-away"),
        # The server's time comes with the wallet: without it the amount is not known yet.
        rx.cond(
            WalletState.server_time, _amount(), rx.el.span(class_name="skeleton skeleton-balance")
        ),
        class_name="balance",
        title=t("{amount} tokens", amount=WalletState.balance),
    )


def _amount() -> rx.Component:
    return rx.el.span(
        rx.el.span(tokens(WalletState.balance), class_name="balance-exact"),
        rx.el.span(
            short_tokens(WalletState.balance), class_name="balance-short", aria_hidden="true"
        ),
        class_name="balance-amount figures",
        data_testid="balance",
        data_tokens=rx.Var.create(WalletState.balance).to_string(),
    )


def claim(*, folded: bool | rx.Var[bool] = False) -> rx.Component:
    """Return the claim button: ready, or counting down to the next claim."""
    return claim_button(
        claim_at=WalletState.claim_at,
        server_time=WalletState.server_time,
        amount=WalletState.claim_amount,
        claiming=WalletState.claiming,
        collapsed=folded,
        on_claim=WalletState.claim,
        on_recheck=WalletState.load,
    )


def buy_button() -> rx.Component:
    """Return the button that opens the purchase dialog."""
    return dialog_button(
        icon("coins"),
        rx.el.span(t("Buy Tokens"), class_name="fold-away"),
        dialog=BUY_DIALOG,
        custom_attrs={"title": t("Buy Tokens")},
        class_name="button button-primary buy",
    )


def buy_dialog() -> rx.Component:
    """Return the purchase dialog: it says what is coming, and what there is until then."""
    return dialog(
        rx.el.p(
            t(
                "Until then you can claim {amount} free tokens each time the countdown has ended.",
                amount=WalletState.claim_amount,
            ),
            class_name="dialog-text",
        ),
        rx.el.div(
            dialog_close(t("Close"), class_name="button button-quiet"),
            link("/tokens", t("Ways to get tokens"), class_name="button button-primary"),
            class_name="dialog-actions",
        ),
        id=BUY_DIALOG,
        title=t("Buy Tokens"),
        description=t("Buying tokens is not open yet. Alipay, WeChat Pay and cards are coming."),
    )
