"""The table an edition is arranged by: order, field, name, and which number goes into which."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from catalog.editions.edition import Entry, Withdrawal
from catalog.nominations.form import Nomination


@dataclass(frozen=True)
class Row:
    """One technology as the official arranges it; ``into`` is the number it is merged into, or empty."""

    number: str
    place: int | None
    group: str
    name: str
    into: str

    @classmethod
    def of(cls, values: dict[str, Any]) -> Row:
        """Return a row of the table as data."""
        text = {key: (values[key] or "").strip() for key in ("number", "group", "name", "into")}
        return cls(place=values["place"], **{**text, "into": text["into"].upper()})


_LEVELS = (2, 3, 4)
"""Digits of a GB/T 4754 division, group and class."""


def heading(form: Nomination, entries: Sequence[Entry]) -> str:
    """Return the heading a nomination is proposed under; the official may change it.

    The heading it was filed under if the edition has it, or that of the entry it renews; otherwise
    the one whose entries are nearest by industry, else the field it was filed under. An entry counts
    1 for a shared division, 2 for a shared group, 3 for a shared class of GB/T 4754; of headings that
    count alike the first stays.

    Args:
        form: the nomination.
        entries: entries of the edition before, in its order.
    """
    headings = {entry.group_name: entry.group for entry in entries if entry.group}
    if form.field.strip() in headings:
        return headings[form.field.strip()]
    renewed = [e.group for e in entries if form.technology_id in (e.number, *e.merged_numbers) and e.group]
    if renewed:
        return renewed[0]
    near = Counter[str]()
    for entry in entries:
        near[entry.group] += _shared(form.industries, entry.industries)
    best = max((group for group in headings.values() if near[group]), key=near.__getitem__, default="")
    return best or form.field


def _shared(codes: Sequence[str], others: Sequence[str]) -> int:
    """Return how many levels two lists of industry codes share: 0 (other divisions) to 3 (a class)."""
    return sum(
        any(len(one) >= digits and one[:digits] == other[:digits] for one in codes for other in others)
        for digits in _LEVELS
    )


def in_groups(entries: Iterable[Entry], added: Iterable[Entry]) -> tuple[Entry, ...]:
    """Return entries with each added one after the last of its field, or at the end."""
    found = list(entries)
    for new in added:
        place = max((i for i, other in enumerate(found, 1) if other.group == new.group), default=len(found))
        found.insert(place, new)
    return tuple(found)


def rows_of(entries: Sequence[Entry]) -> list[dict[str, Any]]:
    """Return the table as it is before anybody changed it."""
    return [
        {"place": place, "number": one.number, "group": one.group, "name": one.name, "into": ""}
        for place, one in enumerate(entries, 1)
    ]


def row_faults(rows: Sequence[Row]) -> list[str]:
    """Return one Chinese line for every field that cannot be used: number, field, value, cure."""
    by_number = {row.number: row for row in rows}
    names: dict[str, str] = {}
    lines = []
    for row in rows:
        lines += _merge_fault(row, by_number)
        if row.into:
            continue
        if not row.name:
            lines.append(f"{row.number} 技术名称：为空，请填写")
        elif row.name in names:
            lines.append(
                f"{row.number} 技术名称：“{row.name}”与 {names[row.name]} 相同，请改名或填写“并入编号”"
            )
        else:
            names[row.name] = row.number
        if row.place is None or row.place < 1:
            shown = "为空" if row.place is None else f"“{row.place}”太小"
            lines.append(f"{row.number} 顺序：{shown}，请填 1 到 {len(rows)} 的整数")
    return lines


def _merge_fault(row: Row, by_number: dict[str, Row]) -> list[str]:
    if not row.into:
        return []
    lead = f"{row.number} 并入编号：“{row.into}”"
    if row.into == row.number:
        return [f"{lead}是它自己，请填另一项的编号或留空"]
    if row.into not in by_number:
        return [f"{lead}不在本版选入的技术中，请填表中另一项的编号"]
    further = by_number[row.into].into
    if further:
        return [f"{lead}本身又并入 {further}，请直接填 {further}"]
    return []


def withdrawal_faults(rows: Iterable[dict[str, Any]]) -> list[str]:
    """Return one Chinese line for every withdrawal without a reason."""
    return [
        f"{row['number']} {row['name']} 退出理由：太短或为空，请写明理由，或在上表填写并入编号"
        for row in rows
        if len((row["reason"] or "").strip()) < 2
    ]


def withdrawals(rows: Iterable[dict[str, Any]]) -> tuple[Withdrawal, ...]:
    """Return the withdrawals of a table without faults."""
    return tuple(
        Withdrawal(number=row["number"], name=row["name"], reason=row["reason"].strip()) for row in rows
    )


def arranged(entries: Iterable[Entry], rows: Sequence[Row]) -> tuple[Entry, ...]:
    """Return the entries in the order of rows without faults; a merged one leaves its number behind.

    A row that was given the place of another stands there: moved up before it, moved down after it.
    """
    found = {entry.number: entry for entry in entries}
    position = {number: place for place, number in enumerate(found, 1)}
    gone = {row.number: row.into for row in rows if row.into}
    kept = [row for row in rows if not row.into]
    kept.sort(key=lambda row: _rank(row, position[row.number]))
    made = []
    for row in kept:
        entry = found[row.number]
        merged = [*entry.merged_numbers]
        for number in (number for number, into in gone.items() if into == row.number):
            merged += [number, *found[number].merged_numbers]
        changed = {"group": row.group, "name": row.name, "merged_numbers": tuple(dict.fromkeys(merged))}
        made.append(entry.model_copy(update=changed))
    return tuple(made)


def _rank(row: Row, position: int) -> tuple[int, int, int]:
    place = row.place or 0
    return place, (place > position) - (place < position), position
