"""Versioned factor tables: standard coal and carbon dioxide, each row with its source.

Tables lie in ``data/factors/*.csv``. A factor is never picked silently: every result
carries the row it was computed with, and a missing row is an answer of its own.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

from catalog.convert import amount_factor
from catalog.convert import factor as unit_factor
from catalog.errors import BadInput
from catalog.paths import DATA_DIR

Basis = Literal["calorific", "equivalent"]

BASIS_LABELS = {"calorific": "当量值", "equivalent": "等价值", "none": "不区分当量、等价"}
GENERAL_MARK = "行业通行值，使用前应核对"
RANGE_MARK = "取区间 {low:g}–{high:g} 的中值，有实测热值应改用实测"
CARBON_TO_CO2 = 44.0 / 12.0


@dataclass(frozen=True)
class Factor:
    """One row of a factor table, ready to multiply with an annual amount.

    ``value`` is in ``unit`` (kgce per physical unit, or tCO2 per physical unit); ``row``
    is the text printed beside every result.
    """

    item: str
    value: float
    unit: str
    row: str
    estimated: bool = False

    def times(self, amount: float, unit: str, *, to: str, t_per_m3: float | None = None) -> float:
        """Return ``amount`` (in ``unit``) times this factor, in ``to`` (tce or tCO2).

        Raises:
            BadInput: ``unit`` does not measure what the factor is stated for.
        """
        numerator, _, denominator = self.unit.partition("/")
        scale = amount_factor(unit, denominator, t_per_m3=t_per_m3)
        return amount * scale * self.value * unit_factor(numerator, to)


@lru_cache(maxsize=8)
def _rows(name: str, folder: Path) -> tuple[dict[str, str], ...]:
    with (folder / name).open(encoding="utf-8", newline="") as stream:
        return tuple(csv.DictReader(stream))


def _folder(folder: Path | None) -> Path:
    return folder or DATA_DIR / "factors"


def coal_factor(
    item: str, *, basis: Basis = "calorific", edition: str | None = None, folder: Path | None = None
) -> Factor | None:
    """Return the standard-coal factor of an energy carrier, or None where no row exists.

    Args:
        item: code of ``data/audit/items.csv``, for example ``electricity``.
        basis: 当量值 (``calorific``) or 等价值 (``equivalent``); only electricity has both.
        edition: a certain edition; without it the first row of the table, the newest.
        folder: tables to read; the shipped ones by default.
    """
    for row in _rows("coal.csv", _folder(folder)):
        if row["item"] != item or row["basis"] not in ("none", basis):
            continue
        if edition is not None and row["edition"] != edition:
            continue
        low, high = float(row["low"]), float(row["high"])
        notes = [BASIS_LABELS[row["basis"]]] if row["basis"] != "none" else []
        notes += [RANGE_MARK.format(low=low, high=high)] if low != high else []
        notes += [GENERAL_MARK] if row["mark"] == "general" else []
        value = (low + high) / 2
        told = f"（{'；'.join(notes)}）" if notes else ""
        return Factor(
            item, value, row["unit"], f"{row['name']} {value:g} {row['unit']}，{row['standard']}{told}",
            estimated=low != high or row["mark"] == "general",
        )  # fmt: skip
    return None


def regions(folder: Path | None = None) -> list[str]:
    """Return the regions that have an electricity factor, in table order."""
    return list(dict.fromkeys(row["region"] for row in _rows("electricity_co2.csv", _folder(folder))))


def factor_years(region: str, folder: Path | None = None) -> list[int]:
    """Return the years of the electricity factor of ``region``, newest first."""
    rows = _rows("electricity_co2.csv", _folder(folder))
    return sorted({int(row["year"]) for row in rows if row["region"] == region}, reverse=True)


def electricity_co2(region: str, year: int | None = None, *, folder: Path | None = None) -> Factor | None:
    """Return the average emission factor of purchased electricity, or None where none is published.

    Args:
        region: province or national row as printed, for example ``重庆``.
        year: year the factor describes; without it the newest.
        folder: tables to read; the shipped ones by default.
    """
    years = factor_years(region, folder)
    wanted = year if year is not None else (years[0] if years else None)
    for row in _rows("electricity_co2.csv", _folder(folder)):
        if row["region"] == region and int(row["year"]) == wanted:
            value = float(row["factor"])
            mark = f"（{GENERAL_MARK}）" if row["mark"] == "general" else ""
            text = f"电力平均二氧化碳排放因子 {region} {wanted} 年 {value:g} kgCO2/kWh，{row['source']}{mark}"
            return Factor("electricity", value, "kgCO2/kWh", text, estimated=row["mark"] == "general")
    return None


def fuel_co2(item: str, *, folder: Path | None = None) -> Factor | None:
    """Return the CO2 factor of a fuel or of purchased heat, or None where none is in the table.

    Factor = net calorific value x carbon per heat x oxidation rate x 44/12 (provincial and
    enterprise guideline defaults); purchased heat has a direct default.
    """
    for row in _rows("fuel_co2.csv", _folder(folder)):
        if row["item"] != item:
            continue
        mark = f"（{GENERAL_MARK}）" if row["mark"] == "general" else ""
        if row["direct"]:
            value, unit = float(row["direct"]), row["direct_unit"]
            text = f"{row['name']} {value:g} {unit}，{row['source']}{mark}"
        else:
            ncv, carbon = float(row["ncv"]), float(row["carbon_tc_per_gj"])
            oxidation = float(row["oxidation_percent"]) / 100
            value = ncv * carbon * oxidation * CARBON_TO_CO2
            unit = "tCO2/" + row["ncv_unit"].partition("/")[2]
            text = (
                f"{row['name']} {value:.4g} {unit}（{ncv:g} {row['ncv_unit']} × {carbon:g} tC/GJ × "
                f"{oxidation:.0%} × 44/12），{row['source']}{mark}"
            )
        note = f"；{row['note']}" if row["note"] else ""
        return Factor(item, value, unit, text + note, estimated=row["mark"] == "general" or bool(row["note"]))
    return None


def co2_factor(item: str, *, region: str, year: int | None = None) -> Factor | None:
    """Return the CO2 factor of an energy carrier at a site of ``region``.

    Raises:
        BadInput: electricity is asked for a region or year without a published factor.
    """
    if item != "electricity":
        return fuel_co2(item)
    found = electricity_co2(region, year)
    if found is None:
        known = "、".join(regions())
        wanted = f"{region} {year} 年" if year is not None else region
        raise BadInput(f"电力排放因子：没有“{wanted}”的公布值；可选地区：{known}")
    return found
