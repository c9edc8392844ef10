"""How people speak of the problems a technology solves, kept apart from the records.

A record stays what an official publishes; ``data/usage/`` holds further problem statements
and words of people on site, which only matching reads. Every line belongs to a record.
"""

from __future__ import annotations

import csv
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path

from catalog.errors import CatalogError, Fault

STATEMENTS = "statements.csv"
WORDS = "words.csv"


@dataclass(frozen=True)
class Usage:
    """Id of a record -> further problem statements, and further words."""

    statements: dict[str, tuple[str, ...]] = field(default_factory=dict)
    words: dict[str, tuple[str, ...]] = field(default_factory=dict)


def load_usage(folder: Path, known_ids: Collection[str]) -> Usage:
    """Read ``statements.csv`` (technology,text) and ``words.csv`` (technology,words joined by |).

    A folder that is absent means there are none.

    Raises:
        CatalogError: an unknown id, an empty text, a statement that stands twice.
    """
    faults: list[Fault] = []
    statements: dict[str, list[str]] = {}
    seen: dict[str, str] = {}
    for place, technology_id, text in _rows(folder / STATEMENTS, "text", known_ids, faults):
        if text in seen:
            faults.append(Fault(place, "text", text, f"stands at {seen[text]} too; keep one"))
        seen[text] = place
        statements.setdefault(technology_id, []).append(text)
    words: dict[str, list[str]] = {}
    for _, technology_id, text in _rows(folder / WORDS, "words", known_ids, faults):
        words.setdefault(technology_id, []).extend(part for part in text.split("|") if part)
    if faults:
        raise CatalogError(faults)
    return Usage(
        {key: tuple(value) for key, value in statements.items()},
        {key: tuple(dict.fromkeys(value)) for key, value in words.items()},
    )


def _rows(
    path: Path, column: str, known_ids: Collection[str], faults: list[Fault]
) -> list[tuple[str, str, str]]:
    if not path.exists():
        return []
    rows = []
    with path.open(encoding="utf-8-sig", newline="") as stream:
        reader = csv.DictReader(stream)
        for row in reader:
            place = f"data/usage/{path.name}:{reader.line_num}"
            technology_id, text = (row.get("technology") or "").strip(), (row.get(column) or "").strip()
            if technology_id not in known_ids:
                faults.append(Fault(place, "technology", technology_id, "no record has this id"))
            elif not text:
                faults.append(Fault(place, column, text, "is empty, write it or remove the line"))
            else:
                rows.append((place, technology_id, text))
    return rows
