"""Scoring: one expert's sheet, checked and saved once (``sheets`` writes and reads them as files).

``criteria`` says what is scored, ``totals`` what all sheets of a round come to.
"""

from __future__ import annotations

from collections.abc import Mapping

from catalog.errors import BadInput
from catalog.people import NotAllowed, Person, require
from catalog.review.assignment import in_review
from catalog.review.criteria import (
    DECIMALS,
    VERDICT_LABELS,
    Criteria,
    Criterion,
    Verdict,
    contradictions,
    faults_of,
    load_criteria,
    points_fault,
    weighted_total,
)
from catalog.review.desk import Desk, Kept
from catalog.review.dossier import Dossier, Score
from catalog.review.totals import (
    FEWEST_SHOWN,
    AnonymousSummary,
    CriterionSummary,
    Outlier,
    Ranked,
    Summary,
    anonymous,
    counted_scores,
    ranking,
    summary,
)
from catalog.store import Conflict

__all__ = [
    "DECIMALS",
    "FEWEST_SHOWN",
    "VERDICT_LABELS",
    "AnonymousSummary",
    "Criteria",
    "Criterion",
    "CriterionSummary",
    "Outlier",
    "Ranked",
    "Summary",
    "Verdict",
    "anonymous",
    "contradictions",
    "counted_scores",
    "enter_score",
    "faults_of",
    "load_criteria",
    "points_fault",
    "ranking",
    "same_sheet",
    "saved_score",
    "submit_score",
    "summary",
    "validated_score",
    "weighted_total",
]

_ATTEMPTS = 20
"""How often a score is saved anew when somebody else saved the dossier in between."""


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
