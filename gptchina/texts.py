"""Texts that the server itself writes, such as mail, in a person's language."""

from __future__ import annotations

import re
from functools import cache

from babel.messages.pofile import read_po

from gptchina.settings import ROOT

LOCALES = ROOT / "gptchina" / "locales"
# The languages of the interface beside English, by the name the browser uses.
LANGUAGES = {"zh": "zh_CN"}

_VALUE = re.compile(r"\{(\w+)\}")


def translate(language: str, text: str, /, **values: str | int) -> str:
    """Return an English text in a language, as the browser's function of the name does.

    `{name}` takes the value of that name; whole numbers are grouped as token amounts are. What has
    no translation stays English.
    """

    def value_of(match: re.Match[str]) -> str:
        value = values.get(match[1], match[0])
        return f"{value:,}" if isinstance(value, int) else value

    return _VALUE.sub(value_of, _translations(language).get(text, text))


@cache
def _translations(language: str) -> dict[str, str]:
    locale = LANGUAGES.get(language)
    if locale is None:
        return {}
    with (LOCALES / locale / "LC_MESSAGES" / "messages.po").open("rb") as file:
        catalog = read_po(file, locale=locale)
    return {
        str(message.id): str(message.string)
        for message in catalog
        if message.id and message.string and not message.fuzzy
    }
