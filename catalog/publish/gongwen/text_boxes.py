"""What stays in its place on a Word page: the turned page number of a landscape page, the closing block.

Text boxes are the one thing that Word, WPS and LibreOffice all leave where they are put.
"""

from __future__ import annotations

import html
import math
from typing import Any

from catalog.publish import word
from catalog.publish.gongwen.composing import width
from catalog.publish.gongwen.layout import (
    CELL_STYLE,
    FANGSONG,
    LANDSCAPE_MARGINS_MM,
    SONG,
    TEXT_TWIPS,
    Imprint,
)


def turned_page_number(footer: Any, *, odd: bool) -> None:
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


def write_imprint(made: Any, imprint: Imprint) -> None:
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
        f'<w:pStyle w:val="{CELL_STYLE}"/><w:spacing w:line="{_IMPRINT_LINE}" w:lineRule="exact"/>'
        f'<w:ind {indent}/><w:jc w:val="{side}"/></w:pPr><w:r><w:rPr>'
        f'<w:rFonts w:ascii="{word.LATIN_FONT}" w:hAnsi="{word.LATIN_FONT}" w:eastAsia="{FANGSONG}"/>'
        f'<w:sz w:val="28"/></w:rPr><w:t xml:space="preserve">{html.escape(text, quote=False)}</w:t></w:r>'
        "</w:p></w:tc>"
    )
