"""Does the catalogue answer at all? A small logistic model over what matching already knows.

Inputs: how sure the intent classifier is that a technology is wanted, the log-odds of the
best record, how much of the text's wording that record holds, how much no record
holds, how sure the networks are that nothing answers, how many of the nearest questions
nothing answers, and how near the nearest of all is. Learned on development judgements
and on a quarter of the questions of ``data/training/`` and ``data/intents/``, seen through what
the others teach; the bar is set on those that something answers.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from recommender.ranking import RANKER

SIGNALS = ("wants_technology", "best_record", "coverage", "unknown", "nothing", "alone", "near")

_EDGE = 0.0474
"""Log-odds of the classifier are held within ±3: beyond that it knows nothing more."""
_SURE = 8.0
"""Log-odds of the networks are held within plus and minus this."""
_STRAY = 0.02
"""Added to a share of questions and to the rest before the logarithm of their ratio."""


@dataclass(frozen=True)
class AnswerModel:
    """Weights of the signals, the bias, and the bar that their sum must reach."""

    weights: dict[str, float]
    bias: float
    bar: float

    def margin(self, signals: dict[str, float]) -> float:
        """Return how far the signals lie above the bar; negative means no answer."""
        return self.bias + sum(self.weights[name] * signals[name] for name in SIGNALS) - self.bar


def signals_of(
    *,
    wants_technology: float,
    best_record: float,
    coverage: float,
    unknown: float,
    nothing: float,
    alone: float,
    near: float,
) -> dict[str, float]:
    """Return the signals.

    Args:
        wants_technology: probability that a technology is wanted.
        best_record: log-odds of the best record.
        coverage: share of the text's word weight the best record holds.
        unknown: share no record holds.
        nothing: log-odds of "nothing answers" against the best record, by the networks.
        alone: share of the nearest questions that nothing answers.
        near: cosine of the nearest question, as the networks read it.
    """
    sure = min(max(wants_technology, _EDGE), 1.0 - _EDGE)
    return {
        "wants_technology": math.log(sure / (1.0 - sure)),
        "best_record": best_record,
        "coverage": coverage,
        "unknown": unknown,
        "nothing": min(max(nothing, -_SURE), _SURE),
        "alone": math.log((alone + _STRAY) / (1.0 - alone + _STRAY)),
        "near": near,
    }


def fit(
    signals: Sequence[dict[str, float]],
    answerable: Sequence[bool],
    questions: Sequence[dict[str, float]],
    unanswered: Sequence[dict[str, float]] = (),
    *,
    refused: float = 0.03,
) -> AnswerModel:
    """Return the fitted model.

    Args:
        signals: one mapping a judged query.
        answerable: whether some record helps it.
        questions: signals of further questions, all answerable.
        unanswered: signals of further questions that nothing answers.
        refused: share of ``questions`` that may lie below the bar.
    """
    from sklearn.linear_model import LogisticRegression

    known = [*signals, *questions, *unanswered]
    wanted = np.array([*answerable, *[True] * len(questions), *[False] * len(unanswered)])
    model = LogisticRegression(class_weight="balanced")
    model.fit(_matrix(known), wanted)
    margins = np.sort(model.decision_function(_matrix(questions)))
    weights = {name: float(w) for name, w in zip(SIGNALS, model.coef_[0], strict=True)}
    return AnswerModel(weights, float(model.intercept_[0]), float(margins[int(refused * len(margins))]))


def _matrix(signals: Sequence[dict[str, float]]) -> npt.NDArray[np.float64]:
    """Return signals in the order of ``SIGNALS``, float64 (queries, signals)."""
    return np.array([[one[name] for name in SIGNALS] for one in signals])


def as_json(model: AnswerModel) -> dict[str, object]:
    """Return the stored form."""
    weights = {name: round(value, 4) for name, value in model.weights.items()}
    return {"weights": weights, "bias": round(model.bias, 4), "bar": round(model.bar, 4)}


@lru_cache(maxsize=4)
def load_answer_model(path: Path = RANKER, *, taught: bool = True) -> AnswerModel:
    """Return the stored model, or the one for records of which all nothing is learned."""
    content = json.loads(path.read_text(encoding="utf-8"))
    stored = (content if taught else content["untaught"])["answer"]
    weights = {name: float(stored["weights"][name]) for name in SIGNALS}
    return AnswerModel(weights, float(stored["bias"]), float(stored["bar"]))
