"""Official documents (公文) laid out after GB/T 9704-2012, as Word file and as page for the screen.

One neutral composition (``compose``: pages of lines, tables and forms) feeds both writers, so
that they cannot differ in content; the faces, sizes and indents of both come from ``LOOKS``.
Fonts are named, never shipped (``catalog.publish.fonts``).
"""

from __future__ import annotations

import datetime
import html
import math
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal
from unicodedata import east_asian_width

from catalog.errors import BadInput
from catalog.publish import word
from catalog.publish.columns import clean, heading_number
from catalog.publish.fonts import choose
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
DRAFT_MARK = "（代拟稿）"

FANGSONG, HEI, KAI = choose("仿宋体"), choose("黑体"), choose("楷体")
XIAOBIAOSONG, SONG = choose("小标宋体"), choose("宋体")

Level = Literal["text", "h1", "h2", "h3", "h4"]
Kind = Literal[
    "head", "number", "title", "draft", "addressee", "text", "h1", "h2", "h3", "h4",
    "list", "issuer", "date", "annex", "remark", "blank",
]  # fmt: skip


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

_NUMBER = re.compile(r"^([^\d\[\](){}〔〕【】]+)[\[(〔【](\d{4})[\])〕】]\s*(第?)(\d*)\s*号$")


def chinese_date(day: datetime.date) -> str:
    """Return a date in Arabic numerals without leading zeros, as official documents write it."""
    return f"{day.year}年{day.month}月{day.day}日"


def document_number(text: str, *, draft: bool = False) -> str:
    """Return a document number with the year in 〔〕; other brackets are put right.

    Raises:
        BadInput: no number of the form 代字〔年份〕序号号, 第 or leading zeros, or no serial
            in a document that is no draft.
    """
    found = _NUMBER.match(unicodedata.normalize("NFKC", text.strip()))
    if found is None:
        raise BadInput(f"发文字号“{text}”：请写成 机关代字〔年份〕序号号，如 渝经信〔2026〕3号")
    office, year, ordinal, serial = found.groups()
    wanted = f"{office}〔{year}〕{int(serial) if serial else '　　'}号"
    if ordinal or serial.startswith("0"):
        raise BadInput(f"发文字号“{text}”：不加“第”、序号不编虚位，请写成 {wanted}")
    if not serial and not draft:
        raise BadInput(f"发文字号“{text}”：正式印发须有序号，请写成 {office}〔{year}〕1号 的样式")
    return wanted


def width(text: str) -> float:
    """Return the width of a text in characters: a Han character is one, a Latin one a half."""
    return sum(1.0 if east_asian_width(character) in "WFA" else 0.5 for character in text)


def title_lines(title: str, *, most: float = 20.0) -> list[str]:
    """Return the lines of a title: those given, and long ones parted evenly where words allow.

    Args:
        title: line breaks stay line breaks.
        most: width of a line in characters of the title.
    """
    return [part for line in title.split("\n") for part in _parted(line.strip(), most)]


