"""The rows behind the pictures of a project: abatement cost, effort, payback bands, schedule.

Options that are not feasible or were given up are in no chart; ``left_out`` names every option
a chart does not show and why. Figures that rest on an estimate, a claim or an example carry
its mark. Drawing is the business of ``charts``.
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from recommender.audit.project import AuditProject, Option, Schedule, Shutdown
from recommender.audit.report.content import mark
from recommender.audit.valuation import COST_CLASS_LABELS, WAN, Valuation
from recommender.economics import annuity_factor
from recommender.labels import MISSING_INPUTS, NOT_CALCULATED, join

ChartName = Literal["abatement", "effort", "payback", "gantt"]
Fit = Literal["fits", "conflict", "no_stop", "unknown", "no_date"]

BANDS = (("<1", 1.0), ("1–2", 2.0), ("2–3", 3.0), ("3–5", 5.0))
"""Bands of payback, years, with the limit each stays below; then come 5–10 (10 included) and >10."""
_LONG, _LONGEST, _NEVER = "5–10", ">10", "收不回"

FIT_LABELS: dict[Fit, str] = {
    "fits": "停产窗口内可完成", "conflict": "与停产窗口冲突", "no_stop": "不需停产",
    "unknown": "停产天数未提供", "no_date": "未提供开工日期",
}  # fmt: skip

_LABEL_SHARE, _LABEL_LEVELS = 0.05, 8
"""Labels closer than this share of the width are set one above the other."""

_NOT_FEASIBLE, _ABANDONED = "筛选结论为不可行", "已放弃"
_NO_REDUCTION = "没有减碳量"
_NO_CO2 = "减碳量（{names}没有排放因子）"
_MORE_CO2 = "增加排放 {value:g} tCO2/a"
_LACKS = "缺少{names}"
_NO_WINDOW = "需停产 {stop:g} 天，工期内没有停产窗口"
_SHORT_WINDOW = "需停产 {stop:g} 天，停产窗口“{window}”在工期内只有 {days} 天"


@dataclass(frozen=True)
class LeftOut:
    """An option a chart does not show, and why."""

    option_id: str
    name: str
    reason: str


@dataclass(frozen=True)
class CostStep:
    """One step of the abatement curve: ``start`` to ``end`` tCO2/a, ``cost`` 元/tCO2."""

    option_id: str
    name: str
    start: float
    end: float
    cost: float
    cost_label: str
    mark: str = ""
    label_level: int = 0

    @property
    def co2_t(self) -> float:
        """Width of the step, tCO2/a."""
        return self.end - self.start


@dataclass(frozen=True)
class EffortPoint:
    """One option: investment (万元) and annual saving (万元/a)."""

    option_id: str
    name: str
    investment_wan_yuan: float
    saving_wan_yuan: float
    cost_label: str
    mark: str = ""


@dataclass(frozen=True)
class PaybackBand:
    """The options whose payback lies in one band."""

    label: str
    option_ids: tuple[str, ...]
    investment_wan_yuan: float
    investment_missing: int

    @property
    def count(self) -> int:
        """Number of options."""
        return len(self.option_ids)


@dataclass(frozen=True)
class GanttRow:
    """When an option is built and whether its standstill fits a shutdown window.

    ``end`` is the first day after the work; without a duration it is None. ``stop_start`` and
    ``stop_end`` bound the standstill in the same way.
    """

    option_id: str
    name: str
    fit: Fit
    start: datetime.date | None = None
    end: datetime.date | None = None
    stop_start: datetime.date | None = None
    stop_end: datetime.date | None = None
    window: str = ""
    reason: str = ""


# What is shown


def left_out(
    project: AuditProject, valuations: Mapping[str, Valuation], *, chart: ChartName = "abatement"
) -> tuple[LeftOut, ...]:
    """Return the options a chart does not show, each with the reason, in the order of the project."""
    gaps: dict[str, Callable[[Option], str]] = {
        "abatement": lambda option: _abatement_gap(valuations[option.id]),
        "effort": lambda option: _effort_gap(valuations[option.id]),
        "payback": lambda _: "",
        "gantt": lambda option: FIT_LABELS["no_date"] if option.schedule.start is None else "",
    }
    reasons = ((option, _rejected(option) or gaps[chart](option)) for option in project.options)
    return tuple(LeftOut(option.id, option.name, reason) for option, reason in reasons if reason)


def _rejected(option: Option) -> str:
    if option.state == "abandoned":
        return _ABANDONED
    return _NOT_FEASIBLE if option.outcome == "not_feasible" else ""


def _shown(project: AuditProject) -> tuple[Option, ...]:
    return tuple(option for option in project.options if not _rejected(option))


def _abatement_gap(value: Valuation) -> str:
    """Return why an option has no place in the abatement curve, or an empty text."""
    gaps = list(value.missing)
    if value.co2.value is None:
        gaps.append(_NO_CO2.format(names=join(list(value.co2.missing))))
    if gaps:
        return _LACKS.format(names=join(gaps))
    assert value.co2.value is not None
    if value.co2.value < 0:
        return _MORE_CO2.format(value=-value.co2.value)
    return _NO_REDUCTION if value.co2.value == 0 else ""


def _effort_gap(value: Valuation) -> str:
    gaps = [name for name in value.missing if name != MISSING_INPUTS["discount_rate"]]
    return _LACKS.format(names=join(gaps)) if gaps else ""


def _cost_label(value: Valuation) -> str:
    return COST_CLASS_LABELS[value.cost_class] if value.cost_class else NOT_CALCULATED


def _mark(project: AuditProject, option: Option, value: Valuation, *, with_co2: bool = False) -> str:
    """Return the mark of an option's figures: investment, priced effects, money lines, on request CO2."""
    figures = [] if option.investment is None else [option.investment]
    figures += [line.figure for line in option.money]
    priced = {line.item for line in value.lines if line.price is not None}
    figures += [price.figure for price in project.profile.prices if price.item in priced]
    figures += [
        effect.figure
        for effect in option.effects
        if effect.item in priced or (with_co2 and (effect.kind == "energy" or effect.item == "co2"))
    ]
    found = {figure.evidence for figure in figures}
    estimated = option.scaling is not None or (with_co2 and value.co2.estimated and not mark(found))
    return mark(found | ({"estimate"} if estimated else set()))


