"""The page of GB/T 9704-2012 in numbers, and what a composed page is made of.

The faces, sizes and indents of both writers come from ``LOOKS``. Fonts are named, never shipped
(``catalog.publish.fonts``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from catalog.publish.fonts import choose
from catalog.publish.gongwen.model import Form, Grid
from catalog.publish.word import Align

MARGINS_MM = (37.0, 35.0, 28.0, 26.0)
"""Top, bottom, left, right (5.2.1); they leave 156 mm x 225 mm of text."""
LANDSCAPE_MARGINS_MM = (28.0, 26.0, 35.0, 37.0)
"""The same page turned to the left: its head lies at the left side of the bound document (8)."""
LINES, CHARACTERS = 22, 28
TEXT_TWIPS = 8844
"""156 mm in twentieths of a point."""
LINE_TWIPS = 579
"""225 mm / 22 = 28.99 pt; 22 exact lines of 28.95 pt stay inside the page."""
CHAR_SPACE = -849
"""(156 mm / 28 - 16 pt) x 4096: what 28 characters of 16 pt have to give up to fit the line."""
CONDENSED = -6
"""The same in twentieths of a point on each character. Word reads the grid; LibreOffice gives every
character wider than a cell two cells (14 to the line), so lines are set by this and by exact spacing,
and the grid stands in the section for who changes the text."""
FOOTER_MM = 25.5
"""Foot of the page number line, so that its dashes lie 7 mm below the text (7.5)."""
RED = "FF0000"
CELL_STYLE = "GongwenTable"
"""Id of the paragraph style in tables, which keeps them off the grid."""

FANGSONG, HEI, KAI = choose("仿宋体"), choose("黑体"), choose("楷体")
XIAOBIAOSONG, SONG = choose("小标宋体"), choose("宋体")

Kind = Literal[
    "head", "number", "title", "draft", "addressee", "text", "h1", "h2", "h3", "h4",
    "list", "issuer", "date", "annex", "remark", "blank",
]  # fmt: skip


@dataclass(frozen=True)
class Line:
    """One composed paragraph: parts of (font, text) and indents in characters of the grid.

    ``keep`` never parts it from the next one.
    """

    kind: Kind
    parts: tuple[tuple[str, str], ...] = ()
    left: float = 0.0
    hanging: float = 0.0
    right: float = 0.0
    size: float = 0.0
    keep: bool = False

    @property
    def text(self) -> str:
        """Return the words of the paragraph."""
        return "".join(text for _, text in self.parts)


@dataclass(frozen=True)
class Imprint:
    """The closing block (版记): copies and who printed it when."""

    copies: str
    printed_by: str
    printed_on: str


Item = Line | Grid | Form | Imprint


@dataclass(frozen=True)
class Page:
    """What starts on a new page: the document itself, or an attachment."""

    items: tuple[Item, ...]
    landscape: bool = False


@dataclass(frozen=True)
class Look:
    """Face of a kind of line: font, size in points, alignment, first-line indent in characters."""

    font: str
    size: float = 16.0
    align: Align = "justify"
    first: float = 0.0


LOOKS: dict[Kind, Look] = {
    "head": Look(XIAOBIAOSONG, 42.0, "center"),
    "number": Look(FANGSONG, align="center"),
    "title": Look(XIAOBIAOSONG, 22.0, "center"),
    "draft": Look(KAI, align="center"),
    "addressee": Look(FANGSONG),
    "text": Look(FANGSONG, first=2),
    "h1": Look(HEI, first=2),
    "h2": Look(KAI, first=2),
    "h3": Look(FANGSONG, first=2),
    "h4": Look(FANGSONG, first=2),
    "list": Look(FANGSONG, align="left"),
    "issuer": Look(FANGSONG, align="right"),
    "date": Look(FANGSONG, align="right"),
    "annex": Look(HEI, align="left"),
    "remark": Look(FANGSONG, 12.0, "left"),
    "blank": Look(FANGSONG),
}
