"""The thesaurus: words of people on site and in reports -> standard written terms."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from catalog.errors import CatalogError, Fault
from catalog.paths import DATA_DIR

THESAURUS = DATA_DIR / "lexicon" / "thesaurus.csv"

KINDS = ("exact", "colloquial", "symptom", "broader", "narrower", "related")
"""exact: the same thing; colloquial: said on site for it; symptom: what is seen -> what an
engineer calls it; broader: the word is a kind of the standard term; narrower: the standard
term is one kind of the word; related: found together with it."""

CATEGORIES = (
    "equipment", "process", "medium", "pollutant", "resource", "symptom", "material", "measure", "place",
)  # fmt: skip

COLUMNS = ("word", "standard", "kind", "category")


@dataclass(frozen=True)
class Entry:
    """One line of the thesaurus."""

    word: str
    standard: tuple[str, ...]
    kind: str
    category: str


def read_thesaurus(path: Path) -> tuple[Entry, ...]:
    """Return the entries of a thesaurus file, in the order of the file.

    Raises:
        CatalogError: a missing column, an unknown kind or category, an empty or doubled
            word; every fault with line, field, value and remedy.
    """
    where = f"data/lexicon/{path.name}" if path == THESAURUS else str(path)
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.DictReader(stream)
            missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
            rows = [] if missing else [(reader.line_num, row) for row in reader]
    except (OSError, UnicodeDecodeError) as error:
        raise CatalogError([Fault(where, "file", path.name, f"give a UTF-8 CSV file ({error})")]) from error
    if missing:
        raise CatalogError([Fault(where, "header", "、".join(missing), f"write {','.join(COLUMNS)}")])
    faults: list[Fault] = []
    entries: list[Entry] = []
    seen: set[str] = set()
    for number, row in rows:
        place = f"{where}:{number}"
        values = {name: (row[name] or "").strip() for name in COLUMNS}
        standard = tuple(part.strip() for part in values["standard"].split("|") if part.strip())
        key = values["word"].lower()
        if len(key) < 2:
            faults.append(Fault(place, "word", values["word"], "write at least two characters"))
        elif key in seen:
            faults.append(Fault(place, "word", values["word"], "stands twice; keep one line"))
        elif not standard:
            faults.append(Fault(place, "standard", values["standard"], "write a term, several joined by |"))
        elif values["kind"] not in KINDS:
            faults.append(Fault(place, "kind", values["kind"], f"write one of {', '.join(KINDS)}"))
        elif values["category"] not in CATEGORIES:
            faults.append(
                Fault(place, "category", values["category"], f"write one of {', '.join(CATEGORIES)}")
            )
        else:
            entries.append(Entry(values["word"], standard, values["kind"], values["category"]))
        seen.add(key)
    if faults:
        raise CatalogError(faults)
    return tuple(entries)


@lru_cache(maxsize=1)
def thesaurus() -> tuple[Entry, ...]:
    """Return the shipped thesaurus."""
    return read_thesaurus(THESAURUS)
