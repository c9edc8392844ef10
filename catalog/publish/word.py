"""Word documents: East Asian fonts, tables whose header repeats, page numbers, the same bytes each time.

python-docx sets only the Latin font of a run, fails on control characters and stamps the time of
day into the package; all of it is put right here, so that no writer has to remember it.
"""

from __future__ import annotations

import copy
import io
import re
import zipfile
from collections.abc import Sequence
from typing import Any, Literal

from catalog.export import FIXED_DATE

LATIN_FONT = "Times New Roman"
SONG, HEI, KAI, FANGSONG, XIAOBIAOSONG = "宋体", "黑体", "楷体", "仿宋", "方正小标宋简体"

FREE_FALLBACK = {
    SONG: "Noto Serif CJK SC",
    HEI: "Noto Sans CJK SC",
    KAI: "LXGW WenKai",
    FANGSONG: "FandolFang",
    XIAOBIAOSONG: "Noto Serif CJK SC Bold",
    "仿宋_GB2312": "FandolFang",
    "楷体_GB2312": "LXGW WenKai",
}
"""Free font that stands in where the commercial one is not installed; none is shipped."""

POINTS = {
    "初号": 42.0, "小初": 36.0, "一号": 26.0, "小一": 24.0, "二号": 22.0, "小二": 18.0, "三号": 16.0,
    "小三": 15.0, "四号": 14.0, "小四": 12.0, "五号": 10.5, "小五": 9.0, "六号": 7.5,
}  # fmt: skip
"""Chinese type sizes in points."""

_ZIP_TIME = (2000, 1, 1, 0, 0, 0)
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")

Align = Literal["left", "center", "right", "justify"]


def clean(text: str) -> str:
    """Return ``text`` without the characters no XML file, and so no Word file, can hold."""
    return _NOT_IN_XML.sub("", text)


def set_font(owner: Any, font: str, size: float, *, latin: str = LATIN_FONT) -> None:
    """Set Latin and East Asian font and size (points) of a run or a style."""
    from docx.oxml.ns import qn
    from docx.shared import Pt

    owner.font.name = latin
    owner.font.size = Pt(size)
    fonts = owner.element.get_or_add_rPr().get_or_add_rFonts()
    fonts.set(qn("w:eastAsia"), font)
    for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{theme}"), None)


def new_document(
    *,
    margins_mm: tuple[float, float, float, float] = (25.4, 25.4, 28.0, 25.0),
    landscape: bool = False,
    font: str = SONG,
    size: float = 10.5,
    line_points: float | None = None,
) -> Any:
    """Return an empty A4 document in simplified Chinese.

    Args:
        margins_mm: top, bottom, left, right.
        landscape: turn the page.
        font: East Asian font of the body.
        size: points.
        line_points: exact line spacing of the body; single spacing by default.
    """
    from docx import Document
    from docx.shared import Pt

    document = Document()
    document.core_properties.author = "清源"
    document.core_properties.created = FIXED_DATE
    document.core_properties.modified = FIXED_DATE
    document.core_properties.last_modified_by = "清源"
    document.core_properties.revision = 1
    style = document.styles["Normal"]
    set_font(style, font, size)
    _mark_chinese(style)
    style.paragraph_format.space_after = Pt(0)
    if line_points is not None:
        style.paragraph_format.line_spacing = Pt(line_points)
    page_setup(document.sections[0], margins_mm=margins_mm, landscape=landscape)
    return document


