"""What the account has: the balance, the free tokens of the day, and the way to more."""

from __future__ import annotations

import reflex as rx

from gptchina.components.claim_button import claim_button
from gptchina.components.dialog import dialog_button
from gptchina.components.icons import icon
from gptchina.components.links import link
from gptchina.components.shell import sidebar_folded
from gptchina.components.text import short_tokens, t, tokens
from gptchina.state.wallet import WalletState

BUY_DIALOG = "buy-dialog"


def wallet_panel() -> rx.Component:
    """Return balance, claim and buy, as they stand in the sidebar."""
    return rx.el.div(
        _balance(), _debt(), claim(folded=sidebar_folded()), buy_button(), class_name="wallet"
    )


def debt_line() -> rx.Component:
    """Return what the account owes, if it does, and how that is repaid."""
    return rx.cond(
        WalletState.debt > 0,
        rx.el.p(
            icon("info"),
            rx.el.span(
                t(
                    "Debt: {amount} tokens. They were spent before their payment was taken back. "
                    "The next tokens you get repay them first.",
                    amount=WalletState.debt,
                )
            ),
            class_name="debt",
        ),
    )


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


def _debt() -> rx.Component:
    return rx.cond(
        WalletState.debt > 0,
        link(
            "/tokens",
            rx.el.span(t("Debt"), class_name="balance-label"),
            rx.el.span(tokens(WalletState.debt), class_name="balance-amount figures"),
            class_name="balance balance-debt fold-away",
            title=t("The next tokens you get repay it first."),
        ),
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
    """Return the button that opens the purchase dialog, or leads to it on the page that has it."""
    return dialog_button(
        icon("coins"),
        rx.el.span(t("Buy Tokens"), class_name="fold-away"),
        dialog=BUY_DIALOG,
        # The drawer of the phone closes, which would cover the page.
        custom_attrs={"title": t("Buy Tokens"), "data-leaves": ""},
        class_name="button button-primary buy",
    )
