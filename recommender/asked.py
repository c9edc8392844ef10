"""What people ask when a record is right: record vectors learned from graded questions.

One softmax over all records (multinomial logistic regression; Bishop, 2006, 4.3.4) of a
question's vector and its industry, fitted to the gains 2^grade - 1 of ``data/training/``. The
penalty pulls every record towards the vector of its own text (a Gaussian prior), so a record
that nobody asked about keeps that vector, and a record that is not in the file at all is
compared by its text alone. The loss is convex; L-BFGS starts from the texts.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from recommender.ranking import RANKER

FloatArray = npt.NDArray[np.float64]

ASKED = RANKER.parent / "asked.safetensors"

_INDUSTRY = 0.5
"""Length of the part that says the industry, beside the unit vector of the text."""
_UNASKED = 1.5
"""What a cosine counts beside a learned product. Of records graded 3 the product is 1.6 times the
cosine in the median, of records graded 0 near them 1.4, for questions the vectors have not seen."""
_DIGITS = 2
"""Industries count by their division, the first two digits of GB/T 4754."""


@dataclass(frozen=True)
class LearningSettings:
    """Choices of the fit; chosen on the development half and on held-out training questions."""

    sharpness: float = 8.0
    penalty: float = 1.0
    iterations: int = 60


@dataclass(frozen=True)
class AskedVectors:
    """Learned vectors.

    Attributes:
        encoder: revision of the encoder the text part belongs to.
        dimension: length of the text part.
        divisions: industry divisions, one number each behind the text part.
        ids: records in the order of the rows.
        rows: float64 (records, dimension + divisions).
    """

    encoder: str
    dimension: int
    divisions: tuple[str, ...]
    ids: tuple[str, ...]
    rows: FloatArray

    def scorer(self, ids: Sequence[str], encoder: str) -> Scorer:
        """Return the scorer for records in the order of ``ids``; another encoder knows none of them."""
        place = {id: row for row, id in enumerate(self.ids)} if encoder == self.encoder else {}
        known = np.array([id in place for id in ids])
        rows = np.array([place.get(id, 0) for id in ids], dtype=np.int64)
        return Scorer(self, known, rows)


@dataclass(frozen=True)
class Scorer:
    """Learned vectors in the order of a catalogue."""

    vectors: AskedVectors
    known: npt.NDArray[np.bool_]
    rows: npt.NDArray[np.int64]

    def scores(
        self, vector: npt.NDArray[np.float32], code: str | None, *, otherwise: FloatArray
    ) -> FloatArray:
        """Return float64 (records,), 0 or more: how near the question is to what was asked for a record.

        Args:
            vector: float32 (1, dimension), a row of unit length or zero.
            code: GB/T 4754 code, or None.
            otherwise: cosine of the question with the text of each record, for those without a vector.
        """
        own = _UNASKED * otherwise
        if not self.known.any():
            return own
        asked = inputs(np.asarray(vector, dtype=np.float64), [code], self.vectors.divisions)[0]
        found = np.maximum(self.vectors.rows[self.rows] @ asked, 0.0)
        mixed: FloatArray = np.where(self.known, found, own)
        return mixed


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


def learn(
    vectors: FloatArray,
    codes: Sequence[str | None],
    grades: Sequence[Mapping[str, int]],
    own: Mapping[str, FloatArray],
    *,
    encoder: str,
    settings: LearningSettings | None = None,
) -> AskedVectors:
    """Return the vectors fitted on graded questions.

    Args:
        vectors: float64 (questions, dimension), rows of unit length.
        codes: industry of each question, or None.
        grades: record id -> grade of each question.
        own: record id -> vector of its own text, float64 (dimension,); all records.
        encoder: revision of the encoder that made the vectors.
        settings: choices of the fit.
    """
    from scipy.optimize import minimize

    chosen = settings or LearningSettings()
    divisions = tuple(sorted({division(code) for code in codes} - {""}))
    questions = inputs(vectors, codes, divisions)
    ids = tuple(own)
    start = np.hstack([np.array([own[id] for id in ids]), np.zeros((len(ids), len(divisions)))])
    wanted = _targets(grades, ids)
    count = len(questions)

    def loss(flat: FloatArray) -> tuple[float, FloatArray]:
        rows = flat.reshape(start.shape)
        odds = chosen.sharpness * questions @ rows.T
        odds -= odds.max(axis=1, keepdims=True)
        log_shares = odds - np.log(np.exp(odds).sum(axis=1, keepdims=True))
        moved = rows - start
        value = -float((wanted * log_shares).sum()) + chosen.penalty * float((moved**2).sum())
        slope = chosen.sharpness * (np.exp(log_shares) - wanted).T @ questions + 2 * chosen.penalty * moved
        return value / count, (slope / count).ravel()

    options = {"maxiter": chosen.iterations}
    found = minimize(loss, start.ravel(), jac=True, method="L-BFGS-B", options=options)
    return AskedVectors(encoder, vectors.shape[1], divisions, ids, found.x.reshape(start.shape))


def _targets(grades: Sequence[Mapping[str, int]], ids: Sequence[str]) -> FloatArray:
    """Return the share of the gains each record has, float64 (questions, records)."""
    place = {id: column for column, id in enumerate(ids)}
    gains = np.zeros((len(grades), len(ids)))
    for row, own in enumerate(grades):
        for id, grade in own.items():
            if id in place:
                gains[row, place[id]] = 2.0**grade - 1.0
    shares: FloatArray = gains / np.maximum(gains.sum(axis=1, keepdims=True), 1.0)
    return shares


def save(vectors: AskedVectors, path: Path = ASKED) -> None:
    """Write the vectors in half precision."""
    from safetensors.numpy import save_file

    told = {
        "encoder": vectors.encoder, "dimension": vectors.dimension,
        "divisions": vectors.divisions, "ids": vectors.ids,
    }  # fmt: skip
    path.parent.mkdir(parents=True, exist_ok=True)
    save_file({"rows": vectors.rows.astype(np.float16)}, str(path), metadata={"qingyuan": json.dumps(told)})


@lru_cache(maxsize=2)
def load_asked(path: Path = ASKED) -> AskedVectors:
    """Return the stored vectors; without a file nobody has asked, and every record stands for itself."""
    from safetensors import safe_open

    if not path.exists():
        return AskedVectors("", 0, (), (), np.zeros((0, 0)))
    with safe_open(str(path), framework="np") as stored:
        told = json.loads(stored.metadata()["qingyuan"])
        rows = stored.get_tensor("rows").astype(np.float64)
    return AskedVectors(
        told["encoder"], told["dimension"], tuple(told["divisions"]), tuple(told["ids"]), rows
    )
