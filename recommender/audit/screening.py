"""Screening of options: simple comparison, decisions, and what still has to be decided.

Two tracks of the audit method: a 无/低费 option needs the simple comparison only and is
carried out at once; 中/高费 options that compete are ranked (``ranking``) and go on to
technical, environmental and economic assessment. Everything proposed here comes from the data
of the project; the decision is the user's.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Literal, get_args

from catalog.display import number
from catalog.errors import BadInput
from recommender import labels
from recommender.audit.items import unit_scale
from recommender.audit.project import (
    COMPARISON_LABELS,
    AuditProject,
    Option,
    Outcome,
    RejectionReason,
    SimpleComparison,
    State,
)
from recommender.audit.valuation import LOW_COST, Valuation, cost_class, payback_limit
from recommender.feedback import REASON_CODES

Track = Literal["low_cost", "high_cost", "unknown"]

OUTCOME_LABELS: dict[Outcome, str] = {
    "undecided": "待定", "feasible_low_cost": "可行的无/低费方案",
    "preliminary_high_cost": "初步可行的中/高费方案", "not_feasible": "不可行",
}  # fmt: skip
STATE_LABELS: dict[State, str] = {
    "recommended": "推荐", "selected": "选定", "implementing": "实施中", "completed": "完成",
    "abandoned": "放弃",
}  # fmt: skip
FEASIBLE = ("feasible_low_cost", "preliminary_high_cost")
_CHAIN: tuple[State, ...] = ("recommended", "selected", "implementing", "completed")
_UNDER_WAY = _CHAIN[1:]
_TECHNICAL_TEXTS = (
    "advanced", "safety", "maturity", "fit", "quality", "operation", "maintenance", "utilities",
    "hazards", "approvals",
)  # fmt: skip


def natural_key(id: str) -> tuple[tuple[int, int, str], ...]:
    """Return a sort key in which F2 stands before F10."""
    parts = re.findall(r"\d+|\D+", id)
    return tuple((0, int(part), "") if part.isdecimal() else (1, 0, part) for part in parts)


def title(option: Option) -> str:
    """Return number and name as every line about an option begins."""
    return f"方案 {option.id} {option.name}"


def track(project: AuditProject, option: Option, valuation: Valuation | None = None) -> Track:
    """Return 无/低费, 中/高费, or unknown while neither investment nor cost class is given."""
    kind = cost_class(project, option) if valuation is None else valuation.cost_class
    if kind is None:
        return "unknown"
    return "low_cost" if kind in LOW_COST else "high_cost"


# Simple comparison


def proposed_comparison(project: AuditProject, option: Option, valuation: Valuation) -> SimpleComparison:
    """Return the √/× marks the data speak for; what the data do not tell is √.

    Economic: × when the acceptance rule fails. Ease: × when the option stops production longer
    than every shutdown window given. Environmental: × when nothing gets better and something
    gets worse. Technical feasibility is never judged from the data.

    Raises:
        BadInput: effects on one item are given in units that cannot be added.
    """
    reasons = {
        "environmental": _environmental_fault(option),
        "economic": _economic_fault(project, valuation),
        "ease": _ease_fault(project, option),
    }
    found = {name: reason for name, reason in reasons.items() if reason}
    return SimpleComparison.model_validate({**dict.fromkeys(found, False), "reasons": found})


def _economic_fault(project: AuditProject, valuation: Valuation) -> str:
    if valuation.acceptance.verdict != "not_feasible":
        return ""
    result, profile = valuation.economics, project.profile
    years = "无解" if result.payback_years is None else f" {result.payback_years:.2f} 年"
    rate = "无解" if result.irr is None else f" {result.irr:.2%}"
    benchmark = profile.discount_rate if profile.benchmark_irr is None else profile.benchmark_irr
    limit = payback_limit(project, valuation.cost_class)
    told = {
        "payback": f"投资偿还期{years}，未短于限期 {limit:g} 年",
        "npv": f"净现值 {labels.amount(result.npv_wan_yuan, '万元')}，小于 0",
        "irr": f"内部收益率{rate}，未达到基准 {labels.percent(benchmark)}",
    }
    return "；".join(told[name] for name, passed in valuation.acceptance.checks if not passed)


def _ease_fault(project: AuditProject, option: Option) -> str:
    stop, windows = option.schedule.stop_days, project.profile.shutdowns
    if stop is None or not windows:
        return ""
    longest = max(windows, key=lambda window: window.days)
    if stop <= longest.days:
        return ""
    return f"需停产 {stop:g} 天，最长的停产检修窗口（{longest.name}）为 {longest.days} 天"


def _environmental_fault(option: Option) -> str:
    units: dict[tuple[str, str], tuple[str, str]] = {}
    net: dict[tuple[str, str], float] = {}
    for effect in option.effects:
        if effect.kind == "product":  # a change of output is no environmental effect
            continue
        key, figure = (effect.kind, effect.item), effect.figure
        label, unit = units.setdefault(key, (effect.label, figure.unit))
        try:
            net[key] = net.get(key, 0.0) + figure.value * unit_scale(figure.unit, unit, effect.item)
        except BadInput as error:
            raise BadInput(f"{title(option)}：{label} 的几处效果无法合计：{error}") from error
    if not net or max(net.values()) > 0 or min(net.values()) >= 0:
        return ""
    worse = [
        f"{units[key][0]}增加 {number(-amount)} {units[key][1]}" for key, amount in net.items() if amount < 0
    ]
    return "没有任何一项减少：" + "、".join(worse)


# Decisions


def screened(project: AuditProject, valuations: Mapping[str, Valuation]) -> AuditProject:
    """Return the project with the outcome of every undecided option that has been compared.

    All marks √: feasible by its track, undecided while the track is unknown. Any ×: not
    feasible where a rejection code is chosen, undecided otherwise. Options decided before
    stay as they are.
    """
    return project.changed(options=tuple(_screened(project, one, valuations) for one in project.options))


def _screened(project: AuditProject, option: Option, valuations: Mapping[str, Valuation]) -> Option:
    comparison = option.comparison
    if option.outcome != "undecided" or comparison is None:
        return option
    if comparison.passed:
        way = track(project, option, valuations.get(option.id))
        return option if way == "unknown" else _feasible(option, way)
    if option.rejection is None:
        return option
    reason = option.outcome_reason.strip() or "；".join(
        comparison.reasons[name] for name in ("technical", "environmental", "economic", "ease")
        if not getattr(comparison, name)
    )  # fmt: skip
    return option.model_copy(update={"outcome": "not_feasible", "outcome_reason": reason})


def _feasible(option: Option, way: Track) -> Option:
    outcome = "feasible_low_cost" if way == "low_cost" else "preliminary_high_cost"
    return option.model_copy(update={"outcome": outcome, "rejection": None})


def reject(
    project: AuditProject, option_id: str, *, code: RejectionReason | str, reason: str
) -> AuditProject:
    """Return the project with an option found not feasible, for a reason of the list and in words.

    Raises:
        BadInput: no such option or code, or the option is already being carried out.
    """
    option = project.option(option_id)
    if code not in REASON_CODES:
        known = "、".join(f"{one}（{label}）" for one, label in REASON_CODES.items())
        raise BadInput(f"{title(option)}：原因代码“{code}”不在列表中，请选择：{known}")
    if option.state in _UNDER_WAY:
        raise BadInput(
            f"{title(option)}：状态为“{STATE_LABELS[option.state]}”，不能判为不可行；"
            f"请先把状态改为“推荐”或“放弃”"
        )
    update = {"outcome": "not_feasible", "rejection": code, "outcome_reason": reason.strip()}
    return project.with_option(option.model_copy(update=update))


def accept(project: AuditProject, option_id: str) -> AuditProject:
    """Return the project with an option found feasible on its track; an earlier rejection is dropped.

    Raises:
        BadInput: no such option, or its track is unknown.
    """
    option = project.option(option_id)
    way = track(project, option)
    if way == "unknown":
        raise BadInput(f"{title(option)}：费用等级未知，请先填写投资（万元）或选定费用等级")
    return project.with_option(_feasible(option.model_copy(update={"outcome_reason": ""}), way))


def _next_states(state: State) -> tuple[State, ...]:
    if state == "abandoned":
        return ("recommended",)
    place = _CHAIN.index(state)
    steps = (*_CHAIN[place + 1 : place + 2], *_CHAIN[max(place - 1, 0) : place])
    return (*steps, "abandoned")


def set_state(project: AuditProject, option_id: str, state: State | str) -> AuditProject:
    """Return the project with an option in another state.

    Moves: 推荐 → 选定 → 实施中 → 完成 one step forward or back, any → 放弃, and 放弃 → 推荐 to
    take an option up again. The state it already has changes nothing.

    Raises:
        BadInput: no such option, state or move, or the option is not feasible.
    """
    option = project.option(option_id)
    wanted = next((one for one in STATE_LABELS if one == state), None)
    if wanted is None:
        known = "、".join(f"{one}（{label}）" for one, label in STATE_LABELS.items())
        raise BadInput(f"{title(option)}：状态“{state}”不在列表中，请选择：{known}")
    if wanted == option.state:
        return project
    before, after = STATE_LABELS[option.state], STATE_LABELS[wanted]
    if wanted not in _next_states(option.state):
        allowed = "、".join(STATE_LABELS[one] for one in _next_states(option.state))
        raise BadInput(f"{title(option)}：状态不能从“{before}”改为“{after}”，请改为：{allowed}")
    if option.outcome == "not_feasible" and wanted in _UNDER_WAY:
        raise BadInput(
            f"{title(option)}：筛选结论为不可行，状态不能从“{before}”改为“{after}”，请先改筛选结论"
        )
    return project.with_option(option.model_copy(update={"state": wanted}))


def rejection_counts(projects: Iterable[AuditProject]) -> dict[RejectionReason, int]:
    """Return how many options were found not feasible by reason code; codes nobody used are left out."""
    codes = [
        option.rejection for project in projects for option in project.options
        if option.outcome == "not_feasible"
    ]  # fmt: skip
    known: tuple[RejectionReason, ...] = get_args(RejectionReason)
    return {code: codes.count(code) for code in known if code in codes}


# What is still open


def open_points(project: AuditProject, valuations: Mapping[str, Valuation]) -> tuple[str, ...]:
    """Return what a project still lacks before it can be handed over, one line each.

    Options in order, then competing groups, then the chosen package. Abandoned options are
    asked nothing more.
    """
    lines = [
        f"{title(option)}：{point}"
        for option in project.options
        if option.state != "abandoned"
        for point in _option_points(project, option, valuations.get(option.id))
    ]
    return (*lines, *_group_points(project), *_package_points(project))


def _option_points(project: AuditProject, option: Option, valuation: Valuation | None) -> list[str]:
    points = _comparison_points(option)
    if option.outcome == "not_feasible":
        if not option.outcome_reason.strip():
            points.append("判为不可行，尚未写明原因")
        return points
    way = track(project, option, valuation)
    if (option.outcome, way) in (("feasible_low_cost", "high_cost"), ("preliminary_high_cost", "low_cost")):
        points.append("筛选结论与现在的费用等级不一致，请重新筛选")
    if way == "high_cost":
        points += _assessment_points(option)
    if option.outcome == "feasible_low_cost":
        points += _result_points(option)
    if valuation is not None and valuation.missing:
        points.append("经济评估缺少：" + "、".join(valuation.missing))
    return points


def _comparison_points(option: Option) -> list[str]:
    comparison = option.comparison
    if comparison is None:
        return ["尚未做简易比较"]
    if comparison.passed or option.outcome == "not_feasible":
        return []
    failed = "、".join(label for name, label in COMPARISON_LABELS.items() if not getattr(comparison, name))
    if option.outcome == "undecided":
        return [] if option.rejection else [f"简易比较有 ×（{failed}），请选择不可行的原因代码或更正比较"]
    return [f"简易比较有 ×（{failed}），筛选结论却为可行，请核对"]


def _assessment_points(option: Option) -> list[str]:
    texts = option.assessment
    points = []
    if not any(getattr(texts, name).strip() for name in _TECHNICAL_TEXTS):
        points.append("中/高费方案，技术评估未填写")
    if not texts.environment.strip():
        points.append("中/高费方案，环境评估未填写")
    return points


def _result_points(option: Option) -> list[str]:
    actual = option.actual
    if actual is None:
        return ["可行的无/低费方案，缺实际完成日期、实际费用和实际效果"]
    if actual.saving_wan_yuan is None and not actual.effects:
        return ["可行的无/低费方案，缺实际效果"]
    return []


def _group_points(project: AuditProject) -> list[str]:
    groups: dict[str, list[Option]] = {}
    for option in project.options:
        if option.group and option.outcome != "not_feasible" and option.state != "abandoned":
            groups.setdefault(option.group, []).append(option)
    points = []
    for group, members in groups.items():
        lacking = [option.id for option in members if option.ratings is None]
        if len(members) > 1 and lacking:
            points.append(f"比选组“{group}”：{'、'.join(lacking)} 未评分，无法完成权重计分排序")
    return points


def _package_points(project: AuditProject) -> list[str]:
    points = []
    for option in project.options:
        if option.id not in project.chosen:
            continue
        if option.outcome == "not_feasible":
            points.append(f"{title(option)}：已判为不可行，但仍在组合中，请重新组合")
        elif option.state == "abandoned":
            points.append(f"{title(option)}：已放弃，但仍在组合中，请重新组合")
    return points
