"""What the 技术简介 volume says: one sheet a technology in the order of the national case books.

一 技术名称, 二 技术适用范围, 三 技术原理及工艺, 四 技术指标, 五 技术功能特性, 六 应用案例, 七 推广前景与
潜力; what nobody published is 未提供. Side effects are printed as large as the benefits.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

from catalog.editions.edition import Edition, Entry, EntryCase
from catalog.publish import columns, word
from catalog.publish.columns import figure, given

HEADINGS = (
    "技术名称", "技术适用范围", "技术原理及工艺", "技术指标", "技术功能特性", "应用案例", "推广前景与潜力",
)  # fmt: skip


@dataclass(frozen=True)
class Section:
    """One numbered section of a sheet: lines of (label, text); the label may be empty."""

    heading: str
    lines: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Sheet:
    """One technology: place in the volume, number in the edition, name; sources are set in small type."""

    place: int
    item: str
    name: str
    sections: tuple[Section, ...]
    sources: tuple[tuple[str, str], ...]

    @property
    def anchor(self) -> str:
        """Return the name of the bookmark at its title."""
        return f"t{self.place}"


@dataclass(frozen=True)
class Chapter:
    """The sheets of one field; the heading is empty where the edition has no fields."""

    heading: str
    sheets: tuple[Sheet, ...]


def chapters(edition: Edition) -> tuple[Chapter, ...]:
    """Return what the volume prints."""
    position = itertools.count(1)
    return tuple(
        Chapter(heading, tuple(_sheet(entry, next(position)) for entry in entries))
        for heading, entries in columns.fields_of(edition.entries)
    )


def _sheet(entry: Entry, place: int) -> Sheet:
    content = (
        _naming(entry), _scope(entry), _principle(entry), _indicators(entry), _features(entry),
        _cases(entry), _prospects(entry),
    )  # fmt: skip
    sections = tuple(
        Section(f"{columns.heading_number(position)}、{heading}", tuple(lines))
        for position, (heading, lines) in enumerate(zip(HEADINGS, content, strict=True), 1)
    )
    sources = (
        ("政策出处", _joined(entry.policy)),
        ("文献来源", _joined(entry.publications)),
    )
    return Sheet(place, entry.item, given(entry.name), sections, sources)


def _joined(texts: tuple[str, ...]) -> str:
    return given("；".join(texts))


def _naming(entry: Entry) -> list[tuple[str, str]]:
    lines = [("", f"{given(entry.name)}（{entry.class_label}）"), ("编号", entry.number)]
    if entry.merged_numbers:
        lines.append(("并入编号", "、".join(entry.merged_numbers)))
    if entry.aliases:
        lines.append(("又称", word.clean("、".join(entry.aliases))))
    return lines


def _scope(entry: Entry) -> list[tuple[str, str]]:
    return [
        ("", given(entry.scope)),
        ("前提条件", _joined(entry.preconditions)),
        ("不适用情形", _joined(entry.not_suitable)),
    ]


def _principle(entry: Entry) -> list[tuple[str, str]]:
    texts = [word.clean(text) for text in (entry.summary, entry.route) if text.strip()]
    return [("", text) for text in texts or [columns.NOT_GIVEN]]


def _indicators(entry: Entry) -> list[tuple[str, str]]:
    return [
        ("", given(entry.indicators)),
        ("投资", given(entry.investment)),
        ("投资回收期", given(entry.payback)),
    ]


def _features(entry: Entry) -> list[tuple[str, str]]:
    return [
        ("", given(entry.features)),
        ("成熟度", given(entry.maturity)),
        ("副作用", _joined(entry.negative_effects)),
    ]


def _cases(entry: Entry) -> list[tuple[str, str]]:
    if not entry.cases:
        return [("", columns.NOT_GIVEN)]
    return [(f"案例{place}", _case(case)) for place, case in enumerate(entry.cases, 1)]


def _case(case: EntryCase) -> str:
    facts = (
        ("建设规模", given(case.scale)),
        ("投产年份", figure(case.year, "年")),
        ("投资额", figure(case.investment_wan_yuan, " 万元")),
        ("节能量", figure(case.saving_tce, " tce/a")),
        ("CO2减排量", figure(case.co2_t, " tCO2/a")),
    )
    result = word.clean(case.result).strip()
    told = f"。效果：{result}" if result else ""
    missing = "、".join(label for label, text in facts if text == columns.NOT_GIVEN)
    known = "，".join(f"{label}{text}" for label, text in facts if text != columns.NOT_GIVEN)
    text = f"{given(case.site)}{'：' if known else ''}{known}{told}"
    return text + (f"（{missing}：{columns.NOT_GIVEN}）" if missing else "")


def _prospects(entry: Entry) -> list[tuple[str, str]]:
    return [
        ("目前推广比例", figure(entry.penetration_now, "%")),
        ("预计推广比例", figure(entry.penetration_forecast, "%")),
    ]
