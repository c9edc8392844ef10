"""The table of an edition (附件 目录表) as Word, Excel and HTML; the same edition gives the same bytes.

The Word table is written as XML in one go: five hundred rows through python-docx's cells take
minutes, this way a second.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Literal
from xml.sax.saxutils import escape

from catalog.editions.edition import Edition
from catalog.export import FIXED_DATE
from catalog.publish import columns, word
from catalog.publish.columns import Column, Style
from catalog.publish.word import Align

MARGINS_MM = (26.0, 22.0, 20.0, 20.0)
"""Top, bottom, left, right of a landscape page."""
BODY_MM = (297.0 - 40.0, 210.0 - 48.0)
_POINTS = word.POINTS["小五"]
_LINE_MM = 4.2
"""Height of one line of the table, Latin and Han, single spacing."""
_WHOLE_ROW_MM = BODY_MM[1] * 0.75
"""A row higher than this may part between two pages; every lower one stands on one page."""
_FILL = "E7EEF0"
_TWIPS_PER_MM = 1440 / 25.4

Look = Literal["CellTitle", "CellBand", "CellBody"]
"""Paragraph style of a cell: column title, field heading, content."""


# Word


def catalogue_docx(edition: Edition, *, style: str, attachment: str = "附件1") -> bytes:
    """Return the table as DOCX, A4 landscape, the header on every page.

    Args:
        edition: the frozen edition.
        style: column layout: mee, miit or ndrc.
        attachment: words at the head of the first page; empty for none.

    Raises:
        BadInput: unknown style.
    """
    chosen = columns.style(style)
    document = word.new_document(margins_mm=MARGINS_MM, landscape=True, size=_POINTS)
    describe(document, edition)
    word.page_number(document.sections[0].footer, size=word.POINTS["四号"], dashes=True)
    head(document, columns.title_of(edition), attachment=attachment)
    cell_styles(document, title_points=word.POINTS[chosen.title_size])
    add_grid(document, _grid_xml(edition, chosen))
    for note in columns.notes(chosen):
        word.paragraph(document, note, font=word.SONG, size=_POINTS)
    return word.to_bytes(document)


def describe(document: Any, edition: Edition) -> None:
    """Write title and fingerprint of the edition into the properties of a document."""
    document.core_properties.title = columns.title_of(edition)
    document.core_properties.comments = f"目录指纹 {edition.fingerprint}"


def head(document: Any, title: str, *, attachment: str = "") -> None:
    """Add 附件1 flush left and the title, 二号小标宋, centred."""
    from docx.shared import Pt

    if attachment:
        word.paragraph(document, attachment, font=word.HEI, size=word.POINTS["三号"])
    line = word.paragraph(
        document, title, font=word.XIAOBIAOSONG, size=word.POINTS["二号"], align="center", keep_with_next=True
    )
    line.paragraph_format.space_before = Pt(6)
    line.paragraph_format.space_after = Pt(10)


def cell_styles(document: Any, *, title_points: float = _POINTS) -> None:
    """Add the paragraph styles of the cells: title, field heading and body."""
    from docx.enum.style import WD_STYLE_TYPE

    sizes = {"CellTitle": (word.HEI, title_points), "CellBand": (word.HEI, word.POINTS["五号"])}
    for name, (font, points) in {**sizes, "CellBody": (word.SONG, _POINTS)}.items():
        made = document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        made.base_style = document.styles["Normal"]
        word.set_font(made, font, points)
        made.paragraph_format.line_spacing = 1.0


def add_grid(document: Any, xml: str) -> None:
    """Append a table given as XML."""
    from docx.oxml import parse_xml

    document.element.body.insert_element_before(parse_xml(xml), "w:sectPr")


def _grid_xml(edition: Edition, style: Style) -> str:
    widths = [column.width_mm for column in style.columns]
    aligns: list[Align] = [column.align for column in style.columns]
    rows = _header_xml(style)
    for part in columns.parts(edition, style):
        if part.heading:
            rows.append(_band_xml(part.heading, widths))
        rows += [row_xml(row, widths, aligns) for row in part.rows]
    return grid_xml(rows, widths)


def grid_xml(rows: Sequence[str], widths_mm: Sequence[float]) -> str:
    """Return a bordered table of fixed layout from the XML of its rows."""
    from docx.oxml.ns import nsdecls

    grid = "".join(f'<w:gridCol w:w="{_twips(width)}"/>' for width in widths_mm)
    return (
        f'<w:tbl {nsdecls("w")}><w:tblPr><w:tblStyle w:val="TableGrid"/>'
        f'<w:tblW w:w="{sum(map(_twips, widths_mm))}" w:type="dxa"/><w:jc w:val="center"/>'
        '<w:tblLayout w:type="fixed"/><w:tblCellMar><w:top w:w="34" w:type="dxa"/>'
        '<w:left w:w="57" w:type="dxa"/><w:bottom w:w="34" w:type="dxa"/>'
        '<w:right w:w="57" w:type="dxa"/></w:tblCellMar></w:tblPr>'
        f"<w:tblGrid>{grid}</w:tblGrid>{''.join(rows)}</w:tbl>"
    )


def row_xml(
    texts: Sequence[str], widths_mm: Sequence[float], aligns: Sequence[Align], *, title: bool = False
) -> str:
    """Return one row; only a row about as high as a page may part."""
    whole = columns.lines_of(texts, widths_mm, _POINTS) * _LINE_MM <= _WHOLE_ROW_MM
    look: Look = "CellTitle" if title else "CellBody"
    cells = [
        _cell_xml(text, width, look, align="center" if title else align)
        for text, width, align in zip(texts, widths_mm, aligns, strict=True)
    ]
    return _row_xml(cells, whole=whole, title=title)


def _header_xml(style: Style) -> list[str]:
    """Return the header rows: one, or two with the group titles above."""
    widths = [column.width_mm for column in style.columns]
    titles = [column.title for column in style.columns]
    if not style.grouped:
        return [row_xml(titles, widths, ["center"] * len(titles), title=True)]
    upper, lower, place = [], [], 0
    for title, span in style.spans:
        members = style.columns[place : place + span]
        merge = "" if members[0].group else "restart"
        width = sum(column.width_mm for column in members)
        upper.append(_cell_xml(title, width, "CellTitle", align="center", span=span, merge=merge))
        for column in members:
            text, merge = (column.title, "") if column.group else ("", "continue")
            lower.append(_cell_xml(text, column.width_mm, "CellTitle", align="center", merge=merge))
        place += span
    return [_row_xml(cells, title=True) for cells in (upper, lower)]


def _band_xml(heading: str, widths: Sequence[float]) -> str:
    """Return a field heading over the whole width, never parted from the row under it."""
    return _row_xml([_cell_xml(heading, sum(widths), "CellBand", span=len(widths))])


def _row_xml(cells: Sequence[str], *, whole: bool = True, title: bool = False) -> str:
    marks = ("<w:cantSplit/>" if whole else "") + ("<w:tblHeader/>" if title else "")
    return f"<w:tr><w:trPr>{marks}</w:trPr>{''.join(cells)}</w:tr>"


def _cell_xml(
    text: str, width_mm: float, look: Look, *, align: Align = "left", span: int = 1, merge: str = ""
) -> str:
    properties = f'<w:tcW w:w="{_twips(width_mm)}" w:type="dxa"/>'
    properties += f'<w:gridSpan w:val="{span}"/>' if span > 1 else ""
    properties += f'<w:vMerge w:val="{merge}"/>' if merge else ""
    properties += f'<w:shd w:val="clear" w:color="auto" w:fill="{_FILL}"/>' if look == "CellTitle" else ""
    paragraph = f'<w:pStyle w:val="{look}"/>'
    paragraph += "<w:keepNext/>" if look == "CellBand" else ""
    paragraph += f'<w:jc w:val="{align}"/>' if align != "left" else ""
    lines = "<w:br/>".join(
        f'<w:t xml:space="preserve">{escape(word.clean(line))}</w:t>' for line in text.split("\n")
    )
    return (
        f'<w:tc><w:tcPr>{properties}<w:vAlign w:val="center"/></w:tcPr>'
        f"<w:p><w:pPr>{paragraph}</w:pPr><w:r>{lines}</w:r></w:p></w:tc>"
    )


def _twips(millimetres: float) -> int:
    return round(millimetres * _TWIPS_PER_MM)


# Excel

_MM_PER_CHARACTER = 1.9
"""Width of a character of the workbook's default font."""
_CELL_POINTS = 9.0
_ROW_POINTS = 12.0
_TALLEST_ROW_POINTS = 409.0
"""The most that Excel accepts."""
_FORBIDDEN_IN_SHEET_NAMES = str.maketrans("[]:*?/\\'", "        ")
_A4 = 9


