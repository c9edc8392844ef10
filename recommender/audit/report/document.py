"""Writes the view model of a report to Word: A4, 仿宋 小四 at exactly 24 points, headings 黑体."""

from __future__ import annotations

import math
from typing import Any
from unicodedata import east_asian_width

from catalog.publish import word
from recommender.audit.report.content import Block, Note, Paragraph, Report, Section, Table

MARGINS_MM = (25.4, 25.4, 28.0, 25.0)
"""Top, bottom, left, right."""
_PORTRAIT_MM, _LANDSCAPE_MM = 210.0, 297.0
BODY_POINTS, LINE_POINTS = word.POINTS["小四"], 24.0
"""Type size and exact line spacing of the body, as audit reports ask for."""
_HEADING_POINTS = {1: word.POINTS["三号"], 2: word.POINTS["四号"], 3: word.POINTS["小四"]}
_NOTE_POINTS = word.POINTS["小五"]
_KEPT_LINES = 20
"""A table of at most so many lines of text stands on one page; a longer one parts, but not at its ends."""
_MM_PER_POINT = 25.4 / 72
_SIDE_TWIPS = 70
_CELL_SIDES_MM = 2 * _SIDE_TWIPS / 20 * _MM_PER_POINT


def report_bytes(report: Report) -> bytes:
    """Return the report as DOCX; the same report gives the same bytes."""
    return word.to_bytes(_document(report))


def _document(report: Report) -> Any:
    document = word.new_document(
        margins_mm=MARGINS_MM, font=word.FANGSONG, size=BODY_POINTS, line_points=LINE_POINTS
    )
    document.core_properties.title = word.clean(report.title)
    document.core_properties.comments = ""
    word.page_number(document.sections[0].footer, dashes=True)
    _line(document, report.title, font=word.HEI, size=word.POINTS["小二"], line_points=32.0)
    _line(document, report.subtitle, font=word.HEI, size=word.POINTS["四号"])
    page = _Pages(document)
    for note in report.notes:
        page.block(note)
    for chapter in report.chapters:
        page.turn(chapter.sections[0].wide)
        page.chapter(chapter.heading)
        for section in chapter.sections:
            page.section(section, 2)
    page.turn(False)
    page.chapter(report.sources_heading)
    for number, text in enumerate(report.sources, start=1):
        page.source(f"[{number}] {text}")
    return document


class _Pages:
    """Writes block after block and turns the page where a section asks for it."""

    def __init__(self, document: Any) -> None:
        self._document = document
        self._wide = False
        self._begun = False

    def turn(self, wide: bool) -> None:
        """Go on with landscape (wide) or portrait pages."""
        if wide != self._wide:
            word.new_section(self._document, margins_mm=MARGINS_MM, landscape=wide)
            self._wide = wide

    def chapter(self, heading: str) -> None:
        """Write the heading of a chapter; every chapter but the first begins a page."""
        made = self.heading(heading, 1)
        made.paragraph_format.page_break_before = self._begun or None
        self._begun = True

    def section(self, section: Section, level: int) -> None:
        """Write a section and its subsections."""
        self.turn(section.wide)
        self.heading(section.heading, level)
        for block in section.blocks:
            self.block(block)
        for part in section.parts:
            self.heading(part.heading, level + 1)
            for block in part.blocks:
                self.block(block)

    def heading(self, text: str, level: int) -> Any:
        """Write a heading of the outline and return it."""
        return word.heading(self._document, text, level, font=word.HEI, size=_HEADING_POINTS[level])

    def block(self, block: Block) -> None:
        """Write a paragraph, a note or a table with its caption."""
        if isinstance(block, Table):
            self._table(block)
        elif isinstance(block, Note):
            self._small(block.text)
        elif isinstance(block, Paragraph):
            made = word.paragraph(
                self._document, block.text, font=word.FANGSONG, size=BODY_POINTS, indent_characters=2
            )
            made.paragraph_format.widow_control = True

    def source(self, text: str) -> None:
        """Write one line of the list of sources, its number hanging."""
        from docx.shared import Pt

        made = self._small(text)
        made.paragraph_format.left_indent = Pt(_NOTE_POINTS * 2.5)
        made.paragraph_format.first_line_indent = Pt(-_NOTE_POINTS * 2.5)

    def _small(self, text: str) -> Any:
        from docx.shared import Pt

        made = word.paragraph(self._document, text, font=word.SONG, size=_NOTE_POINTS)
        made.paragraph_format.line_spacing = 1.0
        made.paragraph_format.space_before = Pt(2)
        return made

    def _table(self, table: Table) -> None:
        from docx.shared import Pt

        caption = _line(self._document, table.caption, font=word.HEI, size=word.POINTS["五号"])
        caption.paragraph_format.keep_with_next = True
        caption.paragraph_format.space_before = Pt(4)
        page = _LANDSCAPE_MM if self._wide else _PORTRAIT_MM
        unit = (page - MARGINS_MM[2] - MARGINS_MM[3]) / sum(column.width for column in table.columns)
        made = word.table(
            self._document,
            [column.title for column in table.columns],
            table.rows,
            widths_mm=[column.width * unit for column in table.columns],
            size=word.POINTS[table.size],
            aligns=[column.align for column in table.columns],
        )
        _air(made)
        _keep_together(made, whole=_text_lines(table, unit) <= _KEPT_LINES)


def _air(made: Any) -> None:
    """Leave room above and below the text of every cell."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    margins = OxmlElement("w:tblCellMar")
    for side, width in (("top", 30), ("left", _SIDE_TWIPS), ("bottom", 30), ("right", _SIDE_TWIPS)):
        element = OxmlElement(f"w:{side}")
        element.set(qn("w:w"), str(width))
        element.set(qn("w:type"), "dxa")
        margins.append(element)
    made._tbl.tblPr.insert_element_before(margins, "w:tblLook")


def _text_lines(table: Table, unit_mm: float) -> int:
    """Return about how many lines the rows of a table take."""
    character_mm = word.POINTS[table.size] * _MM_PER_POINT

    def lines(text: str, width: float) -> int:
        room = max(1.0, (width * unit_mm - _CELL_SIDES_MM) / character_mm)
        return sum(max(1, math.ceil(_han_widths(line) / room)) for line in text.split("\n"))

    widths = [column.width for column in table.columns]
    return sum(max(map(lines, row, widths)) for row in table.rows)


def _han_widths(line: str) -> float:
    """Return the length of a line in Han characters; others are about half as wide."""
    return sum(1.0 if east_asian_width(character) in "WF" else 0.5 for character in line)


def _keep_together(made: Any, *, whole: bool) -> None:
    """Hold all rows on one page, or only header with first row and the last two rows."""
    rows = list(made.rows)
    for row in rows[:-1] if whole else [*rows[:2], *rows[-2:-1]]:
        for cell in row.cells:
            for paragraph in cell.paragraphs:
                paragraph.paragraph_format.keep_with_next = True


def _line(document: Any, text: str, *, font: str, size: float, line_points: float = LINE_POINTS) -> Any:
    from docx.shared import Pt

    made = word.paragraph(document, text, font=font, size=size, align="center")
    made.paragraph_format.line_spacing = Pt(line_points)
    return made
