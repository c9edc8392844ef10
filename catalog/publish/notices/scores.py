"""The summary of scores (评分汇总表): what the experts gave, for the office or for an applicant."""

from __future__ import annotations

import itertools
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from catalog.display import number
from catalog.errors import BadInput
from catalog.publish.columns import NOT_GIVEN
from catalog.publish.gongwen import Gongwen, Grid
from catalog.publish.notices.wording import LANDSCAPE_MM, Values, filled_body, name_of, person, sheet
from catalog.publish.word import Align
from catalog.review.desk import Kept
from catalog.review.dossier import Score


@dataclass(frozen=True)
class ScoreRow:
    """What the experts of a round gave for one criterion, or in total.

    ``points`` are (expert id, points); the sample deviation needs two of them.
    """

    dossier_id: str
    name: str
    round: int
    criterion: str
    points: tuple[tuple[str, float], ...]
    asked: int

    @property
    def values(self) -> list[float]:
        """Return the points alone."""
        return [value for _, value in self.points]

    @property
    def mean(self) -> float | None:
        """Return the mean, or None without points."""
        return statistics.fmean(self.values) if self.points else None

    @property
    def spread(self) -> float | None:
        """Return highest minus lowest, or None without points."""
        return max(self.values) - min(self.values) if self.points else None

    @property
    def deviation(self) -> float | None:
        """Return the sample standard deviation (n - 1), or None with fewer than two."""
        return statistics.stdev(self.values) if len(self.points) > 1 else None


TOTAL = "合计"


def score_rows(kept: Kept, criteria: Mapping[str, str]) -> tuple[ScoreRow, ...]:
    """Return one row a round and criterion, and the total of the experts who scored all of them.

    Points of recused experts do not count; a criterion an expert left out is no zero.

    Args:
        kept: the dossier.
        criteria: criterion code -> label, in the order to be printed.

    Raises:
        BadInput: points for a criterion that is in no list.
    """
    dossier = kept.dossier
    rows = []
    for round_ in sorted({score.round for score in dossier.scores}):
        recused = {a.expert_id for a in dossier.assignments if a.round == round_ and a.recused}
        scores = sorted(
            (s for s in dossier.scores if s.round == round_ and s.expert_id not in recused),
            key=lambda score: score.expert_id,
        )
        asked = {a.expert_id for a in dossier.assignments if a.round == round_} - recused
        count = len(asked | {score.expert_id for score in scores})
        for score in scores:
            _known(kept.id, score, criteria)
        for code, label in criteria.items():
            points = tuple((s.expert_id, s.points[code]) for s in scores if code in s.points)
            rows.append(ScoreRow(kept.id, name_of(kept), round_, label, points, count))
        complete = [s for s in scores if all(code in s.points for code in criteria)]
        total = tuple((s.expert_id, sum(s.points[code] for code in criteria)) for s in complete)
        rows.append(ScoreRow(kept.id, name_of(kept), round_, TOTAL, total, count))
    return tuple(rows)


def _known(id: str, score: Score, criteria: Mapping[str, str]) -> None:
    unknown = sorted(set(score.points) - set(criteria))
    if unknown:
        raise BadInput(
            f"{id}：第{score.round}轮评分有未知指标“{unknown[0]}”，评分表的指标是 {'、'.join(criteria)}"
        )


def score_document(
    dossiers: Sequence[Kept], *, catalogue: str, criteria: Mapping[str, str],
    names: Mapping[str, str] | None = None, applicant: str = "",
) -> Gongwen:  # fmt: skip
    """Return the summary of scores: mean, range and deviation of every criterion and round.

    Args:
        dossiers: the dossiers in the order to be printed.
        catalogue: name of the catalogue.
        criteria: criterion code -> label.
        names: expert id -> name, for the internal version.
        applicant: the version for this applicant: its dossiers only, nobody's single points.

    Raises:
        BadInput: nobody has scored, an unknown criterion, or an expert without a name.
    """
    chosen = [k for k in dossiers if not applicant or k.dossier.form.applicant == applicant]
    groups = [
        tuple(rows)
        for kept in chosen
        for _, rows in itertools.groupby(score_rows(kept, criteria), key=lambda row: row.round)
    ]
    if not groups:
        raise BadInput(f"{applicant or catalogue}：还没有专家评分，无法汇总")
    header = ("申报编号", "技术名称", "轮次", "项目", *criteria.values(), TOTAL)
    rest = LANDSCAPE_MM - 25.0 - 50.0 - 11.0 - 24.0
    widths = (25.0, 50.0, 11.0, 24.0, *(rest / (len(criteria) + 1) for _ in range(len(criteria) + 1)))
    aligns: list[Align] = ["center", "left", "center", "center"]
    aligns += ["right"] * (len(criteria) + 1)
    table = [line for rows in groups for line in _score_lines(rows, None if applicant else names or {})]
    grid = Grid(header, tuple(table), widths, tuple(aligns), 9.0, _score_notes(applicant))
    values: Values = {"catalogue": catalogue}
    body = filled_body("scores", values, {"scores": (grid,)})
    example = any(kept.dossier.is_example for kept in chosen)
    return sheet("scores", values, body, landscape=True, example=example)


def _score_lines(rows: Sequence[ScoreRow], names: Mapping[str, str] | None) -> list[tuple[str, ...]]:
    """Return the lines of a dossier and round: on request the experts', then count, mean and spread."""
    lines = []
    if names is not None:
        experts = sorted({id for row in rows for id, _ in row.points})
        lines += [(person(names, id), *(_points_of(row, id) for row in rows)) for id in experts]
    lines.append(("评分人数", *(f"{len(row.points)}/{row.asked}" for row in rows)))
    lines.append(("平均分", *(_figure(row.mean) for row in rows)))
    lines.append(("极差", *(_figure(row.spread) for row in rows)))
    lines.append(("标准差", *(_figure(row.deviation) for row in rows)))
    first = rows[0]
    return [
        (first.dossier_id, "" if place else first.name, str(first.round), *line)
        for place, line in enumerate(lines)
    ]


def _points_of(row: ScoreRow, expert_id: str) -> str:
    points = dict(row.points).get(expert_id)
    return NOT_GIVEN if points is None else number(points)


def _figure(value: float | None) -> str:
    return "未计算" if value is None else f"{value:.2f}"


def _score_notes(applicant: str) -> tuple[str, ...]:
    notes = (
        "注：评分人数为“已评/应评”，已回避专家不计入；极差为最高分减最低分，标准差为样本标准差（n−1），"
        "不足两人评分时未计算；合计为各项分值之和，只计评完全部指标的专家。",
    )
    return notes if applicant else (*notes, "本表含专家姓名和单项评分，仅供内部使用，不得提供给申报单位。")
