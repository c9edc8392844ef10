"""What people ask when a record is right: record vectors and word weights learned from graded questions.

``recommender/learning.py`` learns them from ``data/training/``; here they are stored, opened and
applied. A record that is not in the file at all is compared by its text alone.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from catalog.files import write_atomically
from recommender.neighbours import AskedQuestions, Axes, Table
from recommender.network import Look, Member, Network, Outputs, pieces
from recommender.ranking import RANKER

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

ASKED = RANKER.parent / "asked.safetensors"

_INDUSTRY = 0.5
"""Length of the part that says the industry, beside the unit vector of the text."""
_UNASKED = 1.5
"""What a cosine counts beside a learned product. Of records graded 3 the product is 1.8 times the
cosine in the median, of records graded 0 near them 1.4, for questions the vectors have not seen."""
_STEPS = 127
"""Places of questions are stored in steps of 1/127, one byte a number."""
_DIGITS = 2
"""Industries count by their division, the first two digits of GB/T 4754."""


@dataclass(frozen=True)
class WordWeights:
    """What a single word of a question says for a record, beyond the vector; most pairs say nothing.

    Attributes:
        tokens: words, pairs of characters and magnitudes that enough questions hold.
        rarity: float64 (tokens,), log of questions over questions with the token.
        weights: a row a token, a column a record.
    """

    tokens: tuple[str, ...]
    rarity: FloatArray
    weights: Table

    @classmethod
    def none(cls) -> WordWeights:
        """Return weights that know no word."""
        return cls((), np.zeros(0), Table.of([]))

    def held(self, places: Sequence[int]) -> FloatArray:
        """Return how much a question holds of each token, float64 (tokens,), of unit length or zero.

        Args:
            places: rows of the question's tokens in ``tokens``, each once.
        """
        held = np.zeros(len(self.tokens))
        held[list(places)] = unit(self.rarity[list(places)])
        return held

    def scores(self, held: FloatArray, count: int) -> FloatArray:
        """Return float64 (count,), the sum over the tokens of a question.

        Args:
            held: float64 (tokens,), how much the question holds of each.
            count: how many records there are.
        """
        found = np.zeros(count)
        for place in np.flatnonzero(held):
            records, values = self.weights.row(int(place))
            found[records] += held[place] * values
        return found


@dataclass(frozen=True)
class AskedVectors:
    """What was learned.

    Attributes:
        encoder: revision of the encoder the text part belongs to.
        dimension: length of the text part.
        divisions: industry divisions, one number each behind the text part.
        ids: records in the order of the rows.
        rows: float64 (records, dimension + divisions).
        words: weights of single words over the same records.
        questions: what was asked, with the grades of the same records.
        network: small networks that read a question as a whole, over the same records.
    """

    encoder: str
    dimension: int
    divisions: tuple[str, ...]
    ids: tuple[str, ...]
    rows: FloatArray
    words: WordWeights
    questions: AskedQuestions
    network: Network

    @classmethod
    def of_nobody(cls) -> AskedVectors:
        """Return what is known when nobody has asked: nothing, every record stands for itself."""
        return cls("", 0, (), (), np.zeros((0, 0)), WordWeights.none(), AskedQuestions.none(), Network.none())

    def scorer(self, ids: Sequence[str], encoder: str, texts: npt.NDArray[np.float32]) -> Scorer:
        """Return the scorer for the records of a catalogue; another encoder knows none of them.

        Args:
            ids: the records.
            encoder: revision of the encoder that makes the vectors.
            texts: float32 (records, dimension), vectors of the records' texts.
        """
        place = {id: row for row, id in enumerate(self.ids)} if encoder == self.encoder else {}
        known = np.array([id in place for id in ids])
        rows = np.array([place.get(id, 0) for id in ids], dtype=np.int64)
        places = {token: row for row, token in enumerate(self.words.tokens)}
        network = self.network if known.any() else Network.none()
        return Scorer(self, known, rows, places, network.outputs(rows, known, texts))


@dataclass(frozen=True)
class AskedScores:
    """What was learned says of one question.

    Attributes:
        nearness: float64 (records,), 0 or more, from record vectors and words.
        neighbours: float64 (records,), 0 to 1, from the grades of the nearest questions.
        network: float64 (records,), 0 to 1, the logarithm of the share the networks give a record.
        nothing: logarithm of the share the networks give to no record over that of the best one.
        alone: share of the nearest questions that nothing answers, 0 to 1.
        near: cosine of the nearest question, 0 without any.
    """

    nearness: FloatArray
    neighbours: FloatArray
    network: FloatArray
    nothing: float
    alone: float
    near: float

    def averaged(self, other: AskedScores) -> AskedScores:
        """Return the mean of what is said of two readings of one question, the nearer question of the two."""
        return AskedScores(
            (self.nearness + other.nearness) / 2,
            (self.neighbours + other.neighbours) / 2,
            (self.network + other.network) / 2,
            (self.nothing + other.nothing) / 2,
            (self.alone + other.alone) / 2,
            max(self.near, other.near),
        )


@dataclass(frozen=True)
class Scorer:
    """What was learned, in the order of a catalogue."""

    vectors: AskedVectors
    known: npt.NDArray[np.bool_]
    rows: IntArray
    places: dict[str, int]
    outputs: Outputs

    def scores(
        self,
        vector: npt.NDArray[np.float32],
        code: str | None,
        tokens: Sequence[str],
        text: str,
        *,
        otherwise: FloatArray,
    ) -> AskedScores:
        """Return how near a question is to what was asked, what its neighbours and the networks say.

        Args:
            vector: float32 (1, dimension), a row of unit length or zero.
            code: GB/T 4754 code, or None.
            tokens: words, pairs and magnitudes of the question, each once.
            text: the question, normalised.
            otherwise: cosine of the question with the text of each record, for those nobody asked for.
        """
        own = _UNASKED * otherwise
        if not self.known.any():
            return AskedScores(own, np.zeros_like(own), np.zeros_like(own), 0.0, 0.0, 0.0)
        learned = self.vectors
        wide = np.asarray(vector, dtype=np.float64)
        held = learned.words.held([self.places[token] for token in tokens if token in self.places])
        count = len(learned.ids)
        found = learned.rows @ inputs(wide, [code], learned.divisions)[0] + learned.words.scores(held, count)
        heard = self.outputs.support(pieces(tokens, text, division(code)), vector[0])
        told = learned.questions.support(heard.reading, count)
        return AskedScores(
            np.where(self.known, np.maximum(found[self.rows], 0.0), own),
            np.where(self.known, told.records[self.rows], 0.0),
            heard.shares,
            heard.nothing,
            told.alone,
            told.near,
        )


def division(code: str | None) -> str:
    """Return the division of an industry code, or an empty text."""
    return code[:_DIGITS] if code else ""


def inputs(vectors: FloatArray, codes: Sequence[str | None], divisions: Sequence[str]) -> FloatArray:
    """Return question vectors joined by their industry, float64 (questions, dimension + divisions)."""
    industries = np.zeros((len(codes), len(divisions)))
    place = {name: column for column, name in enumerate(divisions)}
    for row, code in enumerate(codes):
        if division(code) in place:
            industries[row, place[division(code)]] = _INDUSTRY
    return np.hstack([vectors, industries])


def unit(values: FloatArray) -> FloatArray:
    """Return ``values`` at length 1; zeros stay zeros."""
    scaled: FloatArray = values / max(float(np.linalg.norm(values)), 1e-12)
    return scaled


def save(vectors: AskedVectors, path: Path = ASKED) -> None:
    """Write what was learned, numbers in half precision.

    Raises:
        OSError: the folder cannot be written; a file that was there stays as it was.
    """
    from safetensors.numpy import save as stored

    told = {
        "encoder": vectors.encoder, "dimension": vectors.dimension,
        "divisions": vectors.divisions, "ids": vectors.ids, "tokens": vectors.words.tokens,
        "pieces": vectors.network.names,
    }  # fmt: skip
    asked = vectors.questions
    numbers = {
        "rows": vectors.rows.astype(np.float16),
        "rarity": vectors.words.rarity.astype(np.float16),
        **_flat("words", vectors.words.weights, np.float16),
        "questions": np.round(asked.places * _STEPS).astype(np.int8),
        "means": asked.axes.means.astype(np.float16),
        "directions": asked.axes.directions.astype(np.float16),
        **_flat("grades", asked.grades, np.int8),
        "pieces": vectors.network.rarity.astype(np.float16),
    }
    for number, member in enumerate(vectors.network.members):
        numbers |= {f"{number}.{name}": values for name, values in _arrays(member).items()}
    write_atomically(path, stored(numbers, {"qingyuan": json.dumps(told, ensure_ascii=False)}))


def _arrays(member: Member) -> dict[str, npt.NDArray[Any]]:
    """Return the arrays of a network under their stored names."""
    return {
        "tokens": member.tokens,
        **{
            field: values.astype(np.float16)
            for field, values in {
                "sizes": member.sizes, "scale": member.scale, "shift": member.shift,
                "first": np.column_stack(member.first), "second": np.column_stack(member.second),
                **{f"look.{name}": own for name, own in vars(member.look).items()},
                "outputs": member.outputs, "reads": member.reads,
            }.items()
        },
    }  # fmt: skip


def _member(number: int, numbers: dict[str, npt.NDArray[Any]]) -> Member:
    """Return the network stored under a number."""

    def whole(field: str) -> npt.NDArray[np.float32]:
        values: npt.NDArray[np.float32] = numbers[f"{number}.{field}"].astype(np.float32)
        return values

    first, second = whole("first"), whole("second")
    look = Look(*(whole(f"look.{field.name}") for field in fields(Look)))
    return Member(
        numbers[f"{number}.tokens"], whole("sizes"), whole("scale"), whole("shift"),
        (first[:, :-1], first[:, -1]), (second[:, :-1], second[:, -1]), look,
        whole("outputs"), whole("reads"),
    )  # fmt: skip


def _flat(name: str, table: Table, kind: type) -> dict[str, npt.NDArray[Any]]:
    """Return the arrays of a table under their stored names."""
    return {
        f"{name}.starts": table.starts.astype(np.int32),
        f"{name}.columns": table.columns.astype(np.uint16),
        f"{name}.values": table.values.astype(kind),
    }


def _table(name: str, numbers: dict[str, npt.NDArray[Any]]) -> Table:
    """Return the table stored under a name."""
    starts, columns = (numbers[f"{name}.{part}"].astype(np.int64) for part in ("starts", "columns"))
    return Table(starts, columns, numbers[f"{name}.values"].astype(np.float64))


@lru_cache(maxsize=2)
def load_asked(path: Path = ASKED) -> AskedVectors:
    """Return what is stored; without a file nobody has asked, and every record stands for itself."""
    from safetensors import safe_open

    if not path.exists():
        return AskedVectors.of_nobody()
    with safe_open(str(path), framework="np") as stored:
        told = json.loads(stored.metadata()["qingyuan"])
        numbers = {name: stored.get_tensor(name) for name in stored.keys()}  # noqa: SIM118
    words = WordWeights(tuple(told["tokens"]), numbers["rarity"].astype(np.float64), _table("words", numbers))
    near = numbers["questions"].astype(np.float32) / _STEPS
    axes = Axes(numbers["means"].astype(np.float32), numbers["directions"].astype(np.float32))
    questions = AskedQuestions(near, _table("grades", numbers), axes)
    members = sum(name.endswith(".outputs") for name in numbers)
    network = Network(
        tuple(told["pieces"]), numbers["pieces"].astype(np.float64),
        tuple(_member(number, numbers) for number in range(members)),
    )  # fmt: skip
    return AskedVectors(
        told["encoder"], told["dimension"], tuple(told["divisions"]), tuple(told["ids"]),
        numbers["rows"].astype(np.float64), words, questions, network,
    )  # fmt: skip
