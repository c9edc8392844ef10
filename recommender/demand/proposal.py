"""The plus class proposed for a need."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from catalog import Catalog
from embeddings.segment import normalise
from recommender.labels import LEVELS

if TYPE_CHECKING:
    from recommender.engine import MatchResult

_DEFAULT_CLASS = "cleaner_production_plus"
"""Class proposed for a text that shares no word with any record: that of three records in four."""

_TAG_SHARE = 0.3
"""Share of a measure tag's records a class must hold for the tag's words to speak for it; set by
judgement: 数字化 then speaks for smart control, 节能 for no class of its own."""

_AGREED = 0.6
"""Share of the votes of words one class must have; below it the usual class is proposed."""


def proposed_class(result: MatchResult, catalog: Catalog) -> str:
    """Return the plus class a need probably belongs to.

    The candidates of the best level vote, each with its probability. Without candidates words of
    the text vote: those of a measure tag (智能控制, 生态设计) for the class in which the tag is most
    over-represented among those that hold a fair share of it, and failing these the related
    words of the records, each shared out among the classes of the records that have it, if they
    agree. It is a proposal: on the records' colloquial problem statements words alone hit 77 of
    100 classes, no better than saying 清洁生产+ always, so the user may choose another.
    """
    levels = list(LEVELS)
    best = min((levels.index(match.level) for match in result.matches), default=None)
    votes: dict[str, float] = defaultdict(float)
    if best is None:
        text = normalise(result.query.text)
        votes.update(_tag_votes(text, catalog) or _word_votes(text, catalog))
    for match in result.matches:
        if levels.index(match.level) == best:
            votes[match.technology.plus_class] += match.probability
    order = [row.code for row in catalog.codes["plus_classes"]]
    return min(votes, key=lambda code: (-votes[code], order.index(code)), default=_DEFAULT_CLASS)


def _tag_votes(text: str, catalog: Catalog) -> dict[str, float]:
    every = Counter(technology.plus_class for technology in catalog.recommendable)
    votes: dict[str, float] = defaultdict(float)
    for tag in catalog.codes["measure_tags"]:
        if any(len(word) > 1 and normalise(word) in text for word in (tag.label, *tag.aliases)):
            own = Counter(t.plus_class for t in catalog.recommendable if tag.code in t.measure_tags)
            usual = [code for code, count in own.items() if count >= _TAG_SHARE * own.total()]
            best = min(usual, key=lambda code: (-own[code] / every[code], code), default=_DEFAULT_CLASS)
            if best != _DEFAULT_CLASS:
                votes[best] += 1
    return votes


def _word_votes(text: str, catalog: Catalog) -> dict[str, float]:
    held: dict[str, Counter[str]] = {}
    for technology in catalog.recommendable:
        for word in {normalise(w) for w in (technology.name, *technology.aliases, *technology.terms)}:
            if len(word) > 1 and word in text:
                held.setdefault(word, Counter())[technology.plus_class] += 1
    votes: dict[str, float] = defaultdict(float)
    for word in sorted(held):
        total = held[word].total()
        for code, count in held[word].items():
            votes[code] += count / total
    agreed = max(votes.values(), default=0.0) >= _AGREED * sum(votes.values())
    return votes if agreed else {}
