"""The trade-off ledger 减污降碳: what gets better beside what gets worse, item by item.

Amounts are those of the options carried out together (``totals.sequenced``). A deterioration
is never netted away in silence: it keeps its own column and its options, and its rows come
first. Energy rows carry their net standard coal and CO2 with the factor rows used.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from catalog import Catalog
from catalog.errors import BadInput
from catalog.factors import Factor, co2_factor, coal_factor
from recommender.audit import items as item_table
from recommender.audit.items import unit_scale
from recommender.audit.project import AuditProject, ItemEffect, ItemKind, Option
from recommender.audit.screening import title
from recommender.audit.sequence import in_order
from recommender.audit.totals import sequenced
from recommender.audit.valuation import Amount

_UNSTATED = "{option}：目录 {technology} 记载副作用{metrics}，方案没有列出任何负效果，请补充数量"
_NOT_IN_CATALOG = "{option}：技术 {technology} 不在目录中，副作用无法核对"


@dataclass(frozen=True)
class LedgerRow:
    """One item: ``improvement`` >= 0, ``deterioration`` <= 0, ``net`` their sum, all in ``unit`` a year.

    Less use, waste or discharge and more output improve. ``improving`` and ``deteriorating``
    are option numbers. ``tce`` and ``co2`` are the net of an energy row, None for other kinds.
    """

    kind: ItemKind
    item: str
    label: str
    unit: str
    improvement: float
    deterioration: float
    net: float
    improving: tuple[str, ...]
    deteriorating: tuple[str, ...]
    sources: tuple[str, ...]
    estimated: bool
    tce: Amount | None = None
    co2: Amount | None = None


def gain(effect: ItemEffect) -> float:
    """Return the amount of an effect so that above zero is better: more output counts as better."""
    return -effect.figure.value if effect.kind == "product" else effect.figure.value


def side_effects(option: Option) -> tuple[ItemEffect, ...]:
    """Return the effects of an option that make something worse."""
    return tuple(effect for effect in option.effects if gain(effect) < 0)


def ledger(project: AuditProject, ids: Iterable[str]) -> tuple[LedgerRow, ...]:
    """Return one row per item the options change: rows with a deterioration first, then as first met.

    Raises:
        BadInput: there is no option of that number, or a unit cannot be converted; the message
            names the option.
    """
    found: dict[tuple[ItemKind, str], list[tuple[Option, ItemEffect]]] = {}
    for option in sequenced(project, in_order(project, ids)):
        for effect in option.effects:
            found.setdefault((effect.kind, effect.item), []).append((option, effect))
    rows = [_row(project, effects) for effects in found.values()]
    return tuple(sorted(rows, key=lambda row: row.deterioration == 0))


def _row(project: AuditProject, effects: Sequence[tuple[Option, ItemEffect]]) -> LedgerRow:
    first = effects[0][1]
    unit = _common_unit(project, [effect for _, effect in effects])
    amounts = [(option.id, _amount(option, effect, unit)) for option, effect in effects]
    better = math.fsum(amount for _, amount in amounts if amount > 0)
    worse = math.fsum(amount for _, amount in amounts if amount < 0)
    figures = [effect.figure for _, effect in effects]
    estimated = any(figure.is_estimate for figure in figures)
    is_energy = first.kind == "energy"
    return LedgerRow(
        first.kind,
        first.item,
        first.label,
        unit,
        better,
        worse,
        better + worse,
        tuple(dict.fromkeys(id for id, amount in amounts if amount > 0)),
        tuple(dict.fromkeys(id for id, amount in amounts if amount < 0)),
        tuple(dict.fromkeys(figure.source for figure in figures if figure.source)),
        estimated,
        _converted(first, better + worse, unit, _coal(project, first.item), "tce", estimated)
        if is_energy else None,
        _converted(first, better + worse, unit, _carbon(project, first.item), "tCO2", estimated)
        if is_energy else None,
    )  # fmt: skip


def _coal(project: AuditProject, item: str) -> Factor | None:
    return coal_factor(item, basis=project.profile.coal_basis)


def _carbon(project: AuditProject, item: str) -> Factor | None:
    return co2_factor(item, region=project.profile.region, year=project.profile.factor_year)


def _converted(
    effect: ItemEffect, net: float, unit: str, factor: Factor | None, to: str, estimated: bool
) -> Amount:
    if factor is None:
        return Amount(None, missing=(effect.label,))
    value = factor.times(net, unit, to=to, t_per_m3=item_table.t_per_m3(effect.item))
    return Amount(value, (factor.row,), (), estimated or factor.estimated)


# Units


def _common_unit(project: AuditProject, effects: Sequence[ItemEffect]) -> str:
    """Unit of the yearly data, else of the item table, where all effects fit; else of the first effect."""
    first = effects[0]
    row, known = project.baseline(first.kind, first.item), item_table.items().get(first.item)
    for unit in (row.unit if row else None, known.unit if known else None):
        if unit and all(_fits(effect, unit) for effect in effects):
            return unit
    return first.figure.unit


def _fits(effect: ItemEffect, unit: str) -> bool:
    try:
        unit_scale(effect.figure.unit, unit, effect.item)
    except BadInput:
        return False
    return True


def _amount(option: Option, effect: ItemEffect, unit: str) -> float:
    try:
        return gain(effect) * unit_scale(effect.figure.unit, unit, effect.item)
    except BadInput as error:
        raise BadInput(f"{title(option)}：{effect.label}：{error}") from error


# Side effects of the record


def side_effects_unstated(project: AuditProject, catalog: Catalog, ids: Iterable[str]) -> tuple[str, ...]:
    """Return one line for every option that shows only good sides although its record lists bad ones.

    Raises:
        BadInput: there is no option of that number.
    """
    lines = []
    for option in in_order(project, ids):
        technology = option.technology_id
        if technology is None or side_effects(option):
            continue
        if technology not in catalog:
            lines.append(_NOT_IN_CATALOG.format(option=title(option), technology=technology))
            continue
        metrics = "".join(f"“{e.metric}”" for e in catalog[technology].effects if e.sign == "negative")
        if metrics:
            lines.append(_UNSTATED.format(option=title(option), technology=technology, metrics=metrics))
    return tuple(lines)
