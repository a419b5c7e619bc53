"""Tables of text for a terminal."""

from __future__ import annotations

import unicodedata


def print_table(rows: list[tuple[str, ...]]) -> None:
    """Print rows of cells, the first of them headings, in columns as wide as they need."""
    widths = [max(map(_width, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = [
            cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True)
        ]
        print("  ".join(cells).rstrip())


def _width(text: str) -> int:
    """Return how many columns of a terminal a text takes; a Han character takes two."""
    return sum(1 + (unicodedata.east_asian_width(letter) in "WF") for letter in text)
