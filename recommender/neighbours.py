"""The graded questions nearest to a text, and what their grades say for the records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

_NEAREST = 15
_BEST_GRADE = 3.0


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

    def times(self, vector: FloatArray) -> FloatArray:
        """Return the product with ``vector`` (columns,), float64 (rows,)."""
        products = self.values * vector[self.columns]
        sums = np.concatenate([[0.0], np.cumsum(products)])
        found: FloatArray = sums[self.starts[1:]] - sums[self.starts[:-1]]
        return found


@dataclass(frozen=True)
class AskedQuestions:
    """Graded questions as the engine reads them.

    Attributes:
        vectors: float32 (questions, dimension), of unit length or zero.
        held: which question holds which token, rows of unit length.
        grades: which record has which grade.
    """

    vectors: npt.NDArray[np.float32]
    held: Table
    grades: Table

    @classmethod
    def none(cls) -> AskedQuestions:
        """Return no questions."""
        return cls(np.zeros((0, 0), dtype=np.float32), Table.of([]), Table.of([]))

    def support(self, vector: FloatArray, held: FloatArray, records: int) -> FloatArray:
        """Return float64 (records,) from 0 to 1: the best grade among the nearest questions, by nearness.

        Args:
            vector: float64 (dimension,), the text's, of unit length or zero.
            held: float64 (tokens,), the text's tokens, of unit length or zero.
            records: how many records there are.
        """
        found = np.zeros(records)
        if not len(self.vectors):
            return found
        near = np.maximum(self.vectors @ vector.astype(np.float32) + self.held.times(held), 0.0) / 2.0
        count = min(_NEAREST, len(near))
        for question in np.argpartition(-near, count - 1)[:count]:
            graded, grades = self.grades.row(int(question))
            found[graded] = np.maximum(found[graded], near[question] ** 2 * grades / _BEST_GRADE)
        return found
