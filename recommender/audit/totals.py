"""What the options of a project add up to: items before and after, money, standard coal, CO2, targets.

Savings of several options on one item are never summed twice: each later saving applies to
what the earlier ones leave (remaining x (1 - saving / baseline)), in option order. Money,
standard coal and CO2 are computed from the same reduced savings. A sum to which one option
cannot contribute stays empty and names that option.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

from catalog.convert import amount_factor
from catalog.convert import factor as unit_factor
from catalog.display import number
from catalog.errors import BadInput
from catalog.units import normalised
from recommender.audit import items as item_table
from recommender.audit.project import AuditProject, Figure, ItemEffect, ItemKind, Option, Target, YearlyItem
from recommender.audit.screening import FEASIBLE, title, track
from recommender.audit.valuation import Valuation, value_option

Key = tuple[ItemKind, str]

_SHARED_KINDS: tuple[ItemKind, ...] = ("energy", "water", "material", "generated", "discharged")
"""Kinds an option saves; a change of output is no saving and is added as it is."""
_SAVED = {"generated": "减少{label}产生 ", "discharged": "减少{label}排放 "}
_USED = {"generated": "{label}产生量", "discharged": "{label}排放量", "product": "{label}产量"}

_GENERATED = "产生"
_TARGET_KINDS: tuple[ItemKind, ...] = (
    "energy", "water", "material", "discharged", "generated", "product",
)  # fmt: skip
_NO_ITEM = "目标未关联项目，不能由方案计算"
_UNKNOWN_ITEM = "没有“{item}”的年度数据，也没有方案涉及该项"
_NO_CURRENT = "未提供现状值，也没有基准年数据"
_NO_BASE = "方案改变产量，缺该项的基准年数据，无法计算单位产品指标"
_NO_OUTPUT = "缺基准年产量，无法计算单位产品指标"
_NO_OUTPUT_AFTER = "方案改变产量，缺该产品的基准年产量，无法计算单位产品指标"
_NO_DENOMINATOR = "目标单位“{unit}”缺少分母，单位产品指标请写成 {example} 一类的单位"
_NOT_ANNUAL = "目标单位“{unit}”带分母，年总量指标请写成 t、万m³ 一类的单位"
_NO_NEAR = "未提供近期目标值"
_NO_FAR = "未提供远期目标值"


@dataclass(frozen=True)
class BaselineItem:
    """One item before and after the options.

    ``saving`` is net and in ``unit``: above zero less use or discharge, below zero more.
    ``contributions`` holds what each option brings in its turn, in option order.
    """

    kind: ItemKind
    item: str
    label: str
    unit: str
    saving: float
    baseline: float | None
    share: float | None
    after: float | None
    output: float | None
    per_unit_unit: str
    per_unit_before: float | None
    per_unit_after: float | None
    contributions: tuple[tuple[str, float], ...]
    estimated: bool

    @property
    def options(self) -> tuple[str, ...]:
        """Numbers of the options that change the item."""
        return tuple(option for option, _ in self.contributions)


@dataclass(frozen=True)
class Sum:
    """A sum over options; None while ``missing`` names options that are not calculated."""

    value: float | None
    missing: tuple[str, ...] = ()
    estimated: bool = False


@dataclass(frozen=True)
class Sums:
    """Money, standard coal and CO2 of a set of options."""

    options: tuple[str, ...]
    investment_wan_yuan: Sum
    annual_saving_wan_yuan: Sum
    tce: Sum
    co2_t: Sum


@dataclass(frozen=True)
class Totals:
    """The options of a project together; ``low_cost`` and ``high_cost`` are parts of ``total``.

    An option without a known cost class is in ``total`` only and named in ``unclassed``.
    """

    options: tuple[str, ...]
    year: int | None
    output: float | None
    output_after: float | None
    output_unit: str
    items: tuple[BaselineItem, ...]
    total: Sums
    low_cost: Sums
    high_cost: Sums
    unclassed: tuple[str, ...]
    notes: tuple[str, ...]

    def item(self, kind: ItemKind, item: str) -> BaselineItem | None:
        """Return the row of an item, or None where no option changes it."""
        return next((row for row in self.items if (row.kind, row.item) == (kind, item)), None)


def counted(project: AuditProject) -> tuple[str, ...]:
    """Return the options that count: found feasible and not abandoned."""
    return tuple(o.id for o in project.options if o.outcome in FEASIBLE and o.state != "abandoned")


def _key(effect: ItemEffect) -> Key:
    return effect.kind, effect.baseline_item or effect.item


def _amount(effect: ItemEffect, unit: str) -> float:
    return effect.figure.value * unit_scale(effect.figure.unit, unit, effect.item)


def unit_scale(unit: str, to: str, item: str) -> float:
    """Return what one ``unit`` of an item is in ``to``; water counts by mass or volume, by its density.

    Raises:
        BadInput: a unit is unknown, or the two do not measure the same thing.
    """
    return amount_factor(unit, to, t_per_m3=item_table.t_per_m3(item))


def _in_unit(option: Option, effect: ItemEffect, unit: str) -> float:
    try:
        return _amount(effect, unit)
    except BadInput as error:
        raise BadInput(f"{title(option)}：{effect.label}：{error}") from error


# Savings in sequence


def sequenced(project: AuditProject, options: Sequence[Option]) -> tuple[Option, ...]:
    """Return the options with each saving reduced to what the options before it leave.

    A saving s on an item with baseline b takes the share s / b of what remains; the savings
    of one option on one item count together. Negative effects, changes of output, and items
    without a baseline amount stay as they are.

    Raises:
        BadInput: a unit cannot be converted to that of the baseline; names the option.
    """
    left: dict[Key, float] = {}
    result = []
    for option in options:
        fractions: dict[Key, float] = {}
        for key, amount in _saved(project, option).items():
            base = project.baseline_amount(*key)
            if base is not None:
                remaining = left.get(key, 1.0)
                fractions[key] = remaining * (min(amount, max(base, 0.0)) / amount)
                left[key] = remaining * (1 - amount / base) if amount < base else 0.0
        result.append(_reduced(option, fractions))
    return tuple(result)


def _saved(project: AuditProject, option: Option) -> dict[Key, float]:
    """Positive savings of an option by item, in the unit of the baseline row, where there is one."""
    found: dict[Key, float] = {}
    for effect in option.effects:
        row = project.baseline(*_key(effect))
        if row is not None and effect.kind in _SHARED_KINDS and effect.figure.value > 0:
            found[_key(effect)] = found.get(_key(effect), 0.0) + _in_unit(option, effect, row.unit)
    return found


def _reduced(option: Option, fractions: Mapping[Key, float]) -> Option:
    if all(fraction == 1 for fraction in fractions.values()):
        return option
    effects = tuple(
        effect.model_copy(update={"figure": _scaled(effect.figure, fractions[_key(effect)])})
        if effect.figure.value > 0 and _key(effect) in fractions
        else effect
        for effect in option.effects
    )
    return option.model_copy(update={"effects": effects})


def _scaled(figure: Figure, fraction: float) -> Figure:
    ends = {
        name: None if value is None else value * fraction
        for name, value in (("low", figure.low), ("high", figure.high))
    }
    return figure.model_copy(update={"value": figure.value * fraction, **ends})


# Totals


def totals(
    project: AuditProject,
    option_ids: Iterable[str] | None = None,
    *,
    valuations: Mapping[str, Valuation] | None = None,
) -> Totals:
    """Return items before and after, and sums of money, standard coal and CO2.

    Args:
        project: the audit project.
        option_ids: options to count, in project order; None: all that are feasible and not
            abandoned.
        valuations: results at hand by option number; what is not in them is computed, and so
            are options whose saving others reduce.

    Raises:
        BadInput: no such option, or a unit that cannot be converted; names the option.
    """
    wanted = set(counted(project) if option_ids is None else option_ids)
    for id in sorted(wanted):
        project.option(id)
    plain = [option for option in project.options if option.id in wanted]
    reduced = sequenced(project, plain)
    given = valuations or {}
    values = {
        after.id: given[after.id] if after is before and after.id in given else value_option(project, after)
        for before, after in zip(plain, reduced, strict=True)
    }
    ways = {option.id: _way(project, option, values[option.id]) for option in plain}
    output_after = _output_after(project, reduced)
    return Totals(
        tuple(option.id for option in plain),
        project.baseline_year,
        project.output,
        output_after,
        project.profile.product_unit,
        _items(project, reduced, output_after),
        _sums(plain, values),
        _sums([option for option in plain if ways[option.id] == "low_cost"], values),
        _sums([option for option in plain if ways[option.id] == "high_cost"], values),
        tuple(id for id, way in ways.items() if way == "unknown"),
        _notes(plain),
    )


def _way(project: AuditProject, option: Option, valuation: Valuation) -> str:
    decided = {"feasible_low_cost": "low_cost", "preliminary_high_cost": "high_cost"}
    return decided.get(option.outcome) or track(project, option, valuation)


def _sums(options: Sequence[Option], values: Mapping[str, Valuation]) -> Sums:
    found = [(option, values[option.id]) for option in options]
    return Sums(
        tuple(option.id for option in options),
        _sum((o, o.investment.value, o.investment.is_estimate) if o.investment else (o, None, False)
             for o, _ in found),
        _sum((o, v.annual_saving_wan_yuan, v.estimated) for o, v in found),
        _sum((o, v.tce.value, v.tce.estimated) for o, v in found),
        _sum((o, v.co2.value, v.co2.estimated) for o, v in found),
    )  # fmt: skip


def _sum(rows: Iterable[tuple[Option, float | None, bool]]) -> Sum:
    found = list(rows)
    missing = tuple(f"{option.id} {option.name}" for option, value, _ in found if value is None)
    known = [value for _, value, _ in found if value is not None]
    return Sum(None if missing else math.fsum(known), missing, any(mark for *_, mark in found))


def _output_after(project: AuditProject, options: Sequence[Option]) -> float | None:
    """Output once options have changed it, or None where a change has no output to stand beside."""
    output = project.output
    for option in options:
        for effect in option.effects:
            if effect.kind != "product":
                continue
            row = project.baseline(*_key(effect))
            if output is None or row is None or project.baseline_amount(*_key(effect)) is None:
                return None
            output -= _in_unit(option, effect, row.unit)
    return output


def _items(
    project: AuditProject, options: Sequence[Option], output_after: float | None
) -> tuple[BaselineItem, ...]:
    effects: dict[Key, list[tuple[Option, ItemEffect]]] = {}
    for option in options:
        for effect in option.effects:
            effects.setdefault(_key(effect), []).append((option, effect))
    in_rows = [(row.kind, row.item) for row in project.years]
    keys = [key for key in dict.fromkeys(in_rows) if key in effects]
    keys += [key for key in effects if key not in in_rows]
    return tuple(_item(project, key, effects[key], output_after) for key in keys)


def _item(
    project: AuditProject, key: Key, effects: Sequence[tuple[Option, ItemEffect]], output_after: float | None
) -> BaselineItem:
    row, base, output = project.baseline(*key), project.baseline_amount(*key), project.output
    label, unit = (row.label, row.unit) if row else (effects[0][1].label, effects[0][1].figure.unit)
    by_option: dict[str, float] = {}
    for option, effect in effects:
        by_option[option.id] = by_option.get(option.id, 0.0) + _in_unit(option, effect, unit)
    saving = math.fsum(by_option.values())
    if base is not None and key[0] in _SHARED_KINDS:
        saving = min(saving, base)  # rounding must not leave less than nothing
    after = None if base is None else base - saving
    return BaselineItem(
        kind=key[0],
        item=key[1],
        label=label,
        unit=unit,
        saving=saving,
        baseline=base,
        share=saving / base if base else None,
        after=after,
        output=output,
        per_unit_unit=f"{unit}/{project.profile.product_unit}",
        per_unit_before=_per(base, output),
        per_unit_after=_per(after, output_after),
        contributions=tuple(by_option.items()),
        estimated=any(effect.figure.is_estimate for _, effect in effects),
    )


def _per(amount: float | None, output: float | None) -> float | None:
    return amount / output if amount is not None and output else None


def _notes(options: Sequence[Option]) -> tuple[str, ...]:
    """Return which of the options counted exclude or compete with each other."""
    notes = []
    for one, other in combinations(options, 2):
        if other.id in one.conflicts_with or one.id in other.conflicts_with:
            notes.append(f"方案 {one.id} 与 {other.id} 互斥，合计中两者都已计入，请只保留一个")
        elif one.group and one.group == other.group:
            notes.append(f"方案 {one.id} 与 {other.id} 同属比选组“{one.group}”，合计中两者都已计入，请核对")
    return tuple(notes)


# Savings against the baseline


def check_savings(project: AuditProject) -> tuple[str, ...]:
    """Return one line for every saving above what the site uses or discharges in the baseline year.

    Also for units that cannot be converted to that of the baseline. Options rejected or
    abandoned are not looked at.
    """
    lines = []
    for option in project.options:
        if option.outcome == "not_feasible" or option.state == "abandoned":
            continue
        effects: dict[Key, list[ItemEffect]] = {}
        for effect in option.effects:
            effects.setdefault(_key(effect), []).append(effect)
        for key, found in effects.items():
            row = project.baseline(*key)
            fault = _saving_fault(project, row, found) if row is not None else ""
            if fault:
                lines.append(f"{title(option)}：{fault}")
    return tuple(lines)


def _saving_fault(project: AuditProject, row: YearlyItem, effects: Sequence[ItemEffect]) -> str:
    try:
        saving = math.fsum(max(_amount(effect, row.unit), 0.0) for effect in effects)
    except BadInput as error:
        return f"{row.label}的单位与年度数据不一致：{error}"
    base = project.baseline_amount(row.kind, row.item)
    if base is None or row.kind not in _SHARED_KINDS or saving <= base * (1 + 1e-9):
        return ""
    shown = f"{number(saving)} {row.unit}"
    if len(effects) == 1 and normalised(effects[0].figure.unit) != normalised(row.unit):
        shown = f"{number(effects[0].figure.value)} {effects[0].figure.unit}（{shown}）"
    return (
        f"{_saving_word(row)}{shown} 超过 {project.baseline_year} 年{_use_word(row)} "
        f"{number(base)} {row.unit}，请核对数量或单位"
    )


def _alias(row: YearlyItem, start: str) -> str | None:
    known = item_table.items().get(row.item)
    return next((word for word in known.aliases if word.startswith(start)), None) if known else None


def _saving_word(row: YearlyItem) -> str:
    if row.kind in _SAVED:
        return _SAVED[row.kind].format(label=row.label)
    return f"{_alias(row, '节') or f'节约{row.label}'} "


def _use_word(row: YearlyItem) -> str:
    if row.kind in _USED:
        return _USED[row.kind].format(label=row.label)
    return f"{_alias(row, '用') or f'{row.label}用'}量"


# Targets


@dataclass(frozen=True)
class TargetResult:
    """A 清洁生产目标 before and after the options, in the unit of the target.

    ``origin`` says whether ``current`` was given or computed from the baseline; ``options`` are
    those that change the item. Where a value is None, ``reason`` says why it is not computed.
    """

    target: Target
    current: float | None
    origin: Literal["given", "computed"] | None
    after: float | None
    reached_near: bool | None
    reached_far: bool | None
    reason: str
    options: tuple[str, ...]

    @property
    def indicator(self) -> str:
        """Name of the indicator."""
        return self.target.indicator

    @property
    def unit(self) -> str:
        """Unit of every value."""
        return self.target.unit

    @property
    def near(self) -> float | None:
        """Value wanted soon."""
        return self.target.near

    @property
    def far(self) -> float | None:
        """Value wanted later."""
        return self.target.far


def target_results(
    project: AuditProject, option_ids: Iterable[str] | None = None
) -> tuple[TargetResult, ...]:
    """Return every target of the project with its value after the options.

    The change of the indicator is that of the item's amount (per unit of product: amount over
    output) and is taken off the current value. An item both generated and discharged counts
    as discharged unless the indicator says 产生.

    Raises:
        BadInput: as ``totals``.
    """
    found = totals(project, option_ids)
    return tuple(_target_result(project, target, found) for target in project.targets)


def _target_result(project: AuditProject, target: Target, found: Totals) -> TargetResult:
    current, after, reason = target.current, None, ""
    origin: Literal["given", "computed"] | None = None if current is None else "given"
    item = None
    try:
        kind = _kind(project, target)
        item = found.item(kind, target.item)
        if current is None:
            current, origin = _computed(project, target, kind), "computed"
        after = current - _change(project, target, kind, item, found)
    except BadInput as error:
        reason = str(error)
    wanted = ((target.near, _NO_NEAR), (target.far, _NO_FAR))
    gaps = [reason, *(gap for value, gap in wanted if value is None)]
    return TargetResult(
        target,
        current,
        origin,
        after,
        _reached(target, after, target.near),
        _reached(target, after, target.far),
        "；".join(gap for gap in gaps if gap),
        item.options if item else (),
    )


def _kind(project: AuditProject, target: Target) -> ItemKind:
    """Return the kind of the target's item in this project.

    Raises:
        BadInput: the reason why the target is not computed.
    """
    if not target.item:
        raise BadInput(_NO_ITEM)
    kinds = {row.kind for row in project.years if row.item == target.item}
    for option in project.options:
        kinds |= {kind for kind, item in map(_key, option.effects) if item == target.item}
    if not kinds:
        raise BadInput(_UNKNOWN_ITEM.format(item=target.item))
    if _GENERATED in target.indicator and "generated" in kinds:
        return "generated"
    return next(kind for kind in _TARGET_KINDS if kind in kinds)


def _computed(project: AuditProject, target: Target, kind: ItemKind) -> float:
    row, base = project.baseline(kind, target.item), project.baseline_amount(kind, target.item)
    if row is None or base is None:
        raise BadInput(_NO_CURRENT)
    return _as_indicator(project, target, base, row.unit, project.output)


def _change(
    project: AuditProject, target: Target, kind: ItemKind, item: BaselineItem | None, found: Totals
) -> float:
    """Return by how much the options lower the indicator, in its unit."""
    same_output = not target.per_unit or found.output_after == found.output
    if item is None and same_output:
        return 0.0
    row, base = project.baseline(kind, target.item), project.baseline_amount(kind, target.item)
    if not same_output and found.output_after is None:
        raise BadInput(_NO_OUTPUT_AFTER)
    if base is None and not same_output:
        raise BadInput(_NO_BASE)
    unit = item.unit if item else row.unit if row else ""
    before, saving = base or 0.0, item.saving if item else 0.0
    return _as_indicator(project, target, before, unit, found.output) - _as_indicator(
        project, target, before - saving, unit, found.output_after
    )


def _as_indicator(
    project: AuditProject, target: Target, amount: float, unit: str, output: float | None
) -> float:
    """Return an amount of the target's item in the target's unit, per unit of product where it says so."""
    head, _, per = normalised(target.unit).partition("/")
    value = amount * unit_scale(unit, head, target.item)
    if not target.per_unit:
        if per not in ("", "a"):
            raise BadInput(_NOT_ANNUAL.format(unit=target.unit))
        return value
    product = project.profile.product_unit
    if not per:
        raise BadInput(_NO_DENOMINATOR.format(unit=target.unit, example=f"{unit}/{product}"))
    if not output:
        raise BadInput(_NO_OUTPUT)
    return value / (output * unit_factor(product, per))


def _reached(target: Target, after: float | None, wanted: float | None) -> bool | None:
    if after is None or wanted is None:
        return None
    if math.isclose(after, wanted, rel_tol=1e-9):
        return True
    return (after > wanted) is target.higher_is_better
