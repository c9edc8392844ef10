"""Scoring criteria as data, and what they make of the points of one sheet.

A total is the sum of points / full points x weight over the criteria, brought to 100. Points
nobody gave are never 0: a sheet without them is no sheet.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import Field, ValidationError, model_validator

from catalog.display import number
from catalog.errors import BadInput
from catalog.nominations.form import FormPart
from catalog.paths import DATA_DIR
from catalog.review.dossier import Score

Verdict = Literal["recommend", "revise", "reject"]
VERDICT_LABELS: dict[Verdict, str] = {"recommend": "推荐", "revise": "修改后推荐", "reject": "不推荐"}
DECIMALS = 2
"""Decimals of a total, on the sheet and in the ranking."""


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
