"""Technologies and equipment that a published list puts under 限制 or 淘汰.

``data/policy/negative_list.csv`` holds published texts only, each with its document. What
is not on it has not been checked against every list: it is 未核对, never "allowed".
"""

from __future__ import annotations

import csv
import re
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from catalog.errors import CatalogError, Fault
from catalog.paths import DATA_DIR

NEGATIVE_LIST = DATA_DIR / "policy" / "negative_list.csv"
CLASSES = {"eliminated": "淘汰", "restricted": "限制"}


@dataclass(frozen=True)
class NegativeEntry:
    """One line of the list."""

    name: str
    pattern: re.Pattern[str]
    class_: str
    condition: str
    document: str
    publisher: str
    year: str
    url: str
    note: str
    replacements: tuple[str, ...]

    @property
    def sentence(self) -> str:
        """Return what the user is told."""
        condition = f"，{self.condition}" if self.condition else ""
        note = f"（{self.note}）" if self.note else ""
        return (
            f"“{self.name}”被列为{CLASSES[self.class_]}类{condition}："
            f"{self.publisher}《{self.document}》{self.year}{note}"
        )


def load_negative_list(
    path: Path = NEGATIVE_LIST, known_ids: Collection[str] | None = None
) -> tuple[NegativeEntry, ...]:
    """Read the list.

    Args:
        path: the CSV file.
        known_ids: ids that replacements may name; None leaves them unchecked.

    Raises:
        CatalogError: an unknown class, a pattern that is none, an unknown replacement.
    """
    faults: list[Fault] = []
    entries: list[NegativeEntry] = []
    with path.open(encoding="utf-8-sig", newline="") as stream:
        reader = csv.DictReader(stream)
        for row in reader:
            place = f"data/policy/{path.name}:{reader.line_num}"
            try:
                pattern = re.compile(row["pattern"])
            except re.error as error:
                faults.append(Fault(place, "pattern", row["pattern"], f"is no pattern ({error})"))
                continue
            if not row["pattern"] or not row["name"]:
                faults.append(Fault(place, "pattern", row["pattern"], "write name and pattern"))
            if row["class"] not in CLASSES:
                faults.append(Fault(place, "class", row["class"], "write eliminated or restricted"))
            if not row["document"] or not row["url"]:
                faults.append(Fault(place, "document", row["document"], "name the document and its address"))
            replacements = tuple(part for part in row["replacements"].split("|") if part)
            faults += [
                Fault(place, "replacements", one, "no record has this id")
                for one in replacements
                if known_ids is not None and one not in known_ids
            ]
            entries.append(
                NegativeEntry(
                    row["name"], pattern, row["class"], row["condition"], row["document"],
                    row["publisher"], row["year"], row["url"], row["note"], replacements,
                )
            )  # fmt: skip
    if faults:
        raise CatalogError(faults)
    return tuple(entries)


def named_in(text: str, entries: Collection[NegativeEntry]) -> list[NegativeEntry]:
    """Return the entries that ``text`` (simplified, lower case) names."""
    return [entry for entry in entries if entry.pattern.search(text)]
