"""Vector retrieval: a record counts as near as its whole text, and as its nearest problem."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from embeddings.encoder import FloatMatrix
from embeddings.index import FaissIndex
from embeddings.text import RECORD

FloatArray = npt.NDArray[np.float64]


class DenseRetriever:
    """Cosines of a query with every record."""

    def __init__(self, index: FaissIndex, ids: list[str]) -> None:
        self._index = index
        row_of = {technology_id: row for row, technology_id in enumerate(ids)}
        self._records = np.array([row_of[p.technology_id] for p in index.passages], dtype=np.int64)
        self._whole = np.array([p.kind == RECORD for p in index.passages])
        self._count = len(ids)

    def scores(self, vector: FloatMatrix) -> tuple[FloatArray, FloatArray]:
        """Return two float64 (records,): cosine with the record, with its nearest problem.

        Args:
            vector: float32 (1, dimension), a row of unit length or zero.
        """
        whole = np.zeros(self._count)
        problem = np.zeros(self._count)
        for row, score in self._index.search(vector, k=len(self._index))[0]:
            target = whole if self._whole[row] else problem
            record = self._records[row]
            target[record] = max(target[record], score)
        return whole, problem