def _parted(line: str, most: float) -> list[str]:
    if width(line) <= most:
        return [line]
    lines = int(-(-width(line) // most))
    wanted = width(line) / lines
    places = [place for place in range(1, len(line)) if width(line[:place]) <= most]
    best = min(places, key=lambda place: (abs(width(line[:place]) - wanted) + _cost(line, place), place))
    return [line[:best], *_parted(line[best:], most)]


def _cost(line: str, place: int) -> float:
    """Return how bad a break is, in characters of raggedness it is worth."""
    before, after = line[place - 1], line[place]
    if after in "，。、；：）》〉”〕" or before in "（《〈“〔" or (before.isascii() and after.isascii()):
        return 100.0
    return 0.0 if before in "的、）》" or after in "（《关" else 8.0


def compose(document: Gongwen) -> tuple[Page, ...]:
    """Return the document as pages of composed lines, tables and forms.

    Raises:
        BadInput: no title, a wrong number, a document that is no draft without a date, or a
            table whose rows do not fit its header.
    """
    if not document.title.strip():
        raise BadInput("公文标题为空，请填写标题")
    if document.date is None and not document.draft and document.signed:
        raise BadInput(f"“{document.title}”没有成文日期，请填写签发日期")
    first = Page((*_opening(document), *_main(document)), document.landscape)
    single = len(document.attachments) == 1
    annexes = [
        annex_page(annex, mark="附件" if single else f"附件{number}")
        for number, annex in enumerate(document.attachments, 1)
    ]
    found = [first, *annexes]
    imprint = _imprint(document)
    if imprint is not None and found[-1].landscape:
        found.append(Page((imprint,)))
    elif imprint is not None:
        found[-1] = Page((*found[-1].items, imprint))
    return tuple(found)


def annex_page(annex: Annex, *, mark: str) -> Page:
    """Return an attachment: mark in the first line, title in the third, then its content."""
    most = 28.0 if annex.landscape else 20.0
    title = [_line("title", line) for line in title_lines(annex.title, most=most)]
    content = _contents(annex.body)
    return Page((_line("annex", mark), _BLANK, *title, _BLANK, *content), annex.landscape)


_BLANK = Line("blank")


def _line(kind: Kind, text: str, *, left: float = 0.0, hanging: float = 0.0, right: float = 0.0) -> Line:
    return Line(kind, ((LOOKS[kind].font, clean(text)),), left, hanging, right)


def _opening(document: Gongwen) -> list[Item]:
    lines: list[Item] = []
    if document.red_head:
        size = min(LOOKS["head"].size, TEXT_TWIPS // 20 // max(1, int(width(document.issuer) + 0.5)))
        number = document_number(document.number, draft=document.draft) if document.number else ""
        if not number and not document.draft:
            raise BadInput(f"“{document.title}”没有发文字号，请填写，如 渝经信〔2026〕3号")
        lines += [replace(_line("head", document.issuer), size=max(size, 22.0)), _BLANK, _BLANK]
        lines += [_line("number", number), _BLANK, _BLANK]
    most = 28.0 if document.landscape else 20.0
    lines += [_line("title", line) for line in title_lines(document.title, most=most)]
    if document.draft:
        lines.append(_line("draft", document.draft_mark))
    lines.append(_BLANK)
    if document.addressee:
        lines.append(_line("addressee", document.addressee.rstrip("：:") + "："))
    return lines


_KEPT_CHARACTERS = 6 * CHARACTERS
"""A last paragraph longer than six lines is not held to the signature: programs move it whole."""


def _main(document: Gongwen) -> list[Item]:
    """Return content and closing; the signature stands on a page with text."""
    content, closing = _contents(document.body), _closing(document)
    last = content[-1] if content else _BLANK
    held = isinstance(last, Line) and width(last.text) <= _KEPT_CHARACTERS
    first = len(content) - held
    items = [*content, *closing]
    return [
        replace(item, keep=True)
        if isinstance(item, Line) and closing and first <= place < len(items) - 1
        else item
        for place, item in enumerate(items)
    ]


def _contents(body: Sequence[Content]) -> list[Item]:
    items: list[Item] = []
    counts = {"h1": 0, "h2": 0, "h3": 0, "h4": 0}
    for content in body:
        if isinstance(content, Block):
            items.append(_paragraph(content, counts))
        else:
            items.append(_checked(content) if isinstance(content, Grid) else content)
        if isinstance(content, Grid):
            items += [_line("remark", note) for note in content.notes]
    return items


def _paragraph(block: Block, counts: dict[str, int]) -> Line:
    look = LOOKS[block.level]
    if block.level == "text":
        return _line("text", block.text + block.rest)
    counts[block.level] += 1
    for deeper in counts:
        if deeper > block.level:
            counts[deeper] = 0
    number = counts[block.level]
    mark = {
        "h1": f"{heading_number(number)}、", "h2": f"（{heading_number(number)}）",
        "h3": f"{number}. ", "h4": f"（{number}）",
    }[block.level]  # fmt: skip
    if not block.rest:
        return replace(_line(block.level, mark + block.text), keep=block.level in ("h1", "h2"))
    stop = "" if block.text[-1:] in "。：；" else "。"
    return Line(block.level, ((look.font, clean(mark + block.text + stop)), (FANGSONG, clean(block.rest))))


def _checked(grid: Grid) -> Grid:
    for number, row in enumerate(grid.rows, 1):
        if len(row) != len(grid.header):
            raise BadInput(
                f"表格“{'、'.join(grid.header)}”第{number}行有{len(row)}格，应为{len(grid.header)}格"
            )
    aligns: list[Align] = [*grid.aligns]
    aligns += ["left"] * (len(grid.header) - len(aligns))
    rows = tuple(tuple(clean(text) for text in row) for row in grid.rows)
    return replace(grid, rows=rows, aligns=tuple(aligns))


def _closing(document: Gongwen) -> list[Item]:
    lines: list[Item] = []
    names = [annex.title.replace("\n", "") for annex in document.attachments]
    if names:
        lines.append(_BLANK)
    if len(names) == 1:
        lines.append(_line("list", f"附件：{names[0]}", left=5, hanging=3))
    elif names:
        mark = 1.0 if len(names) < 10 else 1.5
        for number, name in enumerate(names, 1):
            lead, hanging = ("附件：", 3 + mark) if number == 1 else ("", mark)
            lines.append(_line("list", f"{lead}{number}. {name}", left=5 + mark, hanging=hanging))
    if document.signed:
        lines += [_BLANK, _BLANK, *_signature(document)]
    return lines


def _signature(document: Gongwen) -> list[Line]:
    """Return issuer and date: the date four characters in, the issuer centred above it."""
    day = chinese_date(document.date) if document.date else "　　年　月　日"
    spare = (width(document.issuer) - width(day)) / 2
    right = max(4.0, spare)
    return [
        _line("issuer", document.issuer, right=max(0.0, right - spare)),
        _line("date", day, right=right),
    ]


def _imprint(document: Gongwen) -> Imprint | None:
    if not document.copies and not document.printed_by:
        return None
    copies = f"抄送：{'，'.join(document.copies)}。" if document.copies else ""
    day = chinese_date(document.date) if document.date else "　　年　月　日"
    return Imprint(clean(copies), clean(document.printed_by), f"{day}印发" if document.printed_by else "")


# Word


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
    normal.get_or_add_rPr().append(_element("w:lang", val="en-US", eastAsia="zh-CN"))
    cells = made.styles.add_style("公文表格", WD_STYLE_TYPE.PARAGRAPH)
    cells.style_id = _CELL_STYLE
    cells.base_style = made.styles["Normal"]
    cells.paragraph_format.line_spacing = 1.0
    word.set_font(cells, FANGSONG, word.POINTS["小五"])
    cells.element.get_or_add_rPr().insert_element_before(_element("w:spacing", val="0"), "w:sz")
    _set_section(made.sections[0], landscape=landscape)
    return made


_CELL_STYLE = "GongwenTable"
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
            _turned_page_number(footer, odd=odd)
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


def _turned_page_number(footer: Any, *, odd: bool) -> None:
    """Place the number of a landscape page where the upright pages have it: at its left side, turned."""
    from docx.oxml import parse_xml

    length, depth, character = 40.0, 8.0, 14 * 25.4 / 72
    top = 210.0 - LANDSCAPE_MARGINS_MM[1] - character - length if odd else LANDSCAPE_MARGINS_MM[0] + character
    side, left = "right" if odd else "left", LANDSCAPE_MARGINS_MM[2] - 7.0 - depth / 2
    box = _text_box(
        _PAGE_LINE.format(side=side, run=_RUN.format(font=SONG)),
        place=(_offset("H", left), _offset("V", top)), size_mm=(depth, length), direction="vert",
    )  # fmt: skip
    footer.paragraphs[0]._p.append(parse_xml(box))


def _offset(axis: str, mm: float) -> str:
    return (
        f'<wp:position{axis} relativeFrom="page"><wp:posOffset>{_emu(mm)}</wp:posOffset></wp:position{axis}>'
    )


def _emu(mm: float) -> int:
    return round(mm * 36000)


_RUN = (
    '<w:r><w:rPr><w:rFonts w:ascii="{font}" w:hAnsi="{font}" w:eastAsia="{font}"/><w:sz w:val="28"/></w:rPr>'
)
_PAGE_LINE = (
    '<w:p><w:pPr><w:spacing w:line="280" w:lineRule="exact"/><w:jc w:val="{side}"/></w:pPr>'
    '{run}<w:t xml:space="preserve">— </w:t></w:r>{run}<w:fldChar w:fldCharType="begin"/></w:r>'
    '{run}<w:instrText xml:space="preserve">PAGE</w:instrText></w:r>'
    '{run}<w:fldChar w:fldCharType="end"/></w:r>'
    '{run}<w:t xml:space="preserve"> —</w:t></w:r></w:p>'
)
_BOX = (
    '<w:r xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    ' xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
    ' xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"'
    ' xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
    ' xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape">'
    '<mc:AlternateContent><mc:Choice Requires="wps"><w:drawing>'
    '<wp:anchor distT="0" distB="0" distL="0" distR="0" simplePos="0" relativeHeight="1"'
    ' behindDoc="0" locked="0" layoutInCell="1" allowOverlap="1"><wp:simplePos x="0" y="0"/>{place}'
    '<wp:extent cx="{width}" cy="{height}"/><wp:effectExtent l="0" t="0" r="0" b="0"/>{wrap}'
    '<wp:docPr id="1" name="{name}"/><wp:cNvGraphicFramePr/><a:graphic>'
    '<a:graphicData uri="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"><wps:wsp>'
    '<wps:cNvSpPr txBox="1"/><wps:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="{width}" cy="{height}"/>'
    '</a:xfrm><a:prstGeom prst="rect"><a:avLst/></a:prstGeom><a:noFill/><a:ln><a:noFill/></a:ln></wps:spPr>'
    "<wps:txbx><w:txbxContent>{content}</w:txbxContent></wps:txbx>"
    '<wps:bodyPr rot="0" vert="{direction}" wrap="square" lIns="0" tIns="0" rIns="0" bIns="0"'
    ' anchor="{anchor}"/>'
    "</wps:wsp></a:graphicData></a:graphic></wp:anchor></w:drawing></mc:Choice></mc:AlternateContent></w:r>"
)


def _text_box(
    content: str, *, place: tuple[str, str], size_mm: tuple[float, float], direction: str = "horz"
) -> str:
    """Return a run that holds a text box: where nothing else stays put in Word, WPS and LibreOffice alike."""
    turned = direction == "vert"
    return _BOX.format(
        content=content, place="".join(place), width=_emu(size_mm[0]), height=_emu(size_mm[1]),
        direction=direction, anchor="ctr" if turned else "b", name="页码" if turned else "版记",
        wrap='<wp:wrapSquare wrapText="bothSides"/>' if turned else "<wp:wrapTopAndBottom/>",
    )  # fmt: skip


def _write_items(made: Any, items: Iterable[Item]) -> None:
    for item in items:
        if isinstance(item, Line):
            _write_line(made, item)
        elif isinstance(item, Grid):
            _write_grid(made, item)
        elif isinstance(item, Form):
            _write_form(made, item)
        else:
            _write_imprint(made, item)


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
        paragraph.get_or_add_pPr().style = _CELL_STYLE


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


def _write_imprint(made: Any, imprint: Imprint) -> None:
    """Write the closing block so that its last rule is the foot of the text of the last page."""
    from docx.oxml import parse_xml
    from docx.shared import Pt

    rows, lines = [], 0
    if imprint.copies:
        lines += math.ceil((width(imprint.copies) - 3) / _COPY_CHARACTERS)
        rules = _rule("top", thick=True) + ("" if imprint.printed_by else _rule("bottom", thick=True))
        indent = 'w:left="1120" w:right="280" w:hanging="840"'
        rows.append(_imprint_cell(imprint.copies, TEXT_TWIPS, rules, indent=indent, span=2))
    if imprint.printed_by:
        lines += 1
        rules = _rule("top", thick=not rows) + _rule("bottom", thick=True)
        left = _imprint_cell(imprint.printed_by, _ISSUER_TWIPS, rules, indent='w:left="280"')
        day, rest = imprint.printed_on, TEXT_TWIPS - _ISSUER_TWIPS
        rows.append(left + _imprint_cell(day, rest, rules, indent='w:right="280"', side="right"))
    table = _IMPRINT.format(
        width=TEXT_TWIPS, first=_ISSUER_TWIPS, last=TEXT_TWIPS - _ISSUER_TWIPS,
        rows="".join(f"<w:tr><w:trPr><w:cantSplit/></w:trPr>{row}</w:tr>" for row in rows),
    )  # fmt: skip
    place = (_aligned("H", "left"), _aligned("V", "bottom"))
    height = (lines * _IMPRINT_LINE + 20) / 1440 * 25.4
    anchor = made.add_paragraph()
    anchor.paragraph_format.line_spacing = Pt(1)
    anchor._p.append(parse_xml(_text_box(table, place=place, size_mm=(156.0, height))))


def _aligned(axis: str, side: str) -> str:
    return f'<wp:position{axis} relativeFrom="margin"><wp:align>{side}</wp:align></wp:position{axis}>'


_IMPRINT_LINE = 460
"""Height of a line of the closing block: exact 23 pt."""
_ISSUER_TWIPS = 5200
_COPY_CHARACTERS = (TEXT_TWIPS - 1120 - 280) // 280
"""Characters of 14 pt beside 抄送：."""
_IMPRINT = (
    '<w:tbl><w:tblPr><w:tblW w:w="{width}" w:type="dxa"/><w:tblLayout w:type="fixed"/>'
    '<w:tblCellMar><w:left w:w="0" w:type="dxa"/><w:right w:w="0" w:type="dxa"/></w:tblCellMar></w:tblPr>'
    '<w:tblGrid><w:gridCol w:w="{first}"/><w:gridCol w:w="{last}"/></w:tblGrid>{rows}</w:tbl>'
    '<w:p><w:pPr><w:spacing w:line="20" w:lineRule="exact"/></w:pPr></w:p>'
)


def _rule(side: str, *, thick: bool) -> str:
    """Return a rule of the closing block: 0.35 mm outside, 0.25 mm inside (7.4.1)."""
    return f'<w:{side} w:val="single" w:sz="{8 if thick else 6}" w:space="0" w:color="000000"/>'


def _imprint_cell(text: str, wide: int, rules: str, *, indent: str, span: int = 1, side: str = "left") -> str:
    return (
        f'<w:tc><w:tcPr><w:tcW w:w="{wide}" w:type="dxa"/><w:gridSpan w:val="{span}"/>'
        f"<w:tcBorders>{rules}</w:tcBorders></w:tcPr><w:p><w:pPr>"
        f'<w:pStyle w:val="{_CELL_STYLE}"/><w:spacing w:line="{_IMPRINT_LINE}" w:lineRule="exact"/>'
        f'<w:ind {indent}/><w:jc w:val="{side}"/></w:pPr><w:r><w:rPr>'
        f'<w:rFonts w:ascii="{word.LATIN_FONT}" w:hAnsi="{word.LATIN_FONT}" w:eastAsia="{FANGSONG}"/>'
        f'<w:sz w:val="28"/></w:rPr><w:t xml:space="preserve">{html.escape(text, quote=False)}</w:t></w:r>'
        "</w:p></w:tc>"
    )


# HTML


def gongwen_html(document: Gongwen) -> str:
    """Return the document as one HTML page with the same content, laid out for screen and print.

    Raises:
        BadInput: see ``compose``.
    """
    title = html.escape(document.title.replace("\n", ""))
    sheets = "\n".join(
        f'<section class="sheet{" wide" if page.landscape else ""}{_last(page)}">\n'
        + "\n".join(_item_html(item) for item in page.items)
        + "\n</section>"
        for page in compose(document)
    )
    return (
        f'<!DOCTYPE html>\n<html lang="zh-CN">\n<head>\n<meta charset="utf-8">\n<title>{title}</title>\n'
        f"<style>\n{_css()}</style>\n</head>\n<body>\n{sheets}\n</body>\n</html>\n"
    )


def _last(page: Page) -> str:
    return " last" if any(isinstance(item, Imprint) for item in page.items) else ""


def _item_html(item: Item) -> str:
    if isinstance(item, Line):
        return _line_html(item)
    if isinstance(item, Grid):
        head = "".join(f"<th>{html.escape(text)}</th>" for text in item.header)
        line = f'<tr style="height:{item.row_mm:g}mm">'
        rows = "\n".join(f"{line}{_cells_html(row, item.aligns)}</tr>" for row in item.rows)
        total = sum(item.widths_mm)
        columns = "".join(f'<col style="width:{wide / total:.2%}">' for wide in item.widths_mm)
        return (
            f'<table style="font-size:{item.size:g}pt"><colgroup>{columns}</colgroup>'
            f"<thead><tr>{head}</tr></thead>\n<tbody>\n{rows}\n</tbody></table>"
        )
    if isinstance(item, Form):
        rows = "\n".join(_form_row_html(row) for row in item.rows)
        return f'<table class="form" style="font-size:{item.size:g}pt"><tbody>\n{rows}\n</tbody></table>'
    copies = f'<div class="copies">{html.escape(item.copies)}</div>' if item.copies else ""
    printed = (
        f"<div><span>{html.escape(item.printed_by)}</span><span>{html.escape(item.printed_on)}</span></div>"
    )
    return f'<footer class="imprint">{copies}{printed if item.printed_by else ""}</footer>'


def _cells_html(row: Sequence[str], aligns: Sequence[Align]) -> str:
    cells = zip(row, aligns, strict=True)
    return "".join(f'<td class="{align}">{_breaks(text)}</td>' for text, align in cells)


def _line_html(line: Line) -> str:
    look = LOOKS[line.kind]
    parts = "".join(
        html.escape(text) if font == look.font else f'<span class="body">{html.escape(text)}</span>'
        for font, text in line.parts
    )
    style = "".join(
        (
            f"padding-left:{line.left:g}em;text-indent:{-line.hanging:g}em;" if line.left else "",
            f"padding-right:{line.right:g}em;" if line.right else "",
            f"font-size:{line.size:g}pt;" if line.size else "",
        )
    )
    shape = f' style="{style}"' if style else ""
    return f'<p class="{line.kind}"{shape}>{parts or "&nbsp;"}</p>'


def _form_row_html(row: FormRow) -> str:
    if len(row.cells) == 1:
        face = "left" if row.plain else "part"
        cells = f'<td class="{face}" colspan="4">{_breaks(row.cells[0])}</td>'
    elif len(row.cells) == 2:
        cells = f'<td class="center">{_breaks(row.cells[0])}</td><td colspan="3">{_breaks(row.cells[1])}</td>'
    else:
        cells = "".join(
            f"<td{'' if number % 2 else ' class=center'}>{_breaks(text)}</td>"
            for number, text in enumerate(row.cells)
        )
    return f'<tr style="height:{row.height_mm:g}mm">{cells}</tr>'


def _breaks(text: str) -> str:
    return html.escape(text).replace("\n", "<br>")


def _css() -> str:
    free = word.FREE_FALLBACK
    kinds = "".join(
        f'.{kind}{{font-family:"Times New Roman","{look.font}","{free[look.font]}",serif;'
        f"font-size:{look.size:g}pt;text-align:{look.align};text-indent:{look.first:g}em}}\n"
        for kind, look in LOOKS.items()
    )
    return _CSS.format(
        line=LINE_TWIPS / 20, spacing=CHAR_SPACE / 4096, kinds=kinds, red=RED, number=SONG,
        body=FANGSONG, free=free[FANGSONG], head=HEI, free_head=free[HEI],
    )  # fmt: skip


_CSS = """\
@page{{size:A4;margin:37mm 26mm 35mm 28mm}}
@page :right{{@bottom-right{{content:"— " counter(page) " —";font:14pt "{number}";padding:0 14pt 5mm 0}}}}
@page :left{{@bottom-left{{content:"— " counter(page) " —";font:14pt "{number}";padding:0 0 5mm 14pt}}}}
@page wide{{size:A4 landscape;margin:28mm 37mm 26mm 35mm}}
body{{margin:0;color:#000;background:#eee}}
.sheet{{box-sizing:border-box;width:210mm;min-height:297mm;margin:6mm auto;padding:37mm 26mm 35mm 28mm;
background:#fff;position:relative}}
.sheet.wide{{width:297mm;min-height:210mm;padding:28mm 37mm 26mm 35mm;page:wide}}
p{{margin:0;line-height:{line}pt;letter-spacing:{spacing:.3f}pt;white-space:pre-wrap}}
{kinds}.head{{margin-top:35mm;line-height:1.4;color:#{red}}}
.number{{padding-bottom:4mm;border-bottom:1.5pt solid #{red}}}
.remark{{line-height:18pt}}
.body{{font-family:"Times New Roman","{body}","{free}",serif}}
table{{border-collapse:collapse;width:100%;table-layout:fixed;
font-family:"Times New Roman","{body}","{free}",serif}}
th,td{{border:.5pt solid #000;padding:1mm 1.5mm;overflow-wrap:anywhere}}
thead{{display:table-header-group}}
tr{{break-inside:avoid}}
td.center{{text-align:center}}
td.part{{font-family:"{head}","{free_head}",sans-serif}}
td.right{{text-align:right}}
.imprint{{position:absolute;left:28mm;right:26mm;bottom:35mm;border:solid #000;border-width:.35mm 0;
font:14pt/1.6 "Times New Roman","{body}","{free}",serif}}
.imprint div{{display:flex;justify-content:space-between;padding:0 14pt}}
.imprint .copies{{display:block;padding-left:56pt;text-indent:-42pt;border-bottom:.25mm solid #000}}
@media print{{body{{background:none}}
.sheet,.sheet.wide{{width:auto;min-height:0;margin:0;padding:0;break-after:page}}
.sheet.last{{min-height:224mm}}.sheet:last-child{{break-after:auto}}.imprint{{left:0;right:0;bottom:0}}}}
"""
