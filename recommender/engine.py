"""RecommenderEngine: opens catalogue and indexes once; the single door for CLI, app, tests."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from catalog import Catalog, Technology, load_catalog
from catalog.negative import NegativeEntry, load_negative_list
from catalog.paths import user_home
from embeddings.encoder import Encoder, FloatMatrix, open_encoder
from embeddings.index import Progress, open_index
from embeddings.segment import Segmenter, normalise
from embeddings.text import field_texts, passage
from recommender import intent, labels
from recommender.answering import AnswerModel, load_answer_model, signals_of
from recommender.asked import AskedVectors, load_asked
from recommender.clarify import Question, best_question
from recommender.dense import DenseRetriever
from recommender.explain import Explainer, Explanation, as_written
from recommender.features import Evidence, FeatureExtractor
from recommender.filters import facet_counts, passes
from recommender.lexical import LexicalIndex, open_lexical
from recommender.quantities import WindowCheck, checks, media
from recommender.query import Filters, Query, asked_industry, check_text
from recommender.ranking import (
    DEMOTED,
    IN_PLACE,
    NAMED_ALONE,
    NAMED_GAIN,
    REPLACEMENT,
    WINDOW_MET,
    WINDOW_NOT_MET,
    Ranker,
    Scores,
    level,
    load_ranker,
)
from recommender.reading import Reading, read
from recommender.settings import Settings, settings
from recommender.spelling import Speller
from recommender.thesaurus import Thesaurus
from recommender.thesaurus import shipped as shipped_thesaurus
from recommender.wide import is_wide

FloatArray = npt.NDArray[np.float64]

NAMED, SHORTEST_NAME = 0.12, 5
"""A text that holds a name of a technology, of so many characters, is answered if a technology
is wanted with at least this probability."""

LIKELY_WANTED = 0.5
"""From this probability that a technology is wanted on, words of permits, fees and the like decide nothing:
"电耗比阶梯电价标准高两百度". Of 364 questions about such things that the words find none reaches it."""

SURE_NETWORKS, SURE_MARGIN = -4.0, -0.5
"""A text is answered a little below the bar too, down to this margin, when the networks give "nothing" less
than e to this of the best record's share: "标准加严，水泥窑氨逃逸高"."""

NEED_PLAIN, NEED_WANTED = 0.5, 0.5
"""A text of several clauses is answered, too, if one of them, of several words of the field and with a
strong record, alone lies so far above the bar, and if a technology is wanted with the second probability."""

PLAIN_LENGTH, PLAIN_WANTED, PLAIN_COVERAGE, PLAIN_UNKNOWN = 12, 0.5, 0.7, 0.15
"""A text of at most so many characters is answered, too, if a technology is wanted with this probability,
one record holds this share of its wording and this share at most is in no record."""

WIDE_WANTED, WIDE_CHANCE = 0.5, 0.35
"""A wide question is answered, too, if a technology is wanted with the first probability and the best
record fits with the second. Of 106 such texts about permits, money, firms and so on none is let through."""

UNANSWERED = -100.0
"""Score of a record that is out of the question; far below any other."""

NEED_COVERED, NEED_MISSED, NEED_CLEAR, NEED_WORDS = 0.3, 0.15, 0.5, 2
"""A record covers a need from the first probability on; below the second nothing covers it,
unless the clause has fewer words than the last, when it says too little. A need
whose best record reaches the third gets a place in the result."""


@dataclass(frozen=True)
class Match:
    """One recommended technology."""

    rank: int
    technology: Technology
    level: str
    score: float
    explanation: Explanation
    probability: float = 0.0
    windows: tuple[WindowCheck, ...] = ()
    covers: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def reasons(self) -> list[str]:
        """Return the reasons as sentences: need, words, limits, industry, score."""
        lines = self.explanation.reasons()
        told = [
            labels.WINDOW[c.state].format(parameter=c.parameter, limits=c.limits, written=c.written)
            for c in self.windows
            if c.state != "missing"
        ]
        covers = [labels.COVERS.format(needs=labels.join(list(self.covers)))] if self.covers else []
        return [*covers, *lines[:-1], *told, *self.notes, lines[-1]]