def catalogue_xlsx(edition: Edition, *, style: str) -> bytes:
    """Return the table as XLSX: text never a formula, header frozen and printed on every page.

    Raises:
        BadInput: unknown style.
    """
    import xlsxwriter

    chosen = columns.style(style)
    stream = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(stream, options)
    book.set_properties(
        {
            "created": FIXED_DATE,
            "title": columns.title_of(edition),
            "comments": f"目录指纹 {edition.fingerprint}",
        }
    )
    font = {"font_name": word.SONG, "font_size": _CELL_POINTS, "text_wrap": True, "border": 1}
    formats = {
        "title": book.add_format({"font_name": word.SONG, "font_size": 16, "bold": True, "align": "center"}),
        "head": book.add_format(
            {**font, "bold": True, "align": "center", "valign": "vcenter", "bg_color": f"#{_FILL}"}
        ),
        "band": book.add_format({**font, "bold": True, "valign": "vcenter"}),
        "left": book.add_format({**font, "valign": "vcenter"}),
        "center": book.add_format({**font, "valign": "vcenter", "align": "center"}),
        "note": book.add_format({"font_name": word.SONG, "font_size": _CELL_POINTS}),
    }
    page = book.add_worksheet(f"{edition.year}年目录".translate(_FORBIDDEN_IN_SHEET_NAMES))
    top = _sheet_head(page, edition, chosen, formats)
    _sheet_rows(page, edition, chosen, formats, top)
    book.close()
    return stream.getvalue()


