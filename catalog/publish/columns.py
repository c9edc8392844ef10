"""What the table of an edition shows: the column layouts of three official catalogues.

A style says which column holds which text of an entry; writers lay it out and decide nothing.
What nobody published is 未提供, never 0.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from unicodedata import east_asian_width

from catalog.display import number
from catalog.editions.edition import Edition, Entry, EntryCase
from catalog.errors import BadInput
from catalog.publish.neutral import neutral, neutral_indicators
from catalog.publish.word import Align, clean

NOT_GIVEN = "未提供"
OTHER_FIELDS = "其他领域"

_NUMERALS = "〇一二三四五六七八九"
_SIDES_MM = 2.0
"""Space left and right of the text of a cell, together."""
_MM_PER_POINT = 25.4 / 72


@dataclass(frozen=True)
class Column:
    """One column: title, width, text of an entry; ``group`` is the title above several columns."""

    title: str
    width_mm: float
    text: Callable[[Entry], str]
    align: Align = "left"
    group: str = ""


@dataclass(frozen=True)
class Style:
    """A column layout."""

    code: str
    label: str
    columns: tuple[Column, ...]
    note: str = ""
    title_size: str = "小五"

    @property
    def grouped(self) -> bool:
        """Return whether the header has two rows."""
        return any(column.group for column in self.columns)

    @property
    def spans(self) -> tuple[tuple[str, int], ...]:
        """Return the upper header row: title and number of columns; an own title spans one."""
        made: list[tuple[str, int]] = []
        above = ""
        for column in self.columns:
            if column.group and column.group == above:
                made[-1] = (above, made[-1][1] + 1)
            else:
                made.append((column.group or column.title, 1))
            above = column.group
        return tuple(made)


@dataclass(frozen=True)
class Part:
    """The rows under one field heading; the heading is empty where the edition has no fields."""

    heading: str
    rows: tuple[tuple[str, ...], ...]


def given(text: str) -> str:
    """Return ``text``, or 未提供 where there is none."""
    return clean(text).strip() or NOT_GIVEN


def figure(value: float | None, unit: str = "") -> str:
    """Return a figure with its unit, or 未提供; a measured zero stays 0."""
    return NOT_GIVEN if value is None else f"{number(value)}{unit}"


def heading_number(position: int) -> str:
    """Return 1 as 一, 12 as 十二, 20 as 二十 (up to 99)."""
    tens, ones = divmod(position, 10)
    head = "" if tens == 0 else "十" if tens == 1 else f"{_NUMERALS[tens]}十"
    return head + (_NUMERALS[ones] if ones or not tens else "")


def fields_of(entries: Iterable[Entry]) -> tuple[tuple[str, tuple[Entry, ...]], ...]:
    """Return the entries under numbered field headings, fields in the order of their first entry.

    Without any field there is one part without a heading.
    """
    parts: dict[str, list[Entry]] = {}
    for entry in entries:
        parts.setdefault(clean(entry.group_name), []).append(entry)
    if list(parts) in ([], [""]):
        return tuple(("", tuple(rows)) for rows in parts.values())
    return tuple(
        (f"{heading_number(position)}、{name or OTHER_FIELDS}", tuple(rows))
        for position, (name, rows) in enumerate(parts.items(), 1)
    )


def parts(edition: Edition, style: Style) -> tuple[Part, ...]:
    """Return the texts of the table, one part a field."""
    return tuple(
        Part(heading, tuple(tuple(column.text(entry) for column in style.columns) for entry in entries))
        for heading, entries in fields_of(edition.entries)
    )


def title_of(edition: Edition) -> str:
    """Return the title with the year and, for made-up data, the word 示例."""
    title = clean(edition.title).strip()
    if str(edition.year) not in title:
        title += f"（{edition.year}年）"
    return f"{title}（示例）" if edition.is_example and "示例" not in title else title


def lines_of(texts: Sequence[str], widths_mm: Sequence[float], points: float) -> int:
    """Return how many lines the highest cell of a row takes (a Han character is as wide as high).

    Args:
        texts: the cells.
        widths_mm: width of each cell.
        points: type size.
    """
    most = 1
    for text, width in zip(texts, widths_mm, strict=True):
        units = max(2, math.floor((width - _SIDES_MM) / (points * _MM_PER_POINT / 2)))
        most = max(most, sum(max(1, math.ceil(_units(line) / units)) for line in text.split("\n")))
    return most


def _units(text: str) -> int:
    return sum(2 if east_asian_width(character) in "WFA" else 1 for character in text)


# The columns.


def _name(entry: Entry) -> str:
    return given(entry.name)


def _introduction(entry: Entry) -> str:
    return given("\n".join(text for text in (entry.summary, entry.route) if text))


def _plain(field: str) -> Callable[[Entry], str]:
    return lambda entry: given(getattr(entry, field))


def _neutral(field: str) -> Callable[[Entry], str]:
    return lambda entry: given(neutral(getattr(entry, field), entry))


def typical(entry: Entry) -> EntryCase | None:
    """Return the case with the most figures, the first of several."""
    figures = ("scale", "investment_wan_yuan", "saving_tce", "co2_t")
    ranked = sorted(
        enumerate(entry.cases),
        key=lambda pair: (-sum(getattr(pair[1], name) not in (None, "") for name in figures), pair[0]),
    )
    return ranked[0][1] if ranked else None


def _case(field: str) -> Callable[[Entry], str]:
    def text(entry: Entry) -> str:
        case = typical(entry)
        return figure(getattr(case, field)) if case else NOT_GIVEN

    return text


def _scale(entry: Entry) -> str:
    case = typical(entry)
    return given(case.scale if case else "")


def _not_recorded(_: Entry) -> str:
    """Return 未提供: neither a record nor the filing form holds a figure for this column."""
    return NOT_GIVEN


def _share(field: str) -> Callable[[Entry], str]:
    return lambda entry: figure(getattr(entry, field), "%")


_ITEM = "序号"
_MISSING = "“未提供”指没有公开或申报的内容，不作推测。"

_MEE = Style(
    "mee",
    "国家先进污染防治技术目录（生态环境部）",
    (
        Column(_ITEM, 11, lambda entry: entry.item, "center"),
        Column("技术名称", 31.5, _name, "center"),
        Column("工艺路线", 65, _neutral("route")),
        Column("主要技术指标及应用效果", 54, lambda entry: given(neutral_indicators(entry))),
        Column("技术特点", 40, _neutral("features")),
        Column("适用范围", 45, _neutral("scope")),
        Column("技术类别", 10.5, lambda entry: entry.class_label, "center"),
    ),
    "目录表不列企业名称、价格和品牌；数值的应用场所见技术简介。",
)
_POTENTIAL, _PROJECT = "未来5年节能潜力", "典型项目"
_MIIT = Style(
    "miit",
    "国家工业节能技术推荐目录（工业和信息化部）",
    (
        Column(_ITEM, 12, lambda entry: entry.item, "center"),
        Column("技术名称", 38, _name, "center"),
        Column("技术介绍", 105, _introduction),
        Column("适用范围", 45, _plain("scope")),
        Column("目前推广比例", 18, _share("penetration_now"), "center"),
        Column("预计推广比例", 18, _share("penetration_forecast"), "center", _POTENTIAL),
        Column("节能能力（万tce/a）", 21, _not_recorded, "center", _POTENTIAL),
    ),
)
_FIVE_YEARS = "未来5年潜力"
_NDRC = Style(
    "ndrc",
    "国家重点节能低碳技术推广目录（国家发展改革委）",
    (
        Column(_ITEM, 9, lambda entry: entry.item, "center"),
        Column("技术名称", 23, _name, "center"),
        Column("适用范围", 34, _plain("scope")),
        Column("主要技术内容", 52, _introduction),
        Column("建设规模", 20, _scale, "center", _PROJECT),
        Column("投资额（万元）", 14, _case("investment_wan_yuan"), "center", _PROJECT),
        Column("节能量（tce/a）", 14, _case("saving_tce"), "center", _PROJECT),
        Column("CO2减排量（tCO2/a）", 16, _case("co2_t"), "center", _PROJECT),
        Column("目前推广比例", 13, _share("penetration_now"), "center"),
        Column("总投入（亿元）", 13, _not_recorded, "center", _FIVE_YEARS),
        Column("预计推广比例", 13, _share("penetration_forecast"), "center", _FIVE_YEARS),
        Column("节能能力（万tce/a）", 16.5, _not_recorded, "center", _FIVE_YEARS),
        Column("碳减排能力（万tCO2/a）", 19.5, _not_recorded, "center", _FIVE_YEARS),
    ),
    title_size="六号",
)
STYLES: dict[str, Style] = {style.code: style for style in (_MEE, _MIIT, _NDRC)}
"""Column layouts by code; widths add up to the 257 mm of an A4 landscape page."""


def style(name: str) -> Style:
    """Return a column layout.

    Raises:
        BadInput: there is no such layout; lists those there are.
    """
    if name not in STYLES:
        known = "、".join(f"{one.code}（{one.label}）" for one in STYLES.values())
        raise BadInput(f"目录表样式“{name}”不存在，可用：{known}")
    return STYLES[name]


def notes(style: Style) -> tuple[str, ...]:
    """Return the lines under a table."""
    return (f"注：{_MISSING}", *((style.note,) if style.note else ()))
