"""The one question whose answer would change the first three results most.

Candidates: a number the text does not give although limits of likely records depend on it,
and the industry if none is given; for a text that tells only an aim, the process instead of a
number. Each possible answer is played through on the scores at hand; the question with the largest
expected change of the first three is offered.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from catalog import Codes, Technology
from recommender import labels
from recommender.quantities import Limit, alike, limits, of_another_medium
from recommender.ranking import WINDOW_NOT_MET, industry_relation

FloatArray = npt.NDArray[np.float64]

_LIKELY = 12
"""So many of the best records are looked at."""
_FIRST = 3
_FEWEST_CHANGES = 0.5
"""Expected changes among the first three below which nothing is asked."""
_MOST_INDUSTRIES = 6


@dataclass(frozen=True)
class Question:
    """A question to the user, and how many of the first three its answer changes on average.

    ``about`` is the quantity asked for with ``unit``, or ``industry`` or ``process`` without unit.
    """

    text: str
    about: str
    changes: float
    unit: str = ""


def best_question(
    records: Sequence[Technology],
    total: FloatArray,
    *,
    known: frozenset[tuple[str, str | None]],
    named: frozenset[str],
    least: float,
    industry_given: bool,
    industry_weight: Callable[[str], float],
    codes: Codes,
    wide: bool = False,
) -> Question | None:
    """Return the question worth asking, or None.

    Args:
        records: all records, in the order of ``total``.
        total: their scores for the text as it stands.
        known: (dimension, subject) pairs the text gives.
        named: streams the text names; nobody is asked about the hot water of a flue gas.
        least: score of a 中; the order of weaker records is not worth a question.
        industry_given: whether the user named an industry.
        industry_weight: industry relation -> its weight in the score.
        codes: for the names of industries and processes.
        wide: the text tells an aim and no process.
    """
    rows = [int(row) for row in np.argsort(-total, kind="stable")[:_LIKELY] if total[row] >= least]
    if len(rows) <= 1:
        return None
    if wide:
        questions = _about_process(records, total, rows, codes)
    else:
        questions = _about_numbers(records, total, rows, known, named)
    if not industry_given:
        questions += _about_industry(records, total, rows, industry_weight, codes)
    worth = [question for question in questions if question.changes >= _FEWEST_CHANGES]
    return max(worth, key=lambda question: (question.changes, question.text), default=None)


def _changed(total: FloatArray, adjusted: FloatArray, rows: list[int]) -> int:
    before = sorted(rows, key=lambda row: -total[row])[:_FIRST]
    after = sorted(rows, key=lambda row: -adjusted[row])[:_FIRST]
    return len(set(before) - set(after))


def _about_numbers(
    records: Sequence[Technology],
    total: FloatArray,
    rows: list[int],
    known: frozenset[tuple[str, str | None]],
    named: frozenset[str],
) -> list[Question]:
    asked: dict[tuple[str, str | None], list[tuple[int, Limit]]] = {}
    for row in rows:
        for limit in limits(records[row]):
            given = any(dim == limit.dimension and alike(own, limit.subject) for dim, own in known)
            measured = any(dimension == limit.dimension for dimension, _ in known)
            if limit.subject is None or given:
                continue
            if of_another_medium(limit.subject, named, exactly=measured):
                continue
            asked.setdefault((limit.dimension, limit.subject), []).append((row, limit))
    questions = []
    for held in asked.values():
        edges = sorted({edge for _, one in held for edge in (one.low, one.high) if np.isfinite(edge)})
        if not edges:
            continue
        answers = [edges[0] - 1e-6, *((a + b) / 2 for a, b in pairwise(edges))]
        answers.append(edges[-1] + 1e-6)
        changes = []
        for answer in answers:
            adjusted = total.copy()
            for row, limit in held:
                if not limit.low <= answer <= limit.high:
                    adjusted[row] += WINDOW_NOT_MET
            changes.append(_changed(total, adjusted, rows))
        parameter = held[0][1].parameter
        text = labels.QUESTION_NUMBER.format(parameter=parameter, unit=held[0][1].unit)
        questions.append(Question(text, parameter, float(np.mean(changes)), held[0][1].unit))
    return questions


def _about_industry(
    records: Sequence[Technology],
    total: FloatArray,
    rows: list[int],
    weight: Callable[[str], float],
    codes: Codes,
) -> list[Question]:
    divisions = list(dict.fromkeys(code[:2] for row in rows for code in records[row].industries))
    divisions = [code for code in divisions if code in codes["industries"]][:_MOST_INDUSTRIES]
    if len(divisions) < 2:
        return []
    changes = []
    for division in divisions:
        adjusted = total.copy()
        for row in rows:
            adjusted[row] += weight(industry_relation(records[row], division)) - weight("not_given")
        changes.append(_changed(total, adjusted, rows))
    names = labels.join([codes.label("industries", code) for code in divisions[:4]])
    return [Question(labels.QUESTION_INDUSTRY.format(names=names), "industry", float(np.mean(changes)))]


def _about_process(
    records: Sequence[Technology], total: FloatArray, rows: list[int], codes: Codes
) -> list[Question]:
    processes = list(dict.fromkeys(code for row in rows for code in records[row].processes[:1]))
    if len(processes) < 2:
        return []
    changes = []
    for process in processes:
        adjusted = total.copy()
        for row in rows:
            if process not in records[row].processes:
                adjusted[row] += WINDOW_NOT_MET
        changes.append(_changed(total, adjusted, rows))
    names = labels.join([codes.label("processes", code) for code in processes[:4]])
    return [Question(labels.QUESTION_PROCESS.format(names=names), "process", float(np.mean(changes)))]
