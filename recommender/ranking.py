"""Named score parts, the score they add up to, and what it means: an additive, calibrated model.

The weights are learned on development judgements (``recommender/training.py``) and stored
in ``data/ranker/ranker.json``. The score of a record is the sum of its parts; the score plus
the stored offset is the log-odds that an engineer grades the record 2 or 3, which gives
the level.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from catalog import Technology
from catalog.paths import DATA_DIR
from recommender.settings import Levels

FloatArray = npt.NDArray[np.float64]

RANKER = DATA_DIR / "ranker" / "ranker.json"

FEATURES = ("words", "asked", "neighbours", "network", "same", "division", "cross", "not_given", "general")
"""Features in the order of the weight vector, 0 or more, mostly below 1. ``general`` marks a record meant for
many industries when the query gives none."""

PARTS = {
    "lexical": ("words",),
    "dense": ("asked", "neighbours", "network"),
    "industry": ("same", "division", "cross", "not_given", "general"),
}
"""Part of the score as it is shown -> the features it sums."""

WINDOW_MET, WINDOW_NOT_MET, DEMOTED, REPLACEMENT, NAMED_GAIN = 0.3, -1.5, -1.0, 0.5, 1.8
"""What the rules add to the score; set by judgement, too few judged cases to learn them. Replacements of
what is eliminated: of 119 graded questions that name such a thing (seen through what others teach), 3.5
instead of 0.5 had put the right record first in 94 instead of 107; 0 would in 108."""
NAMED_ALONE = 6.0
"""What a record gains when the text is nothing but one of its names."""
IN_PLACE = -3.0
"""What a record loses that the writer has already; its name in the text then gains nothing."""

UNASKED, UNASKED_WORDS = 1.5, 1.5
"""What a record that no graded question tells of (one added since the last training) gains, and what it
gains further where it shares the words of the text: it has no neighbours and no learned vector, and its
words hardly count beside those. With every sixth record in turn taken for new (1,257 pairs of question and
part, development and kept out), nDCG@10 of the questions that want one is 0.847 instead of 0.829 with 1 and
1, theirs is found first in 0.63 instead of 0.54, and other questions lose 0.004; 2 and 2 give 0.852 and 0.71
and cost 0.017."""

STAGE_ORDER = {"source_reduction": 0, "process_control": 1, "end_of_pipe": 2}
"""Between equal scores, the earlier stage comes first."""


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
class Ranker:
    """Learned weights, one a feature, and the offset that turns a score into log-odds.

    ``unasked`` and ``unasked_words`` are what a record gains that no graded question tells of.
    """

    weights: dict[str, float]
    offset: float
    unasked: float = UNASKED
    unasked_words: float = UNASKED_WORDS

    def parts(self, features: dict[str, FloatArray]) -> dict[str, FloatArray]:
        """Return the weighted parts, float64 (records,) each; their sum is the score.

        Args:
            features: float64 (records,) each; ``unasked`` is 1 for records that no graded question
                tells of.
        """
        parts = {
            part: sum((self.weights[name] * features[name] for name in names), np.zeros(1))
            for part, names in PARTS.items()
        }
        parts["lexical"] = parts["lexical"] + self.unasked_words * features["unasked"] * features["words"]
        parts["dense"] = parts["dense"] + self.unasked * features["unasked"]
        return parts

    def without_gain(self) -> Ranker:
        """Return the ranker that weighs records nobody has asked about like the others, or has only such."""
        return replace(self, unasked=0.0, unasked_words=0.0)

    def probability(self, score: float) -> float:
        """Return the calibrated probability that a record with this score helps (grade 2 or 3)."""
        return 1.0 / (1.0 + math.exp(-(score + self.offset)))

    def score(self, probability: float) -> float:
        """Return the score with this probability, above 0 and below 1."""
        return math.log(probability / (1.0 - probability)) - self.offset


@lru_cache(maxsize=4)
def load_ranker(path: Path = RANKER, *, taught: bool = True) -> Ranker:
    """Return the stored ranker, or the one for records of which all nothing is learned (another encoder)."""
    stored = json.loads(path.read_text(encoding="utf-8"))
    own = stored if taught else stored["untaught"]
    ranker = Ranker({name: float(own["weights"][name]) for name in FEATURES}, float(own["offset"]))
    return ranker if taught else ranker.without_gain()


@dataclass(frozen=True)
class Scores:
    """Score parts and their sum over all records, float64 (records,) each."""

    parts: dict[str, FloatArray]
    total: FloatArray

    @classmethod
    def of(cls, parts: dict[str, FloatArray]) -> Scores:
        """Return the parts with their sum."""
        return cls(parts, np.asarray(sum(parts.values(), np.zeros(1)), dtype=np.float64))

    def order(self, rows: list[int], technologies: list[Technology]) -> list[int]:
        """Return ``rows`` best first; equal scores by stage (source first), then by id."""

        def key(row: int) -> tuple[float, int, str]:
            technology = technologies[row]
            return (-round(float(self.total[row]), 3), STAGE_ORDER[technology.stage], technology.id)

        return sorted(rows, key=key)


def level(probability: float, relation: str, levels: Levels, *, capped: bool = False) -> str | None:
    """Return strong, medium, weak, or None below the bar.

    Args:
        probability: calibrated probability that the record helps.
        relation: industry relation; a record made for another industry is never strong.
        levels: the bars.
        capped: a limit is not met or a constraint demotes: never strong.
    """
    if probability >= levels.strong and relation not in {"division", "other"} and not capped:
        return "strong"
    if probability >= levels.medium:
        return "medium"
    return "weak" if probability >= levels.weak else None
