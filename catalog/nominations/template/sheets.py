"""The look of the Excel files of the filing: book, cell styles, page, heading, row heights."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

from catalog.export import FIXED_DATE
from catalog.nominations.template.wording import LABEL_FILL
from catalog.publish import word
from catalog.publish.columns import lines_of

_BAND = "2F6B4F"
_POINTS = 10.5
_LINE_POINTS = 14.5
TALLEST_ROW_POINTS = 400.0
"""A little under what Excel accepts; a longer text takes several merged rows."""
_MM_PER_CHARACTER = 1.95
_INDENT = 1.0
"""Characters the text stands off the line."""
LONGEST_TEXT = 32767
_A4 = 9


def new_book(title: str) -> tuple[Any, io.BytesIO]:
    """Return a book that writes texts as texts, and the stream it goes to when closed."""
    import xlsxwriter

    stream = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(stream, options)
    book.set_properties({"created": FIXED_DATE, "title": title, "author": "清源"})
    return book, stream


def make_styles(book: Any) -> dict[str, Any]:
    """Return the cell formats by name: titles, labels, and one for each kind of value."""
    cell = {"font_name": word.SONG, "font_size": _POINTS, "text_wrap": True, "border": 1,
            "border_color": "#9AA8A0", "valign": "vcenter"}  # fmt: skip
    made = {
        "title": {"font_name": word.HEI, "font_size": 18, "align": "center", "valign": "vcenter"},
        "note": {"font_name": word.KAI, "font_size": 9.5, "font_color": "#555555", "text_wrap": True,
                 "valign": "vcenter"},
        "band": {"font_name": word.HEI, "font_size": 11, "font_color": "#FFFFFF", "bg_color": f"#{_BAND}",
                 "valign": "vcenter", "indent": 1},
        "label": {**cell, "font_name": word.HEI, "bg_color": f"#{LABEL_FILL}", "indent": 1},
        "head": {**cell, "font_name": word.HEI, "font_size": 10, "bg_color": f"#{LABEL_FILL}",
                 "align": "center"},
        "help": {**cell, "font_name": word.KAI, "font_size": 9, "font_color": "#555555", "indent": 1},
        "pointer": {**cell, "font_name": word.KAI, "font_size": 10, "font_color": "#555555", "indent": 1},
        "sign": {**cell, "font_size": 10, "align": "right"},
        "value": {**cell, "align": "left", "indent": 1},
        "text": {**cell, "align": "left", "num_format": "@", "indent": 1},
        "date": {**cell, "align": "left", "num_format": "yyyy-mm-dd", "indent": 1},
        "percent": {**cell, "align": "left", "num_format": "0.0###%", "indent": 1},
        "number": {**cell, "align": "right", "indent": 1},
        "center": {**cell, "align": "center"},
    }  # fmt: skip
    return {name: book.add_format(style) for name, style in made.items()}


def set_page(page: Any, widths: Sequence[float], *, landscape: bool) -> None:
    """Set column widths (characters) and A4 page of a sheet."""
    for column, width in enumerate(widths):
        page.set_column(column, column, width)
    if landscape:
        page.set_landscape()
    page.set_paper(_A4)
    page.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.6)
    page.fit_to_pages(1, 0)
    page.center_horizontally()
    page.set_footer("&C&9— &P —")
    page.hide_gridlines(2)


def write_head(page: Any, title: str, note: str, last: int, styles: dict[str, Any]) -> None:
    """Write title and note above a table whose last column is ``last``."""
    page.merge_range(0, 0, 0, last, title, styles["title"])
    page.set_row(0, 36)
    page.merge_range(1, 0, 1, last, note, styles["note"])
    page.set_row(1, 30)


def row_height(texts: Sequence[str], widths: Sequence[float], *, least: float = 22.0) -> float:
    """Return the height in points that shows every text; not every program fits rows on opening."""
    lines = lines_of(texts, [(width - _INDENT) * _MM_PER_CHARACTER for width in widths], _POINTS)
    return max(least, lines * _LINE_POINTS + 7)