def _mark_chinese(style: Any) -> None:
    """Mark East Asian text as mainland Chinese: glyphs, line breaks and spelling follow it."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    language = OxmlElement("w:lang")
    language.set(qn("w:val"), "en-US")
    language.set(qn("w:eastAsia"), "zh-CN")
    style.element.get_or_add_rPr().append(language)


def page_setup(
    section: Any, *, margins_mm: tuple[float, float, float, float], landscape: bool = False
) -> None:
    """Set A4, orientation and margins (top, bottom, left, right in mm) of a section."""
    from docx.enum.section import WD_ORIENT
    from docx.shared import Mm

    width, height = (297, 210) if landscape else (210, 297)
    section.orientation = WD_ORIENT.LANDSCAPE if landscape else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = Mm(width), Mm(height)
    top, bottom, left, right = margins_mm
    section.top_margin, section.bottom_margin = Mm(top), Mm(bottom)
    section.left_margin, section.right_margin = Mm(left), Mm(right)


def new_section(
    document: Any, *, margins_mm: tuple[float, float, float, float], landscape: bool = False
) -> Any:
    """Start a new page with its own orientation and return the section."""
    from docx.enum.section import WD_SECTION

    section = document.add_section(WD_SECTION.NEW_PAGE)
    page_setup(section, margins_mm=margins_mm, landscape=landscape)
    return section


def heading(document: Any, text: str, level: int, *, font: str = HEI, size: float = 14.0) -> Any:
    """Add a heading that word processors list in the outline; return the paragraph."""
    from docx.shared import Pt, RGBColor

    paragraph = document.add_heading(level=level)
    run = paragraph.add_run(clean(text))
    set_font(run, font, size)
    run.bold = False
    run.font.color.rgb = RGBColor(0, 0, 0)
    paragraph.paragraph_format.space_before = Pt(12 if level == 1 else 8)
    paragraph.paragraph_format.space_after = Pt(6 if level == 1 else 4)
    paragraph.paragraph_format.keep_with_next = True
    return paragraph


def paragraph(
    owner: Any,
    text: str,
    *,
    font: str | None = None,
    size: float | None = None,
    bold: bool = False,
    align: Align = "left",
    indent_characters: float = 0.0,
    keep_with_next: bool = False,
) -> Any:
    """Add a paragraph to a document or a cell and return it.

    Args:
        owner: document or table cell.
        text: content; line breaks stay line breaks, control characters are left out.
        font: East Asian font; the document's by default.
        size: points; the document's by default.
        bold: bold.
        align: alignment.
        indent_characters: first-line indent in characters of the size.
        keep_with_next: never part it from the following paragraph.
    """
    from docx.shared import Pt

    added = owner.add_paragraph()
    run = added.add_run(clean(text))
    run.bold = bold or None
    if font is not None or size is not None:
        set_font(run, font or SONG, size or 10.5)
    added.alignment = _alignment(align)
    if indent_characters:
        added.paragraph_format.first_line_indent = Pt((size or 10.5) * indent_characters)
    added.paragraph_format.keep_with_next = keep_with_next or None
    return added


def _alignment(align: Align) -> Any:
    from docx.enum.text import WD_ALIGN_PARAGRAPH

    return {
        "left": WD_ALIGN_PARAGRAPH.LEFT,
        "center": WD_ALIGN_PARAGRAPH.CENTER,
        "right": WD_ALIGN_PARAGRAPH.RIGHT,
        "justify": WD_ALIGN_PARAGRAPH.JUSTIFY,
    }[align]


def table(
    document: Any,
    header: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    widths_mm: Sequence[float],
    font: str = SONG,
    size: float = 9.0,
    aligns: Sequence[Align] | None = None,
    head_fill: str = "DCE9E1",
) -> Any:
    """Add a bordered table; the header repeats on every page and no row is parted.

    Args:
        document: where to add it.
        header: column titles.
        rows: cell texts, as long as ``header``.
        widths_mm: column widths.
        font: East Asian font.
        size: points.
        aligns: alignment of each column; left by default.
        head_fill: background of the header, RRGGBB.
    """
    from docx.enum.table import WD_TABLE_ALIGNMENT

    made = document.add_table(rows=1 + min(1, len(rows)), cols=len(header))
    made.style = "Table Grid"
    made.alignment = WD_TABLE_ALIGNMENT.CENTER
    made.autofit = False
    _fixed_layout(made, widths_mm)
    for line, row in enumerate(made.rows):
        _row_property(row, "cantSplit")
        if line == 0:
            _row_property(row, "tblHeader")
        for column, cell in enumerate(row.cells):
            _prepare_cell(
                cell,
                font=HEI if line == 0 else font,
                size=size,
                align="center" if line == 0 else (aligns[column] if aligns else "left"),
                fill=head_fill if line == 0 else None,
            )
    _write_rows(made, [header, *rows])
    return made


def _write_rows(made: Any, rows: Sequence[Sequence[str]]) -> None:
    """Fill header and first row; every further row is a copy of the first, far faster than new cells."""
    lines = made._tbl.tr_lst
    while len(lines) < len(rows):
        lines.append(copy.deepcopy(lines[1]))
        made._tbl.append(lines[-1])
    for row, texts in zip(lines, rows, strict=True):
        for cell, text in zip(row.tc_lst, texts, strict=True):
            cell.p_lst[0].r_lst[0].text = clean(text)


def _fixed_layout(made: Any, widths_mm: Sequence[float]) -> None:
    from docx.shared import Mm

    for column, width in zip(made.columns, widths_mm, strict=True):
        column.width = Mm(width)
        for cell in column.cells:
            cell.width = Mm(width)


def _row_property(row: Any, name: str) -> None:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    element = OxmlElement(f"w:{name}")
    element.set(qn("w:val"), "true")
    row._tr.get_or_add_trPr().append(element)


def _prepare_cell(cell: Any, *, font: str, size: float, align: Align, fill: str | None) -> None:
    from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
    first = cell.paragraphs[0]
    first.alignment = _alignment(align)
    first.paragraph_format.line_spacing = 1.0
    first.paragraph_format.first_line_indent = None
    set_font(first.add_run(), font, size)
    if fill is not None:
        shade = OxmlElement("w:shd")
        shade.set(qn("w:val"), "clear")
        shade.set(qn("w:color"), "auto")
        shade.set(qn("w:fill"), fill)
        cell._tc.get_or_add_tcPr().append(shade)


def add_field(paragraph: Any, instruction: str, *, font: str, size: float) -> None:
    """Add a field, for example ``PAGE``, to a paragraph."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    run = paragraph.add_run()
    set_font(run, font, size)
    for kind, text in (("begin", None), (None, instruction), ("separate", None), ("end", None)):
        if kind is None:
            element = OxmlElement("w:instrText")
            element.set(qn("xml:space"), "preserve")
            element.text = text
        else:
            element = OxmlElement("w:fldChar")
            element.set(qn("w:fldCharType"), kind)
        run._r.append(element)


