"""What each part of the ranking is worth: nDCG@10, MRR, success@1 and @5 on both halves.

Rankings only: every record is ranked, nothing is cut or refused.
Usage: python benchmarks/ablation.py
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from recommender import RecommenderEngine  # noqa: E402
from recommender.evaluation import load_judgements, summarise  # noqa: E402
from recommender.fusion import reciprocal_rank_fusion  # noqa: E402
from recommender.query import read_industry  # noqa: E402
from recommender.ranking import Features, combine  # noqa: E402

Ranker = Callable[[Features], np.ndarray]


def main() -> None:
    """Print the table."""
    engine = RecommenderEngine.open()
    weights = engine.config.weights
    rankers: dict[str, Ranker] = {
        "BM25, weighted fields": lambda f: f.lexical,
        "dense, whole record": lambda f: np.maximum(f.dense_record, 0),
        "dense, nearest problem": lambda f: np.maximum(f.dense_problem, 0),
        "RRF of BM25 and dense": lambda f: reciprocal_rank_fusion([f.lexical, np.maximum(f.dense_record, 0)]),
        "this project": lambda f: combine(f, weights).total,
    }
    for part in ("lexical", "dense_record", "dense_problem", "coverage", "industry"):
        without = weights.model_copy(update={part: 0.0})
        rankers[f"without {part}"] = lambda f, w=without: combine(f, w).total
    queries = [query for query in load_judgements() if query.answerable]
    codes = engine.catalog.codes
    features = {q.id: engine.features(q.text, read_industry(q.industry, codes).code) for q in queries}
    names = ("nDCG@10", "MRR", "success@1", "success@5")
    print("| method | half | " + " | ".join(names) + " |")
    print("|---|---|" + "---|" * len(names))
    for name, ranker in rankers.items():
        run = {}
        for query in queries:
            scores = ranker(features[query.id])
            order = np.argsort(-scores, kind="stable")[:10]
            run[query.id] = {engine.ids[row]: 1.0 / rank for rank, row in enumerate(order, 1)}
        for half in ("development", "test"):
            part_of = [query for query in queries if query.split == half]
            summary = summarise(part_of, run)
            print(f"| {name} | {half} | " + " | ".join(f"{summary[n]:.3f}" for n in names) + " |")


if __name__ == "__main__":
    main()
