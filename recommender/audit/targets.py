"""The 清洁生产目标 of a project before and after the options, and whether they are reached."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from catalog.convert import factor as unit_factor
from catalog.errors import BadInput
from catalog.units import normalised
from recommender.audit.items import unit_scale
from recommender.audit.project import AuditProject, ItemKind, Target
from recommender.audit.totals import BaselineItem, Totals, baseline_key, totals

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
        kinds |= {kind for kind, item in map(baseline_key, option.effects) if item == target.item}
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
