"""Composes an official document into pages of lines, tables and forms, the same for every writer."""

from __future__ import annotations

import datetime
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from unicodedata import east_asian_width

from catalog.errors import BadInput
from catalog.publish.columns import heading_number
from catalog.publish.gongwen.layout import (
    CHARACTERS,
    FANGSONG,
    LOOKS,
    TEXT_TWIPS,
    Imprint,
    Item,
    Kind,
    Line,
    Page,
)
from catalog.publish.gongwen.model import Annex, Block, Content, Gongwen, Grid
from catalog.publish.word import Align, clean

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
