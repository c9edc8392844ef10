"""Options side by side under every criterion, and where the criteria name different winners.

NPV favours the large option, NPVR, N and IRR the one that returns its money best; the audit
manual asks for all of them. Nothing is weighed here: a disagreement is told, the decision and
its reason are the user's.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, get_args

from recommender.audit.ledger import side_effects
from recommender.audit.project import AuditProject, Option
from recommender.audit.screening import natural_key
from recommender.audit.valuation import Valuation, value_option
from recommender.labels import NOT_CALCULATED, join

Criterion = Literal["npv", "npvr", "payback", "irr", "co2", "side_effects"]
CRITERIA: tuple[Criterion, ...] = get_args(Criterion)
CRITERION_LABELS: dict[Criterion, str] = {
    "npv": "NPV", "npvr": "NPVR", "payback": "N", "irr": "IRR", "co2": "减碳量", "side_effects": "副作用",
}  # fmt: skip

_ECONOMIC: tuple[Criterion, ...] = ("npv", "npvr", "payback", "irr")
_LEAST_IS_BEST: tuple[Criterion, ...] = ("payback", "side_effects")
_SUPERLATIVES: dict[Criterion, str] = {
    "npv": "最大", "npvr": "最大", "payback": "最短", "irr": "最高", "co2": "最大", "side_effects": "最少",
}  # fmt: skip
_BEST = "最优"
_PARTIES = {2: "两者", 3: "三者", 4: "四者"}
_DISAGREE = "{leaders}，{parties}不一致，须说明取舍"
_MISSING = NOT_CALCULATED + "，缺少：{names}"


@dataclass(frozen=True)
class ComparisonRow:
    """One calculated option; N in years, money in 万元, ratios as fractions, CO2 in t/a.

    ``ranks`` holds the rank by criterion, 1 is best, equals share a rank. A criterion without
    a value has none, except NPVR and IRR of an option that needs no investment and gains: it
    has no ratio, yet ranks before every ratio.
    """

    option_id: str
    name: str
    payback_years: float | None
    npv_wan_yuan: float | None
    npvr: float | None
    irr: float | None
    co2_t: float | None
    side_effects: int
    ranks: Mapping[Criterion, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Comparison:
    """The rows by option number, sentences on criteria that disagree, and options not calculated."""

    rows: tuple[ComparisonRow, ...]
    conflicts: tuple[str, ...]
    left_out: tuple[tuple[str, str], ...]


def compare(project: AuditProject, ids: Iterable[str] | None = None) -> Comparison:
    """Return options side by side, each valued on its own.

    Args:
        project: the audit project.
        ids: options to compare; None: all.

    Raises:
        BadInput: there is no option of that number, or a unit does not fit.
    """
    wanted = [option.id for option in project.options] if ids is None else list(ids)
    options = [project.option(id) for id in sorted(set(wanted), key=natural_key)]
    valued = [(option, value_option(project, option)) for option in options]
    known = [(option, value) for option, value in valued if not value.missing]
    scores = {one: [_score(option, value, one) for option, value in known] for one in CRITERIA}
    ranks = {one: _ranks(values) for one, values in scores.items()}
    rows = tuple(
        _row(option, value, {one: rank for one in CRITERIA if (rank := ranks[one][index]) is not None})
        for index, (option, value) in enumerate(known)
    )
    left_out = tuple(
        (option.id, _MISSING.format(names=join(list(value.missing))))
        for option, value in valued if value.missing
    )  # fmt: skip
    return Comparison(rows, _conflicts(rows), left_out)


def _row(option: Option, value: Valuation, ranks: Mapping[Criterion, int]) -> ComparisonRow:
    result = value.economics
    return ComparisonRow(
        option.id,
        option.name,
        result.payback_years,
        result.npv_wan_yuan,
        result.npvr,
        result.irr,
        value.co2.value,
        len(side_effects(option)),
        ranks,
    )


def _score(option: Option, value: Valuation, criterion: Criterion) -> float | None:
    """Value of a criterion with its sign turned where less is better; None where there is none."""
    result = value.economics
    if criterion in ("npvr", "irr") and result.inputs.investment_wan_yuan == 0:
        return math.inf if (result.npv_wan_yuan or 0.0) > 0 else None
    found = {
        "npv": result.npv_wan_yuan,
        "npvr": result.npvr,
        "payback": result.payback_years,
        "irr": result.irr,
        "co2": value.co2.value,
        "side_effects": float(len(side_effects(option))),
    }[criterion]
    return -found if found is not None and criterion in _LEAST_IS_BEST else found


def _ranks(scores: Sequence[float | None]) -> list[int | None]:
    """Rank of each score, highest first; equal to nine digits is equal."""
    order = sorted((index for index, score in enumerate(scores) if score is not None),
                   key=lambda index: -_known(scores[index]))  # fmt: skip
    ranks: list[int | None] = [None] * len(scores)
    rank, leader = 0, math.nan
    for place, index in enumerate(order, start=1):
        score = _known(scores[index])
        if not math.isclose(score, leader, rel_tol=1e-9):
            rank, leader = place, score
        ranks[index] = rank
    return ranks


def _known(score: float | None) -> float:
    assert score is not None
    return score


def _conflicts(rows: Sequence[ComparisonRow]) -> tuple[str, ...]:
    """One sentence for the economic criteria, one each for CO2 and side effects against NPV."""
    sides: tuple[tuple[Criterion, ...], ...] = (_ECONOMIC, ("npv", "co2"), ("npv", "side_effects"))
    return tuple(sentence for criteria in sides if (sentence := _disagreement(rows, criteria)))


def _disagreement(rows: Sequence[ComparisonRow], criteria: Sequence[Criterion]) -> str:
    """Return the sentence naming the winners, or nothing where one option leads by every criterion."""
    groups: dict[tuple[str, ...], list[Criterion]] = {}
    for criterion in criteria:
        first = tuple(row.option_id for row in rows if row.ranks.get(criterion) == 1)
        if first:
            groups.setdefault(first, []).append(criterion)
    if len(groups) < 2 or set.intersection(*(set(first) for first in groups)):
        return ""
    leaders = "，".join(_leaders(first, held) for first, held in groups.items())
    return _DISAGREE.format(leaders=leaders, parties=_PARTIES[len(groups)])


def _leaders(ids: Sequence[str], criteria: Sequence[Criterion]) -> str:
    best = _SUPERLATIVES[criteria[0]] if len(criteria) == 1 else _BEST
    names = join([CRITERION_LABELS[one] for one in criteria])
    space = " " if names[-1].isascii() else ""
    return f"{names}{space}{best}的是 {join(list(ids))}"
