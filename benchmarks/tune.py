"""Choice of model and weights on the development half of the judged queries.

Prints, for every model variant, the best of a fixed random sample of weights; the test
half is never read. Usage: python benchmarks/tune.py
"""

from __future__ import annotations

import itertools
import math
import sys
from dataclasses import asdict
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from catalog import load_catalog  # noqa: E402
from embeddings.encoder import unit_rows  # noqa: E402
from embeddings.segment import Segmenter  # noqa: E402
from embeddings.text import PROBLEM, RECORD, passages  # noqa: E402
from embeddings.train import TrainingSettings, train  # noqa: E402
from recommender import RecommenderEngine  # noqa: E402
from recommender.evaluation import JudgedQuery, load_judgements  # noqa: E402
from recommender.query import read_industry  # noqa: E402

SAMPLES = 400
NAMES = ("lexical", "dense_record", "dense_problem", "coverage", "industry")
SCALES = (8.0, 1.0, 1.0, 1.5, 0.25)


def ndcg(order: np.ndarray, gains: np.ndarray) -> float:
    """Return nDCG@10 of one query."""
    discounts = 1.0 / np.log2(np.arange(2, 12))
    best = np.sort(gains)[::-1][:10]
    return float((gains[order[:10]] * discounts).sum() / (best * discounts[: len(best)]).sum())


def main() -> None:
    """Print the table."""
    catalog = load_catalog()
    engine = RecommenderEngine.open(catalog)
    segmenter = Segmenter.for_catalog(catalog)
    queries = [q for q in load_judgements() if q.split == "development" and q.answerable]
    tokens = [segmenter.tokens(q.text) for q in queries]
    rows = [p for t in catalog.recommendable for p in passages(t, catalog.codes)]
    texts = [segmenter.tokens(p.text) for p in rows]
    base = [engine.features(q.text, read_industry(q.industry, catalog.codes).code) for q in queries]
    gains = [np.array([q.grades.get(i, 0) for i in engine.ids], dtype=float) for q in queries]
    samples = np.random.default_rng(7).random((SAMPLES, len(NAMES))) * np.array(SCALES)
    print("dimension  statements  power   nDCG@10   s@1   weights")
    for dimension, statements, power in itertools.product(
        (64, 96, 128, 192), (0.0, 0.5, 1.0), (0.0, 0.5, 1.0)
    ):
        chosen = TrainingSettings(dimension=dimension, statement_weight=statements, eigen_power=power)
        words, vectors = train(catalog, segmenter, chosen)
        dense = dense_features(engine, rows, texts, tokens, words, vectors)
        parts = [
            np.stack([b.lexical, d[0], d[1], b.coverage, b.industry])
            for b, d in zip(base, dense, strict=True)
        ]
        best = max(
            ((*score(sample, parts, gains, queries), sample) for sample in samples),
            key=lambda item: item[0] + 0.1 * item[1],
        )
        shown = " ".join(f"{n}={w:.2f}" for n, w in zip(NAMES, best[2], strict=True))
        print(f"{dimension:9d}  {statements:10.1f}  {power:5.1f}   {best[0]:.3f}   {best[1]:.3f}   {shown}")
    print("shipped:", asdict(TrainingSettings()))


def dense_features(engine, rows, texts, tokens, words, vectors):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """Return, per query, cosines with the whole records and with their nearest problem."""
    index = {word: row for row, word in enumerate(words)}

    def encode(many: list[list[str]]) -> np.ndarray:
        out = np.zeros((len(many), vectors.shape[1]), dtype=np.float32)
        for n, one in enumerate(many):
            known = [index[t] for t in one if t in index]
            if known:
                out[n] = vectors[known].sum(axis=0)
        return unit_rows(out)

    cosines = np.maximum(encode(tokens) @ encode(texts).T, 0.0)
    position = {i: n for n, i in enumerate(engine.ids)}
    found = []
    for row in cosines:
        pair = {RECORD: np.zeros(len(position)), PROBLEM: np.zeros(len(position))}
        for passage, value in zip(rows, row, strict=True):
            n = position[passage.technology_id]
            pair[passage.kind][n] = max(pair[passage.kind][n], value)
        found.append((pair[RECORD], pair[PROBLEM]))
    return found


def score(
    weights: np.ndarray, parts: list[np.ndarray], gains: list[np.ndarray], queries: list[JudgedQuery]
) -> tuple[float, float]:
    """Return mean nDCG@10 and success@1 (grade 3)."""
    values, first = [], []
    for features, gain in zip(parts, gains, strict=True):
        order = np.argsort(-(weights @ features), kind="stable")
        values.append(ndcg(order, gain))
        first.append(gain[order[0]] == 3)
    return math.fsum(values) / len(queries), float(np.mean(first))


if __name__ == "__main__":
    main()
