"""The opinion of the expert group (专家组意见): a draft from the sheets, and what the authority saves."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

import yaml
from pydantic import Field, ValidationError

from catalog.errors import BadInput
from catalog.nominations.form import FormPart
from catalog.paths import DATA_DIR
from catalog.people import Person, require
from catalog.review.desk import REVIEW_STATES, Desk, Kept
from catalog.review.scoring import Criteria, Summary, Verdict, load_criteria, summary

ACTION = "group_opinion"
"""Name of the step in the history."""


class Wording(FormPart):
    """The words of a draft; the conclusion by flow and verdict."""

    opening: str = Field(min_length=1)
    shares: str
    conclusions: dict[str, dict[Verdict, str]]


@lru_cache(maxsize=4)
def load_wording(path: Path | None = None) -> Wording:
    """Return the words of ``data/review/opinion.yaml`` or of another file of that form.

    Raises:
        BadInput: not readable, or a part is missing.
    """
    where = path or DATA_DIR / "review" / "opinion.yaml"
    try:
        return Wording.model_validate(yaml.safe_load(where.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, yaml.YAMLError, ValidationError) as error:
        raise BadInput(
            f"{where}：无法读取专家组意见用语，请写全 opening、shares、conclusions（YAML，UTF-8）"
        ) from error


def draft_opinion(kept: Kept, *, round: int | None = None, criteria: Criteria | None = None) -> str:
    """Return a draft of the group's opinion from the sheets of a round.

    Args:
        kept: the dossier.
        round: number of the round; the one at hand by default.
        criteria: the shipped ones by default.

    Raises:
        BadInput: no sheet in that round, or the criteria were changed since.
    """
    chosen = criteria or load_criteria()
    number = kept.dossier.round if round is None else round
    told = summary(kept.dossier, chosen, round=number)
    if told.total is None:
        raise BadInput(f"{kept.id}：第 {number} 轮还没有评分，读入评分后才能起草专家组意见")
    words = load_wording()
    opening = words.opening.format(
        round=number, experts=told.experts, total=f"{told.total:.2f}", **told.verdicts
    )
    strong, weak = extremes({c.code: c.mean for c in told.criteria if c.mean is not None}, chosen)
    shares = words.shares.format(strong=strong, weak=weak) if strong != weak else ""
    return opening + shares + words.conclusions[kept.dossier.flow][_verdict(told)]


def _verdict(told: Summary) -> Verdict:
    """Return what the sheets come to: half against is a no, of the rest the more frequent word."""
    if told.verdicts["reject"] * 2 >= told.experts:
        return "reject"
    return "recommend" if told.verdicts["recommend"] > told.verdicts["revise"] else "revise"


def extremes(points: Mapping[str, float], criteria: Criteria) -> tuple[str, str]:
    """Return the labels of the criteria with the highest and the lowest share of their full points.

    Of equals the first counts; where all are equal both are the same.
    """
    shares = [
        (points[c.code] / c.max, -place, c.label)
        for place, c in enumerate(criteria.criteria)
        if c.code in points
    ]
    weakest = min(shares, key=lambda share: (share[0], -share[1]))
    return max(shares)[2], weakest[2]


def save_opinion(desk: Desk, kept: Kept, person: Person, text: str) -> Kept:
    """Save the group's opinion and return the dossier; the same words again change nothing.

    Raises:
        NotAllowed: the role may not write it.
        BadInput: the dossier is not in expert review, or nothing is said.
        Conflict: somebody else saved since ``kept`` was read.
    """
    require(person, "review.group_opinion")
    if kept.dossier.state not in REVIEW_STATES:
        raise BadInput(f"{kept.id} 处于“{kept.state_label}”，只有专家评审中的申报可以填写专家组意见")
    if not text.strip():
        raise BadInput(f"{kept.id}：专家组意见为空，请填写后再保存")
    if text.strip() == kept.dossier.group_opinion:
        return kept
    return desk.update(kept, person, ACTION, group_opinion=text.strip())
