"""Times, written in the reader's language and time zone."""

from __future__ import annotations

import reflex as rx
from reflex.vars import VarData
from reflex.vars.function import FunctionStringVar
from reflex.vars.sequence import StringVar

I18N = "$/public/i18n.js"
LIBRARY = "$/public/moment.js"


def moment(iso: str | rx.Var[str]) -> StringVar:
    """Write an ISO time as date and time of day, such as ``23 Nov 2026, 14:05``."""
    data = VarData(
        imports={
            LIBRARY: [rx.ImportVar("formatMoment")],
            I18N: [rx.ImportVar("useLanguage")],
        },
        hooks=["const momentLanguage = useLanguage();"],
    )
    written = FunctionStringVar.create("formatMoment", _var_data=data)
    return written.call(rx.Var("momentLanguage"), iso).to(StringVar)
