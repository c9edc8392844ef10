"""BM25 over the words of a record, and how much of a query's wording the records hold."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from catalog import Catalog
from embeddings.manifest import Manifest, open_or_build
from embeddings.segment import Segmenter
from embeddings.text import TEXT_RECIPE, field_texts

FloatArray = npt.NDArray[np.float64]

_TOKENS, _STARTS, _ROWS = "tokens.json", "starts.npy", "rows.npy"
_BM25 = "bm25"
_EMPTY_TEXT_TOKEN = "\u0000"


class LexicalIndex:
    """BM25 over words, and the records that hold each word and each pair of characters."""

    def __init__(self, folder: Path) -> None:
        import bm25s

        self._bm25: Any = bm25s.BM25.load(str(folder / _BM25))
        stored = json.loads((folder / _TOKENS).read_text(encoding="utf-8"))
        self.ids: list[str] = stored["ids"]
        self._places: dict[str, int] = {token: place for place, token in enumerate(stored["tokens"])}
        self._starts: npt.NDArray[np.int32] = np.load(folder / _STARTS)
        self._rows: npt.NDArray[np.int32] = np.load(folder / _ROWS)

    def __contains__(self, token: object) -> bool:
        return token in self._places

    def _holding(self, token: str) -> npt.NDArray[np.int32]:
        """Return the records that hold ``token``, int32 (records,)."""
        place = self._places.get(token)
        if place is None:
            return self._rows[:0]
        return self._rows[self._starts[place] : self._starts[place + 1]]

    def frequency(self, token: str) -> int:
        """Return in how many records ``token`` stands."""
        return len(self._holding(token))

    def idf(self, token: str) -> float:
        """Return the weight of a token; a token no record holds weighs most."""
        frequency = self.frequency(token)
        return math.log(1.0 + (len(self.ids) - frequency + 0.5) / (frequency + 0.5))

    def scores(self, weights: dict[str, float]) -> FloatArray:
        """Return float64 (records,): BM25 of weighted words.

        Args:
            weights: word -> weight (1 for a word written in the query).
        """
        total = np.zeros(len(self.ids))
        for weight in sorted(set(weights.values())):
            # BM25 adds in float32: one order of words, or the sixth digit differs between processes
            known = sorted(t for t, own in weights.items() if own == weight and t in self._bm25.vocab_dict)
            if known and weight > 0:
                total += weight * np.asarray(self._bm25.get_scores(known), dtype=np.float64)
        return total

    def coverage(self, weights: dict[str, float]) -> tuple[FloatArray, float]:
        """Return the share of the query's weight each record holds, and the share none holds.

        Args:
            weights: token -> weight beside its rarity.
        """
        held = np.zeros(len(self.ids))
        scale = unknown = 0.0
        for token in sorted(weights):
            weight = weights[token] * self.idf(token)
            scale += weight
            rows = self._holding(token)
            if len(rows):
                held[rows] += weight
            else:
                unknown += weight
        return (held / scale, unknown / scale) if scale > 0 else (held, 1.0)


def scaled(scores: FloatArray) -> FloatArray:
    """Return scores as a share of the best one; all zero stays zero."""
    best = float(scores.max(initial=0.0))
    shares: FloatArray = scores / best if best > 0 else scores
    return shares


def open_lexical(root: Path, catalog: Catalog, segmenter: Segmenter, *, k1: float, b: float) -> LexicalIndex:
    """Return the lexical index of ``catalog``, built at first use."""
    manifest = Manifest(
        kind="lexical",
        model=f"bm25s k1={k1:g} b={b:g}",
        revision="4",
        recipe=TEXT_RECIPE,
        segmentation=segmenter.fingerprint,
        dimension=1,
        count=len(catalog.recommendable),
        catalogue=catalog.fingerprint,
    )

    def build(folder: Path) -> None:
        _build(folder, catalog, segmenter, k1=k1, b=b)

    return LexicalIndex(open_or_build(root, manifest, build))


def _build(folder: Path, catalog: Catalog, segmenter: Segmenter, *, k1: float, b: float) -> None:
    import bm25s

    texts = [list(field_texts(t, catalog).values()) for t in catalog.recommendable]
    postings: dict[str, list[int]] = {}
    for row, fields in enumerate(texts):
        for token in {token for text in fields for token in segmenter.tokens(text)}:
            postings.setdefault(token, []).append(row)
    corpus = [[word for text in fields for word in segmenter.words(text)] for fields in texts]
    index = bm25s.BM25(k1=k1, b=b, method="lucene")
    index.index([words or [_EMPTY_TEXT_TOKEN] for words in corpus], show_progress=False)
    index.save(str(folder / _BM25), show_progress=False)
    stored = {"ids": [t.id for t in catalog.recommendable], "tokens": list(postings)}
    (folder / _TOKENS).write_text(json.dumps(stored, ensure_ascii=False), encoding="utf-8")
    np.save(folder / _STARTS, np.cumsum([0, *map(len, postings.values())], dtype=np.int32))
    np.save(folder / _ROWS, np.array([row for rows in postings.values() for row in rows], dtype=np.int32))