@dataclass(frozen=True)
class MatchResult:
    """The answer to one query."""

    query: Query
    industry_code: str | None
    warnings: list[str]
    matches: list[Match]
    none_reason: str | None
    facets: dict[str, Counter[str]]
    reading: Reading | None = None
    uncovered: list[str] = field(default_factory=list)
    negative: list[NegativeEntry] = field(default_factory=list)
    question: Question | None = None

    @property
    def verdict(self) -> str:
        """Return matched or none."""
        return "matched" if self.matches else "none"

    def as_json(self) -> dict[str, Any]:
        """Return the stable JSON form of the result."""
        constraints = self.reading.constraints if self.reading else ()
        return {
            "id": self.query.id,
            "industry": self.query.industry,
            "industry_code": self.industry_code,
            "text": self.query.text,
            "warnings": self.warnings,
            "verdict": self.verdict,
            "none_reason": self.none_reason,
            "constraints": [{"key": c.key, "label": c.label, "written": c.written} for c in constraints],
            "uncovered": self.uncovered,
            "question": self.question.text if self.question else None,
            "negative_list": [
                {"name": e.name, "class": e.class_, "says": e.sentence, "url": e.url} for e in self.negative
            ],
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
        "probability": round(match.probability, 3),
        "matched_words": match.explanation.exact,
        "related_words": [list(pair) for pair in match.explanation.related],
        "covers": list(match.covers),
        "windows": [
            {"parameter": c.parameter, "limits": c.limits, "state": c.state, "written": c.written}
            for c in match.windows
        ],
        "reasons": match.reasons(),
        "sources": [
            {"doc": s.doc, "place": s.place, "term": s.term, "reads_as": s.reads_as}
            for s in technology.sources
        ],
    }


