"""The field on the tokens page that takes a redemption code."""

from __future__ import annotations

import reflex as rx

from gptchina.components.gift_fields import form_failure, gift_field
from gptchina.components.icons import icon
from gptchina.components.page_style import page_style
from gptchina.components.text import t
from gptchina.state.redeeming import RedeemState

LONGEST = 100


def redeem_section() -> rx.Component:
    """Return the form for a code, where the operator takes codes."""
    return rx.cond(
        RedeemState.open,
        rx.el.section(
            page_style("gifts"),
            rx.el.h2(t("Redeem a code"), class_name="section-title"),
            _form(),
        ),
    )


def _form() -> rx.Component:
    return rx.el.form(
        rx.el.div(
            gift_field(
                RedeemState.wrong,
                "redeem",
                "code",
                t("Redemption code"),
                placeholder="GPTC-XXXX-XXXX-XXXX-XXXX",
                max_length=LONGEST,
                auto_capitalize="characters",
                spell_check=False,
                required=True,
            ),
            rx.el.button(
                rx.cond(RedeemState.busy, rx.el.span(class_name="spinner", aria_hidden="true")),
                t("Redeem"),
                type="submit",
                disabled=RedeemState.busy,
                class_name="button button-quiet",
            ),
            class_name="gift-line",
        ),
        form_failure(RedeemState.wrong),
        rx.el.div(
            rx.cond(
                RedeemState.redeemed > 0,
                rx.el.p(
                    icon("check"),
                    t("{amount} tokens are yours now.", amount=RedeemState.redeemed),
                    class_name="saved",
                ),
            ),
            role="status",
        ),
        # A code that worked leaves the field empty; one that did not stays to be mended.
        key=rx.Var.create(RedeemState.done).to_string(),
        on_submit=RedeemState.redeem,
        class_name="form gift-form",
    )