def _sheet_head(page: Any, edition: Edition, style: Style, formats: dict[str, Any]) -> int:
    """Write title and header; return the first row under them."""
    last = len(style.columns) - 1
    for place, column in enumerate(style.columns):
        page.set_column(place, place, column.width_mm / _MM_PER_CHARACTER)
    page.merge_range(0, 0, 0, last, columns.title_of(edition), formats["title"])
    page.set_row(0, 30)
    top = 3 if style.grouped else 2
    place = 0
    for title, span in style.spans:
        column = style.columns[place]
        if span > 1:
            page.merge_range(1, place, 1, place + span - 1, title, formats["head"])
        elif style.grouped and not column.group:
            page.merge_range(1, place, 2, place, title, formats["head"])
        else:
            page.write_string(1, place, title, formats["head"])
        place += span
    if style.grouped:
        for place, column in enumerate(style.columns):
            if column.group:
                page.write_string(2, place, column.title, formats["head"])
    page.set_row(top - 1, _height([column.title for column in style.columns], style.columns))
    page.freeze_panes(top, 2)
    page.repeat_rows(1, top - 1)
    page.set_landscape()
    page.set_paper(_A4)
    page.set_margins(left=0.5, right=0.5, top=0.7, bottom=0.7)
    page.fit_to_pages(1, 0)
    page.set_footer("&C— &P —")
    return top


def _sheet_rows(page: Any, edition: Edition, style: Style, formats: dict[str, Any], top: int) -> None:
    line, last = top, len(style.columns) - 1
    for part in columns.parts(edition, style):
        if part.heading:
            page.merge_range(line, 0, line, last, part.heading, formats["band"])
            line += 1
        for row in part.rows:
            page.set_row(line, _height(row, style.columns))
            for place, (text, column) in enumerate(zip(row, style.columns, strict=True)):
                page.write_string(line, place, text, formats[column.align])
            line += 1
    for note in columns.notes(style):
        page.write_string(line, 0, note, formats["note"])
        line += 1


def _height(texts: Sequence[str], own: Sequence[Column]) -> float:
    """Return the height in points that shows every text; not every program fits rows on opening."""
    lines = columns.lines_of(texts, [column.width_mm for column in own], _CELL_POINTS)
    return min(_TALLEST_ROW_POINTS, _ROW_POINTS * lines + 6)


# HTML


def catalogue_html(edition: Edition, *, style: str) -> bytes:
    """Return the table as one HTML page that prints on A4 landscape with the header on every page.

    Raises:
        BadInput: unknown style.
    """
    chosen = columns.style(style)
    upper, place = [], 0
    for title, span in chosen.spans:
        upper.append({"title": title, "span": span, "single": not chosen.columns[place].group})
        place += span
    return page(
        "catalogue.html",
        edition,
        style=chosen,
        upper=upper,
        parts=columns.parts(edition, chosen),
        notes=columns.notes(chosen),
    )


def page(template: str, edition: Edition, **values: Any) -> bytes:
    """Return a rendered template of this package, UTF-8."""
    common = {"edition": edition, "title": columns.title_of(edition)}
    text: str = _environment().get_template(template).render(**common, **values)
    return text.encode()


@lru_cache(maxsize=1)
def _environment() -> Any:
    from jinja2 import Environment, PackageLoader

    return Environment(
        loader=PackageLoader("catalog.publish", "templates"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