# Abatement cost


def specific_cost(value: Valuation) -> float:
    """Return 元/tCO2: (I / annuity factor - P) x 10 000 / tCO2, below zero where CO2 saving pays.

    The annuity factor is the one of the discount rate over the option's life (equivalent annual
    cost, B8 of the audit method). Only for options in the abatement curve.
    """
    inputs = value.economics.inputs
    assert inputs.investment_wan_yuan is not None and inputs.discount_rate is not None
    assert inputs.life_years is not None and value.annual_saving_wan_yuan is not None and value.co2.value
    annual = inputs.investment_wan_yuan / annuity_factor(inputs.discount_rate, inputs.life_years)
    return (annual - value.annual_saving_wan_yuan) * WAN / value.co2.value


def abatement_steps(project: AuditProject, valuations: Mapping[str, Valuation]) -> tuple[CostStep, ...]:
    """Return the steps of the abatement curve, cheapest first (ties in the order of the project)."""
    found = [option for option in _shown(project) if not _abatement_gap(valuations[option.id])]
    found.sort(key=lambda option: specific_cost(valuations[option.id]))
    widths = [valuations[option.id].co2.value or 0.0 for option in found]
    levels = _label_levels(widths)
    steps, start = [], 0.0
    for option, width, level in zip(found, widths, levels, strict=True):
        value = valuations[option.id]
        steps.append(
            CostStep(
                option.id,
                option.name,
                start,
                start + width,
                specific_cost(value),
                _cost_label(value),
                _mark(project, option, value, with_co2=True),
                level,
            )
        )
        start += width
    return tuple(steps)


def _label_levels(widths: Sequence[float]) -> list[int]:
    """Return the height at which each label stands, so that narrow neighbours do not overlap."""
    levels: list[int] = []
    last, start, near = -math.inf, 0.0, _LABEL_SHARE * sum(widths)
    for width in widths:
        middle = start + width / 2
        levels.append((levels[-1] + 1) % _LABEL_LEVELS if levels and middle - last < near else 0)
        last, start = middle, start + width
    return levels


# Effort


