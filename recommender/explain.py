"""Reasons, built from the same parts and words that produced the rank."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from catalog import Catalog, Technology
from catalog.paths import DATA_DIR
from embeddings.encoder import Encoder, FloatMatrix, StaticEncoder
from embeddings.segment import Segmenter, read_lines
from embeddings.text import field_texts, statements
from recommender import labels
from recommender.quantities import is_unit

_RELATED_COSINE = 0.85
"""A record's word counts as related to a query's word from this cosine on (seen to hold)."""
Links = Mapping[str, Sequence[tuple[str, float]]]

_RARE = 2.5
"""A word that the thesaurus adds is named from this rarity on: 治理 stands in too many records."""
_MOST_WORDS = 8
NO_REASON = DATA_DIR / "lexicon" / "no_reason.txt"
"""Words that stand with many problems ("天天", "客户")."""
_FIGURE = re.compile(r"\d+(?:\.\d+)?")
_STRANGE = 0.1
"""What a sentence loses by figures that the text does not hold."""


@dataclass(frozen=True)
class Explanation:
    """Why a record was recommended."""

    exact: list[str]
    """Words in common, at most eight, none of them part of another."""
    shared: list[str]
    """All words in common, to be marked where they stand."""
    related: list[tuple[str, str]]
    sentence: str
    sentence_field: str
    relation: str
    relation_text: str
    parts: dict[str, float]

    def reasons(self) -> list[str]:
        """Return the reasons as sentences; the summary, which stands beside them anyway, is none."""
        problem = self.sentence_field == "problems"
        lines = [labels.REASON_SENTENCE.format(text=self.sentence)] if problem else []
        if self.exact:
            lines.append(labels.REASON_EXACT.format(words=labels.join(self.exact)))
        if self.related:
            pairs = [f"{asked}≈{known}" for asked, known in self.related]
            lines.append(labels.REASON_RELATED.format(words=labels.join(pairs)))
        if not self.exact and not self.related:
            lines.append(labels.NO_WORDS_MATCHED)
        lines.append(self.relation_text)
        told = {k: v for k, v in self.parts.items() if v}
        shown = " + ".join(f"{labels.PARTS[k]} {v:.3f}" for k, v in told.items())
        lines.append(labels.REASON_PARTS.format(parts=shown))
        return lines


@dataclass(frozen=True)
class _Known:
    """Words and sentences of one record."""

    held: frozenset[str]
    names: list[str]
    sentences: list[tuple[str, str]]
    sentence_words: list[frozenset[str]]
    vectors: FloatMatrix | None


class Explainer:
    """Finds the words and the sentence that answer a query."""

    def __init__(
        self, catalog: Catalog, segmenter: Segmenter, encoder: Encoder, idf: Callable[[str], float]
    ) -> None:
        self._idf = idf
        self._catalog = catalog
        self._codes = catalog.codes
        self._segmenter = segmenter
        self._encoder = encoder
        self._cache: dict[str, _Known] = {}
        self._no_reason = frozenset(read_lines(NO_REASON))

    def explain(
        self,
        text: str,
        technology: Technology,
        relation: str,
        parts: dict[str, float],
        added: dict[str, dict[str, float]],
        *,
        links: Links = MappingProxyType({}),
        typed: str = "",
    ) -> Explanation:
        """Return the explanation of one hit.

        Args:
            text: the query text.
            technology: the record.
            relation: industry relation, a key of ``labels.RELATIONS``.
            parts: score parts that add up to the score.
            added: word of the query -> tokens the thesaurus adds.
            links: word -> terms the thesaurus leads it to, with their weights.
            typed: the query as it was typed: RTO is not shown as rto.
        """
        known = self._known(technology)
        held = known.held
        asked = [word for word in dict.fromkeys(self._segmenter.words(text)) if self._tells(word)]
        shared = [word for word in asked if word in held]
        exact = [w for w in shared if not any(w != o and w in o for o in shared)]
        missing = [word for word in asked if word not in held]
        expanded = {word: list(tokens) for word, tokens in added.items() if word in text}
        told = {word: self._term(links.get(word, ()), tokens, held) for word, tokens in expanded.items()}
        related = [(word, term) for word, term in told.items() if term]
        related += [pair for pair in self._related(missing, known.names) if pair[0] not in expanded]
        sentence_field, sentence = self._sentence(
            text, [*asked, *(t for tokens in expanded.values() for t in tokens if t in held)], technology
        )
        own = "、".join((technology.name, *technology.aliases, *technology.terms))
        return Explanation(
            [as_written(word, typed) for word in exact[:_MOST_WORDS]],
            shared,
            [(as_written(word, typed), as_written(near, own)) for word, near in related[:_MOST_WORDS]],
            sentence,
            sentence_field,
            relation,
            self._relation_text(technology, relation),
            parts,
        )

    def _term(self, terms: Sequence[tuple[str, float]], tokens: list[str], held: frozenset[str]) -> str:
        """Return the term a word of the text leads to in the record, or its rarest word, or ""."""
        for term, _ in sorted(terms, key=lambda one: -one[1]):
            if held.issuperset(self._segmenter.words(term)) and any(
                token in tokens for token in self._segmenter.words(term)
            ):
                return term
        return next(
            iter(sorted((t for t in tokens if t in held and self._idf(t) >= _RARE), key=self._telling)), ""
        )

    def _telling(self, word: str) -> tuple[bool, float]:
        """Return what words added by the thesaurus are sorted by: Chinese first, the rarest first."""
        return word.isascii(), -self._idf(word)

    def _tells(self, word: str) -> bool:
        """Return whether a word in common is a reason: no unit, no figure, no "天天" or "直接"."""
        return word not in self._no_reason and not _FIGURE.match(word) and not is_unit(word)

    def _related(self, missing: list[str], known: list[str]) -> list[tuple[str, str]]:
        if not isinstance(self._encoder, StaticEncoder) or not missing or not known:
            return []
        words = [word for word in dict.fromkeys(known) if not word.isascii()]
        if not words:
            return []
        cosines = self._encoder.token_vectors(missing) @ self._encoder.token_vectors(words).T
        pairs = []
        for row, word in enumerate(missing):
            best = int(np.argmax(cosines[row]))
            if cosines[row, best] >= _RELATED_COSINE:
                pairs.append((word, words[best]))
        return pairs

    def _known(self, technology: Technology) -> _Known:
        """Return the words and sentences of a record, worked out once."""
        found = self._cache.get(technology.id)
        if found is None:
            fields = field_texts(technology, self._catalog)
            own = {name: self._segmenter.words(value) for name, value in fields.items()}
            sentences = [("problems", problem) for problem in statements(technology, self._catalog)]
            sentences.append(("summary", technology.summary))
            vectors = None
            if isinstance(self._encoder, StaticEncoder):
                vectors = self._encoder.encode_documents([sentence for _, sentence in sentences])
            found = _Known(
                frozenset(word for words in own.values() for word in words),
                [*own["name"], *own["terms"]],
                sentences,
                [frozenset(self._segmenter.words(sentence)) for _, sentence in sentences],
                vectors,
            )
            self._cache[technology.id] = found
        return found

    def _sentence(self, text: str, asked: list[str], technology: Technology) -> tuple[str, str]:
        """Return (field, sentence) that answers best: shared words by rarity, plus nearness.

        A sentence with figures the text does not hold is of another site, and counts less.
        """
        wanted = set(asked)
        known = self._known(technology)
        total = sum(self._idf(word) for word in wanted) or 1.0
        shares = [sum(self._idf(w) for w in words & wanted) / total for words in known.sentence_words]
        nearness = np.zeros(len(known.sentences))
        if known.vectors is not None:
            nearness = known.vectors @ self._encoder.encode_queries([text])[0]
        given = set(_FIGURE.findall(text))
        strange = [bool(set(_FIGURE.findall(sentence)) - given) for _, sentence in known.sentences]
        worth = np.array(shares) + 0.5 * np.maximum(nearness, 0.0) - _STRANGE * np.array(strange)
        best = int(np.argmax(worth))
        return known.sentences[best]

    def _relation_text(self, technology: Technology, relation: str) -> str:
        names = labels.join(list(dict.fromkeys(self._codes.labels("industries", technology.industries))))
        tags = labels.join(self._codes.labels("cross_industry", technology.cross_industry))
        if relation != "cross" and not names:
            relation = "cross"
        return labels.RELATIONS[relation].format(labels=names, tags=tags)


def as_written(word: str, text: str) -> str:
    """Return words in the capitals they have in ``text``: rto as RTO, s7变压器 as S7变压器."""
    found = re.search(re.escape(word), text, re.IGNORECASE)
    return found.group() if found else word
