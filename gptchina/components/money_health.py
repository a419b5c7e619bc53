"""Whether money is in order: the ledger's promises, tokens in circulation, and who was heard."""

from __future__ import annotations

import reflex as rx

from gptchina.components.icons import icon
from gptchina.components.moment import moment
from gptchina.components.text import t, tokens
from gptchina.state.desk_views import BrokenView, HearingView
from gptchina.state.money_health import MoneyHealthState

HEALTH = MoneyHealthState.health


def health_section() -> rx.Component:
    """Return how money stands."""
    return rx.el.section(
        rx.el.div(
            rx.el.h2(t("Ledger"), class_name="section-title"),
            rx.el.button(
                rx.cond(
                    MoneyHealthState.checking,
                    rx.el.span(class_name="spinner", aria_hidden="true"),
                    icon("refresh"),
                ),
                t("Check now"),
                type="button",
                disabled=MoneyHealthState.checking,
                class_name="button button-quiet button-small",
                on_click=MoneyHealthState.check,
            ),
            class_name="desk-head",
        ),
        rx.el.div(rx.cond(HEALTH.checked_at != "", _verdict()), role="status"),
        rx.foreach(MoneyHealthState.broken, _broken),
        rx.el.dl(
            _figure(t("Bought"), tokens(HEALTH.bought)),
            _figure(t("Granted"), tokens(HEALTH.granted)),
            _figure(t("Spent"), tokens(HEALTH.spent)),
            _figure(t("Owed"), tokens(HEALTH.owed)),
            _figure(t("In circulation"), tokens(HEALTH.held)),
            class_name="desk-figures figures",
        ),
        rx.el.dl(
            _figure(t("Ledger entries"), tokens(HEALTH.posted)),
            _figure(t("Wallets"), tokens(HEALTH.wallets)),
            _figure(t("Open holds"), tokens(HEALTH.holds)),
            _figure(t("Unfinished payments"), tokens(HEALTH.unfinished)),
            _figure(t("In review or disputed"), tokens(HEALTH.review + HEALTH.disputed)),
            class_name="desk-figures figures",
        ),
        rx.foreach(MoneyHealthState.hearings, _hearing),
        class_name="desk-section",
    )


def _verdict() -> rx.Component:
    good = rx.el.p(
        icon("check"),
        t("All {count} promises hold.", count=HEALTH.promises),
        class_name="desk-verdict verdict-good",
    )
    bad = rx.el.p(
        icon("alert"),
        t("Promises are broken: {count}", count=HEALTH.broken),
        class_name="desk-verdict verdict-bad",
    )
    return rx.el.div(
        rx.cond(HEALTH.broken == 0, good, bad),
        rx.el.p(t("Checked {time}", time=moment(HEALTH.checked_at)), class_name="quiet"),
        class_name="desk-checked",
    )


def _broken(broken: BrokenView) -> rx.Component:
    return rx.el.div(
        rx.el.p(rx.el.strong(broken.invariant), " ", broken.promise),
        rx.el.pre(broken.rows, class_name="desk-rows-broken"),
        class_name="desk-broken",
    )


def _figure(label: rx.Var[str], value: rx.Var[str]) -> rx.Component:
    return rx.el.div(rx.el.dt(label, class_name="label-quiet"), rx.el.dd(value))


def _hearing(hearing: HearingView) -> rx.Component:
    name = rx.match(hearing.provider, ("stripe", "Stripe"), ("btcpay", "BTCPay"), hearing.provider)
    heard = rx.cond(
        hearing.heard_at != "",
        t("Last webhook {time}", time=moment(hearing.heard_at)),
        t("No webhook has come yet."),
    )
    return rx.el.p(
        rx.el.strong(name),
        " · ",
        rx.cond(hearing.listens, heard, t("Webhooks are off: there is no secret for them.")),
        rx.cond(
            hearing.waiting > 0,
            rx.el.span(
                icon("alert"), t("Waiting to be acted upon: {count}", count=hearing.waiting)
            ),
        ),
        class_name="desk-hearing",
    )