def page_number(
    footer: Any, *, font: str = SONG, size: float = 9.0, align: Align = "center", dashes: bool = False
) -> None:
    """Write the page number into a footer, on request between dashes (— 1 —)."""
    line = footer.paragraphs[0]
    line.alignment = _alignment(align)
    for part in ("— " if dashes else "", None, " —" if dashes else ""):
        if part is None:
            add_field(line, "PAGE", font=font, size=size)
        elif part:
            set_font(line.add_run(part), font, size)


def picture(document: Any, png: bytes, *, width_mm: float) -> None:
    """Add a picture in its own centred paragraph."""
    from docx.shared import Mm

    line = document.add_paragraph()
    line.alignment = _alignment("center")
    line.add_run().add_picture(io.BytesIO(png), width=Mm(width_mm))


def to_bytes(document: Any) -> bytes:
    """Return the file; the same document gives the same bytes on every machine and day."""
    stream = io.BytesIO()
    document.save(stream)
    return same_bytes(stream.getvalue())


def same_bytes(package: bytes) -> bytes:
    """Return a zip package with its entries sorted and their times fixed."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(package)) as source,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        first = "[Content_Types].xml"
        for name in sorted(source.namelist(), key=lambda name: (name != first, name)):
            entry = zipfile.ZipInfo(name, _ZIP_TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o600 << 16
            target.writestr(entry, source.read(name))
    return out.getvalue()
