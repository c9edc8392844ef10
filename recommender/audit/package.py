"""Choosing the package of options: the best set within budget, payback limit, conflicts and streams.

A 0-1 linear programme (``solving``), in which each option counts with the value it has on its
own. Savings that overlap make this a simplification, therefore the chosen package is valued
again in sequence (``sequence.package_value``) and checked against the limits with those
figures; what no longer holds is told in ``Package.warnings``.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

from catalog.display import number
from recommender.audit.project import AuditProject, Option, PackageSettings, Stream
from recommender.audit.screening import FEASIBLE, natural_key, title
from recommender.audit.sequence import PackageValue, in_order, missing_prerequisites, package_value
from recommender.audit.solving import TOLERANCE, Binding, Kind, Row, bindings, choose
from recommender.audit.valuation import Valuation, value_option
from recommender.labels import NOT_CALCULATED, amount, join

Criterion = Literal["npv", "annual_saving", "co2"]

CRITERION_LABELS: dict[Criterion, str] = {"npv": "净现值", "annual_saving": "年节省", "co2": "减碳量"}

_MODEL = (
    "以各方案单独测算的{criterion}之和最大为目标的 0-1 线性规划（HiGHS 精确求解），约束为预算、"
    "组合回收期（投资之和 ≤ 回收期上限 × 首年净现金流之和）、互斥、前置和物流能流占用不超过 100 %，"
    "数值相同时取方案少、编号小的；选出的组合再按实施先后依次折减节约量重新测算。"
)
_NOT_SCREENED = {"undecided": "尚未筛选", "not_feasible": "不可行"}
_ABANDONED = "已放弃"
_NOT_CALCULATED = NOT_CALCULATED + "，缺少：{names}"
_NO_CO2 = "减碳量未计算，缺少排放因子：{names}"
_WITHOUT_PREREQUISITE = "前置方案 {required} 未参与组合"
_NO_CANDIDATES = "没有可参与组合的方案，请先完成筛选并补齐测算数据"
_NO_GAIN = "可参与的方案{criterion}都不大于 0"
_NO_ROOM = "在现有预算、回收期、互斥、前置和物流能流条件下，没有{criterion}大于 0 的组合"


@dataclass(frozen=True)
class Package:
    """The chosen package, ``ids`` in the order in which they are carried out.

    ``objective`` is the sum of the single values by ``criterion`` (万元, 万元/a or tCO2/a);
    ``value`` the package in sequence. ``left_out`` holds options that could not take part,
    with the reason. ``reason`` says why a package is empty, ``warnings`` what of the chosen
    package does not hold in sequence or does not fit a shutdown.
    """

    ids: tuple[str, ...]
    objective: float
    criterion: Criterion
    value: PackageValue
    binding: tuple[Binding, ...]
    left_out: tuple[tuple[str, str], ...]
    model: str
    reason: str = ""
    warnings: tuple[str, ...] = ()


def choose_package(project: AuditProject, *, settings: PackageSettings | None = None) -> Package:
    """Return the best package of the feasible options whose economics are calculated.

    Args:
        project: the audit project.
        settings: budget, payback limit and criterion; None: those of the project.

    Raises:
        BadInput: a unit of an option does not fit its price or factor.
    """
    limits = settings or project.package
    found, left_out = _candidates(project, limits)
    options = [project.option(id) for id in sorted(found, key=natural_key)]
    valued = [found[option.id] for option in options]
    gains = tuple(gain for one in valued if (gain := _gain(one, limits.criterion)) is not None)
    rows = tuple(_rows(project, limits, options, valued))
    chosen = choose(gains, rows)
    ids = tuple(options[index].id for index in chosen)
    objective = math.fsum(gains[index] for index in chosen)
    value = package_value(project, ids)
    label = CRITERION_LABELS[limits.criterion]
    return Package(
        value.ids,
        objective,
        limits.criterion,
        value,
        bindings(gains, rows, objective),
        left_out,
        _MODEL.format(criterion=label),
        "" if ids else _why_empty(gains).format(criterion=label),
        violations(project, ids, settings=limits),
    )


def _why_empty(gains: Sequence[float]) -> str:
    if not gains:
        return _NO_CANDIDATES
    return _NO_ROOM if max(gains) > 0 else _NO_GAIN


# Candidates


def _candidates(
    project: AuditProject, limits: PackageSettings
) -> tuple[dict[str, Valuation], tuple[tuple[str, str], ...]]:
    """Valuations of the options that take part by number, and those left out with the reason."""
    found: dict[str, Valuation] = {}
    reasons: dict[str, str] = {}
    for option in project.options:
        reason = _undecided(option)
        if not reason:
            valuation = value_option(project, option)
            reason = _uncalculated(valuation, limits)
            found[option.id] = valuation
        if reason:
            reasons[option.id] = reason
    found = {id: valuation for id, valuation in found.items() if id not in reasons}
    while lost := missing_prerequisites([project.option(id) for id in found]):
        for option, required in lost:
            reasons.setdefault(option.id, _WITHOUT_PREREQUISITE.format(required=required))
            found.pop(option.id, None)
    left_out = tuple((id, reasons[id]) for id in sorted(reasons, key=natural_key))
    return found, left_out


def _undecided(option: Option) -> str:
    if option.outcome not in FEASIBLE:
        return _NOT_SCREENED[option.outcome]
    return _ABANDONED if option.state == "abandoned" else ""


def _uncalculated(valuation: Valuation, limits: PackageSettings) -> str:
    if valuation.missing:
        return _NOT_CALCULATED.format(names=join(list(valuation.missing)))
    if _gain(valuation, limits.criterion) is None:
        return _NO_CO2.format(names=join(list(valuation.co2.missing)))
    return ""


def _gain(valuation: Valuation, criterion: Criterion) -> float | None:
    return {
        "npv": valuation.economics.npv_wan_yuan,
        "annual_saving": valuation.annual_saving_wan_yuan,
        "co2": valuation.co2.value,
    }[criterion]


# Limits


def _conflicts(options: Sequence[Option]) -> Iterator[tuple[Option, Option]]:
    """Pairs that exclude each other, whichever of the two says so."""
    for one, other in combinations(sorted(options, key=lambda option: natural_key(option.id)), 2):
        if other.id in one.conflicts_with or one.id in other.conflicts_with:
            yield one, other


def _less(one: float, other: float) -> float:
    """Return ``one`` less ``other``, 0 where they differ by rounding alone."""
    return 0.0 if math.isclose(one, other, rel_tol=TOLERANCE) else one - other


def _shares(options: Sequence[Option], stream: Stream) -> list[float]:
    return [math.fsum(c.share for c in option.claims if c.stream == stream.id) for option in options]


def _rows(
    project: AuditProject, limits: PackageSettings, options: Sequence[Option], valued: Sequence[Valuation]
) -> Iterator[Row]:
    place = {option.id: index for index, option in enumerate(options)}

    def row(kind: Kind, label: str, coefficients: Mapping[str, float], upper: float) -> Row:
        values = [0.0] * len(options)
        for id, value in coefficients.items():
            values[place[id]] = value
        return Row(kind, label, tuple(values), upper)

    costs = [one.economics.inputs.investment_wan_yuan or 0.0 for one in valued]
    if (budget := limits.budget_wan_yuan) is not None:
        yield Row("budget", f"预算 {number(budget)} 万元", tuple(costs), budget)
    if (years := limits.payback_limit_years) is not None:
        flows = [one.economics.net_cash_flow_wan_yuan or 0.0 for one in valued]
        net = tuple(_less(cost, years * flow) for cost, flow in zip(costs, flows, strict=True))
        yield Row("payback", f"组合回收期上限 {number(years)} 年", net, 0.0)
    for one, other in _conflicts(options):
        yield row("conflict", f"互斥：{one.id} 与 {other.id}", {one.id: 1, other.id: 1}, 1)
    for option in options:
        for needed in sorted(set(option.requires) - {option.id}, key=natural_key):
            yield row("prerequisite", f"前置：{option.id} 须先有 {needed}", {option.id: 1, needed: -1}, 0)
    for stream in project.profile.streams:
        yield Row("stream", f"物流能流：{stream.name}", tuple(_shares(options, stream)), 1.0)


# A package chosen by hand


def violations(
    project: AuditProject, ids: Iterable[str], *, settings: PackageSettings | None = None
) -> tuple[str, ...]:
    """Return what speaks against a package: one line for every limit it breaks.

    Budget and payback go by the package in sequence. A stop longer than every shutdown window
    is flagged, also where no window is given.

    Args:
        project: the audit project.
        ids: options of the package.
        settings: budget and payback limit; None: those of the project.

    Raises:
        BadInput: there is no option of that number, or a unit does not fit.
    """
    limits, options = settings or project.package, in_order(project, ids)
    lost = [
        f"{title(option)}：缺少前置方案 {required} {project.option(required).name}"
        for option, required in missing_prerequisites(options)
    ]
    conflicts = [f"{one.id} {one.name} 与 {other.id} {other.name} 互斥，只能选一个"
                 for one, other in _conflicts(options)]  # fmt: skip
    return (
        *_over_budget(options, limits.budget_wan_yuan),
        *(() if lost else _over_payback(project, options, limits.payback_limit_years)),
        *conflicts,
        *lost,
        *_overclaimed(project, options),
        *_stops(project, options),
    )


def _over_budget(options: Sequence[Option], budget: float | None) -> Iterator[str]:
    if budget is None:
        return
    unknown = [option.id for option in options if option.investment is None]
    total = math.fsum(option.investment.value for option in options if option.investment is not None)
    if total > budget + TOLERANCE * max(budget, total):
        over = amount(total - budget, "万元")
        yield f"投资合计 {amount(total, '万元')}，超出预算 {number(budget)} 万元，多 {over}"
    if unknown:
        yield f"{join(unknown)} 未提供投资，预算无法完整核对"


def _over_payback(project: AuditProject, options: Sequence[Option], limit: float | None) -> Iterator[str]:
    if limit is None or not options:
        return
    value = package_value(project, [option.id for option in options])
    years = value.payback_years
    if value.annual_saving_wan_yuan is None or value.investment_wan_yuan is None:
        yield f"组合回收期{NOT_CALCULATED}，缺少：{join(list(value.missing))}"
    elif years is None:
        yield f"组合首年净现金流不为正，回收期无解，上限 {number(limit)} 年"
    elif years > limit * (1 + TOLERANCE):
        yield f"组合回收期 {amount(years, '年')}（按实施先后测算），超过上限 {number(limit)} 年"


def _overclaimed(project: AuditProject, options: Sequence[Option]) -> Iterator[str]:
    for stream in project.profile.streams:
        shares = _shares(options, stream)
        users = sorted((o.id for o, share in zip(options, shares, strict=True) if share), key=natural_key)
        total = math.fsum(shares)
        if total > 1 + TOLERANCE:
            who = f"{join(users[:-1])} 与 {users[-1]} 共" if len(users) > 1 else f"{users[0]} "
            yield f"{who}占用 {stream.name} {total * 100:.4g} %，超出 100 %"


def _stops(project: AuditProject, options: Sequence[Option]) -> Iterator[str]:
    windows = project.profile.shutdowns
    longest = max(windows, key=lambda window: window.days, default=None)
    for option in options:
        days = option.schedule.stop_days
        if not days:
            continue
        if longest is None:
            yield f"{title(option)}：需停产 {days:g} 天，未提供停产检修窗口，无法核对"
        elif days > longest.days:
            yield (
                f"{title(option)}：需停产 {days:g} 天，长于所有停产检修窗口"
                f"（最长 {longest.name} {longest.days} 天）"
            )
