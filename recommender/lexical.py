"""BM25 over the text of a record, once by words and once by words and character pairs."""

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

WORDS, TOKENS = "words", "tokens"
"""The two indexes: words alone, and words with character pairs."""

_POSTINGS = "postings.json"
_EMPTY_TEXT_TOKEN = "\u0000"


class LexicalIndex:
    """Two BM25 indexes over the same texts, and the records that hold each token."""

    def __init__(self, folder: Path) -> None:
        import bm25s

        self._indexes: dict[str, Any] = {
            name: bm25s.BM25.load(str(folder / name)) for name in (WORDS, TOKENS)
        }
        stored = json.loads((folder / _POSTINGS).read_text(encoding="utf-8"))
        self.ids: list[str] = stored["ids"]
        self._postings: dict[str, list[int]] = stored["postings"]

    def __contains__(self, token: object) -> bool:
        return token in self._postings

    def frequency(self, token: str) -> int:
        """Return in how many records ``token`` stands."""
        return len(self._postings.get(token, ()))

    def idf(self, token: str) -> float:
        """Return the weight of a token; a token no record holds weighs most."""
        frequency = self.frequency(token)
        return math.log(1.0 + (len(self.ids) - frequency + 0.5) / (frequency + 0.5))

    def scores(self, weights: dict[str, float], *, index: str = TOKENS) -> FloatArray:
        """Return float64 (records,): BM25 of weighted tokens.

        Args:
            weights: token -> weight (1 for a token written in the query).
            index: ``WORDS`` or ``TOKENS``.
        """
        bm25 = self._indexes[index]
        total = np.zeros(len(self.ids))
        for weight in sorted(set(weights.values())):
            known = [t for t, own in weights.items() if own == weight and t in bm25.vocab_dict]
            if known and weight > 0:
                total += weight * np.asarray(bm25.get_scores(known), dtype=np.float64)
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
            rows = self._postings.get(token)
            if rows:
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
        revision="2",
        recipe=TEXT_RECIPE,
        segmentation=segmenter.fingerprint,
        dimension=2,
        count=len(catalog.recommendable),
        catalogue=catalog.fingerprint,
    )

    def build(folder: Path) -> None:
        _build(folder, catalog, segmenter, k1=k1, b=b)

    return LexicalIndex(open_or_build(root, manifest, build))


def _build(folder: Path, catalog: Catalog, segmenter: Segmenter, *, k1: float, b: float) -> None:
    import bm25s

    texts = [list(field_texts(t, catalog).values()) for t in catalog.recommendable]
    views = {
        WORDS: [[w for text in fields for w in segmenter.words(text)] for fields in texts],
        TOKENS: [[t for text in fields for t in segmenter.tokens(text)] for fields in texts],
    }
    postings: dict[str, list[int]] = {}
    for row, tokens in enumerate(views[TOKENS]):
        for token in set(tokens):
            postings.setdefault(token, []).append(row)
    for name, corpus in views.items():
        index = bm25s.BM25(k1=k1, b=b, method="lucene")
        index.index([tokens or [_EMPTY_TEXT_TOKEN] for tokens in corpus], show_progress=False)
        index.save(str(folder / name), show_progress=False)
    stored = {"ids": [t.id for t in catalog.recommendable], "postings": postings}
    (folder / _POSTINGS).write_text(json.dumps(stored, ensure_ascii=False), encoding="utf-8")
