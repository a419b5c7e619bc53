"""Text in the reader's language, and the way amounts of tokens and of money are written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import reflex as rx
from reflex.vars import VarData
from reflex.vars.function import FunctionStringVar
from reflex.vars.object import ObjectVar
from reflex.vars.sequence import StringVar

LIBRARY = "$/public/i18n.js"
MONEY = "$/public/money.js"
# One hook for every text of a component: Reflex hoists equal hooks to one line, also out of
# foreach bodies, so that each component that shows text is drawn again when the language changes.
_LANGUAGE = "textLanguage"
_HOOK = f"const {_LANGUAGE} = useLanguage();"

Param = str | int | rx.Var[Any]


def t(
    msgid: str | rx.Var[str],
    params: Mapping[str, Param] | rx.Var[Any] | None = None,
    **named: Param,
) -> StringVar:
    """Translate an English text in the browser, at once when the language is switched.

    Args:
        msgid: the English text, with ``{name}`` where a value belongs; or a var that holds one.
        params: the values by name, or a var that holds them (as sent with an error code).
        **named: more values by name. Whole numbers are grouped as token amounts are.

    Returns:
        A var that can stand wherever a component takes text: child, placeholder, aria_label.
    """
    values: rx.Var[Any]
    if isinstance(params, rx.Var):
        values = params.to(ObjectVar).merge(rx.Var.create(named)) if named else params
    else:
        values = rx.Var.create({**(params or {}), **named})
    translate = FunctionStringVar.create(
        "translate",
        _var_data=VarData(
            imports={LIBRARY: [rx.ImportVar("translate"), rx.ImportVar("useLanguage")]},
            hooks=[_HOOK],
        ),
    )
    return translate.call(rx.Var(_LANGUAGE), msgid, values).to(StringVar)


def language() -> StringVar:
    """Return the reader's language as a var: "en" or "zh"."""
    data = VarData(imports={LIBRARY: [rx.ImportVar("useLanguage")]}, hooks=[_HOOK])
    return rx.Var(_LANGUAGE, _var_data=data).to(StringVar)


def tokens(amount: int | rx.Var[int]) -> StringVar:
    """Write a token amount in full: ``1,250,000`` in every language."""
    return _formatted("formatTokens", amount)


def short_tokens(amount: int | rx.Var[int]) -> StringVar:
    """Write a token amount in short, ``1.25M``: only where the exact one is a hover away."""
    return _formatted("formatTokensShort", amount)


def money(minor: int | rx.Var[int], currency: str | rx.Var[str]) -> StringVar:
    """Write minor units of a currency, such as ``¥10.00``, in the reader's language."""
    data = VarData(
        imports={
            MONEY: [rx.ImportVar("formatMoney")],
            LIBRARY: [rx.ImportVar("useLanguage")],
        },
        hooks=[_HOOK],
    )
    written = FunctionStringVar.create("formatMoney", _var_data=data)
    return written.call(rx.Var(_LANGUAGE), minor, currency).to(StringVar)


def _formatted(function: str, amount: int | rx.Var[int]) -> StringVar:
    data = VarData(imports={LIBRARY: [rx.ImportVar(function)]})
    return FunctionStringVar.create(function, _var_data=data).call(amount).to(StringVar)
