"""Graded questions to learn from: ``data/training/``.

Written and graded like the judged queries but apart from them (see ``data/training/README.md``);
they are never reported on.
"""

from __future__ import annotations

import csv
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

import numpy as np

from catalog.errors import CatalogError, Fault
from catalog.paths import DATA_DIR
from embeddings.text import statements
from recommender.asked import AskedVectors
from recommender.engine import RecommenderEngine
from recommender.features import Evidence, asked_words
from recommender.intent import TECHNOLOGY, IntentExample
from recommender.learning import Example, LearningSettings, learn
from recommender.query import asked_industry
from recommender.training import Sample, matrix_of

T = TypeVar("T")

TRAINING = DATA_DIR / "training"
QUESTIONS = "questions.csv"
GRADES = "grades.csv"
ASKING = DATA_DIR / "lexicon" / "asking.txt"
EVERY = 4
"""One question of so many is kept back to fit weights and bars on."""
WITHIN = 7
"""One question of so many is read with its industry before the text instead of beside it, as many type it
("造纸 白水用不完"); nearly all are written with the industry apart."""
_SAID, _SHORTEST_SAID = 120, 3
"""Most and fewest characters of a text of a record."""


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


def load_asking(path: Path = ASKING) -> list[str]:
    """Return the phrases that only ask for a way ("有什么办法"), one a line."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


@dataclass(frozen=True)
class Read:
    """A question as it is understood: the words of an industry without a code, and what it teaches."""

    context: str
    example: Example


def read_questions(engine: RecommenderEngine, questions: Sequence[GradedQuestion]) -> list[Read]:
    """Return graded questions read as the engine reads a query, some with the industry in the text."""
    read = []
    for number, question in enumerate(questions):
        given, written = question.industry, question.text
        if given and number % WITHIN == WITHIN - 1:
            given, written = "", f"{given} {written}"
        text = engine.read(written).text
        about = asked_industry(given, text, engine.catalog.codes)
        code, context = about.reading.code, about.context
        example = _example(engine, text, code, context, question.grades)
        renamed = engine.thesaurus.renamed(text, np.random.default_rng(number))
        if renamed != text:
            other = _example(engine, renamed, code, context, question.grades)
            example = replace(example, renamed=other)
        read.append(Read(context, example))
    return read


def _example(
    engine: RecommenderEngine, text: str, code: str | None, context: str, grades: dict[str, int]
) -> Example:
    """Return a text (normalised) as the engine reads a query."""
    tokens = asked_words(engine.segmenter.tokens(text), text)
    return Example(text, engine.vector(text, context=context)[0], code, tokens, grades)


def read_unanswered(engine: RecommenderEngine, examples: Sequence[IntentExample]) -> list[Read]:
    """Return the examples that no record answers, read as the engine reads a query."""
    told = [GradedQuestion("", one.industry, one.text, {}) for one in examples if one.label != TECHNOLOGY]
    return read_questions(engine, told)


def spoken_of(engine: RecommenderEngine) -> list[str]:
    """Return the statements of the records that can be recommended: texts that want a technology."""
    catalog = engine.catalog
    return [text for t in catalog.recommendable for text in statements(t, catalog)]


def asked_so(questions: Sequence[Read]) -> list[str]:
    """Return the texts of the questions, every second one with a phrase that only asks for a way."""
    asking = load_asking()
    return [one.example.text + asking[n % len(asking)] * (n % 2) for n, one in enumerate(questions)]


def said_of_records(engine: RecommenderEngine) -> list[Example]:
    """Return the texts of the records, each as a question that its record answers."""
    catalog = engine.catalog
    examples = []
    for id in engine.ids:
        t = catalog[id]
        texts = [
            *statements(t, catalog),
            t.name,
            *t.aliases,
            t.summary,
            t.applicability.starting_situation,
            " ".join(t.terms),
            " ".join(catalog.usage.words.get(id, ())),
        ]
        told = [text[:_SAID] for text in texts if len(text) >= _SHORTEST_SAID]
        examples += [_example(engine, engine.read(text).text, None, "", {id: 3}) for text in told]
    return examples


def learn_asked(
    engine: RecommenderEngine,
    read: Sequence[Read],
    said: Sequence[Example],
    unanswered: Sequence[Read] = (),
    settings: LearningSettings | None = None,
) -> AskedVectors:
    """Return what questions and texts of the records teach about the records of the engine."""
    return learn(
        [one.example for one in read],
        engine.record_vectors(),
        encoder=engine.encoder.revision,
        said=said,
        unanswered=[one.example for one in unanswered],
        asking=[_example(engine, engine.read(phrase).text, None, "", {}) for phrase in load_asking()],
        settings=settings,
    )


@dataclass(frozen=True)
class KeptBack:
    """Questions with their features, from what the other questions teach.

    Attributes:
        asked: graded questions.
        unanswered: questions no record helps.
    """

    asked: list[tuple[Read, Evidence]]
    unanswered: list[tuple[Read, Evidence]]


def not_kept_back(items: Sequence[T], every: int = EVERY) -> list[T]:
    """Return all items but every ``every``-th, those that are not kept back."""
    return [item for number, item in enumerate(items) if number % every]


def unseen(
    engine: RecommenderEngine,
    read: Sequence[Read],
    said: Sequence[Example],
    unanswered: Sequence[Read] = (),
    settings: LearningSettings | None = None,
    *,
    every: int = EVERY,
) -> KeptBack:
    """Return every ``every``-th question with its features, from what the other questions teach."""
    others = learn_others(engine, read, said, unanswered, settings, every=every)
    return kept_back(engine.with_asked(others), read, unanswered, every=every)


def learn_others(
    engine: RecommenderEngine,
    read: Sequence[Read],
    said: Sequence[Example],
    unanswered: Sequence[Read] = (),
    settings: LearningSettings | None = None,
    *,
    every: int = EVERY,
) -> AskedVectors:
    """Return what all questions but every ``every``-th teach."""
    return learn_asked(engine, not_kept_back(read, every), said, not_kept_back(unanswered, every), settings)


def kept_back(
    engine: RecommenderEngine, read: Sequence[Read], unanswered: Sequence[Read] = (), *, every: int = EVERY
) -> KeptBack:
    """Return every ``every``-th question with the features an engine gives it."""

    def seen(questions: Sequence[Read]) -> list[tuple[Read, Evidence]]:
        return [
            (one, engine.evidence(one.example.text, one.example.code, context=one.context))
            for one in questions[::every]
        ]

    return KeptBack(seen(read), seen(unanswered))


def samples_of(engine: RecommenderEngine, asked: Sequence[tuple[Read, Evidence]]) -> list[Sample]:
    """Return features and grades of questions in the order of the engine's records."""
    return [
        Sample(
            matrix_of(evidence.features),
            np.array([one.example.grades.get(id, 0) for id in engine.ids], dtype=np.int64),
        )
        for one, evidence in asked
    ]


def _rows(path: Path) -> list[tuple[str, dict[str, str]]]:
    """Return (place, row) of every line of a CSV file."""
    with path.open(encoding="utf-8-sig", newline="") as stream:
        reader = csv.DictReader(stream)
        return [
            (f"data/training/{path.name}:{reader.line_num}", {k: v or "" for k, v in row.items()})
            for row in reader
        ]
