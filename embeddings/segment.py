"""Chinese text -> tokens, the same way for indexing, queries and training.

A private ``jieba.Tokenizer`` carries the project's words; the global one stays untouched.
Tokens are words in sub-word search mode plus pairs of neighbouring characters, so that
part of a compound is still found.
"""

from __future__ import annotations

import hashlib
import logging
import re
import tempfile
import unicodedata
from collections.abc import Iterable
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from catalog import Catalog
from catalog.paths import DATA_DIR, cache_dir
from embeddings.lexicon import thesaurus

SEGMENTATION = "words+pairs/4"
"""Version of the segmentation; part of every index manifest."""

_RUN = re.compile(r"[\u3400-\u9fff]+|[a-z0-9][a-z0-9.+/-]*[a-z0-9+]|[a-z0-9]")
_HAN = re.compile(r"^[\u3400-\u9fff]+$")
_NUMERALS = "零〇一二两三四五六七八九十百千万几半多来余"
_MEASURES = "个度块年月日天吨次倍条台亩斤滴批里米方桶车袋层根只头套家户片升克公厘成趟回遍钟"
_NUMBER = re.compile(rf"^([第每]?[{_NUMERALS}]+[{_MEASURES}]*|[0-9.+/-]+)$")
_WORD_FREQUENCY = 20_000
_MAX_WORD = 10
_MAX_THESAURUS_WORD = 6


@lru_cache(maxsize=1)
def _to_simplified() -> Any:
    import opencc

    return opencc.OpenCC("t2s")


def simplified(text: str) -> str:
    """Return ``text`` with traditional characters simplified and nothing else changed."""
    try:
        text.encode("gb2312")
    except UnicodeEncodeError:
        # only text outside GB 2312 can hold traditional characters; the converter is slow to load
        return str(_to_simplified().convert(text))
    return text


def normalise(text: str) -> str:
    """Return ``text`` with full-width forms, case and traditional characters normalised."""
    return simplified(unicodedata.normalize("NFKC", text).lower())


def domain_words(catalog: Catalog, folder: Path = DATA_DIR / "lexicon") -> list[str]:
    """Return the words the general dictionary does not know or cuts apart, sorted.

    They come from ``data/lexicon/words.txt``, the thesaurus, the vocabularies, the words of
    ``data/usage/``, and the names, aliases and related words of the records. Single
    characters are words only if the lexicon lists them; a long entry of the thesaurus is a
    phrase, not a word.
    """
    raw: set[str] = set(read_lines(folder / "words.txt"))
    for entry in thesaurus():
        raw.update(word for word in (entry.word, *entry.standard) if len(word) <= _MAX_THESAURUS_WORD)
    for vocabulary in catalog.codes:
        for row in vocabulary:
            raw.update((row.label, *row.aliases))
    for technology in catalog.technologies:
        raw.update((technology.name, *technology.aliases, *technology.terms))
    for spoken in catalog.usage.words.values():
        raw.update(word for word in spoken if len(word) <= _MAX_THESAURUS_WORD)
    words = {normalise(word) for word in raw}
    written = {normalise(word) for word in read_lines(folder / "words.txt")}
    return sorted(
        word
        for word in words
        if _HAN.match(word) and len(word) <= _MAX_WORD and (len(word) > 1 or word in written)
    )


def stop_words(folder: Path = DATA_DIR / "lexicon") -> frozenset[str]:
    """Return words that carry no meaning for matching."""
    return frozenset(read_lines(folder / "stopwords.txt"))


def read_lines(path: Path) -> list[str]:
    """Return the lines of a word list, without comments and empty lines."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


class Segmenter:
    """jieba with the project's words, kept apart from jieba's global tokenizer."""

    def __init__(self, words: Iterable[str], stops: frozenset[str]) -> None:
        self._words = list(words)
        self._stops = stops
        self._singles = frozenset(word for word in self._words if len(word) == 1)

    @classmethod
    def for_catalog(cls, catalog: Catalog) -> Segmenter:
        """Return the segmenter for the words of ``catalog`` and the shipped lexicon."""
        return cls(domain_words(catalog), stop_words())

    @cached_property
    def domain(self) -> frozenset[str]:
        """Words of the project's own dictionary."""
        return frozenset(self._words)

    def knows(self, word: str) -> bool:
        """True when ``word`` stands in the project's dictionary or the general one."""
        return bool(self._jieba.FREQ.get(word))

    @cached_property
    def fingerprint(self) -> str:
        """Hash of all words, part of every index manifest."""
        content = "\n".join([SEGMENTATION, *self._words, "--", *sorted(self._stops)])
        return hashlib.blake2b(content.encode(), digest_size=8).hexdigest()

    @cached_property
    def _jieba(self) -> Any:
        import jieba

        jieba.setLogLevel(logging.WARNING)
        tokenizer = jieba.Tokenizer()
        folder = cache_dir()
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError:
            folder = Path(tempfile.gettempdir())
        tokenizer.tmp_dir = str(folder)
        tokenizer.initialize()
        frequencies = tokenizer.FREQ
        for word in self._words:
            frequencies[word] = max(frequencies.get(word, 0), _WORD_FREQUENCY)
            tokenizer.total += _WORD_FREQUENCY
            for end in range(1, len(word)):
                frequencies.setdefault(word[:end], 0)
        return tokenizer

    def words(self, text: str) -> list[str]:
        """Return the words of ``text`` in sub-word search mode, without stop words and numbers."""
        found = []
        for run in _RUN.findall(normalise(text)):
            if not _HAN.match(run):
                found.append(run)
                continue
            cut = self._jieba.lcut_for_search(run)
            found += [word for word in cut if len(word) > 1 or word in self._singles]
        return [word for word in found if word not in self._stops and not _NUMBER.match(word)]

    def cut(self, text: str) -> list[str]:
        """Return the words of ``text`` without overlap, single characters included."""
        found: list[str] = []
        for run in _RUN.findall(normalise(text)):
            found += self._jieba.lcut(run) if _HAN.match(run) else [run]
        return found

    def tokens(self, text: str) -> list[str]:
        """Return words and character pairs; a pair that is a word already is not doubled.

        Numbers, Chinese numerals included, are left out: they are quantities, not words.
        """
        words = self.words(text)
        known = set(words)
        pairs = []
        for run in _RUN.findall(normalise(text)):
            if _HAN.match(run):
                pairs += [run[i : i + 2] for i in range(len(run) - 1)]
        extra = [pair for pair in pairs if pair not in known and pair not in self._stops]
        return [token for token in (*words, *extra) if not _NUMBER.match(token)]

    def segmented(self, text: str) -> str:
        """Return the tokens joined by blanks: what both loaders of the shipped model read."""
        return " ".join(self.tokens(text))
