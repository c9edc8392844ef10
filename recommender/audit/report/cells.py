"""Cells the chapters of the report and the workbook share: a figure, an effect, an option in words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from recommender.audit.project import ItemEffect, Option, Problem
from recommender.audit.report.content import (
    MARKS,
    NOT_CALCULATED,
    NOT_GIVEN,
    Draft,
    fixed,
    mark,
    per_year,
    sized,
)
from recommender.audit.valuation import Amount, saving_lines
from recommender.labels import join

NO_SOLUTION = "无解"


def not_calculated(names: Iterable[str]) -> str:
    """Return 未计算 with the names of what is missing."""
    return f"{NOT_CALCULATED}（缺少：{join(list(names))}）"


def investment_cell(draft: Draft, option: Option, *, unit: str = "") -> str:
    """Return the investment, 万元, with mark and source."""
    if option.investment is None:
        return NOT_GIVEN
    reference = draft.sources.evidence(option.investment.evidence, option.investment.source)
    return f"{sized(option.investment, digits=2)}{unit}{mark(draft.investment_evidence(option))}{reference}"


def saving_cell(draft: Draft, option: Option, *, unit: str = "") -> str:
    """Return P, 万元/a, with its mark, or what it lacks."""
    value = draft.values[option.id].annual_saving_wan_yuan
    if value is None:
        return not_calculated(saving_lines(draft.project, option)[2])
    return f"{fixed(value)}{unit}{mark(draft.saving_evidence(option))}"


def change_text(effect: ItemEffect) -> str:
    """Return direction and amount of an effect: what is less, and what is more."""
    value = effect.figure.value
    if value == 0:
        return "不变"
    word = "减少" if value > 0 else "增加"
    return f"{word} {sized(effect.figure, sign=1 if value > 0 else -1)} {per_year(effect.figure.unit)}"


def effect_text(draft: Draft, effect: ItemEffect) -> str:
    """Return one effect with mark and source."""
    return f"{effect_label(effect)}{change_text(effect)}{draft.sources.behind(effect.figure)}"


def effect_label(effect: ItemEffect) -> str:
    """Return what an effect acts on."""
    suffix = {"generated": "产生", "discharged": "排放"}.get(effect.kind, "")
    return f"{effect.label}{suffix}"


def effects_cell(draft: Draft, effects: Sequence[ItemEffect]) -> str:
    """Return the effects one a line."""
    return "\n".join(effect_text(draft, effect) for effect in effects) or NOT_GIVEN


def problem_number(problem: Problem) -> str:
    """Return the number the problem list has, else the key of the problem."""
    return problem.number or problem.id


def named(option: Option) -> str:
    """Return number and name of an option."""
    return f"{option.id} {option.name}"


def given(text: str) -> str:
    """Return a text, or 未提供."""
    return text.strip() or NOT_GIVEN


def tonnes_evidence(effects: Iterable[ItemEffect], amount: Amount) -> set[str]:
    """Evidences behind standard coal or CO2; a general or mean factor makes it an estimate."""
    found = {effect.figure.evidence for effect in effects}
    return found | ({"estimate"} if amount.estimated and not found & set(MARKS) else set())
