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
        self._whole = np.array([p.kind == RECORD for p in index.passages], dtype=bool)
        self._count = len(ids)

    def scores(self, vector: FloatMatrix) -> tuple[FloatArray, FloatArray]:
        """Return two float64 (records,): cosine with the record, with its nearest problem.

        Negative cosines count as zero.

        Args:
            vector: float32 (1, dimension), a row of unit length or zero.
        """
        cosines = self._index.cosines(vector).astype(np.float64)
        whole, problem = np.zeros(self._count), np.zeros(self._count)
        np.maximum.at(whole, self._records[self._whole], cosines[self._whole])
        np.maximum.at(problem, self._records[~self._whole], cosines[~self._whole])
        return whole, problem
