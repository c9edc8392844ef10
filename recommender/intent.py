"""What is being asked for: questions about permits, fees, law ... want no technology.

Two readers: patterns (``data/lexicon/intents.yaml``) for what is unmistakable, and a small
linear classifier over characters and character pairs, trained on written examples
(``data/intents/questions.csv``) against the problem statements of the catalogue. How sure
the classifier is goes into the decision whether the catalogue answers at all
(``recommender/answering.py``).
"""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import yaml

from catalog.paths import DATA_DIR
from embeddings.segment import normalise
from recommender.asking import without_asking

MODEL = DATA_DIR / "ranker" / "intents.npz"
QUESTIONS = DATA_DIR / "intents" / "questions.csv"
TECHNOLOGY = "technology"
GAP = "gap"
"""Label of an example that wants a technology no record describes."""

_NUMBER = re.compile(r"\d+(\.\d+)?")
_END = re.compile(r"[?!。~]+")
_CLAUSE = re.compile(r"[，。；;,：:\s]+")
_SHORT = (4, 14)
"""Length of the clauses of statements that serve as short examples, characters."""


@dataclass(frozen=True)
class Intent:
    """A kind of question that no technology answers.

    Attributes:
        name: as the file calls it.
        answer: what the user is told.
        patterns: words that show it where the classifier does not think that a technology is wanted.
        certain: words that show it always.
    """

    name: str
    answer: str
    patterns: tuple[re.Pattern[str], ...]
    certain: tuple[re.Pattern[str], ...] = ()

    def matches(self, text: str) -> bool:
        """True when ``text`` (normalised) seems to ask for this."""
        return any(pattern.search(text) for pattern in self.patterns)

    def is_certain(self, text: str) -> bool:
        """True when ``text`` (normalised) asks for this, whatever the classifier thinks."""
        return any(pattern.search(text) for pattern in self.certain)


@lru_cache(maxsize=1)
def intents(path: Path = DATA_DIR / "lexicon" / "intents.yaml") -> tuple[Intent, ...]:
    """Return the known intents in the order of the file."""
    entries = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    return tuple(
        Intent(
            entry["intent"],
            entry["answer"],
            tuple(re.compile(pattern) for pattern in entry.get("patterns", [])),
            tuple(re.compile(pattern) for pattern in entry.get("certain", [])),
        )
        for entry in entries
    )


def recognise(text: str, *, doubtful: bool = True) -> Intent | None:
    """Return the intent whose words ``text`` shows, if any; those that are certain first.

    Args:
        text: as it was typed.
        doubtful: whether words count that are not certain.
    """
    plain = normalise(text)
    sure = next((intent for intent in intents() if intent.is_certain(plain)), None)
    if sure is not None or not doubtful:
        return sure
    return next((intent for intent in intents() if intent.matches(plain)), None)


class IntentExample(NamedTuple):
    """A written example: what is asked for, the text, the industry named with it or ""."""

    label: str
    text: str
    industry: str = ""


@dataclass(frozen=True)
class IntentModel:
    """Multinomial logistic regression over TF-IDF of characters and character pairs.

    ``weights`` is float (classes, features), ``bias`` (classes,), ``idf`` (features,).
    """

    classes: tuple[str, ...]
    vocabulary: dict[str, int]
    idf: npt.NDArray[np.float64]
    weights: npt.NDArray[np.float64]
    bias: npt.NDArray[np.float64]

    def probabilities(self, text: str) -> dict[str, float]:
        """Return class -> probability."""
        counts = Counter(self.vocabulary[g] for g in grams(text) if g in self.vocabulary)
        vector = np.zeros(len(self.vocabulary))
        for feature, count in counts.items():
            vector[feature] = (1.0 + math.log(count)) * self.idf[feature]
        length = float(np.linalg.norm(vector))
        odds = self.weights @ (vector / length if length else vector) + self.bias
        shares = np.exp(odds - odds.max())
        return dict(zip(self.classes, (shares / shares.sum()).tolist(), strict=True))

    def save(self, path: Path) -> None:
        """Write the model; weights in half precision."""
        path.parent.mkdir(parents=True, exist_ok=True)
        names = json.dumps([list(self.classes), list(self.vocabulary)], ensure_ascii=False)
        with path.open("wb") as stream:
            np.savez_compressed(
                stream,
                names=np.frombuffer(names.encode(), dtype=np.uint8),
                idf=self.idf.astype(np.float16),
                weights=self.weights.astype(np.float16),
                bias=self.bias.astype(np.float32),
            )


@lru_cache(maxsize=2)
def load_model(path: Path = MODEL) -> IntentModel:
    """Return the stored classifier."""
    with np.load(path) as stored:
        classes, features = json.loads(stored["names"].tobytes().decode())
        return IntentModel(
            tuple(classes),
            {feature: number for number, feature in enumerate(features)},
            stored["idf"].astype(np.float64),
            stored["weights"].astype(np.float64),
            stored["bias"].astype(np.float64),
        )


def grams(text: str) -> list[str]:
    """Return characters and character pairs, none of asking words; a number is one sign, a full stop none."""
    plain = _END.sub("", _NUMBER.sub("0", without_asking(normalise(text))))
    return [*plain, *(plain[i : i + 2] for i in range(len(plain) - 1))]


def train(
    examples: Sequence[IntentExample], statements: Sequence[str], *, penalty: float = 0.1
) -> IntentModel:
    """Return the classifier fitted on written examples and on problem statements.

    Args:
        examples: ``technology`` marks questions that want one; gaps are left out.
        statements: problem statements of the catalogue, all ``technology``; they weigh less,
            as there are many. Their clauses count too, since people also write in short.
        penalty: L2 penalty (1 / C of the logistic regression).
    """
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression

    examples = [one for one in examples if one.label != GAP]
    seen = Counter(gram for one in examples for gram in set(grams(one.text)))
    vocabulary = {gram: n for n, gram in enumerate(sorted(g for g, count in seen.items() if count > 1))}
    vectorizer = TfidfVectorizer(analyzer=grams, vocabulary=vocabulary, sublinear_tf=True)
    short = [c for s in statements for c in _CLAUSE.split(s) if _SHORT[0] <= len(c) <= _SHORT[1]]
    texts = [one.text for one in examples] + list(statements) + short
    wanted = [one.label for one in examples] + [TECHNOLOGY] * (len(statements) + len(short))
    weights = [3.0 if one.label == TECHNOLOGY else 6.0 for one in examples]
    weights += [0.5] * len(statements) + [0.3] * len(short)
    model: Any = LogisticRegression(C=1.0 / penalty, max_iter=400)
    model.fit(vectorizer.fit_transform(texts), wanted, sample_weight=weights)
    weights_of, bias = np.asarray(model.coef_, dtype=np.float64), np.asarray(model.intercept_)
    if len(weights_of) == 1:  # two classes share one row
        weights_of, bias = np.vstack([-weights_of, weights_of]) / 2, np.append(-bias, bias) / 2
    return IntentModel(
        tuple(str(label) for label in model.classes_),
        vocabulary,
        np.asarray(vectorizer.idf_, dtype=np.float64),
        weights_of,
        np.asarray(bias, dtype=np.float64),
    )