def effort_points(project: AuditProject, valuations: Mapping[str, Valuation]) -> tuple[EffortPoint, ...]:
    """Return investment and annual saving of every option that has both."""
    return tuple(
        EffortPoint(
            option.id,
            option.name,
            option.investment.value,
            saving,
            _cost_label(valuations[option.id]),
            _mark(project, option, valuations[option.id]),
        )
        for option in _shown(project)
        if option.investment is not None
        and (saving := valuations[option.id].annual_saving_wan_yuan) is not None
    )


# Payback


def payback_band(value: Valuation) -> str:
    """Return the label of the band of an option's payback.

    收不回: calculated, but the yearly cash flow is not above zero. 未计算: an input is missing.
    """
    years = value.economics.payback_years
    if years is None:
        return _NEVER if "cash_flow_not_positive" in value.economics.flags else NOT_CALCULATED
    for label, limit in BANDS:
        if years < limit:
            return label
    return _LONG if years <= 10 else _LONGEST


def payback_bands(project: AuditProject, valuations: Mapping[str, Valuation]) -> tuple[PaybackBand, ...]:
    """Return count and investment (万元) of the options in each band; 收不回 only where there is one."""
    labels = [*(label for label, _ in BANDS), _LONG, _LONGEST, _NEVER, NOT_CALCULATED]
    found: dict[str, list[Option]] = {label: [] for label in labels}
    for option in _shown(project):
        found[payback_band(valuations[option.id])].append(option)
    bands = []
    for label, members in found.items():
        if label == _NEVER and not members:
            continue
        known = [option.investment.value for option in members if option.investment is not None]
        ids = tuple(option.id for option in members)
        bands.append(PaybackBand(label, ids, sum(known), len(members) - len(known)))
    return tuple(bands)


# Schedule


def gantt_rows(project: AuditProject) -> tuple[GanttRow, ...]:
    """Return when each option is built and whether its standstill fits, by start date, undated last.

    A standstill fits where one shutdown window and the working days of the option share at
    least ``stop_days``; ``unknown`` means that nobody said how long the option needs.
    """
    rows = [_gantt_row(option, project.profile.shutdowns) for option in _shown(project)]
    return tuple(sorted(rows, key=lambda row: (row.start is None, row.start or datetime.date.min)))


def _gantt_row(option: Option, shutdowns: Sequence[Shutdown]) -> GanttRow:
    plan = option.schedule
    if plan.start is None:
        return GanttRow(option.id, option.name, "no_date", reason=FIT_LABELS["no_date"])
    end = None if plan.days is None else plan.start + datetime.timedelta(days=plan.days)
    if not plan.stop_days:
        fit: Fit = "unknown" if plan.stop_days is None else "no_stop"
        reason = FIT_LABELS[fit] if fit == "unknown" else ""
        return GanttRow(option.id, option.name, fit, plan.start, end, reason=reason)
    stop = datetime.timedelta(days=math.ceil(plan.stop_days))
    days, first, window = _best_window(plan, stop, shutdowns)
    if days == 0:
        reason = _NO_WINDOW.format(stop=plan.stop_days)
    elif days < plan.stop_days:
        reason = _SHORT_WINDOW.format(stop=plan.stop_days, window=window, days=days)
    else:
        reason = ""
    fit = "conflict" if reason else "fits"
    return GanttRow(option.id, option.name, fit, plan.start, end, first, first + stop, window, reason)


def _best_window(
    plan: Schedule, stop: datetime.timedelta, shutdowns: Sequence[Shutdown]
) -> tuple[int, datetime.date, str]:
    """Return the days a standstill has in the window that offers most, the first of them, its name.

    Without a duration the work is taken to last as long as the standstill.
    """
    assert plan.start is not None
    end = plan.start + (stop if plan.days is None else datetime.timedelta(days=plan.days))
    best = (0, plan.start, "")
    for window in sorted(shutdowns, key=lambda one: (one.start, one.name)):
        days, first = _overlap(plan.start, end, window)
        if days > best[0]:
            best = (days, first, window.name)
    return best


def _overlap(start: datetime.date, end: datetime.date, window: Shutdown) -> tuple[int, datetime.date]:
    """Return the days a window and ``start`` to ``end`` share, and the first of them."""
    first = max(start, window.start)
    last = min(end, window.start + datetime.timedelta(days=window.days))
    return max((last - first).days, 0), first
