"""What was read from a filled form, and how a person's choice of it becomes a nomination."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from catalog.errors import BadInput
from catalog.nominations.form import (
    LABELS,
    Evidence,
    FormPart,
    IntellectualProperty,
    Nomination,
    NominationCase,
)

PART_MODELS: dict[str, type[FormPart]] = {
    "intellectual_property": IntellectualProperty, "evidence": Evidence, "cases": NominationCase,
}  # fmt: skip
"""Parts of the form that hold several entries."""


@dataclass(frozen=True)
class FieldReading:
    """One answer that was found.

    Attributes:
        field: what it answers: ``name``, or part, number and column: ``cases.1.user``.
        label: the same in Chinese.
        text: what stands there.
        value: the typed value; None where it could not be read.
        place: where it stands: ``申报表!B7``, ``第2张表 第3行第2列``, ``第5段``.
        fault: why it could not be read and what to write; empty when it could.
        note: what was read into it beyond the bare text.
    """

    field: str
    label: str
    text: str
    value: Any
    place: str
    fault: str = ""
    note: str = ""

    @property
    def index(self) -> int | None:
        """Return the number of the case, right or proof it belongs to, counted from 1."""
        parts = self.field.split(".")
        return int(parts[1]) if len(parts) > 1 else None


@dataclass(frozen=True)
class Unread:
    """Something that answers no question of the form; ``label`` is empty where none stands before it."""

    label: str
    text: str
    place: str


@dataclass(frozen=True)
class FormReading:
    """Everything that was found in a file.

    Attributes:
        name: name of the file.
        fields: the answers, in the order of the form.
        unknown: labels that are none of the form's, with what stands beside them.
        rest: other texts that were not used.
        notes: what was left out as a whole, and why.
    """

    name: str
    fields: tuple[FieldReading, ...]
    unknown: tuple[Unread, ...] = ()
    rest: tuple[Unread, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def readable(self) -> tuple[str, ...]:
        """Return the names of the answers that can be accepted."""
        return tuple(dict.fromkeys(one.field for one in self.fields if not one.fault))

    @property
    def faults(self) -> tuple[str, ...]:
        """Return what could not be read, one line each."""
        return tuple(one.fault for one in self.fields if one.fault)

    @property
    def missing(self) -> tuple[str, ...]:
        """Return the labels of the form that have no answer in the file."""
        answered = {one.field.split(".")[0] for one in self.fields}
        return tuple(
            label for name, label in LABELS.items() if name not in answered and name != "attachments"
        )


def accepted(reading: FormReading, fields: Collection[str]) -> Nomination:
    """Return a form of the accepted answers alone; what is not accepted leaves no trace.

    Args:
        reading: what was read.
        fields: names of answers (``name``, ``cases.1.user``) or of what holds them (``cases.1``, ``cases``).

    Raises:
        BadInput: a name that does not exist, or an answer that could not be read.
    """
    return apply(Nomination(), reading, fields)


def apply(form: Nomination, reading: FormReading, fields: Collection[str]) -> Nomination:
    """Return the form with the accepted answers written into it; everything else stays.

    Case 1 of the file changes case 1 of the form, and so on; what the form has not is added.

    Raises:
        BadInput: a name that does not exist, or an answer that could not be read.
    """
    chosen = _chosen(reading, fields)
    values: dict[str, Any] = {one.field: one.value for one in chosen if one.index is None}
    for part in PART_MODELS:
        entries = [entry.model_dump() for entry in getattr(form, part)]
        own = [one for one in chosen if one.field.startswith(f"{part}.")]
        kept = len(entries)
        for number in sorted({one.index for one in own if one.index is not None}):
            changes = {one.field.split(".")[2]: one.value for one in own if one.index == number}
            if number <= kept:
                entries[number - 1].update(changes)
            else:
                entries.append(changes)
        values[part] = entries
    return Nomination.model_validate({**form.model_dump(), **values})


def _chosen(reading: FormReading, fields: Collection[str]) -> list[FieldReading]:
    names = {prefix for one in reading.fields for prefix in _prefixes(one.field)}
    for name in sorted(fields):
        if name not in names and name not in LABELS:
            raise BadInput(f"字段“{name}”不在{reading.name}的读取结果中，请从结果中选择")
        own = [one for one in reading.fields if one.field == name]
        if own and all(one.fault for one in own):
            raise BadInput(f"不能采用：{own[0].fault}")
    return [one for one in reading.fields if not one.fault and set(_prefixes(one.field)) & set(fields)]


def _prefixes(name: str) -> list[str]:
    parts = name.split(".")
    return [".".join(parts[: count + 1]) for count in range(len(parts))]
