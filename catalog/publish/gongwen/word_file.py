"""Writes a composed official document as a Word file."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from catalog.publish import word
from catalog.publish.gongwen.composing import annex_page, compose
from catalog.publish.gongwen.layout import (
    CELL_STYLE,
    CHAR_SPACE,
    CHARACTERS,
    CONDENSED,
    FANGSONG,
    FOOTER_MM,
    HEI,
    LANDSCAPE_MARGINS_MM,
    LINE_TWIPS,
    LOOKS,
    MARGINS_MM,
    RED,
    SONG,
    TEXT_TWIPS,
    Item,
    Line,
    Page,
)
from catalog.publish.gongwen.model import Annex, Form, Gongwen, Grid
from catalog.publish.gongwen.text_boxes import turned_page_number, write_imprint
from catalog.publish.word import Align, clean


def gongwen_docx(document: Gongwen) -> bytes:
    """Return the document as a Word file; the same document gives the same bytes.

    Raises:
        BadInput: see ``compose``.
    """
    pages = compose(document)
    made = _new_document(document, landscape=pages[0].landscape)
    for number, page in enumerate(pages):
        if number:
            append_page(made, page)
        else:
            _write_items(made, page.items)
    return word.to_bytes(made)


def append_page(document: Any, page: Page) -> None:
    """Append a page to a Word document in a section of its own: upright on the grid, or turned off it."""
    margins = LANDSCAPE_MARGINS_MM if page.landscape else MARGINS_MM
    section = word.new_section(document, margins_mm=margins, landscape=page.landscape)
    _set_section(section, landscape=page.landscape)
    _write_items(document, page.items)


def append_table_annex(
    document: Any, annex_title: str, grid: Grid, *, mark: str = "附件", landscape: bool = True
) -> None:
    """Append a table as an attachment, landscape and off the grid unless told otherwise."""
    append_page(document, annex_page(Annex(annex_title, (grid,), landscape), mark=mark))


def _new_document(document: Gongwen, *, landscape: bool) -> Any:
    from docx.enum.style import WD_STYLE_TYPE

    margins = LANDSCAPE_MARGINS_MM if landscape else MARGINS_MM
    made = word.new_document(
        margins_mm=margins, landscape=landscape, font=FANGSONG, size=16.0, line_points=LINE_TWIPS / 20
    )
    made.core_properties.title = clean(document.title).replace("\n", "")[:255]
    made.settings.odd_and_even_pages_header_footer = True
    normal = made.styles["Normal"].element
    for name in ("w:widowControl", "w:autoSpaceDE", "w:autoSpaceDN", "w:snapToGrid"):
        _property(normal.get_or_add_pPr(), name, val="0")
    for element in (_element("w:snapToGrid", val="0"), _element("w:spacing", val=str(CONDENSED))):
        normal.get_or_add_rPr().insert_element_before(element, "w:sz")
    cells = made.styles.add_style("公文表格", WD_STYLE_TYPE.PARAGRAPH)
    cells.style_id = CELL_STYLE
    cells.base_style = made.styles["Normal"]
    cells.paragraph_format.line_spacing = 1.0
    word.set_font(cells, FANGSONG, word.POINTS["小五"])
    cells.element.get_or_add_rPr().insert_element_before(_element("w:spacing", val="0"), "w:sz")
    _set_section(made.sections[0], landscape=landscape)
    return made


_PROPERTIES = (
    "w:pStyle", "w:keepNext", "w:widowControl", "w:pBdr", "w:autoSpaceDE", "w:autoSpaceDN",
    "w:snapToGrid", "w:spacing", "w:ind", "w:jc", "w:outlineLvl", "w:rPr", "w:sectPr",
)  # fmt: skip
"""Order of paragraph properties in the schema, as far as they are used here."""


_JUSTIFICATION: dict[Align, str] = {"left": "left", "center": "center", "right": "right", "justify": "both"}


def _element(name: str, **values: str) -> Any:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    element = OxmlElement(name)
    for key, value in values.items():
        element.set(qn(f"w:{key}"), value)
    return element


def _property(properties: Any, name: str, **values: str) -> Any:
    element = _element(name, **values)
    properties.insert_element_before(element, *_PROPERTIES[_PROPERTIES.index(name) + 1 :])
    return element


def _set_section(section: Any, *, landscape: bool) -> None:
    from docx.oxml.ns import qn
    from docx.shared import Mm

    section.footer_distance = Mm(10.0 if landscape else FOOTER_MM)
    grid = section._sectPr.find(qn("w:docGrid"))
    for key in list(grid.attrib):
        del grid.attrib[key]
    if landscape:
        grid.set(qn("w:linePitch"), "312")
    else:
        grid.set(qn("w:type"), "linesAndChars")
        grid.set(qn("w:linePitch"), str(LINE_TWIPS))
        grid.set(qn("w:charSpace"), str(CHAR_SPACE))
    for footer, odd in ((section.footer, True), (section.even_page_footer, False)):
        footer.is_linked_to_previous = False
        if landscape:
            turned_page_number(footer, odd=odd)
        else:
            _page_number(footer, odd=odd)


def _page_number(footer: Any, *, odd: bool) -> None:
    from docx.shared import Pt

    word.page_number(footer, font=SONG, size=14.0, align="right" if odd else "left", dashes=True)
    line = footer.paragraphs[0]
    shape = line.paragraph_format
    shape.line_spacing = Pt(14)
    shape.right_indent, shape.left_indent = (Pt(14), Pt(0)) if odd else (Pt(0), Pt(14))
    for run in line.runs:
        word.set_font(run, SONG, 14.0, latin=SONG)


def _write_items(made: Any, items: Iterable[Item]) -> None:
    for item in items:
        if isinstance(item, Line):
            _write_line(made, item)
        elif isinstance(item, Grid):
            _write_grid(made, item)
        elif isinstance(item, Form):
            _write_form(made, item)
        else:
            write_imprint(made, item)


def _points(characters: float) -> Any:
    from docx.shared import Twips

    return Twips(round(characters * TEXT_TWIPS / CHARACTERS))


def _write_line(made: Any, line: Line) -> None:
    from docx.shared import Mm, Pt, RGBColor

    look = LOOKS[line.kind]
    added = made.add_paragraph()
    _property(added._p.get_or_add_pPr(), "w:jc", val=_JUSTIFICATION[look.align])
    shape = added.paragraph_format
    for font, text in line.parts:
        run = added.add_run(text)
        word.set_font(run, font, line.size or look.size)
        if line.kind == "head":
            run.font.color.rgb = RGBColor.from_string(RED)
    if look.first:
        shape.first_line_indent = _points(look.first)
        _first_line_characters(added, look.first)
    if line.left or line.hanging:
        shape.left_indent, shape.first_line_indent = _points(line.left), _points(-line.hanging)
    if line.right:
        shape.right_indent = _points(line.right)
    shape.keep_with_next = line.keep or None
    if line.kind in ("h1", "h2", "h3", "h4"):
        _property(added._p.get_or_add_pPr(), "w:outlineLvl", val=str(int(line.kind[1]) - 1))
    if line.kind == "head":
        shape.space_before, shape.line_spacing = Mm(35), Pt(LINE_TWIPS / 10)
    if line.kind == "number":
        rule = _element("w:bottom", val="single", sz="12", space="8", color=RED)
        _property(added._p.get_or_add_pPr(), "w:pBdr").append(rule)
    if line.kind == "remark":
        shape.line_spacing = Pt(18)


def _first_line_characters(added: Any, characters: float) -> None:
    """State the indent in characters too, as word processors show and edit it."""
    from docx.oxml.ns import qn

    indent = added._p.pPr.find(qn("w:ind"))
    indent.set(qn("w:firstLineChars"), str(round(characters * 100)))


def _write_grid(made: Any, grid: Grid) -> None:
    made_table = word.table(
        made, grid.header, grid.rows, widths_mm=grid.widths_mm, font=FANGSONG, size=grid.size,
        aligns=grid.aligns, head_fill="FFFFFF",
    )  # fmt: skip
    _off_grid(made_table)
    height = str(round(grid.row_mm / 25.4 * 1440))
    for row in made_table._tbl.tr_lst:
        row.get_or_add_trPr().append(_element("w:trHeight", val=height, hRule="atLeast"))


def _off_grid(made_table: Any) -> None:
    from docx.oxml.ns import qn

    for paragraph in made_table._tbl.iter(qn("w:p")):
        paragraph.get_or_add_pPr().style = CELL_STYLE


_FORM_WIDTHS = (35.0, 43.0, 35.0, 43.0)


def _write_form(made: Any, form: Form) -> None:
    from docx.enum.table import WD_TABLE_ALIGNMENT
    from docx.shared import Mm

    table = made.add_table(rows=len(form.rows), cols=4)
    table.style = "Table Grid"
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    table.autofit = False
    for column, wide in zip(table.columns, _FORM_WIDTHS, strict=True):
        column.width = Mm(wide)
    for row, wanted in zip(table.rows, form.rows, strict=True):
        row.height = Mm(wanted.height_mm)
        row._tr.get_or_add_trPr().append(_element("w:cantSplit", val="true"))
        cells = row.cells
        for cell, wide in zip(cells, _FORM_WIDTHS, strict=True):
            cell.width = Mm(wide)
        if len(wanted.cells) == 1:
            used = [cells[0].merge(cells[3])]
        elif len(wanted.cells) == 2:
            used = [cells[0], cells[1].merge(cells[3])]
        else:
            used = list(cells)
        for number, (cell, text) in enumerate(zip(used, wanted.cells, strict=True)):
            title = len(used) == 1 and not wanted.plain
            centred = len(used) > 1 and number % 2 == 0
            _write_form_cell(cell, text, form.size, centred=centred, title=title)
    _off_grid(table)


def _write_form_cell(cell: Any, text: str, size: float, *, centred: bool, title: bool) -> None:
    from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT

    cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
    line = cell.paragraphs[0]
    line.paragraph_format.keep_with_next = title or None
    _property(line._p.get_or_add_pPr(), "w:jc", val="center" if centred else "left")
    word.set_font(line.add_run(clean(text)), HEI if title else FANGSONG, size)
