"""Words of people on site -> standard words; expanded words weigh less than written ones."""

from __future__ import annotations

import csv
from functools import lru_cache
from pathlib import Path

from catalog.paths import DATA_DIR
from embeddings.segment import Segmenter, normalise

KIND_WEIGHTS = {"exact": 0.9, "colloquial": 0.7, "related": 0.4}
"""Weight of an expanded word beside a written one, by the kind of the entry."""

_SHORTEST = 2


@lru_cache(maxsize=1)
def entries(
    path: Path = DATA_DIR / "lexicon" / "thesaurus.csv",
) -> dict[str, tuple[tuple[str, ...], float]]:
    """Return normalised word -> (standard words, weight)."""
    with path.open(encoding="utf-8", newline="") as stream:
        found = {}
        for row in csv.DictReader(stream):
            word = normalise(row["word"])
            related = tuple(normalise(part) for part in row["related"].split("|") if part)
            if len(word) >= _SHORTEST:
                found[word] = (related, KIND_WEIGHTS[row["kind"]])
        return found


def expand(text: str, segmenter: Segmenter) -> dict[str, dict[str, float]]:
    """Return, for each word of the thesaurus in ``text``, the tokens it adds and their weight."""
    plain = normalise(text)
    added: dict[str, dict[str, float]] = {}
    for word, (related, weight) in entries().items():
        if word in plain:
            tokens = [token for part in related for token in segmenter.words(part)]
            fresh = [token for token in tokens if token not in plain]
            if fresh:
                added[word] = dict.fromkeys(fresh, weight)
    return added
