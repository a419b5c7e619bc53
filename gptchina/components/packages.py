"""The packages of tokens: what each costs, and what it buys."""

from __future__ import annotations

import reflex as rx

from gptchina.components.icons import icon
from gptchina.components.radio import radio
from gptchina.components.text import money, t
from gptchina.state.purchase import PurchaseState
from gptchina.state.purchase_views import PackageView


def package_choice() -> rx.Component:
    """Return the packages as radio buttons, and what a typical chat is."""
    return rx.fragment(
        rx.el.fieldset(
            rx.el.legend(t("Package"), class_name="visually-hidden"),
            rx.foreach(PurchaseState.packages, _package),
            class_name="packages",
        ),
        rx.cond(
            PurchaseState.store.model != "",
            rx.el.p(
                t(
                    "A typical chat is 200 words of question and 300 words of answer, "
                    "here with {model}.",
                    model=PurchaseState.store.model,
                ),
                class_name="field-hint",
            ),
        ),
    )


def way_choice() -> rx.Component:
    """Return the other ways to pay, where there are any."""
    return rx.cond(
        rx.Var.create(PurchaseState.store.ways).length() > 1,
        rx.el.fieldset(
            rx.el.legend(t("Pay by"), class_name="field-label"),
            rx.el.div(rx.foreach(PurchaseState.store.ways, _way), class_name="segments"),
            class_name="pay-ways",
        ),
    )


def price(package: PackageView) -> rx.Var[str]:
    """Return what a package costs in the chosen way."""
    return rx.cond(
        PurchaseState.way == "crypto",
        money(package.usd, "usd"),
        money(package.price, package.currency),
    )


def _package(package: PackageView) -> rx.Component:
    note = "package-note-" + package.id
    return rx.el.label(
        radio(
            name="package",
            value=package.id,
            checked=PurchaseState.chosen == package.id,
            on_choose=PurchaseState.choose(package.id),
            disabled=(PurchaseState.way == "crypto") & (package.usd == 0),
            aria_label=t("{amount} Tokens", amount=package.label),
            aria_describedby=note,
            class_name="package-radio",
        ),
        rx.el.span(icon("check"), class_name="package-mark", aria_hidden="true"),
        rx.el.span(
            rx.el.span(
                t("{amount} Tokens", amount=package.label),
                rx.cond(package.popular, rx.el.span(t("Popular"), class_name="badge")),
                class_name="package-name",
            ),
            rx.cond(
                package.chats > 0,
                rx.el.span(
                    t("About {count} typical chats", count=package.chats),
                    class_name="package-text",
                ),
            ),
            class_name="package-words",
        ),
        _prices(package),
        id=note,
        key=package.id,
        class_name="package figures",
    )


def _prices(package: PackageView) -> rx.Component:
    reduced = (package.original > 0) & (PurchaseState.way != "crypto")
    return rx.el.span(
        rx.el.span(
            rx.cond(
                reduced,
                rx.fragment(
                    rx.el.span(
                        t("-{percent} %", percent=package.discount), class_name="badge badge-less"
                    ),
                    rx.el.s(
                        rx.el.span(t("instead of"), " ", class_name="visually-hidden"),
                        money(package.original, package.currency),
                        class_name="package-original",
                    ),
                ),
            ),
            rx.el.span(price(package), class_name="package-price"),
            class_name="package-line",
        ),
        rx.cond(
            PurchaseState.way != "crypto",
            rx.el.span(
                t("{price} per 1M", price=money(package.per_million, package.currency)),
                class_name="package-text",
            ),
        ),
        class_name="package-prices",
    )


def _way(way: rx.Var[str]) -> rx.Component:
    return rx.el.label(
        radio(
            name="way",
            value=way,
            checked=PurchaseState.way == way,
            on_choose=PurchaseState.choose_way(way),
        ),
        rx.el.span(
            rx.match(
                way,
                ("stripe", t("Card, Alipay, WeChat Pay")),
                ("crypto", t("Stablecoins (USD)")),
                t("Bitcoin"),
            )
        ),
        key=way,
        class_name="segment",
    )