def _refusal(wants: dict[str, float], text: str) -> str:
    """Return why there is no answer: what seems to be asked for, that it says too little, or nothing fits."""
    likely = max(wants, key=lambda name: wants[name])
    if likely == intent.TECHNOLOGY or wants[intent.TECHNOLOGY] >= 0.5:
        return labels.NONE_WIDE if is_wide(text) else labels.NONE_NOTHING_FITS
    known = {one.name: one.answer for one in intent.intents()}
    return known.get(likely, labels.NONE_NOTHING_FITS)


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
        ranker: Ranker | None = None,
        answering: AnswerModel | None = None,
        thesaurus: Thesaurus | None = None,
        asked: AskedVectors | None = None,
    ) -> None:
        self.catalog = catalog
        self.encoder = encoder
        self.config = config
        self.thesaurus = thesaurus or shipped_thesaurus()
        self.segmenter = segmenter
        self._lexical = lexical
        self._dense = dense
        self._ids = lexical.ids
        self._records = [catalog[technology_id] for technology_id in self._ids]
        self.asked = asked or load_asked()
        self._extractor = FeatureExtractor(
            self._records, segmenter, encoder, lexical, dense, self.thesaurus, self.asked
        )
        self.ranker = ranker or load_ranker(taught=self._extractor.taught)
        self.answering = answering or load_answer_model(taught=self._extractor.taught)
        self._explainer = Explainer(catalog, segmenter, encoder, lexical.idf)
        self._names: dict[str, list[int]] = {}
        for row, t in enumerate(self._records):
            for name in {normalise(name) for name in (t.name, t.name.split("（")[0], *t.aliases)}:
                self._names.setdefault(name, []).append(row)
        self._told = {name: rows for name, rows in self._names.items() if len(name) >= SHORTEST_NAME}
        self._speller = Speller(
            segmenter, segmenter.domain, lexical.frequency, lambda stretch: stretch in self._all_text
        )
        self._negative_list = load_negative_list()

    @classmethod
    def open(
        cls,
        catalog: Catalog | None = None,
        *,
        config: Settings | None = None,
        home: Path | None = None,
        progress: Progress | None = None,
        thesaurus: Thesaurus | None = None,
    ) -> RecommenderEngine:
        """Open the catalogue and its indexes, building what is missing or stale.

        Args:
            catalog: the records; the shipped ones by default.
            config: settings; the process's by default.
            home: where indexes are kept; the user data folder by default.
            progress: called while the dense index is built.
            thesaurus: words to expand with; the shipped ones by default.

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
        return cls(
            catalog,
            segmenter,
            encoder,
            lexical,
            DenseRetriever(index, lexical.ids),
            config,
            thesaurus=thesaurus,
        )

    def with_thesaurus(self, thesaurus: Thesaurus) -> RecommenderEngine:
        """Return an engine that differs in the thesaurus alone and shares everything else."""
        return RecommenderEngine(
            self.catalog, self.segmenter, self.encoder, self._lexical, self._dense, self.config,
            self.ranker, self.answering, thesaurus, self.asked,
        )  # fmt: skip

    def with_asked(self, asked: AskedVectors) -> RecommenderEngine:
        """Return an engine that differs in what was learned, and in the ranker if that is nothing."""
        other = RecommenderEngine(
            self.catalog, self.segmenter, self.encoder, self._lexical, self._dense, self.config,
            thesaurus=self.thesaurus, asked=asked,
        )  # fmt: skip
        if other._extractor.taught == self._extractor.taught:
            other.ranker, other.answering = self.ranker, self.answering
        return other

    @cached_property
    def _all_text(self) -> str:
        """All texts of the records, normalised; only typing errors ask for it."""
        return "\n".join(
            normalise(text) for t in self._records for text in field_texts(t, self.catalog).values()
        )

    @cached_property
    def _all_facets(self) -> dict[str, Counter[str]]:
        """Counts without any filter; they are the same for every query."""
        return facet_counts(self._records, Filters())

    def _facets(self, filters: Filters) -> dict[str, Counter[str]]:
        return self._all_facets if filters == Filters() else facet_counts(self._records, filters)

    @property
    def ids(self) -> list[str]:
        """Ids of the records that can be recommended, in the order of the score arrays."""
        return self._ids

    def read(self, text: str, *, ignored: frozenset[str] = frozenset()) -> Reading:
        """Return how ``text`` is understood before any record is looked at."""
        return read(
            text,
            segmenter=self.segmenter,
            speller=self._speller,
            negative_list=self._negative_list,
            ignored=ignored,
        )

    def vector(self, text: str, *, context: str = "") -> FloatMatrix:
        """Return the vector of a text (normalised) as matching sees it, float32 (1, dimension)."""
        return self._extractor.vector(text, context=context)

    def record_vectors(self) -> dict[str, FloatArray]:
        """Return the vector of the text of every record that can be recommended, float64 (dimension,)."""
        texts = [passage(self.catalog[id], self.catalog).text for id in self._ids]
        vectors = self.encoder.encode_documents(texts).astype(np.float64)
        return dict(zip(self._ids, vectors, strict=True))

    def evidence(self, text: str, industry_code: str | None, *, context: str = "") -> Evidence:
        """Return every feature of a text (normalised) over all records, before any rule or filter."""
        return self._extractor.extract(text, industry_code, context=context)

    def match(self, query: Query) -> MatchResult:
        """Return the technologies that fit, best first, or the reason why none does.

        Raises:
            BadInput: the text is empty, too long, or has no word.
        """
        text = check_text(query.text, limit=self.config.max_text)
        facets = self._facets(query.filters)
        reading = self.read(text, ignored=query.ignored_constraints)
        about = asked_industry(query.industry, reading.text, self.catalog.codes)
        industry, context = about.reading, about.context
        warnings = self._warnings(industry.warning, reading)

        def none(reason: str) -> MatchResult:
            return MatchResult(
                query, industry.code, warnings, [], reason, facets, reading, [], list(reading.negative)
            )

        wants = intent.load_model().probabilities(reading.text)
        asked = intent.recognise(text, doubtful=wants[intent.TECHNOLOGY] < LIKELY_WANTED)
        if asked is not None:
            return none(asked.answer)
        evidence = self.evidence(reading.text, industry.code, context=context)
        needs, clearest = self._needs(reading, industry.code, context)
        clear = clearest >= NEED_PLAIN and wants[intent.TECHNOLOGY] >= NEED_WANTED
        if not (
            clear
            or self._answers(reading, evidence, wants)
            or self._is_plain(about.rest, industry.code, context)
        ):
            return none(_refusal(wants, reading.text))
        checked = self._window_checks(reading)
        scores = self._scores(evidence, reading, checked)
        excluded = self._excluded(reading)
        allowed = [
            row for row, t in enumerate(self._records) if row not in excluded and passes(t, query.filters)
        ]
        rows = self._above_the_bar(scores, allowed)[: max(query.k, 0)]
        rows = self._with_best_of_each_need(rows, needs, set(allowed), query.k)
        if not rows:
            return none(labels.NONE_FILTERED)
        matches = [
            self._match(reading, evidence, scores, rank, row, checked.get(row, ()), needs)
            for rank, row in enumerate(rows, 1)
        ]
        return MatchResult(
            query,
            industry.code,
            warnings,
            matches,
            None,
            facets,
            reading,
            [as_written(clause, reading.typed) for clause in self._uncovered(needs, rows)],
            list(reading.negative),
            self._question(reading, scores, allowed, industry.code is not None or bool(context)),
        )

    def _warnings(self, industry: str | None, reading: Reading) -> list[str]:
        warnings = [industry] if industry else []
        warnings += [
            labels.CORRECTED.format(written=c.written, read_as=c.read_as)
            for c in reading.corrections
            if c.replaced
        ]
        if reading.constraints:
            shown = labels.join([constraint.label for constraint in reading.constraints])
            warnings.append(labels.CONSTRAINTS_APPLIED.format(labels=shown))
        for entry in reading.negative:
            names = labels.join([self.catalog[i].name for i in entry.replacements if i in self.catalog])
            warnings.append(f"{entry.sentence}；{labels.ELIMINATED_REPLACEMENTS.format(names=names)}")
        return warnings

    def _answers(self, reading: Reading, evidence: Evidence, wants: dict[str, float]) -> bool:
        """True when the catalogue answers: by the learned bar, the networks, a name, or an aim."""
        if reading.text.strip() in self._names:
            return True
        margin = self.answering.margin(self.signals(evidence, wants))
        if margin >= (SURE_MARGIN if evidence.nothing <= SURE_NETWORKS else 0.0):
            return True
        if wants[intent.TECHNOLOGY] >= WIDE_WANTED and is_wide(reading.text):
            best = float(Scores.of(self.ranker.parts(evidence.features)).total.max(initial=UNANSWERED))
            if self.ranker.probability(best) >= WIDE_CHANCE:
                return True
        return wants[intent.TECHNOLOGY] >= NAMED and self._names_one(reading.text)

    def _is_plain(self, text: str, industry_code: str | None, context: str) -> bool:
        """True when a few words (normalised), without the plant they are said of, are all known.

        What is asked so shortly stands in no question learned from, though some record treats of it.
        """
        if not 0 < len(text) <= PLAIN_LENGTH:
            return False
        wants = intent.load_model().probabilities(text)
        if wants[intent.TECHNOLOGY] < PLAIN_WANTED:
            return False
        evidence = self.evidence(text, industry_code, context=context)
        if evidence.coverage >= PLAIN_COVERAGE and evidence.unknown <= PLAIN_UNKNOWN:
            return True
        return self.answering.margin(self.signals(evidence, wants)) >= 0

    def _names_one(self, text: str) -> bool:
        """True when ``text`` (normalised) holds a name or alias of a technology."""
        return any(name in text for name in self._told)

    def signals(self, evidence: Evidence, wants: dict[str, float]) -> dict[str, float]:
        """Return what decides whether the catalogue answers, before any rule is applied."""
        total = Scores.of(self.ranker.parts(evidence.features)).total
        return signals_of(
            wants_technology=wants[intent.TECHNOLOGY],
            best_record=float(total.max(initial=0.0)) + self.ranker.offset,
            coverage=evidence.coverage,
            unknown=evidence.unknown,
            nothing=evidence.nothing,
            alone=evidence.alone,
            near=evidence.near,
        )

    def _window_checks(self, reading: Reading) -> dict[int, tuple[WindowCheck, ...]]:
        """Return the limits of every record that has any, beside what the text says."""
        found = {}
        for row, technology in enumerate(self._records):
            checked = tuple(checks(technology, list(reading.quantities)))
            if checked:
                found[row] = checked
        return found

    def _scores(
        self,
        evidence: Evidence,
        reading: Reading,
        checked: dict[int, tuple[WindowCheck, ...]],
    ) -> Scores:
        parts = self.ranker.parts(evidence.features)
        window = np.zeros(len(self._records))
        for row, own in checked.items():
            states = {check.state for check in own}
            if "not_met" in states:
                window[row] = WINDOW_NOT_MET
            elif "met" in states:
                window[row] = WINDOW_MET
        demoted, named = np.zeros(len(self._records)), self._named(reading)
        for constraint in reading.constraints:
            if constraint.demotes:
                for row, technology in enumerate(self._records):
                    if constraint.broken_by(technology):
                        demoted[row] = min(demoted[row], IN_PLACE if constraint.in_place else DEMOTED)
        named[demoted == IN_PLACE] = 0.0
        rules = {
            "named": named,
            "replacement": self._replacements(reading),
            "window": window,
            "constraint": demoted,
        }
        return Scores.of({**parts, **rules})

    def _named(self, reading: Reading) -> FloatArray:
        """Return what a record gains by standing in the text with its name, or another of its names."""
        gain = np.zeros(len(self._records))
        others = self.thesaurus.same_as(reading.text)
        for name, rows in self._told.items():
            if name in reading.text or name in others:
                gain[rows] = NAMED_GAIN
        gain[self._names.get(reading.text.strip(), [])] = NAMED_ALONE
        return gain

    def _replacements(self, reading: Reading) -> FloatArray:
        wanted = {i for entry in reading.negative for i in entry.replacements}
        return np.array([REPLACEMENT if technology_id in wanted else 0.0 for technology_id in self._ids])

    def _question(
        self, reading: Reading, scores: Scores, allowed: list[int], industry_given: bool
    ) -> Question | None:
        known = {(quantity.dimension, quantity.measured) for quantity in reading.quantities}
        total = np.full(len(self._records), UNANSWERED)
        total[allowed] = scores.total[allowed]
        return best_question(
            self._records,
            total,
            known=frozenset(known),
            named=media(reading.text),
            least=self.ranker.score(self.config.levels.medium),
            industry_given=industry_given,
            industry_weight=lambda relation: self.ranker.weights.get(relation, 0.0),
            codes=self.catalog.codes,
            wide=is_wide(reading.text) and not any(place in reading.text for place in self._places),
        )

    @cached_property
    def _places(self) -> frozenset[str]:
        """Names of the processes and equipment of all records: where a problem may lie."""
        processes = {code for record in self._records for code in record.processes}
        equipment = {normalise(name) for record in self._records for name in record.equipment}
        return frozenset(equipment) | {
            normalise(self.catalog.codes.label("processes", code)) for code in processes
        }

    def _excluded(self, reading: Reading) -> set[int]:
        """Return the rows that must not be recommended: broken constraints, eliminated ones."""
        hard = [constraint for constraint in reading.constraints if not constraint.demotes]
        return {
            row
            for row, technology in enumerate(self._records)
            if any(entry.class_ == "eliminated" for entry in technology.listed_in)
            or any(constraint.broken_by(technology) for constraint in hard)
        }

    def _needs(
        self, reading: Reading, industry_code: str | None, context: str
    ) -> tuple[dict[str, FloatArray], float]:
        """Return the score over all records of each clause that may be a need, and the clearest margin.

        A text with one such clause has one need: no score is returned for it, only how clear it is
        without what is said around it. A clause that would get no answer alone scores nothing.
        """
        wishes = [constraint.written for constraint in reading.constraints]
        told = [
            clause
            for clause in reading.clauses
            if self._field_words(clause) and not any(wish in clause for wish in wishes)
        ]
        if len(reading.clauses) < 2 or not told:
            return {}, -math.inf
        needs = {clause: self._need(clause, industry_code, context) for clause in told}
        plain = [
            margin
            for clause, (scores, margin) in needs.items()
            if len(self._field_words(clause)) >= NEED_WORDS
            and self.ranker.probability(float(scores.max(initial=UNANSWERED))) >= self.config.levels.strong
        ]
        clearest = max(plain, default=-math.inf)
        return {clause: own for clause, (own, _) in needs.items() if len(told) > 1}, clearest

    def _need(self, clause: str, industry_code: str | None, context: str) -> tuple[FloatArray, float]:
        """Return the score of a clause over all records, float64 (records,), and its margin."""
        evidence = self.evidence(clause, industry_code, context=context)
        wants = intent.load_model().probabilities(clause)
        margin = self.answering.margin(self.signals(evidence, wants))
        if margin < 0 and not self._is_plain(clause, industry_code, context):
            return np.full(len(self._records), UNANSWERED), margin
        return Scores.of(self.ranker.parts(evidence.features)).total, margin

    def _length(self, clause: str) -> int:
        return sum(len(word) > 1 for word in self.segmenter.cut(clause))

    def _field_words(self, clause: str) -> set[str]:
        words = self.segmenter.words(clause)
        return {word for word in words if len(word) > 1 and word in self.segmenter.domain}

    def _chance(self, scores: FloatArray, row: int) -> float:
        return self.ranker.probability(float(scores[row]))

    def _with_best_of_each_need(
        self, rows: list[int], needs: dict[str, FloatArray], allowed: set[int], most: int
    ) -> list[int]:
        """Return ``rows``, at most ``most``, the last places for needs that nothing shown covers.

        A text about one thing loses nothing: only a need that some record clearly solves counts.
        """
        added: list[int] = []
        for scores in needs.values():
            best = int(np.argmax(scores))
            covered = any(self._chance(scores, row) >= NEED_COVERED for row in (*rows, *added))
            if not covered and best in allowed and self._chance(scores, best) >= NEED_CLEAR:
                added.append(best)
        if not rows or not added:
            return rows
        return [*rows[: max(most - len(added), 1)], *added][:most]

    def _uncovered(self, needs: dict[str, FloatArray], rows: list[int]) -> list[str]:
        """Return the needs that no shown record covers, if some other need is covered."""
        best = {clause: max(self._chance(scores, row) for row in rows) for clause, scores in needs.items()}
        if not any(chance >= NEED_COVERED for chance in best.values()):
            return []
        return [
            clause
            for clause, chance in best.items()
            if chance < NEED_MISSED and self._length(clause) >= NEED_WORDS
        ]

    def _above_the_bar(self, scores: Scores, allowed: list[int]) -> list[int]:
        bar = self.config.levels.weak
        rows = [row for row in allowed if self.ranker.probability(float(scores.total[row])) >= bar]
        return scores.order(rows, self._records)

    def _match(
        self,
        reading: Reading,
        evidence: Evidence,
        scores: Scores,
        rank: int,
        row: int,
        windows: tuple[WindowCheck, ...],
        needs: dict[str, FloatArray],
    ) -> Match:
        technology = self._records[row]
        parts = {name: float(values[row]) for name, values in scores.parts.items()}
        relation = evidence.relations[row]
        probability = self.ranker.probability(float(scores.total[row]))
        broken = [c for c in reading.constraints if c.demotes and c.broken_by(technology)]
        capped = bool(broken) or any(check.state == "not_met" for check in windows)
        name = level(probability, relation, self.config.levels, capped=capped)
        notes = [
            (labels.CONSTRAINT_IN_PLACE_NOTE if c.in_place else labels.CONSTRAINT_BROKEN).format(
                label=c.label
            )
            for c in broken
        ]
        notes += [
            labels.RESTRICTED.format(condition=entry.condition or "见目录原文")
            for entry in technology.listed_in
            if entry.class_ == "restricted"
        ]
        return Match(
            rank=rank,
            technology=technology,
            level=name or "weak",
            score=sum(parts.values()),
            explanation=self._explainer.explain(
                reading.wanted,
                technology,
                relation,
                parts,
                evidence.expansion,
                links=self.thesaurus.links,
                typed=reading.typed,
            ),
            probability=probability,
            windows=windows,
            covers=tuple(
                as_written(clause, reading.typed)
                for clause, own in needs.items()
                if self._chance(own, row) >= NEED_COVERED
            ),
            notes=tuple(notes),
        )
