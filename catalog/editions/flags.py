"""Flags on entries of an edition: reasons to look again, never a reason to hide one.

No new case in three years, overtaken by a standard (``data/editions/superseded.csv``),
price year older than five years, named by a published list of restricted or eliminated
technology.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from catalog.editions.edition import Edition, Entry
from catalog.negative import load_negative_list, named_in
from catalog.paths import DATA_DIR

CASE_YEARS = 3
PRICE_YEARS = 5

FlagKind = Literal["no_new_case", "superseded", "old_price", "negative_list"]
FLAG_LABELS: dict[FlagKind, str] = {
    "no_new_case": "三年内无新案例", "superseded": "已被标准替代",
    "old_price": "价格年份超过五年", "negative_list": "列入限制或淘汰名录",
}  # fmt: skip


@dataclass(frozen=True)
class Flag:
    """One flag on one entry."""

    number: str
    name: str
    kind: FlagKind
    text: str

    @property
    def label(self) -> str:
        """Return the Chinese label of the kind."""
        return FLAG_LABELS[self.kind]


def flags(edition: Edition, *, superseded: Path | None = None) -> tuple[Flag, ...]:
    """Return the flags of an edition, in the order of its entries."""
    table = _superseded(superseded or DATA_DIR / "editions" / "superseded.csv")
    found: list[Flag] = []
    for entry in edition.entries:
        found += _cases(entry, edition.year)
        found += _prices(entry, edition.year)
        found += [
            Flag(entry.number, entry.name, "superseded", text)
            for number, on, text in table
            if number == entry.number and on <= str(edition.published_on or f"{edition.year}-12-31")
        ]
        found += _negative(entry)
    return tuple(found)


def _cases(entry: Entry, year: int) -> list[Flag]:
    years = [case.year for case in entry.cases if case.year is not None]
    if years and max(years) > year - CASE_YEARS:
        return []
    since = f"{year - CASE_YEARS + 1}—{year} 年"
    last = (
        f"最近的案例在 {max(years)} 年，{since}无新案例"
        if years
        else f"没有注明年份的案例，{since}的案例不明"
    )
    return [Flag(entry.number, entry.name, "no_new_case", last)]


def _prices(entry: Entry, year: int) -> list[Flag]:
    old = [price for price in entry.price_years if price < year - PRICE_YEARS]
    if not old:
        return []
    return [Flag(entry.number, entry.name, "old_price", f"投资的价格年份为 {min(old)} 年，距今超过五年")]


def _superseded(path: Path) -> list[tuple[str, str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return [
            (
                row["number"],
                row["effective_on"],
                f"{row['standard']}（{row['effective_on']} 起）：{row['note']}",
            )
            for row in csv.DictReader(stream)
        ]


def _negative(entry: Entry) -> list[Flag]:
    return [
        Flag(entry.number, entry.name, "negative_list", found.sentence)
        for found in named_in(entry.name.lower(), load_negative_list())
    ]
