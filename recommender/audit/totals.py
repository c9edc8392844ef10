"""What the options of a project add up to: items before and after, money, standard coal and CO2.

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

from catalog.errors import BadInput
from recommender.audit.items import unit_scale
from recommender.audit.project import AuditProject, Figure, ItemEffect, ItemKind, Option
from recommender.audit.screening import FEASIBLE, title, track
from recommender.audit.valuation import Valuation, value_option

Key = tuple[ItemKind, str]

SAVED_KINDS: tuple[ItemKind, ...] = ("energy", "water", "material", "generated", "discharged")
"""Kinds an option saves; a change of output is no saving and is added as it is."""


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


def baseline_key(effect: ItemEffect) -> Key:
    """Return kind and item under which the yearly data hold what an effect changes."""
    return effect.kind, effect.baseline_item or effect.item


def amount_in(effect: ItemEffect, unit: str) -> float:
    """Return the amount of an effect in ``unit``.

    Raises:
        BadInput: a unit is unknown, or the two do not measure the same thing.
    """
    return effect.figure.value * unit_scale(effect.figure.unit, unit, effect.item)


def _in_unit(option: Option, effect: ItemEffect, unit: str) -> float:
    try:
        return amount_in(effect, unit)
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
        row = project.baseline(*baseline_key(effect))
        if row is not None and effect.kind in SAVED_KINDS and effect.figure.value > 0:
            found[baseline_key(effect)] = found.get(baseline_key(effect), 0.0) + _in_unit(
                option, effect, row.unit
            )
    return found


def _reduced(option: Option, fractions: Mapping[Key, float]) -> Option:
    if all(fraction == 1 for fraction in fractions.values()):
        return option
    effects = tuple(
        effect.model_copy(update={"figure": _scaled(effect.figure, fractions[baseline_key(effect)])})
        if effect.figure.value > 0 and baseline_key(effect) in fractions
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
            row = project.baseline(*baseline_key(effect))
            if output is None or row is None or project.baseline_amount(*baseline_key(effect)) is None:
                return None
            output -= _in_unit(option, effect, row.unit)
    return output


def _items(
    project: AuditProject, options: Sequence[Option], output_after: float | None
) -> tuple[BaselineItem, ...]:
    effects: dict[Key, list[tuple[Option, ItemEffect]]] = {}
    for option in options:
        for effect in option.effects:
            effects.setdefault(baseline_key(effect), []).append((option, effect))
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
    if base is not None and key[0] in SAVED_KINDS:
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
