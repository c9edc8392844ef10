"""Query expansion: words of people on site -> standard words, which weigh less than written ones."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np

from embeddings.lexicon import Entry, thesaurus
from embeddings.segment import Segmenter, normalise

KIND_WEIGHTS = {
    "exact": 0.9, "colloquial": 0.7, "symptom": 0.5, "broader": 0.5, "narrower": 0.4, "related": 0.3,
}  # fmt: skip
"""Weight of the standard word beside a written one, when the word of the entry is written."""

REVERSE_WEIGHTS = {"exact": 0.8, "colloquial": 0.5, "narrower": 0.3}
"""Weight of the word of the entry, when its standard word is written; other kinds do not reverse:
who asks about compressors did not ask about one kind of them."""

_LONGEST = 16
_SHORTEST = 2
_LATIN = re.compile(r"[a-z0-9]")
_LETTER = re.compile(r"[a-z]")

Expansion = dict[str, dict[str, float]]
"""Word of the query -> tokens the thesaurus adds, with their weights (0 to 1)."""


@dataclass(frozen=True)
class Thesaurus:
    """Words of the same or a near meaning, normalised.

    Attributes:
        links: word -> the words it leads to, with their weights.
        names: abbreviation in Latin letters -> its full name, full name -> its abbreviations.
    """

    links: dict[str, tuple[tuple[str, float], ...]]
    names: dict[str, tuple[str, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, entries: Iterable[Entry]) -> Thesaurus:
        """Return the links of ``entries`` in both directions."""
        links: dict[str, dict[str, float]] = {}
        names: dict[str, list[str]] = {}

        def add(start: str, end: str, weight: float) -> None:
            if start != end and len(start) >= _SHORTEST and weight > 0:
                known = links.setdefault(start, {})
                known[end] = max(known.get(end, 0.0), weight)

        for entry in entries:
            word = normalise(entry.word)
            for standard in map(normalise, entry.standard):
                add(word, standard, KIND_WEIGHTS[entry.kind])
                add(standard, word, REVERSE_WEIGHTS.get(entry.kind, 0.0))
            full = normalise(entry.standard[0])
            if entry.kind == "exact" and _LETTER.search(word) and not _LETTER.search(full):
                names.setdefault(word, []).append(full)
                names.setdefault(full, []).append(word)
        return cls(
            {word: tuple(sorted(ends.items())) for word, ends in links.items()},
            {word: tuple(others) for word, others in names.items()},
        )

    def words_in(self, text: str) -> list[str]:
        """Return the words of the thesaurus in ``text`` (normalised), the longest at each place.

        A word inside a longer one of the thesaurus is left out; a Latin word counts only
        between other characters, so RO is not found in RTO or PRO.
        """
        return list(dict.fromkeys(text[start:end] for start, end in self._places(text)))

    def _places(self, text: str) -> list[tuple[int, int]]:
        """Return start and end of the words of the thesaurus in ``text``, none inside another."""
        found: list[tuple[int, int]] = []
        for start in range(len(text)):
            for end in range(min(start + _LONGEST, len(text)), start + _SHORTEST - 1, -1):
                if text[start:end] in self.links and _stands_alone(text, start, end):
                    found.append((start, end))
                    break
        return [
            (start, end)
            for start, end in found
            if not any(a <= start and end <= b and (a, b) != (start, end) for a, b in found)
        ]

    def same_as(self, text: str) -> set[str]:
        """Return the other names of what ``text`` (normalised) names, in both directions of "exact"."""
        lowest = min(KIND_WEIGHTS["exact"], REVERSE_WEIGHTS["exact"])
        return {
            other for word in self.words_in(text) for other, weight in self.links[word] if weight >= lowest
        }

    def renamed(self, text: str, chance: np.random.Generator | None = None) -> str:
        """Return ``text`` (normalised) with abbreviations spelled out and full names abbreviated.

        Without any name of ``names`` the text stays.

        Args:
            text: normalised.
            chance: draws one of several abbreviations; without it the first one is taken.
        """
        parts, last = [], 0
        for start, end in self._places(text):
            others = self.names.get(text[start:end], ())
            if start >= last and others:
                parts += [text[last:start], others[int(chance.integers(len(others))) if chance else 0]]
                last = end
        return "".join([*parts, text[last:]])

    def expand(self, text: str, segmenter: Segmenter) -> Expansion:
        """Return, for each word of the thesaurus in ``text``, the tokens it adds and their weight.

        A standard term of several tokens shares its weight among them, so that a long term
        does not outweigh what was written.
        """
        plain = normalise(text)
        added: Expansion = {}
        for word in self.words_in(plain):
            tokens: dict[str, float] = {}
            for standard, weight in self.links[word]:
                parts = list(dict.fromkeys(segmenter.words(standard)))
                for token in parts:
                    if token not in plain:
                        own = weight / len(parts) ** 0.5
                        tokens[token] = max(tokens.get(token, 0.0), own)
            if tokens:
                added[word] = tokens
        return added


def _stands_alone(text: str, start: int, end: int) -> bool:
    """True when a Latin word is not part of a longer one; digits may follow it (COD1200)."""
    before = start > 0 and _LATIN.match(text[start]) and _LATIN.match(text[start - 1])
    after = end < len(text) and _LETTER.match(text[end - 1]) and _LETTER.match(text[end])
    return not before and not after


@lru_cache(maxsize=1)
def shipped() -> Thesaurus:
    """Return the thesaurus of ``data/lexicon/thesaurus.csv``."""
    return Thesaurus.of(thesaurus())
