"""The items a project counts: energy, water, material, waste and pollutants, with their units."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from catalog.codes import fold
from catalog.convert import amount_factor
from catalog.paths import DATA_DIR


@dataclass(frozen=True)
class Item:
    """One row of ``data/audit/items.csv``."""

    code: str
    label: str
    kind: str
    unit: str
    aliases: tuple[str, ...]
    t_per_m3: float | None


@lru_cache(maxsize=1)
def items(path: Path | None = None) -> dict[str, Item]:
    """Return the known items by code, in table order."""
    with (path or DATA_DIR / "audit" / "items.csv").open(encoding="utf-8", newline="") as stream:
        return {
            row["code"]: Item(
                row["code"],
                row["label"],
                row["kind"],
                row["unit"],
                tuple(word for word in row["aliases"].split("|") if word),
                float(row["t_per_m3"]) if row["t_per_m3"] else None,
            )
            for row in csv.DictReader(stream)
        }


def find(text: str) -> Item | None:
    """Return the item of a code, label or alias, or None."""
    wanted = fold(text)
    for item in items().values():
        if wanted in {fold(word) for word in (item.code, item.label, *item.aliases)}:
            return item
    return None


def t_per_m3(code: str) -> float | None:
    """Return the density (t/m³) of an item that is counted both ways, or None."""
    known = items().get(code)
    return known.t_per_m3 if known else None


def unit_scale(unit: str, to: str, code: str) -> float:
    """Return what one ``unit`` of an item is in ``to``; water counts by mass or volume, by its density.

    Raises:
        BadInput: a unit is unknown, or the two do not measure the same thing.
    """
    return amount_factor(unit, to, t_per_m3=t_per_m3(code))
