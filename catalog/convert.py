"""Conversion between units of one dimension: energy, mass, volume, area, power, money.

pint does the arithmetic; this module only teaches it the units of the field (万, 亿, tce,
元) and how they are written. Currencies and price years are never converted.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from catalog.errors import BadInput
from catalog.units import normalised

_DEFINITIONS = (
    "万- = 1e4",
    "亿- = 1e8",
    "千- = 1e3",
    "百万- = 1e6",
    "kWh = 3.6e6 joule",
    "MWh = 3.6e9 joule",
    "GWh = 3.6e12 joule",
    "cubic_metre = meter ** 3 = 立方米",
    "square_metre = meter ** 2 = 平方米",
    "tonne_mass = 1000 kilogram = 吨",
    "tce = [standard_coal] = 吨标准煤",
    "kgce = 0.001 tce = 千克标准煤",
    "gce = 0.000001 tce",
    "tCO2 = [carbon_dioxide]",
    "kgCO2 = 0.001 tCO2",
    "yuan = [currency] = 元",
    "piece = [piece] = 件 = 台 = 套 = 个 = 辆 = 只 = 张 = 块 = 项 = 份",
)
_SPELLED = {
    "m³": "cubic_metre", "m3": "cubic_metre", "m²": "square_metre", "m2": "square_metre",
    "Nm³": "cubic_metre", "Nm3": "cubic_metre", "标准立方米": "cubic_metre",
    "t": "tonne_mass", "L": "liter", "℃": "degC",
}  # fmt: skip
"""Units pint would misread (it takes Nm³ for newton times cubic metre)."""
_PREFIXES = ("万", "亿", "千", "百万")


@lru_cache(maxsize=1)
def _registry() -> Any:
    import pint

    registry: Any = pint.UnitRegistry()
    for definition in _DEFINITIONS:
        registry.define(definition)
    return registry


def _spelled(part: str) -> str:
    for prefix in ("", *_PREFIXES):
        if part.startswith(prefix) and part[len(prefix) :] in _SPELLED:
            return prefix + _SPELLED[part[len(prefix) :]]
    return part


@lru_cache(maxsize=4096)
def factor(unit: str, to: str) -> float:
    """Return what one ``unit`` is in ``to``.

    Args:
        unit: unit as written, for example ``万kWh`` or ``元/m³``; "/a" is an ordinary divisor.
        to: unit wanted, of the same dimension.

    Raises:
        BadInput: a unit is unknown, or the two do not measure the same thing.
    """
    if normalised(unit) == normalised(to):
        return 1.0
    import pint

    registry = _registry()
    parsed = []
    for text in (unit, to):
        written = "/".join(_spelled(part) for part in normalised(text).split("/"))
        try:
            parsed.append(registry.parse_expression(written))
        except Exception as error:  # pint raises many kinds for text that is no unit
            raise BadInput(f"单位“{text}”无法识别，请改用 kWh、万kWh、m³、t、kg、GJ、tce、万元 等") from error
    try:
        return float((1 * parsed[0]).to(parsed[1].units).magnitude / parsed[1].magnitude)
    except (pint.DimensionalityError, AttributeError) as error:
        raise BadInput(f"单位“{unit}”不能换算为“{to}”，请改用同类单位") from error


def amount_factor(unit: str, to: str, *, t_per_m3: float | None = None) -> float:
    """Return what one ``unit`` is in ``to``, between mass and volume too where a density is known.

    Args:
        unit: unit as written.
        to: unit wanted.
        t_per_m3: density, t/m³; None: mass and volume stay apart.

    Raises:
        BadInput: a unit is unknown, or the two do not measure the same thing.
    """
    if t_per_m3 is not None and not same_dimension(unit, to):
        if same_dimension(unit, "m³") and same_dimension(to, "t"):
            return factor(unit, "m³") * t_per_m3 * factor("t", to)
        if same_dimension(unit, "t") and same_dimension(to, "m³"):
            return factor(unit, "t") / t_per_m3 * factor("m³", to)
    return factor(unit, to)


def convert(value: float, unit: str, to: str) -> float:
    """Return ``value`` given in ``unit`` as a number of ``to``.

    Raises:
        BadInput: a unit is unknown, or the two do not measure the same thing.
    """
    return value * factor(unit, to)


def same_dimension(unit: str, to: str) -> bool:
    """True when ``unit`` can be converted to ``to``."""
    try:
        factor(unit, to)
    except BadInput:
        return False
    return True
