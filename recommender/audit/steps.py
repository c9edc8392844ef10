"""How far a project has come: the six steps of the desk and the state of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from recommender.audit.project import AuditProject
from recommender.audit.valuation import Valuation

StepState = Literal["todo", "partly", "done"]
STEP_LABELS = {
    "project": "项目", "problems": "问题清单", "options": "方案",
    "economics": "经济评估", "package": "组合", "delivery": "交付",
}  # fmt: skip


@dataclass(frozen=True)
class Step:
    """One step: what is done and what is left, in a few words."""

    key: str
    label: str
    state: StepState
    detail: str


def steps(project: AuditProject, valuations: Mapping[str, Valuation]) -> tuple[Step, ...]:
    """Return the six steps of the desk in the order of the work."""
    found = (
        _profile(project), _problems(project), _options(project),
        _economics(project, valuations), _package(project), _delivery(project),
    )  # fmt: skip
    return tuple(
        Step(key, STEP_LABELS[key], state, detail)
        for key, (state, detail) in zip(STEP_LABELS, found, strict=True)
    )


def _profile(project: AuditProject) -> tuple[StepState, str]:
    profile = project.profile
    gaps = [
        name
        for name, present in (
            ("行业", bool(profile.industry)),
            ("价格", bool(profile.prices)),
            ("贴现率", profile.discount_rate is not None),
            ("三年数据", bool(project.years)),
        )
        if not present
    ]
    return ("partly", f"缺{'、'.join(gaps)}") if gaps else ("done", "资料齐")


def _problems(project: AuditProject) -> tuple[StepState, str]:
    total = len(project.problems)
    if not total:
        return "todo", "未导入"
    answered = {match.problem_id for match in project.matches}
    left = sum(problem.id not in answered for problem in project.problems)
    unmatched = sum(match.verdict == "none" for match in project.matches)
    if left:
        return "partly", f"{total} 条，{left} 条未匹配过"
    return "done", f"{total} 条，{unmatched} 条无合适技术"


def _options(project: AuditProject) -> tuple[StepState, str]:
    total = len(project.options)
    if not total:
        return "todo", "无方案"
    open_ = sum(option.outcome == "undecided" for option in project.options)
    return ("partly", f"{total} 项，{open_} 项待筛选") if open_ else ("done", f"{total} 项已筛选")


def _economics(project: AuditProject, valuations: Mapping[str, Valuation]) -> tuple[StepState, str]:
    counted = [option for option in project.options if option.outcome != "not_feasible"]
    if not counted:
        return "todo", "无方案"
    missing = sum(bool(valuations[option.id].missing) for option in counted)
    if missing:
        return "partly", f"{missing} 项未计算"
    return "done", f"{len(counted)} 项已计算"


def _package(project: AuditProject) -> tuple[StepState, str]:
    return ("done", f"已选 {len(project.chosen)} 项") if project.chosen else ("todo", "未选组合")


def _delivery(project: AuditProject) -> tuple[StepState, str]:
    ready = bool(project.options) and all(option.outcome != "undecided" for option in project.options)
    return ("done", "可交付") if ready and project.chosen else ("todo", "前面尚未完成")
