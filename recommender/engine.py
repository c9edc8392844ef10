"""RecommenderEngine: opens catalogue and indexes once; the single door for CLI, app, tests."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from catalog import Catalog, Technology, load_catalog
from catalog.paths import user_home
from embeddings.encoder import Encoder, open_encoder
from embeddings.index import Progress, open_index
from embeddings.segment import Segmenter
from recommender import labels
from recommender.dense import DenseRetriever
from recommender.explain import Explainer, Explanation
from recommender.filters import facet_counts, passes
from recommender.intent import recognise
from recommender.lexical import LexicalIndex, open_lexical
from recommender.query import Query, check_text, read_industry
from recommender.ranking import (
    RELATION_VALUES,
    SUPPORT_FACTORS,
    Features,
    Scores,
    combine,
    industry_relation,
    level,
)
from recommender.settings import Settings, settings
from recommender.thesaurus import expand


@dataclass(frozen=True)
class Match:
    """One recommended technology."""

    rank: int
    technology: Technology
    level: str
    score: float
    explanation: Explanation


@dataclass(frozen=True)
class MatchResult:
    """The answer to one query."""

    query: Query
    industry_code: str | None
    warnings: list[str]
    matches: list[Match]
    none_reason: str | None
    facets: dict[str, Counter[str]]

    @property
    def verdict(self) -> str:
        """Return matched or none."""
        return "matched" if self.matches else "none"

    def as_json(self) -> dict[str, Any]:
        """Return the stable JSON form of the result."""
        return {
            "id": self.query.id,
            "industry": self.query.industry,
            "industry_code": self.industry_code,
            "text": self.query.text,
            "warnings": self.warnings,
            "verdict": self.verdict,
            "none_reason": self.none_reason,
            "results": [_match_as_json(match) for match in self.matches],
        }


def _match_as_json(match: Match) -> dict[str, Any]:
    technology = match.technology
    return {
        "rank": match.rank,
        "id": technology.id,
        "name": technology.name,
        "aliases": technology.aliases,
        "industries": technology.industries,
        "summary": technology.summary,
        "level": labels.LEVELS[match.level],
        "score": round(match.score, 4),
        "score_parts": {name: round(v, 4) for name, v in match.explanation.parts.items()},
        "matched_words": match.explanation.exact,
        "related_words": [list(pair) for pair in match.explanation.related],
        "reasons": match.explanation.reasons(),
        "sources": [
            {"doc": s.doc, "place": s.place, "term": s.term, "reads_as": s.reads_as}
            for s in technology.sources
        ],
    }


class RecommenderEngine:
    """Read-only after opening; safe to share between threads."""

    def __init__(
        self,
        catalog: Catalog,
        segmenter: Segmenter,
        encoder: Encoder,
        lexical: LexicalIndex,
        dense: DenseRetriever,
        config: Settings,
    ) -> None:
        self.catalog = catalog
        self.encoder = encoder
        self.config = config
        self._segmenter = segmenter
        self._lexical = lexical
        self._dense = dense
        self._ids = lexical.ids
        self._records = [catalog[technology_id] for technology_id in self._ids]
        self._explainer = Explainer(catalog.codes, segmenter, encoder, lexical.idf)

    @classmethod
    def open(
        cls,
        catalog: Catalog | None = None,
        *,
        config: Settings | None = None,
        home: Path | None = None,
        progress: Progress | None = None,
    ) -> RecommenderEngine:
        """Open the catalogue and its indexes, building what is missing or stale.

        Args:
            catalog: the records; the shipped ones by default.
            config: settings; the process's by default.
            home: where indexes are kept; the user data folder by default.
            progress: called while the dense index is built.

        Raises:
            CatalogError: faults in the data.
            BadInput: the chosen model cannot be loaded.
        """
        config = config or settings()
        catalog = catalog or load_catalog()
        root = (home or user_home()) / "index"
        segmenter = Segmenter.for_catalog(catalog)
        encoder = open_encoder(
            segmenter,
            model=config.embedding_model,
            revision=config.embedding_revision,
            offline=config.offline,
        )
        lexical = open_lexical(root, catalog, segmenter, k1=config.bm25_k1, b=config.bm25_b)
        index = open_index(root, catalog, segmenter, encoder, progress=progress)
        return cls(catalog, segmenter, encoder, lexical, DenseRetriever(index, lexical.ids), config)

    @property
    def ids(self) -> list[str]:
        """Ids of the records that can be recommended, in the order of the score arrays."""
        return self._ids

    def features(self, text: str, industry_code: str | None, *, context: str = "") -> Features:
        """Return every feature of a text over all records, before any filter.

        Args:
            text: the problem.
            industry_code: GB/T 4754 code, or None.
            context: more words for the retrievers, such as an industry that has no code; they
                do not count in coverage and support.
        """
        tokens = self._segmenter.tokens(text)
        added = expand(text, self._segmenter)
        written_out = " ".join([text, context, *(word for words in added.values() for word in words)])
        dense_record, dense_problem = self._dense.scores(self.encoder.encode_queries([written_out]))
        relations = [industry_relation(t, industry_code) for t in self._records]
        weights = self._token_weights(text, tokens)
        share, mass = self._lexical.coverage(weights, added)
        return Features(
            lexical=self._lexical.scores(
                [*tokens, *self._segmenter.tokens(context)], self.config.fields, added
            ),
            dense_record=dense_record,
            dense_problem=dense_problem,
            coverage=share,
            support=share * mass * np.array([SUPPORT_FACTORS[r] for r in relations]),
            industry=np.array([RELATION_VALUES[relation] for relation in relations]),
        )

    def _token_weights(self, text: str, tokens: list[str]) -> dict[str, float]:
        """Return the weight of each token in coverage.

        Sub-word search cuts an unknown compound into overlapping words; what no record
        holds and overlaps another word of the query counts as little as a character pair.
        """
        words = set(self._segmenter.words(text))
        pair = self.config.weights.pair
        weights = {}
        for token in tokens:
            overlaps = any(token != o and (token in o or o in token) for o in words)
            is_whole = token in words and (token in self._lexical or not overlaps)
            weights[token] = 1.0 if is_whole else pair
        return weights

    def match(self, query: Query) -> MatchResult:
        """Return the technologies that fit, best first, or the reason why none does.

        Raises:
            BadInput: the text is empty, too long, or has no word.
        """
        text = check_text(query.text, limit=self.config.max_text)
        reading = read_industry(query.industry, self.catalog.codes)
        warnings = [reading.warning] if reading.warning else []
        context = query.industry.strip() if query.industry and reading.code is None else ""
        facets = facet_counts(self._records, query.filters)

        def answer(matches: list[Match], reason: str | None) -> MatchResult:
            return MatchResult(query, reading.code, warnings, matches, reason, facets)

        intent = recognise(text)
        if intent is not None:
            return answer([], intent.answer)
        features = self.features(text, reading.code, context=context)
        scores = combine(features, self.config.weights)
        if not self._answers(features, scores):
            return answer([], labels.NONE_NOTHING_FITS)
        allowed = [row for row, t in enumerate(self._records) if passes(t, query.filters)]
        rows = self._above_the_bar(scores, allowed)[: max(query.k, 0)]
        if not rows:
            return answer([], labels.NONE_FILTERED)
        return answer([self._match(text, reading.code, scores, *pair) for pair in enumerate(rows, 1)], None)

    def _answers(self, features: Features, scores: Scores) -> bool:
        """True when the best record of the whole catalogue clears the bar."""
        if not len(scores.total):
            return False
        bars = self.config.levels
        return bool(scores.evidence.max() >= bars.weak and features.support.max() >= bars.support)

    def _above_the_bar(self, scores: Scores, allowed: list[int]) -> list[int]:
        bars = self.config.levels
        bar = max(bars.weak, bars.window * float(scores.evidence.max()))
        rows = [row for row in allowed if scores.evidence[row] >= bar]
        return scores.order(rows, self._ids)

    def _match(self, text: str, industry_code: str | None, scores: Scores, rank: int, row: int) -> Match:
        technology = self._records[row]
        parts = {name: float(values[row]) for name, values in scores.parts.items()}
        relation = industry_relation(technology, industry_code)
        name = level(float(scores.evidence[row]), relation, self.config.levels)
        return Match(
            rank=rank,
            technology=technology,
            level=name or "weak",
            score=sum(parts.values()),
            explanation=self._explainer.explain(
                text, technology, relation, parts, expand(text, self._segmenter)
            ),
        )
