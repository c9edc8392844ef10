"""The 技术简介 volume as DOCX and HTML; ``volume_content`` says what stands in it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from xml.sax.saxutils import escape

from catalog.editions.edition import Edition
from catalog.publish import columns, word
from catalog.publish.catalogue import describe, page
from catalog.publish.volume_content import HEADINGS, Chapter, Sheet, chapters

__all__ = ["HEADINGS", "chapters", "volume_docx", "volume_html"]

MARGINS_MM = (25.0, 22.0, 26.0, 24.0)
"""Top, bottom, left, right."""
_BODY, _SMALL = word.POINTS["小四"], word.POINTS["小五"]
_LINE_POINTS = 18.0
_TEXT_MM = 210.0 - MARGINS_MM[2] - MARGINS_MM[3]


def volume_docx(edition: Edition, *, attachment: str = "附件2", contents_field: bool = True) -> bytes:
    """Return the volume as DOCX: cover, table of contents, one technology on a new page each.

    The contents stand in the file as a list with links and as a field: they read as they are, and
    a word processor that updates fields adds or corrects the page numbers.

    Args:
        edition: the frozen edition.
        attachment: words at the head of the cover; empty for none.
        contents_field: write the field; LibreOffice counts the pages of the list only without it.
    """
    document = word.new_document(margins_mm=MARGINS_MM, size=_BODY, font=word.FANGSONG)
    describe(document, edition)
    _styles(document)
    content = chapters(edition)
    _cover(document, edition, attachment)
    _contents(document, content, field=contents_field)
    section = word.new_section(document, margins_mm=MARGINS_MM)
    _number_pages(section)
    _append(document, [line for chapter in content for line in _chapter(chapter)])
    return word.to_bytes(document)


_STYLES: dict[str, tuple[str, float, float]] = {
    "SheetLine": (word.FANGSONG, _BODY, _LINE_POINTS),
    "SheetSection": (word.HEI, _BODY, _LINE_POINTS),
    "SheetSource": (word.SONG, _SMALL, 13.0),
    "Contents": (word.FANGSONG, _BODY, _LINE_POINTS),
    "ContentsField": (word.HEI, _BODY, _LINE_POINTS),
}
"""Paragraph style: font, size and exact line spacing in points."""


def _styles(document: Any) -> None:
    from docx.enum.style import WD_STYLE_TYPE
    from docx.enum.text import WD_TAB_ALIGNMENT
    from docx.shared import Mm, Pt, RGBColor

    for name, (font, size, spacing) in _STYLES.items():
        made = document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        made.base_style = document.styles["Normal"]
        word.set_font(made, font, size)
        made.paragraph_format.line_spacing = Pt(spacing)
        if name == "SheetLine":
            made.paragraph_format.first_line_indent = Pt(size * 2)
        if name in ("SheetSection", "ContentsField"):
            made.paragraph_format.keep_with_next = True
            made.paragraph_format.space_before = Pt(3)
        if name == "Contents":
            tabs = made.paragraph_format.tab_stops
            tabs.add_tab_stop(Mm(_TEXT_MM), WD_TAB_ALIGNMENT.RIGHT)
    for level, size in ((1, word.POINTS["三号"]), (2, word.POINTS["四号"])):
        made = document.styles[f"Heading {level}"]
        word.set_font(made, word.HEI, size)
        made.font.bold = False
        made.font.color.rgb = RGBColor(0, 0, 0)
        made.paragraph_format.space_before = Pt(0)
        made.paragraph_format.space_after = Pt(8)


def _cover(document: Any, edition: Edition, attachment: str) -> None:
    from docx.shared import Pt

    if attachment:
        word.paragraph(document, attachment, font=word.HEI, size=word.POINTS["三号"])
    title = word.paragraph(
        document, columns.title_of(edition), font=word.XIAOBIAOSONG, size=word.POINTS["二号"], align="center"
    )
    title.paragraph_format.space_before = Pt(170)
    name = word.paragraph(
        document, "技术简介", font=word.XIAOBIAOSONG, size=word.POINTS["小初"], align="center"
    )
    name.paragraph_format.space_before = Pt(30)
    name.paragraph_format.space_after = Pt(190)
    published = edition.published_on
    lines = [
        f"共 {len(edition.entries)} 项技术",
        edition.issuer,
        edition.document_number,
        f"{published.year}年{published.month}月{published.day}日" if published else "",
    ]
    for text in lines:
        if text:
            word.paragraph(
                document, word.clean(text), font=word.KAI, size=word.POINTS["三号"], align="center"
            )


def _contents(document: Any, content: tuple[Chapter, ...], *, field: bool) -> None:
    """Write the contents: a TOC field whose stored result is the list itself."""
    title = word.paragraph(
        document, "目　录", font=word.XIAOBIAOSONG, size=word.POINTS["二号"], align="center"
    )
    title.paragraph_format.page_break_before = True
    lines: list[str] = []
    for chapter in content:
        if chapter.heading:
            lines.append(_paragraph("ContentsField", _run(chapter.heading)))
        lines += [_paragraph("Contents", _link(sheet)) for sheet in chapter.sheets]
    if field:
        opening = _field_mark("begin") + _instruction('TOC \\o "1-2" \\h \\z \\u') + _field_mark("separate")
        lines[0] = lines[0].replace("</w:pPr>", f"</w:pPr>{opening}", 1)
        lines[-1] = lines[-1].replace("</w:p>", f"{_field_mark('end')}</w:p>", 1)
    _append(document, lines)


def _link(sheet: Sheet) -> str:
    """Return number, name and a page number that the word processor fills in."""
    number = (
        _field_mark("begin") + _instruction(f"PAGEREF {sheet.anchor} \\h") + _field_mark("separate")
        + _run("") + _field_mark("end")
    )  # fmt: skip
    return (
        f'<w:hyperlink w:anchor="{sheet.anchor}" w:history="1">{_run(f"{sheet.item}　{sheet.name}")}'
        f"<w:r><w:tab/></w:r>{number}</w:hyperlink>"
    )


def _chapter(chapter: Chapter) -> list[str]:
    """Return the paragraphs of a chapter; every sheet starts a new page, the first under its field."""
    lines: list[str] = []
    for place, sheet in enumerate(chapter.sheets):
        page_break = "<w:pageBreakBefore/>" if sheet.place > 1 else ""
        if chapter.heading and not place:
            lines.append(_paragraph("Heading1", _run(chapter.heading), more=page_break))
            page_break = ""
        title = (
            f'<w:bookmarkStart w:id="{sheet.place}" w:name="{sheet.anchor}"/>'
            f'{_run(f"{sheet.item}　{sheet.name}")}<w:bookmarkEnd w:id="{sheet.place}"/>'
        )
        lines.append(_paragraph("Heading2", title, more=page_break))
        lines += _body(sheet)
    return lines


def _body(sheet: Sheet) -> list[str]:
    lines = []
    for section in sheet.sections:
        lines.append(_paragraph("SheetSection", _run(section.heading)))
        lines += [_paragraph("SheetLine", _run(_told(*line))) for line in section.lines]
    space = '<w:spacing w:before="160" w:line="260" w:lineRule="exact"/>'
    for line in sheet.sources:
        lines.append(_paragraph("SheetSource", _run(_told(*line)), more=space))
        space = ""
    return lines


def _told(label: str, text: str) -> str:
    return f"{label}：{text}" if label else text


def _paragraph(style: str, inside: str, *, more: str = "") -> str:
    """Return a paragraph; ``more`` are further properties."""
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/>{more}</w:pPr>{inside}</w:p>'


def _run(text: str) -> str:
    lines = [f'<w:t xml:space="preserve">{escape(line)}</w:t>' for line in text.split("\n")]
    return f"<w:r>{'<w:br/>'.join(lines)}</w:r>"


def _field_mark(kind: str) -> str:
    return f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>'


def _instruction(text: str) -> str:
    return f'<w:r><w:instrText xml:space="preserve"> {text} </w:instrText></w:r>'


def _append(document: Any, paragraphs: Sequence[str]) -> None:
    """Append paragraphs given as XML, all in one go: one by one would take ten times as long."""
    from docx.oxml import parse_xml
    from docx.oxml.ns import nsdecls

    end = document.element.body[-1]
    for element in list(parse_xml(f"<w:body {nsdecls('w')}>{''.join(paragraphs)}</w:body>")):
        end.addprevious(element)


def _number_pages(section: Any) -> None:
    """Count pages from the first technology on; cover and contents carry no number."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    section.footer.is_linked_to_previous = False
    word.page_number(section.footer, size=word.POINTS["四号"], dashes=True)
    start = OxmlElement("w:pgNumType")
    start.set(qn("w:start"), "1")
    section._sectPr.append(start)


def volume_html(edition: Edition) -> bytes:
    """Return the volume as one HTML page; printed, each technology starts a new page."""
    return page("volume.html", edition, chapters=chapters(edition))
