"""Writes sheets as XLSX: how cells look, how wide columns are, how pages are printed.

Nothing is decided here; the same sheets give the same bytes.
"""

from __future__ import annotations

import datetime
import io
import math
from collections.abc import Sequence
from typing import Any

from catalog.export import A3, FIXED_DATE, row_height
from recommender.audit.workbook.cells import (
    FIRST_ROW,
    Cell,
    Column,
    Form,
    Formula,
    Marked,
    Sheet,
    bare,
    shown_number,
    shown_text,
)

_NUMBER_FORMATS: dict[Form, str] = {
    "text": "General", "money": "#,##0.00", "amount": "#,##0.00", "plain": "General",
    "percent": "0.00%", "whole": "0", "date": "yyyy-mm-dd",
}  # fmt: skip
_FONT = {"font_name": "宋体", "font_size": 10, "text_wrap": True}
_BODY = {**_FONT, "border": 1, "valign": "top"}
_STYLES: dict[str, dict[str, Any]] = {
    "title": {"font_name": "黑体", "font_size": 14, "align": "center", "valign": "vcenter"},
    "note": {**_FONT, "font_size": 9, "font_color": "#555555", "valign": "top"},
    "head": {**_BODY, "bold": True, "bg_color": "#DCE9E1", "align": "center", "valign": "vcenter"},
    "body": _BODY,
    "input": {**_BODY, "bg_color": "#FFF8DC"},
    "sum": {**_BODY, "bold": True, "bg_color": "#F0F0F0"},
}
_WHOLE_FORMAT, _SMALL_FORMAT = "#,##0", "0.0000"
_PAGE_CHARACTERS = 330.0
"""Widest sheet that is still readable on one A3 page; a wider one takes several pages side by side."""
_PADDING = 1.0
"""Characters of a column that its text does not fill."""
_LONGEST_TEXT = 32767
"""Characters Excel takes in a cell."""


def write(sheets: Sequence[Sheet]) -> bytes:
    """Return the sheets as one XLSX file; the same sheets give the same bytes."""
    import xlsxwriter

    stream = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(stream, options)
    book.set_properties({"created": FIXED_DATE, "author": "清源"})
    writer = _Writer(book)
    for sheet in sheets:
        writer.write(sheet)
    book.close()
    return stream.getvalue()


class _Writer:
    """Writes sheets into one xlsxwriter workbook; formats are made once each."""

    def __init__(self, book: Any) -> None:
        self._book = book
        self._formats: dict[tuple[str, str, bool], Any] = {}

    def _format(self, style: str, number_format: str = "General", *, right: bool = False) -> Any:
        key = (style, number_format, right)
        if key not in self._formats:
            align = {"align": "right"} if right else {}
            self._formats[key] = self._book.add_format(
                {**_STYLES[style], "num_format": number_format, **align}
            )
        return self._formats[key]

    def write(self, sheet: Sheet) -> None:
        """Write one sheet: title, note, header, rows, sums, notes."""
        page, widths = self._book.add_worksheet(sheet.name), _widths(sheet)
        inner = [width - _PADDING for width in widths]
        last = len(sheet.columns) - 1
        self._set_page(page, sheet, widths)
        self._line(page, 0, sheet.title, "title", widths, height=24.0)
        self._line(page, 1, sheet.note, "note", widths)
        titles = [str(column.title) for column in sheet.columns]
        page.set_row(FIRST_ROW - 1, row_height(titles, inner))
        for index, column in enumerate(sheet.columns):
            page.set_column(index, index, widths[index])
            self._cell(page, FIRST_ROW - 1, index, column.title, column, "head")
        row = FIRST_ROW
        for style, lines in (("body", sheet.rows), ("sum", sheet.sums)):
            for line in lines:
                page.set_row(row, row_height([shown_text(cell) for cell in line], inner))
                for index, (cell, column) in enumerate(zip(line, sheet.columns, strict=True)):
                    own = "input" if column.is_input and style == "body" else style
                    self._cell(page, row, index, cell, column, own)
                row += 1
        if sheet.rows:
            page.autofilter(FIRST_ROW - 1, 0, FIRST_ROW - 1 + len(sheet.rows), last)
        for offset, note in enumerate(sheet.notes):
            self._line(page, row + 1 + offset, note, "note", widths)

    def _set_page(self, page: Any, sheet: Sheet, widths: Sequence[float]) -> None:
        page.set_landscape()
        page.set_paper(A3)
        page.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
        page.fit_to_pages(math.ceil(sum(widths) / _PAGE_CHARACTERS), 0)
        page.repeat_rows(FIRST_ROW - 1)
        page.freeze_panes(FIRST_ROW, 2)
        page.set_footer(f"&L{sheet.name}&C第 &P 页，共 &N 页")

    def _line(
        self, page: Any, row: int, text: str, style: str, widths: Sequence[float], height: float = 0.0
    ) -> None:
        """Write a text across the whole table."""
        page.merge_range(row, 0, row, len(widths) - 1, "", self._format(style))
        page.write_string(row, 0, text, self._format(style))
        page.set_row(row, height or row_height([text], [sum(widths)]))

    def _cell(self, page: Any, row: int, index: int, cell: Cell | Marked, column: Column, style: str) -> None:
        right = column.form != "text" and style != "head"
        form = "whole" if style == "head" else column.form
        told = self._format(style, _number_format(cell, form), right=right)
        cell = bare(cell)
        if isinstance(cell, Formula):
            page.write_formula(row, index, cell.text, told, cell.value)
        elif isinstance(cell, str):
            text = cell if len(cell) <= _LONGEST_TEXT else f"{cell[: _LONGEST_TEXT - 1]}…"
            page.write_string(row, index, text, self._format(style, right=right))
        elif isinstance(cell, datetime.date):
            page.write_datetime(row, index, cell, told)
        else:
            page.write_number(row, index, cell, told)


def _widths(sheet: Sheet) -> list[float]:
    """Return the column widths, wide enough for every number so that none shows as ####."""
    lines = (*sheet.rows, *sheet.sums)
    return [
        max([column.width, *(_shown_length(line[index], column.form) + 2 for line in lines)])
        for index, column in enumerate(sheet.columns)
    ]


def _number_format(cell: Cell | Marked, form: Form) -> str:
    """Return the number format of a cell; amounts show as many decimals as their size asks for."""
    value, found = shown_number(cell), _NUMBER_FORMATS[form]
    if form == "amount" and value is not None:
        whole = math.isclose(value, round(value), rel_tol=1e-9)
        found = _WHOLE_FORMAT if whole else found if abs(value) >= 1 else _SMALL_FORMAT
    return f'{found}"{cell.mark}"' if isinstance(cell, Marked) and cell.mark else found


def _shown_length(cell: Cell | Marked, form: Form) -> int:
    """Return how many characters a number takes on the sheet, 0 for text, which wraps."""
    value = shown_number(cell)
    if value is None:
        return 0
    shown = f"{value:.10g}" if form == "plain" else f"{value:.2%}" if form == "percent" else f"{value:,.2f}"
    return len(shown) + (2 * len(cell.mark) if isinstance(cell, Marked) else 0)
