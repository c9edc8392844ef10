"""The graded questions nearest to a text, and what their grades say for the records.

Near is what the networks read alike: their hidden units before the output, centred, each network's at
unit length, cut to the directions in which the questions differ most (principal components). Weights of
the nearest fall with the exponential of their distance (Khandelwal et al., 2020, "Generalization through
memorization": nearest neighbours in the last hidden layer beside the softmax).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
Matrix = npt.NDArray[np.float32]

_NEAREST = 30
_WARMTH = 0.05
"""How far below the nearest question's cosine a question counts 1/e as much."""
_HELPS = (0.0, 0.05, 0.3, 1.0)
"""What a grade counts among the neighbours."""
_LEAST = 0.003
"""A support this small counts as none."""


@dataclass(frozen=True)
class Table:
    """Rows of different length, flat.

    Attributes:
        starts: int64 (rows + 1,), where the entries of each row start.
        columns: int64 (entries,).
        values: float64 (entries,).
    """

    starts: IntArray
    columns: IntArray
    values: FloatArray

    @classmethod
    def of(cls, rows: Sequence[Mapping[int, float]]) -> Table:
        """Return the table of rows of column -> value."""
        starts = np.cumsum([0, *(len(row) for row in rows)], dtype=np.int64)
        columns = np.array([column for row in rows for column in row], dtype=np.int64)
        values = np.array([value for row in rows for value in row.values()], dtype=np.float64)
        return cls(starts, columns, values)

    def row(self, number: int) -> tuple[IntArray, FloatArray]:
        """Return columns and values of one row."""
        own = slice(self.starts[number], self.starts[number + 1])
        return self.columns[own], self.values[own]


@dataclass(frozen=True)
class Axes:
    """Directions in which questions are compared.

    Attributes:
        means: float32 (networks, hidden), what the networks read on average.
        directions: float32 (networks * hidden, numbers).
    """

    means: Matrix
    directions: Matrix

    @classmethod
    def none(cls) -> Axes:
        """Return no direction."""
        return cls(np.zeros((0, 0), dtype=np.float32), np.zeros((0, 0), dtype=np.float32))

    @classmethod
    def of(cls, readings: Matrix, numbers: int) -> Axes:
        """Return the directions in which readings differ most.

        Args:
            readings: float32 (questions, networks, hidden).
            numbers: how many directions.
        """
        means = readings.mean(axis=0)
        rows = _level(readings - means)
        _, directions = np.linalg.eigh(rows.T.astype(np.float64) @ rows)
        return cls(means, np.ascontiguousarray(directions[:, ::-1][:, :numbers]).astype(np.float32))

    def places(self, readings: Matrix) -> Matrix:
        """Return where readings lie, float32 (questions, numbers), rows of unit length.

        Args:
            readings: float32 (questions, networks, hidden).
        """
        return _unit(_level(readings - self.means) @ self.directions)


def _level(readings: Matrix) -> Matrix:
    """Return every network's reading at unit length, those of a question side by side."""
    return _unit(readings).reshape(len(readings), -1)


def _unit(rows: Matrix) -> Matrix:
    """Return the last axis at unit length; zeros stay zeros."""
    found: Matrix = rows / np.maximum(np.linalg.norm(rows, axis=-1, keepdims=True), 1e-12)
    return found


@dataclass(frozen=True)
class Support:
    """What the nearest questions say of a text.

    Attributes:
        records: float64 (records,), 0 to 1, the logarithm of the mean of what the grades count, from
            ``_LEAST`` up.
        alone: share of the nearest that nothing answers, 0 to 1.
        near: cosine of the nearest one; 0 without questions or networks.
    """

    records: FloatArray
    alone: float
    near: float


@dataclass(frozen=True)
class AskedQuestions:
    """Graded questions, and questions nothing answers, where the networks' readings of them lie.

    Attributes:
        places: float32 (questions, numbers), rows of unit length.
        grades: which record has which grade; a question nothing answers has none.
        axes: how a reading becomes a place.
    """

    places: Matrix
    grades: Table
    axes: Axes

    @classmethod
    def none(cls) -> AskedQuestions:
        """Return no questions."""
        return cls(np.zeros((0, 0), dtype=np.float32), Table.of([]), Axes.none())

    def support(self, reading: Matrix, records: int) -> Support:
        """Return what the grades of the nearest questions say.

        Args:
            reading: float32 (networks, hidden), of the text; no row without networks.
            records: how many records there are.
        """
        found = np.zeros(records)
        if not len(self.places) or not len(reading):
            return Support(found, 0.0, 0.0)
        near = self.places @ self.axes.places(reading[None])[0]
        count = min(_NEAREST, len(near))
        nearest = np.argpartition(-near, count - 1)[:count]
        weights = np.exp((near[nearest] - near[nearest].max()) / _WARMTH, dtype=np.float64)
        weights /= weights.sum()
        alone = 0.0
        for question, weight in zip(nearest, weights, strict=True):
            graded, grades = self.grades.row(int(question))
            if not len(graded):
                alone += float(weight)
            found[graded] += weight * np.take(_HELPS, grades.astype(np.int64))
        records_told = np.log1p(found / _LEAST) / np.log1p(1.0 / _LEAST)
        return Support(records_told, alone, float(near.max()))
