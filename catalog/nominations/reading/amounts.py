"""Texts become numbers: amounts with units, shares, levels, reductions by pollutant."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal

from catalog.codes import fold
from catalog.nominations.reading.seen import (
    BRACKETS,
    LONGEST_PIECE,
    Seen,
    Value,
    half_width,
    shortened,
    squash,
)
from catalog.units import normalised

_MONEY = {
    "万元": "1",
    "元": "0.0001",
    "千元": "0.1",
    "百万元": "100",
    "亿元": "10000",
    "万": "1",
    "亿": "10000",
}
_COAL = {"tce": "1", "万tce": "10000", "kgce": "0.001", "万": "10000"}
_WATER = {"m³": "1", "万m³": "10000", "亿m³": "100000000", "t": "1", "万t": "10000", "万": "10000"}
_MASS = {"t": "1", "万t": "10000", "kg": "0.001", "g": "0.000001"}
_CARBON = {"t": "1", "tCO2": "1", "万t": "10000", "万tCO2": "10000", "kg": "0.001", "kgCO2": "0.001",
           "tCO2e": "1", "万tCO2e": "10000", "万": "10000"}  # fmt: skip
_YEARS = {"年": "1", "月": "1/12"}
UNITS: dict[str, tuple[dict[str, str], bool, str]] = {
    "investment_wan_yuan": (_MONEY, False, "万元，例如 320 或 320万元"),
    "operating_cost_wan_yuan": (_MONEY, True, "万元/a，例如 45.5"),
    "saving_tce": (_COAL, True, "tce/a，例如 1250 或 1.2万tce"),
    "water_saving_m3": (_WATER, True, "m³/a，例如 30000 或 3万m³"),
    "co2_t": (_CARBON, True, "tCO2/a，例如 3200"),
    "payback_years": (_YEARS, False, "年，例如 2.5 或 30个月"),
}
"""Field -> (unit -> factor to the unit of the form, whether "per year" may follow, how to write it)."""
_FIGURE = r"[+-]?\d+(?:\.\d+)?(?:e[+-]?\d{1,2})?"
_AMOUNT = re.compile(rf"(约|大约|近|≈|~)?({_FIGURE})(余|多|左右)?(.*?)(左右)?", re.IGNORECASE | re.DOTALL)
_DIGITS_APART = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_ROUGH = "原文为约数"


def _amount(seen: Seen, units: Mapping[str, str], *, per_year: bool) -> Value | None:
    """Read one number with an optional unit; None where it is none or the unit is another."""
    text = _DIGITS_APART.sub("", squash(half_width(seen.text)))
    found = _AMOUNT.fullmatch(text)
    if found is None:
        return None
    rest = found[4]
    remark = "".join(BRACKETS.findall(rest))
    own = _unit(BRACKETS.sub("", rest), per_year=per_year)
    told = _unit(seen.unit, per_year=per_year)
    unit = f"{own}元" if own in ("万", "亿") and units is _MONEY else own or told
    if unit and unit not in units:
        return None
    top, _, bottom = (units[unit] if unit else "1").partition("/")
    value = Decimal(found[2]) * Decimal(top) / Decimal(bottom or "1")
    notes = [_ROUGH] if found[1] or found[3] or found[5] else []
    notes += [f"括号内“{remark}”未读入"] if remark else []
    return Value(float(f"{value:.15g}"), note="；".join(notes))


def _unit(text: str, *, per_year: bool) -> str:
    """Return a unit in the spelling of the tables above, without "per year" where it may stand."""
    plain = squash(half_width(text)).replace("二氧化碳", "CO2").replace("当量", "")
    plain = re.sub(r"吨(?=CO2|ce)", "t", re.sub(r"co2", "CO2", plain, flags=re.IGNORECASE))
    unit = normalised(plain.replace("m3", "m³").replace("M3", "m³"))
    return unit.removesuffix("/a") if per_year else unit


def number_of(name: str) -> Callable[[Seen], Value]:
    """Return the reader of an amount in one of the units of the field ``name``."""
    units, per_year, cure = UNITS[name]

    def read(seen: Seen) -> Value:
        found = _amount(seen, units, per_year=per_year)
        return found if found is not None else Value(fault=f"请写一个数字，单位 {cure}")

    return read


def percent(seen: Seen) -> Value:
    """Read a share, in percent; 0.15 without a sign could be either and is a fault."""
    found = _amount(Seen(seen.text), {"%": "1", "百分比": "1"}, per_year=False)
    cure = "请写 0–100% 之间的一个比例，例如 15%"
    if found is None:
        return Value(fault=cure)
    if "%" not in half_width(seen.text) and 0 < abs(found.value) <= 1:
        return Value(fault=f"看不出是 {found.value * 100:.12g}% 还是 {found.value:.12g}%，请带 % 写明")
    return found


def level(seen: Seen) -> Value:
    """Read a technology readiness level, 1 to 9."""
    found = re.fullmatch(r"(?:trl)?-?([1-9])(?:\.0)?级?", fold(seen.text))
    return Value(int(found[1])) if found else Value(fault="请写 1–9 的整数，例如 9")


_REDUCTION = re.compile(
    rf"(.+?)(?:\s*[=:＝]\s*|\s*(?:年)?(?:减排量?|削减量?|减少)\s*[=:]?\s*|\s+)(?:约)?({_FIGURE})\s*(\D.*)?",
    re.IGNORECASE,
)
_REDUCTION_RUN = re.compile(rf"(\D+?)({_FIGURE})\s*(\D.*)?", re.IGNORECASE)
_REDUCTION_PARTS = re.compile(r"[;\n、]+|,(?!\d{3}(?!\d))")
_HALF_WIDTH = {code: code - 0xFEE0 for code in (*range(0xFF10, 0xFF1B), *range(0xFF21, 0xFF3B))}
_HALF_WIDTH |= {ord(wide): half for wide, half in zip("＝：；，．－−＋\u3000", "=:;,.--+ ", strict=True)}
"""Signs and digits made half-width where a name beside them has to stay as written."""


def reductions(seen: Seen) -> Value:
    """Read pollutants with their reductions (t/a): COD=12；氨氮=1.5."""
    amounts: dict[str, float] = {}
    rough = False
    cure = "请写成 COD=12；氨氮=1.5，单位 t/a"
    for part in (part.strip() for part in _REDUCTION_PARTS.split(seen.text.translate(_HALF_WIDTH))):
        if not part:
            continue
        short = part if len(part) <= LONGEST_PIECE else ""
        found = _REDUCTION.fullmatch(short) or _REDUCTION_RUN.fullmatch(short)
        name = found[1].strip().removesuffix("约") if found else ""
        if found is None or not name.strip("+-.0123456789") or name.upper() == "PM":
            return Value(fault=f"“{shortened(part)}”看不出污染物和数量，{cure}")
        amount = _amount(Seen(f"{found[2]}{found[3] or ''}", seen.unit), _MASS, per_year=True)
        if amount is None:
            return Value(fault=f"“{shortened(part)}”的单位不是每年的质量，{cure}")
        if amounts.setdefault(name, amount.value) != amount.value:
            return Value(fault=f"“{name}”写了两个数，请保留一个，{cure}")
        rough = rough or "约" in part or bool(amount.note)
    return Value(amounts, note=_ROUGH if rough else "")
