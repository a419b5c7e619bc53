"""Receipts on paper: one page of PDF, drawn with fonts that every reader of PDF brings along."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from io import BytesIO
from itertools import groupby
from typing import TYPE_CHECKING, Any, Literal

from gptchina.texts import translate

from . import receipt_words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .receipt_words import Line
    from .receipts import Receipt

# Points; the page is A4.
WIDTH, HEIGHT = 595, 842
LEFT, RIGHT, TOP, BOTTOM = 64, 531, 770, 64
MIDDLE = 305
LABELS = 150

INK, QUIET, RULE, ACCENT = "#15181e", "#5f6774", "#e0e3e9", "#2563eb"
# The mark of the product: a bubble that reads as the character for the middle, 32 by 32.
MARK = 30

HAN, HANGUL = "STSong-Light", "HYSMyeongJo-Medium"
# The first that has a character draws it. Fonts of that kind are not part of the file.
FONTS = (("Helvetica", "cp1252"), (HAN, "gbk"), (HANGUL, "euc_kr"))
MISSING = "□"
# They have no bold of their own: their outline is drawn as well.
BOLDER = Decimal("0.35")

Side = Literal["left", "right"]


def receipt_pdf(receipt: Receipt, language: str) -> bytes:
    """Return a receipt as PDF, in "en" or "zh"; the same receipt gives the same bytes."""
    # Loaded when the first receipt is drawn: most processes never draw one.
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont  # noqa: PLC0415
    from reportlab.pdfbase.pdfmetrics import (  # noqa: PLC0415
        registerFont,  # pyright: ignore[reportUnknownVariableType]
    )
    from reportlab.pdfgen.canvas import Canvas  # noqa: PLC0415

    for name in (HAN, HANGUL):
        registerFont(UnicodeCIDFont(name))
    file = BytesIO()
    canvas = Canvas(file, pagesize=(WIDTH, HEIGHT), invariant=1, lang=language)
    canvas.setTitle(f"{translate(language, 'Receipt')} {receipt.purchase.number}")
    canvas.setAuthor(receipt.seller)
    canvas.setCreator("GPTChina")
    _Sheet(canvas).draw(receipt, language)
    canvas.showPage()
    canvas.save()
    return file.getvalue()


@dataclass
class _Sheet:
    """The page while it is drawn, from the top down; y is the line where the next text stands."""

    canvas: Any
    y: int = TOP

    def draw(self, receipt: Receipt, language: str) -> None:
        self._head(receipt, translate(language, "Receipt"))
        self._sides(receipt, language)
        self._gap(10)
        for line in receipt_words.facts(receipt, language):
            self._fact(line)
        self._gap(14)
        self._sums(receipt, language)
        if receipt.test:
            self._gap(20)
            self._write(LEFT, translate(language, "A test payment: no money was moved."), QUIET)
        self.y = BOTTOM
        self._write(LEFT, translate(language, "Thank you for your purchase."), QUIET, size=9)
        self._write(RIGHT, receipt.purchase.number, QUIET, size=9, side="right")

    def _head(self, receipt: Receipt, title: str) -> None:
        self._mark()
        self._write(LEFT + MARK + 12, receipt.seller, size=17, bold=True)
        self._write(RIGHT, title, size=21, bold=True, side="right")
        self._gap(64)

    def _mark(self) -> None:
        canvas, left, foot = self.canvas, LEFT, self.y - 9
        canvas.saveState()
        canvas.setFillColor(ACCENT)
        canvas.roundRect(left, foot, MARK, MARK, 8, stroke=0, fill=1)
        canvas.setStrokeColor("#ffffff")
        canvas.setLineWidth(2)
        canvas.setLineCap(1)
        canvas.roundRect(left + 7, foot + 11, 16, 10, 2)
        canvas.line(left + 15, foot + 6, left + 15, foot + 25)
        canvas.restoreState()

    def _sides(self, receipt: Receipt, language: str) -> None:
        buyer = receipt.buyer or translate(language, "Deleted account")
        seller = [receipt.seller, *receipt.address.splitlines()]
        top = self.y
        feet: list[int] = []
        for left, label, texts in (
            (LEFT, translate(language, "Seller"), seller),
            (MIDDLE, translate(language, "Billed to"), [buyer, receipt.email]),
        ):
            self.y = top
            self._write(left, label, QUIET, size=9)
            self._gap(17)
            for text in filter(None, texts):
                self._paragraph(left, text, RIGHT - MIDDLE)
            feet.append(self.y)
        self.y = min(feet)
        self._gap(6)
        self._rule()

    def _fact(self, line: Line) -> None:
        self._write(LEFT, line.label, QUIET)
        self._paragraph(LEFT + LABELS, line.value, RIGHT - LEFT - LABELS)
        self._gap(5)

    def _sums(self, receipt: Receipt, language: str) -> None:
        bought = receipt_words.item(receipt, language)
        for label, value, ink in (
            (translate(language, "Description"), translate(language, "Price"), QUIET),
            (bought.label, bought.value, INK),
        ):
            size = 9 if ink == QUIET else 11
            self._write(LEFT, label, ink, size=size)
            self._write(RIGHT, value, ink, size=size, side="right")
            self._gap(10)
            self._rule()
        for line in receipt_words.totals(receipt, language):
            size = 13 if line.strong else 10
            self._write(MIDDLE, line.label, INK if line.strong else QUIET, size=size)
            self._write(RIGHT, line.value, size=size, bold=line.strong, side="right")
            self._gap(22)

    def _rule(self) -> None:
        self.canvas.setStrokeColor(RULE)
        self.canvas.setLineWidth(1)
        self.canvas.line(LEFT, self.y, RIGHT, self.y)
        self._gap(22)

    def _gap(self, points: int) -> None:
        self.y -= points

    def _paragraph(self, left: int, text: str, width: int) -> None:
        for line in self._wrapped(text, width):
            self._write(left, line)
            self._gap(15)

    def _wrapped(self, text: str, width: int) -> Iterator[str]:
        """Yield the lines of a text, broken after spaces where there are any."""
        while self._width(text) > width:
            end = next(end for end in range(len(text), 0, -1) if self._width(text[:end]) <= width)
            space = text.rfind(" ", 0, end)
            end = space + 1 if space > 0 else end
            yield text[:end].rstrip()
            text = text[end:]
        yield text

    def _width(self, text: str, size: int = 10, *, bold: bool = False) -> int:
        widths = (self.canvas.stringWidth(run, font, size) for font, run in _runs(text, bold=bold))
        return int(sum(widths)) + 1

    def _write(
        self,
        at: int,
        text: str,
        ink: str = INK,
        *,
        size: int = 10,
        bold: bool = False,
        side: Side = "left",
    ) -> None:
        at = at - self._width(text, size, bold=bold) if side == "right" else at
        self.canvas.saveState()
        self.canvas.setLineWidth(BOLDER)
        pen = self.canvas.beginText(at, self.y)
        pen.setFillColor(ink)
        pen.setStrokeColor(ink)
        for font, run in _runs(text, bold=bold):
            pen.setFont(font, size)
            pen.setTextRenderMode(2 if bold and font in {HAN, HANGUL} else 0)
            pen.textOut(run)
        self.canvas.drawText(pen)
        self.canvas.restoreState()


def _runs(text: str, *, bold: bool) -> list[tuple[str, str]]:
    """Return the stretches of a text that one font draws, each with the font's name."""
    drawn = [_drawn(character) for character in text]
    runs = [
        (font, "".join(character for _, character in group))
        for font, group in groupby(drawn, key=lambda each: each[0])
    ]
    return [("Helvetica-Bold" if bold and font == "Helvetica" else font, run) for font, run in runs]


def _drawn(character: str) -> tuple[str, str]:
    for font, encoding in FONTS:
        try:
            character.encode(encoding)
        except UnicodeEncodeError:
            continue
        return font, character
    return HAN, MISSING
