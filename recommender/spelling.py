"""Reads typing errors: characters that sound alike or look alike, inside words of the field.

Only a stretch that is no word is touched, and only if one word of the field differs from it
in sound-alike or look-alike characters alone. Sounds come from pypinyin, without tones and
without the differences many speakers do not make (zh and z, ing and in); shapes from
``data/lexicon/shapes.txt``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

from catalog.paths import DATA_DIR
from embeddings.segment import Segmenter, normalise

_HAN_RUN = re.compile(r"[\u3400-\u9fff]+")
_LONGEST, _SHORTEST = 5, 2
_MERGED_SOUNDS = ((re.compile(r"^([zcs])h"), r"\1"), (re.compile(r"(?<=[ie])ng$"), "n"))
_EVERYDAY = frozenset(
    "的了在是和与及或也都就还又不没有被把让给对从到往上下里外前后个这那一二两三四五六七八九十百千万几多少大小高低"
    "用得着地过要能会可以天次批台车袋块条位件层年月日时人点线面头子老太最全各每同以于为其之所跟带站"
    "想说看知道来去做开关怎么样什吗呢吧啊很真好坏请问该应需求再已经正才只但而且若如因此那哪谁我你他它们"
    "家厂吨米斤克元钱月号第约左右间处种类些许更比较非常常总光满完起出进行成为给叫让由按照对于直接现新旧"
    "到未超却占卖买达打无非再差已将把随偏仅约低"
)
"""Characters so common that a stretch with them wrong says nothing."""

_METALS = frozenset("镉铬砷铅汞镍铜锌铝铁锰锡钛钠钾钙镁")
"""Names of metals: one that is written is never read as another character."""

_NEEDED = {2: 4, 3: 3}
"""A short word is offered only if so many records hold it; a longer one if any does."""


@dataclass(frozen=True)
class Correction:
    """A stretch of the text and the word it is read as."""

    written: str
    read_as: str

    @property
    def replaced(self) -> bool:
        """True when the word stands in the text; a short one is only searched for besides."""
        return len(self.read_as) > _SHORTEST


class Speller:
    """Finds words of the field behind typing errors."""

    def __init__(
        self,
        segmenter: Segmenter,
        words: Iterable[str],
        frequency: Callable[[str], int],
        written: Callable[[str], bool] = lambda _: False,
    ) -> None:
        """Take what tells right from wrong.

        Args:
            segmenter: the words of the field.
            words: words that may be meant.
            frequency: in how many records a word stands.
            written: whether a stretch stands somewhere in the records; it is no error then.
        """
        self._segmenter = segmenter
        self._written = written
        self._words = [word for word in words if _SHORTEST <= len(word) <= _LONGEST]
        self._frequency = frequency
        self._by_key: dict[tuple[int, int, str], list[str]] | None = None

    def correct(self, text: str) -> tuple[str, list[Correction]]:
        """Return ``text`` (normalised) with words of the field put in, and what was changed.

        A word of two characters is only added at the end: so short a stretch may be right.
        """
        plain = normalise(text)
        corrections: list[Correction] = []
        pieces: list[str] = []
        last = 0
        for run in _HAN_RUN.finditer(plain):
            pieces.append(plain[last : run.start()])
            pieces.append(self._correct_run(run.group(), corrections))
            last = run.end()
        pieces.append(plain[last:])
        added = [c.read_as for c in corrections if len(c.read_as) == _SHORTEST]
        return " ".join(["".join(pieces), *added]), corrections

    def _correct_run(self, run: str, corrections: list[Correction]) -> str:
        loose = self._loose_characters(run)
        position = 0
        while position < len(run):
            for length in range(min(_LONGEST, len(run) - position), _SHORTEST - 1, -1):
                window = run[position : position + length]
                if not any(loose[position : position + length]):
                    continue
                if not _whole_tokens(loose, position, length):
                    continue
                meant = self._meant(window, loose[position : position + length])
                if meant is not None:
                    corrections.append(Correction(window, meant))
                    if length > _SHORTEST:
                        run = run[:position] + meant + run[position + length :]
                    loose[position : position + length] = [0] * length
                    break
            position += 1
        return run

    def _loose_characters(self, run: str) -> list[int]:
        """Return, per character, 0 inside a word of the field, 1 loose, 2 and up inside a general word.

        Characters of the same general word share a number.
        """
        marks: list[int] = []
        for number, token in enumerate(self._segmenter.cut(run), start=2):
            if len(token) == 1:
                marks.append(0 if token in _EVERYDAY else 1)
            elif token in self._segmenter.domain or self._frequency(token) > 0:
                marks += [0] * len(token)
            else:
                marks += [number if self._segmenter.knows(token) else 1] * len(token)
        return marks

    def _meant(self, window: str, marks: list[int]) -> str | None:
        if window in self._segmenter.domain or self._segmenter.knows(window):
            return None
        candidates = {
            word
            for key in _keys(window)
            for word in self._index().get(key, ())
            if word != window and self._near(window, word, marks)
        }
        if not candidates or self._written(window):
            return None
        best = max(sorted(candidates), key=self._frequency)
        return best if self._frequency(best) >= _NEEDED.get(len(best), 1) else None

    def _near(self, window: str, word: str, marks: list[int]) -> bool:
        changed = [(a, b) for a, b in zip(window, word, strict=True) if a != b]
        if any(a in _EVERYDAY or a in _METALS for a, _ in changed):
            return False
        if 1 not in marks and (len(word) <= 3 or 0 in marks):
            return False
        if len(changed) > _slips(len(word)):
            return False
        return all(_sound(a) == _sound(b) or b in _shapes().get(a, frozenset()) for a, b in changed)

    def _index(self) -> dict[tuple[int, int, str], list[str]]:
        if self._by_key is None:
            self._by_key = {}
            for word in self._words:
                for key in _keys(word):
                    self._by_key.setdefault(key, []).append(word)
        return self._by_key


def _whole_tokens(marks: list[int], start: int, length: int) -> bool:
    """True when no word of the field is touched and no general word is cut by the window."""
    inside = marks[start : start + length]
    if 0 in inside and inside.count(0) == length:
        return False
    before = marks[start - 1] if start else -1
    after = marks[start + length] if start + length < len(marks) else -1
    if inside[0] >= 2 and before == inside[0]:
        return False
    return not (inside[-1] >= 2 and after == inside[-1])


def _slips(length: int) -> int:
    """Return how many characters of a word may be wrong."""
    return 1 if length <= 3 else 2


def _keys(word: str) -> list[tuple[int, int, str]]:
    """Return the keys a word is found by: its parts, one more than characters that may be wrong.

    One part at least is the same in two words that are near each other (pigeonhole principle).
    """
    length, parts = len(word), _slips(len(word)) + 1
    ends = [part * length // parts for part in range(parts + 1)]
    return [(length, start, word[start:end]) for start, end in pairwise(ends)]


@lru_cache(maxsize=8192)
def _sound(character: str) -> str:
    """Return the toneless reading of a character, with merged sounds."""
    from pypinyin import Style, pinyin

    reading = str(pinyin(character, style=Style.NORMAL)[0][0])
    for pattern, replacement in _MERGED_SOUNDS:
        reading = pattern.sub(replacement, reading)
    return reading


@lru_cache(maxsize=1)
def _shapes(path: Path = DATA_DIR / "lexicon" / "shapes.txt") -> dict[str, frozenset[str]]:
    """Return character -> characters that look like it."""
    alike: dict[str, set[str]] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            for character in line:
                alike.setdefault(character, set()).update(set(line) - {character})
    return {character: frozenset(others) for character, others in alike.items()}
