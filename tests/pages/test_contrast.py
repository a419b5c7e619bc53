"""The colours of both themes, computed from the tokens themselves."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ASSETS = Path(__file__).parents[2] / "assets"
THEME = (ASSETS / "theme.css").read_text()
LIGHT, DARK = (
    THEME.partition(selector)[2].partition("\n}")[0]
    for selector in ("\n:root {", '\n[data-theme="dark"] {')
)

READABLE = 4.5
VISIBLE = 3.0

GROUNDS = ("--bg", "--surface", "--surface-2", "--raised")
INKS = ("--text", "--text-2", "--text-3")
PAIRS = [
    *((ink, ground) for ink in INKS for ground in GROUNDS[:3]),
    ("--text", "--raised"),
    ("--text-2", "--raised"),
    *((ink, ground) for ink in ("--accent", "--danger", "--success") for ground in GROUNDS[:2]),
    ("--warning", "--bg"),
    ("--accent", "--accent-soft"),
    ("--text", "--accent-soft"),
    ("--success", "--success-soft"),
    ("--warning", "--warning-soft"),
    ("--danger", "--danger-soft"),
    ("--accent-text", "--accent-fill"),
    ("--accent-text", "--accent-fill-hover"),
    ("--accent-text", "--accent-panel"),
    ("--accent-panel-2", "--accent-panel"),
    ("--accent-text", "--danger-fill"),
    ("--text", "--code-bg"),
]
EDGES = [("--focus", "--bg"), ("--focus", "--surface"), ("--border-strong", "--bg")]


def tokens(theme: str) -> dict[str, str]:
    """Return the colour tokens of a theme; dark overrides light."""
    pattern = re.compile(r"^  (--[\w-]+): (#[0-9a-f]{6});", re.MULTILINE)
    light, dark = dict(pattern.findall(LIGHT)), dict(pattern.findall(DARK))
    return {**light, **dark} if theme == "dark" else light


def luminance(colour: str) -> float:
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(first: str, second: str) -> float:
    high, low = sorted((luminance(first), luminance(second)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("ink", "ground"), PAIRS)
def test_text_is_readable(theme: str, ink: str, ground: str) -> None:
    known = tokens(theme)
    assert contrast(known[ink], known[ground]) >= READABLE


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("edge", "ground"), EDGES)
def test_edges_that_matter_are_visible(theme: str, edge: str, ground: str) -> None:
    known = tokens(theme)
    assert contrast(known[edge], known[ground]) >= VISIBLE


def test_both_themes_name_the_same_colours() -> None:
    colours = r"^  (--[\w-]+): (?:#|rgb)"
    light, dark = (set(re.findall(colours, block, re.MULTILINE)) for block in (LIGHT, DARK))
    assert light == dark


def test_black_on_white_has_the_contrast_of_the_standard() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


@pytest.mark.parametrize(
    "name", ["controls.css", "shell.css", "pages.css", "prices.css", "usage.css"]
)
def test_colours_come_from_the_tokens(name: str) -> None:
    rules = (ASSETS / name).read_text()
    loose = re.findall(r"#[0-9a-fA-F]{3,8}\b", rules)
    assert set(loose) <= {"#fff"}


def test_every_token_in_use_is_defined() -> None:
    defined = set(re.findall(r"^\s*(--[\w-]+):", THEME, re.MULTILINE))
    used = {
        name
        for sheet in ASSETS.glob("*.css")
        for name in re.findall(r"var\((--[\w-]+)", sheet.read_text())
    }
    assert used - defined == set()
