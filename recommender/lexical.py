"""BM25 over the weighted fields of a record."""

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
from embeddings.text import FIELDS, TEXT_RECIPE, field_texts
from recommender.settings import FieldWeights

FloatArray = npt.NDArray[np.float64]

Expansion = dict[str, dict[str, float]]
"""Word of the query -> tokens the thesaurus adds, with their weights (0 to 1)."""

_POSTINGS = "postings.json"
_EMPTY_FIELD_TOKEN = "\u0000"


class LexicalIndex:
    """One BM25 index a field, and the records that hold each token."""

    def __init__(self, folder: Path) -> None:
        import bm25s

        self._fields: dict[str, Any] = {name: bm25s.BM25.load(str(folder / name)) for name in FIELDS}
        stored = json.loads((folder / _POSTINGS).read_text(encoding="utf-8"))
        self.ids: list[str] = stored["ids"]
        self._postings: dict[str, list[int]] = stored["postings"]

    def __contains__(self, token: object) -> bool:
        return token in self._postings

    def idf(self, token: str) -> float:
        """Return the weight of a token; a token no record holds weighs most."""
        frequency = len(self._postings.get(token, ()))
        count = len(self.ids)
        return math.log(1.0 + (count - frequency + 0.5) / (frequency + 0.5))

    def scores(self, tokens: list[str], weights: FieldWeights, added: Expansion) -> FloatArray:
        """Return float64 (records,): field-weighted BM25 as a share of the query's weight.

        Dividing by the summed weight of all query tokens, unknown ones included, makes
        scores of different queries comparable.

        Args:
            tokens: tokens of the query.
            weights: weight of each field.
            added: word of the query -> tokens the thesaurus adds, with their weights.
        """
        total = self._sum_fields(tokens, weights)
        for expanded in added.values():
            for weight in sorted(set(expanded.values())):
                part = [token for token, own in expanded.items() if own == weight]
                total += weight * self._sum_fields(part, weights)
        scale = sum(self.idf(token) for token in tokens)
        scaled: FloatArray = total / scale if scale > 0 else np.zeros(len(self.ids))
        return scaled

    def _sum_fields(self, tokens: list[str], weights: FieldWeights) -> FloatArray:
        total = np.zeros(len(self.ids))
        shares = weights.model_dump()
        for name, index in self._fields.items():
            known = [token for token in tokens if token in index.vocab_dict]
            if known and shares[name] > 0:
                total += shares[name] * np.asarray(index.get_scores(known), dtype=np.float64)
        mean: FloatArray = total / sum(shares.values())
        return mean

    def coverage(self, weights: dict[str, float], added: Expansion) -> tuple[FloatArray, FloatArray]:
        """Return what the records hold of a query, float64 (records,) each.

        Args:
            weights: token -> weight beside its rarity (words 1, character pairs less).
            added: word of the query -> tokens the thesaurus adds; a record that holds one of
                them holds the word in part.

        Returns:
            The share of the query's weight (0 to 1), and the weight itself in units of one
            word that no record holds.
        """
        held = np.zeros(len(self.ids))
        scale = 0.0
        for token in sorted(weights):
            weight = weights[token] * self.idf(token)
            scale += weight
            rows = self._postings.get(token)
            if rows:
                held[rows] += weight
        for word, expanded in added.items():
            best = np.zeros(len(self.ids))
            for token, weight in expanded.items():
                rows = self._postings.get(token, [])
                best[rows] = np.maximum(best[rows], weight * self.idf(token))
            if word in self._postings:
                best[self._postings[word]] = 0.0
            held += best
            scale += 0.0 if word in weights else float(best.max(initial=0.0))
        share: FloatArray = np.minimum(held / scale, 1.0) if scale > 0 else held
        mass: FloatArray = held / self.idf("")
        return share, mass


def open_lexical(root: Path, catalog: Catalog, segmenter: Segmenter, *, k1: float, b: float) -> LexicalIndex:
    """Return the lexical index of ``catalog``, built at first use."""
    manifest = Manifest(
        kind="lexical",
        model=f"bm25s k1={k1:g} b={b:g}",
        revision="1",
        recipe=TEXT_RECIPE,
        segmentation=segmenter.fingerprint,
        dimension=len(FIELDS),
        count=len(catalog.recommendable),
        catalogue=catalog.fingerprint,
    )

    def build(folder: Path) -> None:
        _build(folder, catalog, segmenter, k1=k1, b=b)

    return LexicalIndex(open_or_build(root, manifest, build))


def _build(folder: Path, catalog: Catalog, segmenter: Segmenter, *, k1: float, b: float) -> None:
    import bm25s

    texts = [field_texts(t, catalog.codes) for t in catalog.recommendable]
    postings: dict[str, list[int]] = {}
    for name in FIELDS:
        corpus = [segmenter.tokens(fields[name]) for fields in texts]
        for row, tokens in enumerate(corpus):
            for token in set(tokens):
                rows = postings.setdefault(token, [])
                if row not in rows:
                    rows.append(row)
        index = bm25s.BM25(k1=k1, b=b, method="lucene")
        index.index([tokens or [_EMPTY_FIELD_TOKEN] for tokens in corpus], show_progress=False)
        index.save(str(folder / name), show_progress=False)
    stored = {"ids": [t.id for t in catalog.recommendable], "postings": postings}
    (folder / _POSTINGS).write_text(json.dumps(stored, ensure_ascii=False), encoding="utf-8")
