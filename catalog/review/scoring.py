"""Scoring: criteria as data, single sheets, their summary and ranking (``sheets`` writes and reads them).

A total is the sum of points / full points x weight over the criteria, brought to 100. Points
nobody gave are never 0: a sheet without them is no sheet.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Literal, get_args

import yaml
from pydantic import Field, ValidationError, model_validator

from catalog.display import number
from catalog.errors import BadInput
from catalog.nominations.form import FormPart
from catalog.paths import DATA_DIR
from catalog.people import NotAllowed, Person, require
from catalog.review.assignment import in_review
from catalog.review.desk import Desk, Kept
from catalog.review.dossier import Dossier, Score
from catalog.store import Conflict

Verdict = Literal["recommend", "revise", "reject"]
VERDICT_LABELS: dict[Verdict, str] = {"recommend": "推荐", "revise": "修改后推荐", "reject": "不推荐"}

FEWEST_SHOWN = 3
"""Sheets from which an applicant is shown means; of fewer, single sheets could be worked out."""
DECIMALS = 2
"""Decimals of a total, on the sheet and in the ranking."""
_ATTEMPTS = 20
"""How often a score is saved anew when somebody else saved the dossier in between."""


# Criteria


class Criterion(FormPart):
    """One criterion: full points and weight."""

    code: str = Field(min_length=1)
    label: str = Field(min_length=1)
    max: Annotated[float, Field(gt=0)]
    weight: Annotated[float, Field(gt=0)]
    note: str = ""


class Criteria(FormPart):
    """The criteria in order, where their weights come from, and the limits that make a sheet doubtful."""

    basis: str = Field(min_length=1)
    outlier_points: Annotated[float, Field(gt=0, le=100)]
    recommend_from: Annotated[float, Field(ge=0, le=100)]
    reject_below: Annotated[float, Field(ge=0, le=100)]
    criteria: Annotated[tuple[Criterion, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _once_each(self) -> Criteria:
        for what in ("code", "label"):
            values = [getattr(criterion, what) for criterion in self.criteria]
            if len(set(values)) < len(values):
                raise ValueError(f"{what} 重复")
        return self


@lru_cache(maxsize=4)
def load_criteria(path: Path | None = None) -> Criteria:
    """Return the criteria of ``data/review/criteria.yaml`` or of another file of that form.

    Raises:
        BadInput: not readable, or a criterion is incomplete, stands twice or has a weight not above 0.
    """
    where = path or DATA_DIR / "review" / "criteria.yaml"
    try:
        return Criteria.model_validate(yaml.safe_load(where.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise BadInput(f"{where}：无法读取评分项，请检查文件（YAML，UTF-8）") from error
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "criteria"
        raise BadInput(
            f"{where}：{place}：值 {first['input']!r:.60} 不符合要求，请写全 code、label、max、weight，"
            "满分和权重大于 0，编码和名称不重复"
        ) from error


# One sheet


def weighted_total(points: Mapping[str, float], criteria: Criteria) -> float:
    """Return the total of complete points, 0 to 100: sum(points / max x weight) / sum(weight) x 100."""
    parts = [points[c.code] / c.max * c.weight for c in criteria.criteria]
    return math.fsum(parts) / math.fsum(c.weight for c in criteria.criteria) * 100


def faults_of(points: Mapping[str, float | None], criteria: Criteria) -> tuple[str, ...]:
    """Return one line for each criterion without points or with points outside 0 to full points."""
    known = {criterion.code for criterion in criteria.criteria}
    lines = [f"评分项“{code}”不在评分表中，请删去" for code in points if code not in known]
    found = (points_fault(points.get(criterion.code), criterion) for criterion in criteria.criteria)
    return (*lines, *(fault for fault in found if fault))


def points_fault(value: float | None, criterion: Criterion) -> str | None:
    """Return what is wrong with the points of one criterion, or None."""
    span = f"0 到 {number(criterion.max)}"
    if value is None:
        return f"“{criterion.label}”没有分数，请填 {span}"
    if not 0 <= value <= criterion.max:
        return f"“{criterion.label}”的分数 {number(value)} 超出 {span}，请改填范围内的分数"
    return None


def contradictions(score: Score, criteria: Criteria) -> tuple[str, ...]:
    """Return where the verdict of a complete sheet does not go with its total."""
    total = weighted_total(score.points, criteria)
    label = VERDICT_LABELS[score.verdict]
    if score.verdict == "recommend" and round(total, DECIMALS) < criteria.recommend_from:
        limit = f"低于 {number(criteria.recommend_from)}"
    elif score.verdict == "reject" and round(total, DECIMALS) >= criteria.reject_below:
        limit = f"不低于 {number(criteria.reject_below)}"
    else:
        return ()
    return (f"结论“{label}”与总分 {total:.2f}（{limit}）矛盾，请核对分数或结论",)


def validated_score(
    points: Mapping[str, float | None],
    criteria: Criteria,
    *,
    expert_id: str,
    round: int,
    opinion: str = "",
    verdict: Verdict = "recommend",
) -> Score:
    """Return a complete sheet.

    Args:
        points: criterion code -> points.
        criteria: the criteria.
        expert_id: number of the expert.
        round: number of the round, from 1.
        opinion: words of the expert.
        verdict: recommend, revise or reject.

    Raises:
        BadInput: the first criterion whose points are missing or outside 0 to full points.
    """
    faults = faults_of(points, criteria)
    if faults:
        raise BadInput(f"评分：{faults[0]}")
    if verdict not in VERDICT_LABELS:
        raise BadInput(f"评分：结论“{verdict}”不明，请选{'、'.join(VERDICT_LABELS.values())}")
    full = {c.code: float(points[c.code] or 0.0) for c in criteria.criteria}
    return Score(expert_id=expert_id, round=round, points=full, opinion=opinion.strip(), verdict=verdict)


def submit_score(
    desk: Desk, id: str, person: Person, score: Score, *, criteria: Criteria | None = None
) -> Kept:
    """Save the expert's own sheet and return the dossier; a saved sheet is never changed.

    The points stand in the detail of the event, not in its reason. The same sheet again changes
    nothing.

    Raises:
        NotAllowed: not an expert, another expert's sheet, or not asked in the round at hand.
        BadInput: another round, points out of range, verdict against total, or another sheet is saved.
    """
    require(person, "review.score")
    if score.expert_id != person.unit:
        raise NotAllowed(f"{person.name}只能提交本人的评分，不能代 {score.expert_id} 评分")
    return _save_score(desk, id, person, score, criteria or load_criteria(), action="score", source="")


def enter_score(
    desk: Desk, id: str, person: Person, score: Score, *, source: str, criteria: Criteria | None = None
) -> Kept:
    """Save a sheet that came back as a file; the event names who entered it and the file.

    Raises:
        NotAllowed: the role may not assign experts, or the expert is not asked in the round at hand.
        BadInput: as ``submit_score``.
    """
    require(person, "review.assign")
    chosen = criteria or load_criteria()
    return _save_score(desk, id, person, score, chosen, action="enter_score", source=source)


def saved_score(dossier: Dossier, expert_id: str, *, round: int) -> Score | None:
    """Return the sheet of an expert in a round, or None."""
    return next((s for s in dossier.scores if s.expert_id == expert_id and s.round == round), None)


def _save_score(
    desk: Desk, id: str, person: Person, score: Score, criteria: Criteria, *, action: str, source: str
) -> Kept:
    for attempt in range(_ATTEMPTS):
        kept = in_review(desk, id, round=score.round)
        _check_score(kept, score, criteria)
        if saved_score(kept.dossier, score.expert_id, round=score.round) is not None:
            return kept
        dated = score.model_copy(update={"scored_on": score.scored_on or desk.today()})
        detail = {
            "expert": score.expert_id, "round": score.round, "points": score.points,
            "verdict": score.verdict, "source": source,
        }  # fmt: skip
        try:
            scores = (*kept.dossier.scores, dated)
            return desk.update(kept, person, action, detail=detail, scores=scores)
        except Conflict:  # somebody saved the dossier meanwhile: look again, nothing is overwritten
            if attempt == _ATTEMPTS - 1:
                raise
    raise AssertionError("unreachable")


def _check_score(kept: Kept, score: Score, criteria: Criteria) -> None:
    asked = [a for a in kept.dossier.assignments if (a.expert_id, a.round) == (score.expert_id, score.round)]
    if not any(not a.recused for a in asked):
        why = "已回避" if asked else "未分派"
        raise NotAllowed(f"{score.expert_id} 在 {kept.id} 第 {score.round} 轮{why}，不能评分")
    faults = faults_of(score.points, criteria) or contradictions(score, criteria)
    if faults:
        raise BadInput(f"{kept.id} 评分：{faults[0]}")
    before = saved_score(kept.dossier, score.expert_id, round=score.round)
    if before is not None and not same_sheet(before, score):
        raise BadInput(
            f"{kept.id}：{score.expert_id} 第 {score.round} 轮已有另一份评分"
            f"（原 {weighted_total(before.points, criteria):.2f} 分，"
            f"新 {weighted_total(score.points, criteria):.2f} 分），未覆盖，请向专家核实"
        )


def same_sheet(one: Score, other: Score) -> bool:
    """Return whether two sheets say the same, whenever they were filled."""
    undated = {"scored_on": None}
    return one.model_copy(update=undated) == other.model_copy(update=undated)


# Summary


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
