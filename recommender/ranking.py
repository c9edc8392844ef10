"""Named score parts, the score they add up to, and the order they give."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from catalog import Technology
from recommender.settings import Levels, RankingWeights

FloatArray = npt.NDArray[np.float64]

RELATION_VALUES = {"same": 1.0, "division": 0.6, "cross": 0.6, "not_given": 0.5, "other": 0.0}
"""Graded industry preference, 0 to 1."""

SUPPORT_FACTORS = {"same": 1.5, "division": 1.2, "cross": 1.0, "not_given": 1.0, "other": 0.6}
"""How far the words of a query count as support: a record made for the industry needs fewer
of them, one made for another industry more. Set on development judgements, 2026-11."""


def industry_relation(technology: Technology, code: str | None) -> str:
    """Return how the record's industries stand to the industry of the query.

    ``same``: one code is a prefix of the other; ``division``: first two digits agree;
    ``cross``: the record is meant for many industries; ``other``; ``not_given``.
    """
    if code is None:
        return "not_given"
    if any(code.startswith(own) or own.startswith(code) for own in technology.industries):
        return "same"
    if any(own[:2] == code[:2] for own in technology.industries):
        return "division"
    return "cross" if technology.cross_industry else "other"


@dataclass(frozen=True)
class Features:
    """Feature arrays of one query over all records, float64 (records,) each.

    ``coverage`` is the share of the query's word weight a record holds; ``support`` is
    that share times the weight held, so that one shared word out of one, or a few everyday
    words out of many, both count little; it counts more within the industry asked for.
    """

    lexical: FloatArray
    dense_record: FloatArray
    dense_problem: FloatArray
    coverage: FloatArray
    support: FloatArray
    industry: FloatArray


@dataclass(frozen=True)
class Scores:
    """Score parts and their sum over all records, float64 (records,) each."""

    parts: dict[str, FloatArray]
    total: FloatArray
    evidence: FloatArray

    def order(self, rows: list[int], ids: list[str]) -> list[int]:
        """Return ``rows`` best first; equal scores in the order of the ids."""
        return sorted(rows, key=lambda row: (-round(float(self.total[row]), 9), ids[row]))


def combine(features: Features, weights: RankingWeights) -> Scores:
    """Return the weighted parts; their sum is the score, without industry the evidence."""
    parts = {
        "lexical": weights.lexical * features.lexical,
        "dense_record": weights.dense_record * np.maximum(features.dense_record, 0.0),
        "dense_problem": weights.dense_problem * np.maximum(features.dense_problem, 0.0),
        "coverage": weights.coverage * features.coverage,
        "industry": weights.industry * features.industry,
    }
    evidence = sum((values for name, values in parts.items() if name != "industry"), np.zeros(1))
    return Scores(parts, evidence + parts["industry"], evidence)


def level(evidence: float, relation: str, levels: Levels) -> str | None:
    """Return strong, medium, weak, or None below the bar.

    A record made for another industry than the one given is never strong: its words may
    fit, its conditions have to be checked.
    """
    if evidence >= levels.strong and relation not in {"division", "other"}:
        return "strong"
    if evidence >= levels.medium:
        return "medium"
    return "weak" if evidence >= levels.weak else None
