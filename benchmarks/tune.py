"""Choice of encoder size and ranker settings on the development half of the judged queries.

Prints nDCG@10 and success@1 of the ranker under five-fold cross-validation: for encoders of
several dimensions, for several fit settings, and without each feature. The test half is
never read. Usage: python benchmarks/tune.py
"""

from __future__ import annotations

import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from catalog import load_catalog  # noqa: E402
from embeddings.encoder import StaticEncoder  # noqa: E402
from embeddings.index import open_index  # noqa: E402
from embeddings.segment import Segmenter  # noqa: E402
from embeddings.train import TrainingSettings, save, train  # noqa: E402
from recommender import RecommenderEngine  # noqa: E402
from recommender.dense import DenseRetriever  # noqa: E402
from recommender.evaluation import load_judgements, training_samples  # noqa: E402
from recommender.lexical import open_lexical  # noqa: E402
from recommender.ranking import FEATURES  # noqa: E402
from recommender.settings import settings  # noqa: E402
from recommender.training import FitSettings, Sample, cross_validated  # noqa: E402

DISCOUNTS = 1.0 / np.log2(np.arange(2, 12))


def main() -> None:
    """Print the tables."""
    catalog = load_catalog()
    segmenter = Segmenter.for_catalog(catalog)
    queries = load_judgements()
    config = settings()
    samples: list[Sample] = []
    print("| encoder | nDCG@10 | success@1 |\n|---|---|---|")
    for dimension in (96, 192, 256):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            save(folder / "model", *train(catalog, segmenter, TrainingSettings(dimension=dimension)))
            encoder = StaticEncoder(folder / "model", segmenter)
            lexical = open_lexical(folder, catalog, segmenter, k1=config.bm25_k1, b=config.bm25_b)
            index = open_index(folder, catalog, segmenter, encoder)
            dense = DenseRetriever(index, lexical.ids)
            engine = RecommenderEngine(catalog, segmenter, encoder, lexical, dense, config)
            samples = training_samples(engine, queries)
        show(f"{dimension} dimensions", samples, FitSettings())
    for balance in (0.0, 0.1, 0.3, 1.0):
        show(f"balance {balance:g}", samples, FitSettings(balance=balance))
    for penalty in (0.0003, 0.003, 0.03):
        show(f"penalty {penalty:g}", samples, FitSettings(penalty=penalty))
    for number, feature in enumerate(FEATURES):
        without = [replace(sample, matrix=blanked(sample.matrix, number)) for sample in samples]
        show(f"without {feature}", without, FitSettings())


def blanked(matrix: np.ndarray, column: int) -> np.ndarray:
    """Return a copy with one feature set to zero."""
    copy = matrix.copy()
    copy[:, column] = 0.0
    return copy


def show(name: str, samples: list[Sample], chosen: FitSettings) -> None:
    """Print one row."""
    values, first = [], []
    for sample, scores in zip(samples, cross_validated(samples, chosen), strict=True):
        order = np.argsort(-scores, kind="stable")[:10]
        best = np.sort(sample.grades)[::-1][:10]
        values.append(float((sample.grades[order] * DISCOUNTS).sum() / (best * DISCOUNTS).sum()))
        if sample.grades.max() == 3:
            first.append(sample.grades[order[0]] == 3)
    print(f"| {name} | {np.mean(values):.3f} | {np.mean(first):.3f} |", flush=True)


if __name__ == "__main__":
    main()
