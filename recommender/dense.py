"""Vector retrieval: how near a query is to every record."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from embeddings.encoder import FloatMatrix
from embeddings.index import FaissIndex

FloatArray = npt.NDArray[np.float64]


class DenseRetriever:
    """Cosines of a query with every record."""

    def __init__(self, index: FaissIndex, ids: list[str]) -> None:
        self._index = index
        row_of = {technology_id: row for row, technology_id in enumerate(ids)}
        self._records = np.array([row_of[p.technology_id] for p in index.passages], dtype=np.int64)
        self._count = len(ids)

    def vectors(self) -> FloatMatrix:
        """Return the vectors of the records' texts, float32 (records, dimension)."""
        found = np.zeros((self._count, self._index.dimension), dtype=np.float32)
        found[self._records] = self._index.vectors()
        return found

    def scores(self, vector: FloatMatrix) -> FloatArray:
        """Return float64 (records,): the cosine with each record; negative ones count as zero.

        Args:
            vector: float32 (1, dimension), a row of unit length or zero.
        """
        found = np.zeros(self._count)
        np.maximum.at(found, self._records, self._index.cosines(vector).astype(np.float64))
        return found
