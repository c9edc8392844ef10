"""Collects the answers of a form as labels and columns are met, and names every doubt."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from catalog.nominations.form import LABELS
from catalog.nominations.reading.cells import Cell
from catalog.nominations.reading.labels import Label, is_own_wording
from catalog.nominations.reading.outcome import PART_MODELS, FieldReading, Unread
from catalog.nominations.reading.seen import Seen, half_width, shortened, squash
from catalog.nominations.reading.values import NOTHING, OPEN, read_value
from catalog.nominations.template.wording import PARTS

LONGEST_UNKNOWN = 24
"""A longer text before another is no label."""
_RIGHT_NUMBER = re.compile(r"(?:ZL|CN)?\s?\d{9,13}(?:\.[\dX])?[A-Z]?|\d{4}\s?SR\s?\d{5,8}", re.IGNORECASE)
_RIGHT_KINDS = (
    ("发明", "发明专利"), ("实用新型", "实用新型专利"), ("外观", "外观设计专利"),
    ("软件著作权", "软件著作权"), ("软著", "软件著作权"),
)  # fmt: skip
_WRITTEN_AS_TEXT = "写成了一段文字，请在“{table}”表中逐项填写"


@dataclass
class Answers:
    """What was found so far.

    Attributes:
        readings: the answers, in the order of the file.
        unknown: labels that are none of the form's, with what stands beside them.
        rest: other texts that were not used.
        notes: what was left out as a whole, and why.
        known: labels of the form met so far.
        counts: entries met so far of each part.
    """

    readings: list[FieldReading] = field(default_factory=list)
    unknown: list[Unread] = field(default_factory=list)
    rest: list[Unread] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    known: int = 0
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(PART_MODELS, 0))
    _case_columns: set[str] | None = None
    """Columns met in the case that is being read from labels; None before the first."""

    def close_case(self) -> None:
        """Let the next answer about a case belong to a new one."""
        self._case_columns = None

    def in_cell(self, label: Label, cell: Cell) -> None:
        """Take the cell that answers a label of the form or of a case."""
        seen = Seen(cell.text, label.unit, cell.numeric)
        self._answer(label, seen, cell.place, unreadable=cell.unreadable)

    def in_line(self, label: Label, text: str, place: str) -> None:
        """Take the text that follows a label of the form or of a case."""
        self._answer(label, Seen(text, label.unit), place)

    def in_column(self, part: str, number: int, label: Label, cell: Cell) -> None:
        """Take a cell under a column title as answer of entry ``number`` of a part."""
        seen = Seen(cell.text, label.unit, cell.numeric)
        self._value(part, number, label.field, seen, cell.place, unreadable=cell.unreadable)

    def _answer(self, label: Label, seen: Seen, place: str, *, unreadable: str = "") -> None:
        self.known += 1
        if label.scope == "cases":
            if self._case_columns is None or label.field in self._case_columns:
                self._case_columns = set()
                self.counts["cases"] += 1
            self._case_columns.add(label.field)
            self._value("cases", self.counts["cases"], label.field, seen, place, unreadable=unreadable)
        elif label.field == "attachments":
            if seen.text.strip():
                self.notes.append(f"{place}：附件不从申报表读入，请在申报页面上传")
        elif label.field in PART_MODELS:
            self._part_as_text(label.field, seen.text, place)
        else:
            self._value("", 0, label.field, seen, place, unreadable=unreadable)

    def _part_as_text(self, part: str, text: str, place: str) -> None:
        """Read rights whose numbers can be told from a text; other parts are asked for as a table."""
        if OPEN.fullmatch(squash(half_width(text))) or squash(text) in NOTHING or is_own_wording(text):
            return
        pieces = [one.strip() for one in re.split(r"[；;\n]+", text) if one.strip()]
        numbers = [_RIGHT_NUMBER.findall(half_width(one)) for one in pieces]
        if part != "intellectual_property" or any(len(found) != 1 for found in numbers):
            fault = f"{place}：{LABELS[part]}“{shortened(text)}”{_WRITTEN_AS_TEXT.format(table=LABELS[part])}"
            self.readings.append(FieldReading(part, LABELS[part], text.strip(), None, place, fault))
            return
        for piece, (number,) in zip(pieces, numbers, strict=True):
            self.counts[part] += 1
            kind = next((kind for word, kind in _RIGHT_KINDS if word in piece), None)
            values = {"number": squash(number).upper(), **({"kind": kind} if kind else {})}
            for name, value in values.items():
                key = f"{part}.{self.counts[part]}.{name}"
                label = _shown_label(part, self.counts[part], name)
                self.readings.append(FieldReading(key, label, piece, value, place, note="从文字中取出"))

    def _value(
        self, part: str, number: int, name: str, seen: Seen, place: str, *, unreadable: str = ""
    ) -> None:
        key = f"{part}.{number}.{name}" if part else name
        label = _shown_label(part, number, name)
        text = seen.text.strip()
        if unreadable:
            fault = f"{place}：{label}“{shortened(text)}”{unreadable}"
            self.readings.append(FieldReading(key, label, text, None, place, fault))
            return
        read = read_value(part, name, seen)
        if read.fault:
            fault = f"{place}：{label}“{shortened(text)}”无法采用，{read.fault}"
            self.readings.append(FieldReading(key, label, text, None, place, fault))
        elif read.value is not None and read.value != "":
            self._add(FieldReading(key, label, text, read.value, place, note=read.note))

    def _add(self, reading: FieldReading) -> None:
        """Add an answer; the same answer at a second place is one, another one is a fault."""
        before = next((one for one in self.readings if one.field == reading.field and not one.fault), None)
        if before is None:
            self.readings.append(reading)
        elif before.value != reading.value:
            fault = (
                f"{reading.place}：{reading.label}“{shortened(reading.text)}”与 {before.place} 的"
                f"“{shortened(before.text)}”不同，请核对后保留一处"
            )
            self.readings.append(
                FieldReading(reading.field, reading.label, reading.text, None, reading.place, fault)
            )


def _shown_label(part: str, number: int, name: str) -> str:
    return f"{LABELS[part]} {number} {PARTS[part][name]}" if part else LABELS[name]
