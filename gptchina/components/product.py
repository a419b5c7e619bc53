"""What the product is, in few words: the points and a picture of a conversation."""

from __future__ import annotations

import reflex as rx

from gptchina.components.icons import IconName, icon
from gptchina.components.text import t


def product_title() -> rx.Component:
    """Return the two sentences that say it all, each on a line of its own."""
    return rx.fragment(
        rx.el.span(t("Every good model."), class_name="line"),
        " ",
        rx.el.span(t("Pay for what you use."), class_name="line"),
    )


def product_points() -> rx.Component:
    """Return the reasons to be here, as a list."""
    return rx.el.ul(
        _point("layers", t("Many models"), t("One place for the models of many makers.")),
        _point("receipt", t("Every cost in sight"), t("Each answer says what it took.")),
        _point("gift", t("Free tokens every day"), t("Claim them and try anything first.")),
        _point("wallet", t("Pay your way"), t("Buy tokens with Alipay, WeChat Pay or a card.")),
        _point("device", t("On every device"), t("Go on where you left off, on the phone too.")),
        _point("server", t("Yours to host"), t("Open source, on your own server.")),
        class_name="points",
    )


def _point(symbol: IconName, title: rx.Var[str], text: rx.Var[str]) -> rx.Component:
    return rx.el.li(
        rx.el.span(icon(symbol), class_name="point-icon"),
        rx.el.div(
            rx.el.h3(title, class_name="point-title"), rx.el.p(text, class_name="point-text")
        ),
        class_name="point",
    )


def conversation_picture() -> rx.Component:
    """Return a drawn conversation with its cost, for eyes only."""
    return rx.el.div(
        rx.el.p(t("Is a train or a plane better from Beijing to Shanghai?"), class_name="said"),
        rx.el.div(
            rx.el.p(t("The train, for most trips. Door to door it is as fast, and calmer:")),
            rx.el.table(
                rx.el.tbody(
                    _row(t("Train"), t("4 h 30 min"), "¥ 660"),
                    _row(t("Plane"), t("2 h 15 min, plus airports"), "¥ 900"),
                )
            ),
            rx.el.p(t("{amount} tokens", amount=412), class_name="answer-cost figures"),
            class_name="answered",
        ),
        class_name="picture",
        aria_hidden="true",
    )


def _row(name: rx.Var[str], time: rx.Var[str], price: str) -> rx.Component:
    return rx.el.tr(
        rx.el.td(name),
        rx.el.td(time),
        rx.el.td(price, class_name="figures"),
    )
