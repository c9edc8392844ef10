"""Features of a text over all records: what the ranker weighs, each 0 or more, mostly below 1."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from catalog import Technology
from embeddings.encoder import Encoder, FloatMatrix, StaticEncoder
from embeddings.segment import Segmenter
from recommender.asked import AskedScores, AskedVectors
from recommender.dense import DenseRetriever
from recommender.lexical import LexicalIndex, scaled
from recommender.quantities import find, magnitudes
from recommender.ranking import industry_relation
from recommender.thesaurus import Expansion, Thesaurus

FloatArray = npt.NDArray[np.float64]

_CONTEXT_WEIGHT = 0.5
"""Weight of the words of an industry that has no code, beside the words of the text."""
_SAME_THING = 0.5
"""Words the thesaurus adds count among the words in common from this weight on: other names of
the same thing; looser relations only move the vector."""
_PAIR_WEIGHT = 0.3
"""Weight of a character pair beside a word when asking how much of a text is known."""


@dataclass(frozen=True)
class Evidence:
    """Features of one text, and how much of the text the catalogue knows at all.

    Attributes:
        features: name -> float64 (records,); besides those of ``FEATURES`` ``unasked``, 1 for a record
            that no graded question tells of.
        relations: industry relation of each record.
        expansion: word of the text -> tokens the thesaurus added.
        coverage: share of the text's word weight the best record holds.
        unknown: share of the text's word weight no record holds.
        nothing: how sure the networks are that no record helps, log-odds against the best one.
        alone: share of the nearest questions that no record helps.
        near: cosine of the nearest question, 0 without any.
    """

    features: dict[str, FloatArray]
    relations: list[str]
    expansion: Expansion
    coverage: float
    unknown: float
    nothing: float
    alone: float
    near: float


def asked_words(tokens: Sequence[str], text: str) -> tuple[str, ...]:
    """Return what is weighed word by word, each once: the tokens of a text, and how much it says of what."""
    return tuple(dict.fromkeys((*tokens, *magnitudes(find(text)))))


class FeatureExtractor:
    """Computes the features; opened once for a catalogue."""

    def __init__(
        self,
        records: Sequence[Technology],
        segmenter: Segmenter,
        encoder: Encoder,
        lexical: LexicalIndex,
        dense: DenseRetriever,
        thesaurus: Thesaurus,
        asked: AskedVectors,
    ) -> None:
        self._records = list(records)
        self._segmenter = segmenter
        self._encoder = encoder
        self._lexical = lexical
        self._dense = dense
        self._thesaurus = thesaurus
        self._asked = asked.scorer([t.id for t in self._records], encoder.revision, dense.vectors())
        self._general = np.array([1.0 if t.cross_industry else 0.0 for t in self._records])
        self._nowhere = np.zeros(len(self._records))
        self._unasked = np.where(self._asked.known, 0.0, 1.0)
        self.taught = bool(self._asked.known.any())

    def extract(self, text: str, industry_code: str | None, *, context: str = "") -> Evidence:
        """Return the features of a text over all records, before any filter.

        Args:
            text: the problem, normalised.
            industry_code: GB/T 4754 code, or None.
            context: words of an industry that has no code; they weigh half.
        """
        tokens = self._segmenter.tokens(text)
        words = set(self._segmenter.words(text))
        expansion = self._thesaurus.expand(text, self._segmenter)
        _, added = self._weights(tokens, context, expansion)
        same = {token: weight for token, weight in added.items() if weight >= _SAME_THING}
        relations = [industry_relation(t, industry_code) for t in self._records]
        share, unknown = self._lexical.coverage(
            {token: 1.0 if token in words else _PAIR_WEIGHT for token in tokens}
        )
        asked = self._asked_for(text, industry_code, context)
        renamed = self._thesaurus.renamed(text)
        if renamed != text:
            asked = asked.averaged(self._asked_for(renamed, industry_code, context))
        features = {
            "words": scaled(self._lexical.scores({**same, **dict.fromkeys(words, 1.0)})),
            "asked": asked.nearness,
            "neighbours": asked.neighbours,
            "network": asked.network,
            **{
                name: np.array([1.0 if relation == name else 0.0 for relation in relations])
                for name in ("same", "division", "cross", "not_given")
            },
            "general": self._general if industry_code is None and not context else self._nowhere,
            "unasked": self._unasked,
        }
        coverage = float(share.max(initial=0.0))
        return Evidence(
            features, relations, expansion, coverage, unknown, asked.nothing, asked.alone, asked.near
        )

    def _asked_for(self, text: str, industry_code: str | None, context: str) -> AskedScores:
        """Return what was learned from graded questions says of a text (normalised)."""
        tokens = self._segmenter.tokens(text)
        expansion = self._thesaurus.expand(text, self._segmenter)
        vector = self._vector(text, context, *self._weights(tokens, context, expansion))
        new = (own for word, own in expansion.items() if word not in self._asked.places)
        other_names = (token for own in new for token, weight in own.items() if weight >= _SAME_THING)
        return self._asked.scores(
            vector,
            industry_code,
            asked_words([*tokens, *other_names], text),
            text,
            otherwise=self._dense.scores(vector),
        )

    def vector(self, text: str, *, context: str = "") -> FloatMatrix:
        """Return the vector of a text (normalised), float32 (1, dimension)."""
        expansion = self._thesaurus.expand(text, self._segmenter)
        return self._vector(text, context, *self._weights(self._segmenter.tokens(text), context, expansion))

    def _weights(
        self, tokens: Sequence[str], context: str, expansion: Expansion
    ) -> tuple[dict[str, float], dict[str, float]]:
        """Return the weight of the tokens that are written, and of those the thesaurus adds."""
        written = dict.fromkeys(tokens, 1.0)
        for token in self._segmenter.tokens(context):
            written[token] = written.get(token, 0.0) + _CONTEXT_WEIGHT
        added: dict[str, float] = {}
        for expanded in expansion.values():
            for token, weight in expanded.items():
                if token not in written:
                    added[token] = max(added.get(token, 0.0), weight)
        return written, added

    def _vector(
        self, text: str, context: str, written: dict[str, float], added: dict[str, float]
    ) -> FloatMatrix:
        """Return the query vector; the shipped encoder lets added words weigh less."""
        if isinstance(self._encoder, StaticEncoder):
            return self._encoder.encode_weighted({**added, **written})
        return self._encoder.encode_queries([" ".join([text, context, *added])])
