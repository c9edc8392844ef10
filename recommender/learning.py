"""Learns what people ask when a record is right: one softmax over all records.

Multinomial logistic regression (Bishop, 2006, 4.3.4) of a question's vector, its industry and its
words, fitted to the gains of ``data/training/``. One penalty pulls every record towards
the vector of its own text (a Gaussian prior), so a record that nobody asked about keeps that vector;
another holds the weights of single words near zero. The loss is convex; L-BFGS starts from the texts.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from recommender.asked import AskedVectors, FloatArray, WordWeights, division, inputs, unit
from recommender.neighbours import AskedQuestions, Axes, Matrix, Table
from recommender.network import Network, pieces
from recommender.network_learning import Lesson, NetworkSettings, train

if TYPE_CHECKING:
    from scipy.sparse import csr_array

GAINS = {1: 0.1, 2: 1.0, 3: 7.0}
"""What a record of a grade gets of a question, before they share it. Against 2^grade - 1 the first
place is right more often (by 0.02 of the questions kept back), the order below it is as good."""


WITH_ASKING = 3
"""One question of so many is read with a phrase that asks for a way; most are written without any."""


@dataclass(frozen=True)
class LearningSettings:
    """Choices of the fit; chosen on the development half and on held-out training questions.

    Attributes:
        sharpness: what a score is multiplied by before the softmax.
        penalty: of moving a record away from the vector of its text.
        word_penalty: of the weight of a word for a record.
        fewest: questions that have to hold a word before it has a weight.
        kept: share of the weights that is stored, the largest; the others are nearly 0.
        iterations: of L-BFGS.
        said: what a text of a record counts beside a question when the networks are trained.
        unanswered: what a question nothing answers counts then.
        compared: numbers of a question that are compared with those of others.
        network: choices of the networks.
    """

    sharpness: float = 8.0
    penalty: float = 1.0
    word_penalty: float = 3.0
    fewest: int = 4
    kept: float = 0.05
    iterations: int = 40
    said: float = 0.2
    unanswered: float = 1.0
    compared: int = 96
    network: NetworkSettings = field(default_factory=NetworkSettings)

    @classmethod
    def on_every_core(cls) -> LearningSettings:
        """Return the choices with as many networks trained at the same time as there are cores."""
        return cls(network=NetworkSettings(processes=os.cpu_count() or 1))


@dataclass(frozen=True)
class Example:
    """A graded question, or a text of a record, as the engine reads it.

    Attributes:
        text: normalised.
        vector: float (dimension,), of unit length or zero.
        code: GB/T 4754 code, or None.
        tokens: its words, pairs of characters and magnitudes, each once.
        grades: record id -> grade 1 to 3.
        renamed: the same with abbreviations and full names exchanged ("NOx", "氮氧化物"), or None;
            only the networks learn from it.
    """

    text: str
    vector: npt.NDArray[np.float32]
    code: str | None
    tokens: tuple[str, ...]
    grades: Mapping[str, int]
    renamed: Example | None = None


def learn(
    examples: Sequence[Example],
    own: Mapping[str, FloatArray],
    *,
    encoder: str,
    said: Sequence[Example] = (),
    unanswered: Sequence[Example] = (),
    asking: Sequence[Example] = (),
    settings: LearningSettings | None = None,
) -> AskedVectors:
    """Return what the examples teach.

    Args:
        examples: graded questions.
        own: record id -> vector of its own text, float64 (dimension,); all records.
        encoder: revision of the encoder that made the vectors.
        said: texts of the records, graded 3 for their record; only the networks learn from them.
        unanswered: questions no record helps; only the networks learn from them.
        asking: phrases that only ask for a way; the networks read some of the examples with one of
            them, so that they do not take it for a sign that nothing answers.
        settings: choices of the fit.
    """
    from scipy.optimize import minimize

    chosen = settings or LearningSettings()
    codes = [example.code for example in examples]
    divisions = tuple(sorted({division(code) for code in codes} - {""}))
    vectors = np.array([example.vector for example in examples], dtype=np.float64)
    questions = inputs(vectors, codes, divisions).astype(np.float32)
    ids = tuple(own)
    start = np.hstack([np.array([own[id] for id in ids]), np.zeros((len(ids), len(divisions)))])
    tokens, rarity = _vocabulary(examples, chosen.fewest)
    held = _held(examples, tokens, rarity)
    back = held.T.tocsr()
    wanted = _targets([example.grades for example in examples], ids)
    count = len(examples)

    def loss(flat: FloatArray) -> tuple[float, FloatArray]:
        rows, words = _parted(flat.astype(np.float32), start.shape, len(tokens))
        odds = chosen.sharpness * (questions @ rows.T + held @ words)
        odds -= odds.max(axis=1, keepdims=True)
        shares = np.exp(odds)
        total = shares.sum(axis=1, keepdims=True)
        moved = rows - start.astype(np.float32)
        value = -float((wanted * (odds - np.log(total))).sum(dtype=np.float64))
        value += chosen.penalty * float((moved**2).sum(dtype=np.float64))
        value += chosen.word_penalty * float((words**2).sum(dtype=np.float64))
        missed = chosen.sharpness * (shares / total - wanted)
        slope = np.concatenate(
            [
                (missed.T @ questions + 2 * chosen.penalty * moved).ravel(),
                (back @ missed + 2 * chosen.word_penalty * words).ravel(),
            ]
        )
        return value / count, slope.astype(np.float64) / count

    first = np.concatenate([start.ravel(), np.zeros(len(tokens) * len(ids))])
    options = {"maxiter": chosen.iterations, "maxcor": 6}
    found = minimize(loss, first, jac=True, method="L-BFGS-B", options=options)
    rows, words = _parted(found.x, start.shape, len(tokens))
    weights = _largest(words, tokens, rarity, chosen.kept)
    texts = np.array([own[id] for id in ids], dtype=np.float32)
    network = train(_lesson(examples, said, unanswered, asking, ids, chosen), texts, chosen.network)
    readings = _readings([*examples, *unanswered], network)
    asked = _questions([*examples, *unanswered], readings, ids, Axes.of(readings, chosen.compared))
    return AskedVectors(encoder, vectors.shape[1], divisions, ids, rows, weights, asked, network)


def _lesson(
    examples: Sequence[Example],
    said: Sequence[Example],
    unanswered: Sequence[Example],
    asking: Sequence[Example],
    ids: tuple[str, ...],
    chosen: LearningSettings,
) -> Lesson:
    """Return questions and texts of records as the networks learn from them."""
    every = [*examples, *said, *unanswered]
    weights = [1.0] * len(examples) + [chosen.said] * len(said) + [chosen.unanswered] * len(unanswered)
    wanted = _targets([example.grades for example in every], ids)
    nothing = np.zeros((len(every), 1), dtype=np.float32)
    nothing[len(examples) + len(said) :] = 1.0
    phrases = {
        number: asking[number // WITH_ASKING % len(asking)]
        for number in range(0, len(examples) if asking else 0, WITH_ASKING)
    }
    return Lesson(
        [_pieces(example, phrases.get(number)) for number, example in enumerate(every)],
        {
            number: _pieces(example.renamed, phrases.get(number))
            for number, example in enumerate(every)
            if example.renamed is not None
        },
        np.array([example.vector for example in every], dtype=np.float32),
        np.hstack([wanted, nothing]),
        np.array(weights, dtype=np.float32),
        len(examples),
    )


def _pieces(example: Example, phrase: Example | None) -> tuple[str, ...]:
    """Return what a network sees of an example, read with a phrase that only asks, if one is given."""
    tokens, text = (phrase.tokens, phrase.text) if phrase else ((), "")
    return pieces((*example.tokens, *tokens), example.text + text, division(example.code))


def remembered(vectors: AskedVectors, examples: Sequence[Example]) -> AskedVectors:
    """Return what was learned, with other questions to compare with; nothing is learned anew.

    Args:
        vectors: what was learned.
        examples: graded questions, and questions nothing answers, all there are to compare with.
    """
    readings = _readings(examples, vectors.network)
    return replace(vectors, questions=_questions(examples, readings, vectors.ids, vectors.questions.axes))


def _readings(examples: Sequence[Example], network: Network) -> Matrix:
    """Return what the networks read, float32 (examples, networks, hidden)."""
    return np.array([network.reading(_pieces(own, None), own.vector) for own in examples])


def _questions(
    examples: Sequence[Example], readings: Matrix, ids: tuple[str, ...], axes: Axes
) -> AskedQuestions:
    """Return the examples as neighbours to compare with; one without grades is answered by nothing."""
    place = {id: column for column, id in enumerate(ids)}
    grades = [
        {place[id]: float(grade) for id, grade in example.grades.items() if id in place}
        for example in examples
    ]
    return AskedQuestions(axes.places(readings), Table.of(grades), axes)


def _parted(flat: npt.NDArray[Any], shape: tuple[int, int], tokens: int) -> tuple[Any, Any]:
    """Return the rows of the records and the weights of the words of one flat array."""
    size = shape[0] * shape[1]
    return flat[:size].reshape(shape), flat[size:].reshape(tokens, shape[0])


def _vocabulary(examples: Sequence[Example], fewest: int) -> tuple[tuple[str, ...], FloatArray]:
    """Return the tokens that enough questions hold, sorted, and how rare each is."""
    counts = Counter(token for example in examples for token in example.tokens)
    tokens = tuple(sorted(token for token, count in counts.items() if count >= fewest))
    rarity = np.array([np.log(len(examples) / counts[token]) for token in tokens])
    return tokens, rarity


def _held(examples: Sequence[Example], tokens: tuple[str, ...], rarity: FloatArray) -> csr_array:
    """Return which question holds which token, float32 (questions, tokens), rows of unit length."""
    from scipy.sparse import csr_array

    place = {token: column for column, token in enumerate(tokens)}
    values: list[float] = []
    columns: list[int] = []
    ends = [0]
    for example in examples:
        known = [place[token] for token in example.tokens if token in place]
        values.extend(unit(rarity[known]))
        columns.extend(known)
        ends.append(len(columns))
    shape = (len(examples), len(tokens))
    return csr_array((np.array(values, dtype=np.float32), columns, ends), shape=shape)


def _largest(words: FloatArray, tokens: tuple[str, ...], rarity: FloatArray, kept: float) -> WordWeights:
    """Return the largest weights of float64 (tokens, records)."""
    bar = float(np.quantile(np.abs(words), 1.0 - kept)) if words.size else 0.0
    rows, records = np.nonzero(np.abs(words) > bar)
    starts = np.searchsorted(rows, np.arange(len(tokens) + 1))
    return WordWeights(tokens, rarity, Table(starts, records, words[rows, records]))


def _targets(grades: Sequence[Mapping[str, int]], ids: Sequence[str]) -> npt.NDArray[np.float32]:
    """Return the share of the gains each record has, float32 (questions, records)."""
    place = {id: column for column, id in enumerate(ids)}
    gains = np.zeros((len(grades), len(ids)), dtype=np.float32)
    for row, own in enumerate(grades):
        for id, grade in own.items():
            if id in place:
                gains[row, place[id]] = GAINS[grade]
    shares: npt.NDArray[np.float32] = gains / np.maximum(gains.sum(axis=1, keepdims=True), 1.0)
    return shares
