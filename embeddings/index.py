"""FAISS index over the passages of the recommendable records."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt

from catalog import Catalog
from embeddings.encoder import Encoder, FloatMatrix
from embeddings.manifest import Manifest, open_or_build
from embeddings.segment import Segmenter
from embeddings.text import TEXT_RECIPE, Passage, passage

Progress = Callable[[int, int], None]
"""Called with (passages done, passages in all) while an index is built."""

_BATCH = 256
_VECTORS = "vectors.faiss"
_PASSAGES = "passages.json"


class FaissIndex:
    """Exact inner-product index; rows are unit vectors, so the score is the cosine."""

    def __init__(self, folder: Path) -> None:
        import faiss

        self.folder = folder
        self._index = faiss.read_index(str(folder / _VECTORS))
        rows = json.loads((folder / _PASSAGES).read_text(encoding="utf-8"))
        self.passages = [Passage(*row) for row in rows]

    def __len__(self) -> int:
        return int(self._index.ntotal)

    @property
    def dimension(self) -> int:
        """Length of the vectors."""
        return int(self._index.d)

    def vectors(self) -> FloatMatrix:
        """Return the vectors of the passages, float32 (passages, dimension)."""
        found: FloatMatrix = self._index.reconstruct_n(0, len(self))
        return found

    def cosines(self, vector: FloatMatrix) -> npt.NDArray[np.float32]:
        """Return the cosine of one query vector, float32 (1, dimension), with every passage."""
        found = np.zeros(len(self), dtype=np.float32)
        if len(self):
            scores, rows = self._index.search(vector, len(self))
            found[rows[0]] = scores[0]
        return found

    def search(
        self, vectors: FloatMatrix, *, k: int, allowed: npt.NDArray[np.int64] | None = None
    ) -> list[list[tuple[int, float]]]:
        """Return, for each query vector, up to ``k`` pairs (passage row, cosine), best first.

        Args:
            vectors: float32 (n, dimension), rows of unit length.
            k: most hits a query.
            allowed: rows that may be returned; None for all.
        """
        import faiss

        count = len(self) if allowed is None else len(allowed)
        if not count or not len(vectors):
            return [[] for _ in vectors]
        parameters = None
        if allowed is not None:
            parameters = faiss.SearchParameters(  # type: ignore[call-arg]
                sel=faiss.IDSelectorBatch(allowed)
            )
        scores, rows = self._index.search(vectors, min(k, count), params=parameters)
        return [
            [(int(r), float(s)) for r, s in zip(row, score, strict=True) if r >= 0]
            for row, score in zip(rows, scores, strict=True)
        ]


def dense_manifest(catalog: Catalog, segmenter: Segmenter, encoder: Encoder) -> Manifest:
    """Return the manifest of the dense index of ``catalog``."""
    return Manifest(
        kind="dense",
        model=encoder.name,
        revision=encoder.revision,
        recipe=TEXT_RECIPE,
        segmentation=segmenter.fingerprint,
        dimension=encoder.dimension,
        count=len(catalog.recommendable),
        catalogue=catalog.fingerprint,
    )


def open_index(
    root: Path,
    catalog: Catalog,
    segmenter: Segmenter,
    encoder: Encoder,
    *,
    progress: Progress | None = None,
) -> FaissIndex:
    """Return the dense index of ``catalog``, built at first use."""
    manifest = dense_manifest(catalog, segmenter, encoder)

    def build(folder: Path) -> None:
        rows = [passage(t, catalog) for t in catalog.recommendable]
        _build(folder, rows, encoder, progress)

    return FaissIndex(open_or_build(root, manifest, build))


def _build(folder: Path, rows: list[Passage], encoder: Encoder, progress: Progress | None) -> None:
    import faiss

    index = faiss.IndexFlatIP(encoder.dimension)
    for start in range(0, len(rows), _BATCH):
        batch = rows[start : start + _BATCH]
        index.add(encoder.encode_documents([row.text for row in batch]))
        if progress is not None:
            progress(min(start + _BATCH, len(rows)), len(rows))
    faiss.write_index(index, str(folder / _VECTORS))
    content = [[row.technology_id, row.text] for row in rows]
    (folder / _PASSAGES).write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
