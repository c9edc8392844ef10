"""Graded questions to learn from: ``data/training/``.

Written and graded like the judged queries but apart from them (see ``data/training/README.md``);
they are never reported on.
"""

from __future__ import annotations

import csv
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from catalog.errors import CatalogError, Fault
from catalog.paths import DATA_DIR
from recommender.asked import AskedVectors, LearningSettings, learn
from recommender.engine import RecommenderEngine
from recommender.intent import IntentModel
from recommender.query import read_industry

TRAINING = DATA_DIR / "training"
QUESTIONS = "questions.csv"
GRADES = "grades.csv"


@dataclass(frozen=True)
class GradedQuestion:
    """What somebody asked, the industry named with it or "", and record id -> grade 1 to 3."""

    id: str
    industry: str
    text: str
    grades: dict[str, int]


def load_training(known_ids: Collection[str], folder: Path = TRAINING) -> list[GradedQuestion]:
    """Read the questions (id,industry,text) and their grades (question,technology,grade).

    Args:
        known_ids: ids of the records.
        folder: where the two files lie.

    Raises:
        CatalogError: an empty text, a text that stands twice, an unknown question or record, a
            grade that is not 1, 2 or 3, a question nothing helps.
    """
    faults: list[Fault] = []
    questions: dict[str, tuple[str, str]] = {}
    texts: dict[str, str] = {}
    for place, row in _rows(folder / QUESTIONS):
        id, text = row["id"], row["text"].strip()
        if not text or text in texts or id in questions:
            told = f"the text stands at {texts[text]} too" if text in texts else "id and text once each"
            faults.append(Fault(place, "text", text, f"{told}; keep one"))
        texts[text] = place
        questions[id] = (row["industry"].strip(), text)
    grades: dict[str, dict[str, int]] = {id: {} for id in questions}
    for place, row in _rows(folder / GRADES):
        if row["question"] not in questions:
            faults.append(Fault(place, "question", row["question"], f"write an id of {QUESTIONS}"))
        elif row["technology"] not in known_ids:
            faults.append(Fault(place, "technology", row["technology"], "write the id of a record"))
        elif row["grade"] not in ("1", "2", "3"):
            faults.append(Fault(place, "grade", row["grade"], "write 1, 2 or 3"))
        else:
            grades[row["question"]][row["technology"]] = int(row["grade"])
    faults += [
        Fault(f"data/training/{GRADES}", "question", id, "grade at least one record 2 or 3, or drop it")
        for id, own in grades.items()
        if max(own.values(), default=0) < 2
    ]
    if faults:
        raise CatalogError(faults)
    return [GradedQuestion(id, industry, text, grades[id]) for id, (industry, text) in questions.items()]


def learn_asked(
    engine: RecommenderEngine, questions: list[GradedQuestion], settings: LearningSettings | None = None
) -> AskedVectors:
    """Return the record vectors learned from graded questions, read as the engine reads a query."""
    read = [_as_read(engine, question) for question in questions]
    vectors = [engine.vector(text, context=context)[0] for text, _, context in read]
    return learn(
        np.array(vectors, dtype=np.float64),
        [code for _, code, _ in read],
        [question.grades for question in questions],
        engine.record_vectors(),
        encoder=engine.encoder.revision,
        settings=settings,
    )


def signals_unseen(
    engine: RecommenderEngine, questions: list[GradedQuestion], model: IntentModel, *, folds: int = 3
) -> list[dict[str, float]]:
    """Return the signals of every question (``answering``), from vectors that have not seen it."""
    signals: list[dict[str, float]] = [{} for _ in questions]
    for fold in range(folds):
        seen = [question for n, question in enumerate(questions) if n % folds != fold]
        unseen = engine.with_asked(learn_asked(engine, seen))
        for n in range(fold, len(questions), folds):
            text, code, context = _as_read(engine, questions[n])
            signals[n] = unseen.signals(
                unseen.evidence(text, code, context=context), model.probabilities(text)
            )
    return signals


def _as_read(engine: RecommenderEngine, question: GradedQuestion) -> tuple[str, str | None, str]:
    """Return the text as it is understood, the industry code, and the words of an industry without one."""
    industry = read_industry(question.industry, engine.catalog.codes)
    context = question.industry if industry.code is None else ""
    return engine.read(question.text).text, industry.code, context


def _rows(path: Path) -> list[tuple[str, dict[str, str]]]:
    """Return (place, row) of every line of a CSV file."""
    with path.open(encoding="utf-8-sig", newline="") as stream:
        reader = csv.DictReader(stream)
        return [
            (f"data/training/{path.name}:{reader.line_num}", {k: v or "" for k, v in row.items()})
            for row in reader
        ]
