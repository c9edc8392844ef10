"""What an official document (公文) says: paragraphs, tables, forms, attachments, issuer and date."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Literal

from catalog.publish.word import Align

DRAFT_MARK = "（代拟稿）"

Level = Literal["text", "h1", "h2", "h3", "h4"]


@dataclass(frozen=True)
class Block:
    """One paragraph; headings are numbered by their level: 一、 （一） 1. （1）.

    ``rest`` continues a heading in the same paragraph in the face of the body.
    """

    level: Level
    text: str
    rest: str = ""


@dataclass(frozen=True)
class Grid:
    """A table: header repeated on every page, no row parted; ``notes`` stand under it.

    Columns without an alignment are left-aligned; ``row_mm`` is the least height of a row.
    """

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    widths_mm: tuple[float, ...]
    aligns: tuple[Align, ...] = ()
    size: float = 10.5
    notes: tuple[str, ...] = ()
    row_mm: float = 6.0


@dataclass(frozen=True)
class FormRow:
    """One row of a form: a section title, label and value, or two labels with their values.

    ``plain`` makes a row of one cell a sentence instead of a title.
    """

    cells: tuple[str] | tuple[str, str] | tuple[str, str, str, str]
    height_mm: float = 9.0
    plain: bool = False


@dataclass(frozen=True)
class Form:
    """A form to be filled in, as wide as the text."""

    rows: tuple[FormRow, ...]
    size: float = 10.5


Content = Block | Grid | Form


@dataclass(frozen=True)
class Annex:
    """An attachment (附件) on a page of its own."""

    title: str
    body: tuple[Content, ...]
    landscape: bool = False


@dataclass(frozen=True)
class Gongwen:
    """An official document.

    ``number`` is 机关代字〔年份〕序号号; a draft may leave number, serial or date open.
    ``red_head`` prints the issuer in red above it; forms and statements go without.
    ``draft_mark`` stands under the title of a draft.
    """

    title: str
    issuer: str
    body: tuple[Content, ...]
    number: str = ""
    addressee: str = ""
    attachments: tuple[Annex, ...] = ()
    date: datetime.date | None = None
    copies: tuple[str, ...] = ()
    printed_by: str = ""
    draft: bool = True
    red_head: bool = True
    signed: bool = True
    landscape: bool = False
    draft_mark: str = DRAFT_MARK
