"""Everybody's purchases: the search, and what it found."""

from __future__ import annotations

import reflex as rx

from gptchina.components.icons import icon
from gptchina.components.links import link
from gptchina.components.moment import moment
from gptchina.components.text import money, t
from gptchina.state.desk import DeskState
from gptchina.state.desk_views import DeskPurchaseView


def purchases_section() -> rx.Component:
    """Return the search, and the purchases that it found."""
    return rx.el.section(
        rx.el.h2(t("Orders"), class_name="section-title"),
        _search(),
        rx.cond(
            DeskState.loaded,
            rx.cond(DeskState.purchases, _found(), _nothing()),
            rx.el.div(
                *(rx.el.span(class_name="skeleton desk-bar") for _ in range(5)),
                class_name="desk-bars",
            ),
        ),
        class_name="desk-section",
    )


def _search() -> rx.Component:
    return rx.el.form(
        rx.el.div(
            icon("search"),
            rx.el.input(
                name="text",
                type="search",
                placeholder=t("Receipt number, e-mail or payment reference"),
                aria_label=t("Search purchases"),
                max_length=254,
                auto_complete="off",
                # What is searched for before the list has come would be forgotten with its coming.
                disabled=rx.cond(DeskState.loaded, False, True),  # noqa: FBT003
                class_name="field-input",
            ),
            class_name="desk-search",
        ),
        rx.el.select(
            rx.el.option(t("All states"), value=""),
            rx.el.option(t("In review"), value="review"),
            rx.el.option(t("Disputed"), value="disputed"),
            rx.el.option(t("Paid"), value="succeeded"),
            rx.el.option(t("Refunded"), value="refunded"),
            rx.el.option(t("Processing"), value="processing"),
            rx.el.option(t("Not paid"), value="open"),
            rx.el.option(t("Declined"), value="failed"),
            rx.el.option(t("Canceled"), value="canceled"),
            value=DeskState.status,
            on_change=DeskState.choose_status,
            aria_label=t("Status"),
            class_name="field-input desk-status",
        ),
        rx.el.button(t("Search"), type="submit", class_name="button button-quiet"),
        on_submit=DeskState.find,
        role="search",
        class_name="desk-filters",
    )


def _found() -> rx.Component:
    return rx.fragment(
        rx.el.ul(
            rx.foreach(DeskState.purchases, _row),
            class_name="desk-rows",
            aria_label=t("Orders"),
        ),
        rx.cond(
            DeskState.more,
            rx.el.button(
                t("Show more"),
                type="button",
                class_name="button button-quiet desk-more",
                on_click=DeskState.load_more,
            ),
        ),
    )


def _row(purchase: DeskPurchaseView) -> rx.Component:
    return rx.el.li(
        link(
            "/admin/purchases/" + purchase.id,
            rx.el.span(purchase.number, class_name="desk-number"),
            rx.el.span(moment(purchase.created_at), class_name="desk-time"),
            rx.el.span(
                rx.cond(purchase.email != "", purchase.email, t("Deleted account")),
                class_name="desk-buyer",
            ),
            rx.el.span(t("{amount} tokens", amount=purchase.tokens), class_name="desk-tokens"),
            rx.el.span(money(purchase.amount, purchase.currency), class_name="desk-amount"),
            status_tags(purchase),
            class_name="desk-row figures",
        ),
        key=purchase.id,
    )


def status_tags(purchase: DeskPurchaseView) -> rx.Component:
    """Return the state of a purchase as a tag, and another one if it was only a test.

    A sign says that somebody has to look at it.
    """
    return rx.el.span(
        rx.cond(purchase.test, rx.el.span(t("Test"), class_name="tag")),
        rx.el.span(
            rx.cond(purchase.tone == "warning", icon("alert")),
            t(purchase.status),
            class_name="tag tag-" + purchase.tone,
        ),
        class_name="desk-tags",
    )


def _nothing() -> rx.Component:
    searched = (DeskState.text != "") | (DeskState.status != "")
    return rx.el.p(
        rx.cond(searched, t("No purchase is like that."), t("Nobody has bought anything yet.")),
        class_name="desk-nothing",
    )
