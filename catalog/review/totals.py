"""All sheets of a round: their summary, what an applicant may see of it, the ranking."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import get_args

from catalog.errors import BadInput
from catalog.review.criteria import (
    DECIMALS,
    Criteria,
    Criterion,
    Verdict,
    faults_of,
    load_criteria,
    weighted_total,
)
from catalog.review.desk import Kept
from catalog.review.dossier import Dossier, Score

FEWEST_SHOWN = 3
"""Sheets from which an applicant is shown means; of fewer, single sheets could be worked out."""


@dataclass(frozen=True)
class CriterionSummary:
    """The points of one criterion over the experts; None without any sheet."""

    code: str
    label: str
    max: float
    weight: float
    mean: float | None
    lowest: float | None
    highest: float | None

    @property
    def spread(self) -> float | None:
        """Return highest less lowest."""
        return None if self.highest is None or self.lowest is None else self.highest - self.lowest


@dataclass(frozen=True)
class Outlier:
    """An expert whose total is far from the median."""

    expert_id: str
    total: float
    median: float


@dataclass(frozen=True)
class Summary:
    """All sheets of a round, for the authority only; totals are 0 to 100."""

    round: int
    criteria: tuple[CriterionSummary, ...]
    total: float | None
    lowest: float | None
    highest: float | None
    experts: int
    asked: int
    verdicts: Mapping[str, int]
    outliers: tuple[Outlier, ...]
    unscored: tuple[str, ...]

    @property
    def recommendations(self) -> int:
        """Return how many experts recommend without reservation."""
        return self.verdicts["recommend"]


def counted_scores(dossier: Dossier, *, round: int) -> tuple[Score, ...]:
    """Return the sheets of a round by expert, without those of experts who stepped back."""
    away = {a.expert_id for a in dossier.assignments if a.round == round and a.recused}
    away -= {a.expert_id for a in dossier.assignments if a.round == round and not a.recused}
    found = (s for s in dossier.scores if s.round == round and s.expert_id not in away)
    return tuple(sorted(found, key=lambda score: score.expert_id))


def summary(dossier: Dossier, criteria: Criteria, *, round: int) -> Summary:
    """Return the summary of a round; an outlier differs from the median by more than ``outlier_points``.

    Raises:
        BadInput: a saved sheet lacks a criterion, because the criteria were changed since.
    """
    scores = counted_scores(dossier, round=round)
    for score in scores:
        faults = faults_of(score.points, criteria)
        if faults:
            raise BadInput(f"{score.expert_id} 第 {round} 轮的评分与现行评分表不符：{faults[0]}")
    totals = {score.expert_id: weighted_total(score.points, criteria) for score in scores}
    values = list(totals.values())
    median = statistics.median(values) if values else 0.0
    far = [
        Outlier(expert, total, median)
        for expert, total in totals.items()
        if abs(total - median) > criteria.outlier_points + 1e-9
    ]
    asked = {a.expert_id for a in dossier.assignments if a.round == round and not a.recused}
    return Summary(
        round=round,
        criteria=tuple(_criterion_summary(c, [s.points[c.code] for s in scores]) for c in criteria.criteria),
        total=statistics.fmean(values) if values else None,
        lowest=min(values, default=None),
        highest=max(values, default=None),
        experts=len(scores),
        asked=len(asked),
        verdicts={verdict: sum(s.verdict == verdict for s in scores) for verdict in get_args(Verdict)},
        outliers=tuple(far),
        unscored=tuple(sorted(asked - set(totals))),
    )


def _criterion_summary(criterion: Criterion, points: Sequence[float]) -> CriterionSummary:
    return CriterionSummary(
        criterion.code,
        criterion.label,
        criterion.max,
        criterion.weight,
        statistics.fmean(points) if points else None,
        min(points, default=None),
        max(points, default=None),
    )


@dataclass(frozen=True)
class AnonymousSummary:
    """What an applicant may see: means only, and none of too few sheets (``note`` says so)."""

    round: int
    criteria: tuple[tuple[str, float, float | None], ...]
    total: float | None
    experts: int
    verdicts: Mapping[str, int] | None
    note: str = ""


def anonymous(told: Summary) -> AnonymousSummary:
    """Return a summary without experts and single sheets: (label, full points, mean) a criterion."""
    enough = told.experts >= FEWEST_SHOWN
    return AnonymousSummary(
        round=told.round,
        criteria=tuple((c.label, c.max, c.mean if enough else None) for c in told.criteria),
        total=told.total if enough else None,
        experts=told.experts,
        verdicts=dict(told.verdicts) if enough else None,
        note="" if enough else f"评分不足 {FEWEST_SHOWN} 份，不显示平均分，以免推知单份评分",
    )


@dataclass(frozen=True)
class Ranked:
    """One line of the ranking; place and total are None without any sheet."""

    place: int | None
    dossier_id: str
    name: str
    total: float | None
    experts: int
    recommendations: int
    complete: bool
    outliers: tuple[Outlier, ...]


def ranking(dossiers: Iterable[Kept], round: int, *, criteria: Criteria | None = None) -> tuple[Ranked, ...]:
    """Return dossiers by mean total, highest first; equal totals share a place, unscored ones come last.

    Args:
        dossiers: those to compare.
        round: number of the round.
        criteria: the shipped ones by default.
    """
    chosen = criteria or load_criteria()
    told = [(kept, summary(kept.dossier, chosen, round=round)) for kept in dossiers]

    def order(pair: tuple[Kept, Summary]) -> tuple[bool, float, str]:
        kept, one = pair
        return one.total is None, -_rounded(one.total), kept.id

    ranked: list[Ranked] = []
    for position, (kept, one) in enumerate(sorted(told, key=order), 1):
        place: int | None = None if one.total is None else position
        if ranked and place is not None and _rounded(ranked[-1].total) == _rounded(one.total):
            place = ranked[-1].place
        ranked.append(
            Ranked(
                place,
                kept.id,
                kept.dossier.form.name,
                one.total,
                one.experts,
                one.recommendations,
                one.experts > 0 and not one.unscored,
                one.outliers,
            )
        )
    return tuple(ranked)


def _rounded(total: float | None) -> float:
    return 0.0 if total is None else math.floor(total * 10**DECIMALS + 0.5 + 1e-9) / 10**DECIMALS
