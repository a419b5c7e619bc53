"""The sections of the usage page: the figures of a period, and every entry."""

from __future__ import annotations

from typing import Literal

import reflex as rx

from gptchina.components.charts import day_chart, share_list
from gptchina.components.device_zone import zone_link
from gptchina.components.icons import icon
from gptchina.components.text import t
from gptchina.components.usage_table import usage_table
from gptchina.state.usage import UsageState
from gptchina.state.wallet import WalletState

LONGEST_TEXT = 200


def period_choice() -> rx.Component:
    """Return the choice of how many days the figures are about."""
    return rx.el.div(
        _period(7, t("7 days")),
        _period(30, t("30 days")),
        _period(90, t("90 days")),
        _period(365, t("1 year")),
        role="radiogroup",
        aria_label=t("Period"),
        class_name="segments",
    )


def _period(days: int, label: rx.Var[str]) -> rx.Component:
    return rx.el.label(
        rx.el.input(
            type="radio",
            name="period",
            value=str(days),
            checked=UsageState.period == days,
            on_change=UsageState.choose_period,
        ),
        rx.el.span(label),
        class_name="segment",
    )


def figures() -> rx.Component:
    """Return the charts of the period, or their places while they are fetched."""
    return rx.cond(UsageState.ready, _figures(), _figures_skeleton())


def _figures() -> rx.Component:
    told = UsageState.summary
    return rx.fragment(
        _chart(
            t("Balance over time"),
            day_chart(
                days=told.days,
                field="balance",
                kind="area",
                label=t("Balance at the end of the day"),
                summary=t("Now: {count} tokens.", count=WalletState.balance),
            ),
        ),
        rx.cond(told.answers > 0, rx.fragment(_spent(), _shares()), _nothing_spent()),
    )


def _spent() -> rx.Component:
    told = UsageState.summary
    summary = t("{spent} tokens for {answers} answers.", spent=told.spent, answers=told.answers)
    return _chart(
        t("Spent per day"),
        rx.el.p(summary, class_name="usage-note figures"),
        day_chart(
            days=told.days,
            field="spent",
            kind="bars",
            label=t("Tokens spent"),
            summary=summary,
        ),
    )


def _shares() -> rx.Component:
    told = UsageState.summary
    return rx.el.div(
        _chart(t("By model"), share_list(shares=told.models, total=told.spent)),
        _chart(
            t("By chat"),
            share_list(shares=told.chats, total=told.spent, chats=True, more=told.more_chats),
        ),
        class_name="usage-pair",
    )


def _chart(title: rx.Var[str], *drawn: rx.Component) -> rx.Component:
    return rx.el.section(
        rx.el.h2(title, class_name="section-title"), *drawn, class_name="usage-section"
    )


def _nothing_spent() -> rx.Component:
    return _chart(
        t("Spent per day"),
        rx.el.p(t("Nothing was spent in this period."), class_name="usage-empty"),
    )


def _figures_skeleton() -> rx.Component:
    return rx.el.div(
        rx.el.span(t("Loading…"), class_name="visually-hidden"),
        *[rx.el.span(class_name="skeleton skeleton-chart") for _ in range(2)],
        role="status",
        class_name="usage-section",
    )


def history() -> rx.Component:
    """Return every entry, with the filter above and the file to keep."""
    return rx.el.section(
        rx.el.div(
            rx.el.h2(t("Every entry"), class_name="section-title"),
            zone_link(
                t("Download CSV"),
                href="/api/usage.csv",
                class_name="button button-quiet button-small",
            ),
            class_name="usage-head",
        ),
        _filter(),
        rx.el.div(
            rx.cond(
                UsageState.error,
                rx.el.p(
                    icon("alert"),
                    rx.el.span(t(UsageState.error, UsageState.error_params)),
                    class_name="form-error",
                ),
            ),
            role="alert",
        ),
        rx.cond(
            UsageState.ready,
            usage_table(
                entries=UsageState.entries,
                more=UsageState.more,
                filtered=_filtered(),
                on_more=UsageState.show_more,
            ),
            rx.el.span(class_name="skeleton skeleton-chart"),
        ),
        class_name="usage-section",
    )


def _filtered() -> rx.Var[bool]:
    given = UsageState.filter
    return rx.Var.create(given.kind + given.first + given.last + given.text) != ""


def _filter() -> rx.Component:
    given = UsageState.filter
    return rx.el.form(
        _labelled("kind", t("Kind"), _kinds(given.kind)),
        _labelled("first", t("From"), _input("first", "date", given.first)),
        _labelled("last", t("To"), _input("last", "date", given.last)),
        _labelled("text", t("Chat, model or note"), _input("text", "search", given.text)),
        rx.el.div(
            rx.el.button(t("Filter"), type="submit", class_name="button button-quiet"),
            rx.cond(
                _filtered(),
                rx.el.button(
                    t("Show all"),
                    type="reset",
                    class_name="button",
                    on_click=UsageState.show_all,
                ),
            ),
            class_name="usage-filter-actions",
        ),
        on_submit=UsageState.narrow,
        aria_label=t("Filter"),
        class_name="usage-filter",
    )


def _labelled(name: str, label: rx.Var[str], control: rx.Component) -> rx.Component:
    return rx.el.div(
        rx.el.label(label, html_for=f"usage-{name}", class_name="field-label"),
        control,
        class_name=f"field usage-filter-{name}",
    )


def _input(name: str, kind: Literal["date", "search"], value: str | rx.Var[str]) -> rx.Component:
    return rx.el.input(
        id=f"usage-{name}",
        name=name,
        type=kind,
        default_value=value,
        max_length=LONGEST_TEXT,
        auto_complete="off",
        class_name="field-input",
    )


def _kinds(value: str | rx.Var[str]) -> rx.Component:
    return rx.el.select(
        rx.el.option(t("Everything"), value=""),
        rx.el.option(t("Answers"), value="turn"),
        rx.el.option(t("Purchases"), value="purchase"),
        rx.el.option(t("Daily claims"), value="claim"),
        rx.el.option(t("Gifts"), value="gift"),
        rx.el.option(t("Refunds and debts"), value="return"),
        id="usage-kind",
        name="kind",
        default_value=value,
        # The browser's choice is set anew only for a new element.
        key=value,
        class_name="field-input",
    )
