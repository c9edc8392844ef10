"""Things a text refuses by name ("领导否了RTO方案"), and the records that are such a thing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from catalog import Technology
from embeddings.segment import Segmenter, normalise
from recommender.wordings import forbids_nothing, stored, whole

_ANYTHING = r"(?P<thing>[^，。；：:、！？,;!?\s]{2,10})"
"""Where a wording leaves room for a thing, the thing is looked for in these characters."""
_AS_LITTLE = _ANYTHING.replace("}", "}?")
_LESS = re.compile(r"(?:太|过|那么|这么|更)多|得多")
"""Less of a thing is wanted, not none: 不想用蒸汽太多."""
_NEAR = 3
"""The thing starts within so many characters: 不想装 老式 除尘器."""
_NO_DESCRIPTION = frozenset("也就都还又而却才和与跟的了")
_TAKES_PLACE = re.compile(r"(?:替代|代替|取代|代|非|无|免|去|脱|除)$")
"""What stands before a thing in the name of a technology that does without it: 非高炉炼铁."""
_IS_REPLACED = re.compile(
    r"改(?!造)|.{0,8}?(?:替代|代替|替换|淘汰|禁用|减量)(?:$|[与和、（(]|技术|产品|材料|原料|工程|改造|减量)"
)
"""What follows a thing in the name of what replaces it: 六价铬替代, not 水性涂料替代溶剂型涂料."""
_SHORT = re.compile("[a-z]+")
_TOGETHER = re.compile(r"[+＋/]")
"""What joins several things in a name: 转轮+RTO is none of the two alone."""
_MACHINE = re.compile("[器机炉塔箱泵窑]$")
"""A machine of any kind is one: who wants no 除尘器 wants no 滤筒除尘器 either."""
_OF_ITSELF = re.compile(r"替代|代|法|工艺|技术|改造|涂装|处理")
"""What may follow a thing in a name that is still its own."""


def refused(text: str, segmenter: Segmenter) -> Iterator[tuple[re.Match[str], tuple[str, ...]]]:
    """Yield where ``text`` (normalised) refuses something, and the words of the field that name it."""
    for name, pattern in _wordings():
        for match in pattern.finditer(text):
            if not forbids_nothing(text, match) and not _LESS.search(match["thing"]):
                words = _named_in(match["thing"], segmenter, backwards=_stands_before(name))
                if words:
                    yield match, words


def shown(thing: str) -> str:
    """Return the thing as a chip shows it: abbreviations in capitals."""
    return _SHORT.sub(lambda match: match.group().upper(), thing)


def is_refused(words: tuple[str, ...], technology: Technology) -> bool:
    """True when the technology is, by its name or another of its names, the thing that ``words`` name."""
    return _holds(words, normalise(technology.name)) or any(
        _is_called(words, normalise(alias)) for alias in technology.aliases
    )


@lru_cache(maxsize=1)
def _wordings() -> tuple[tuple[str, re.Pattern[str]], ...]:
    written: dict[str, str] = stored()["wordings"]["refused"]
    return tuple(
        (name, whole(wording, _AS_LITTLE if _stands_before(name) else _ANYTHING))
        for name, wording in written.items()
    )


def _stands_before(wording: str) -> bool:
    """True where the thing stands before what refuses it: 热泵方案被否了."""
    return wording.startswith("after")


def _named_in(written: str, segmenter: Segmenter, *, backwards: bool) -> tuple[str, ...]:
    """Return the words of the field that follow each other from the start (or up to the end)."""
    known = {w for w in segmenter.words(written) if len(w) > 1 and (w in segmenter.domain or _is_short(w))}
    left = written if backwards else written[_start(written, known) :]
    words: list[str] = []
    while fitting := [w for w in known if (left.endswith(w) if backwards else left.startswith(w))]:
        words.append(max(fitting, key=len))
        left = left[: -len(words[-1])] if backwards else left[len(words[-1]) :]
    return _without_general_end(tuple(reversed(words) if backwards else words))


def _without_general_end(words: tuple[str, ...]) -> tuple[str, ...]:
    """Return the words up to what is done with the thing: 活性炭 of 活性炭处理废气, all of 塑料地膜."""
    general = stored()["too_general"]
    special = [place for place, word in enumerate(words) if word not in general]
    if not special:
        return ()
    end = next((i for i in range(special[0], len(words)) if words[i] in general), len(words))
    return words[:end]


def _start(written: str, known: set[str]) -> int:
    """Return where the first known word starts, if only what describes it stands before."""
    for place, character in enumerate(written[: _NEAR + 1]):
        if any(written.startswith(word, place) for word in known):
            return place
        if character in _NO_DESCRIPTION:
            break
    return 0


def _is_short(word: str) -> bool:
    """True for an abbreviation: RTO."""
    return word.isascii() and word.isalpha()


def _holds(words: tuple[str, ...], name: str) -> bool:
    """True when ``name`` holds the thing (its abbreviation, or all words), not as what it replaces."""
    thing = next((word for word in words if _is_short(word) and word in name), words[-1])
    if not _is_short(thing) and not all(word in name for word in words):
        return False
    before, held, after = name.partition(thing)
    return bool(held) and not _TAKES_PLACE.search(before) and not _IS_REPLACED.match(after)


def _is_called(words: tuple[str, ...], alias: str) -> bool:
    """True when ``alias`` names the thing itself: SCR精准喷氨 works on one, 纸质手提袋 is another one."""
    if _TOGETHER.search(alias) or not _holds(words, alias):
        return False
    after = alias.partition(words[-1])[2]
    if alias.startswith(words[0]):
        return not after or bool(_OF_ITSELF.match(after))
    return not after and bool(_MACHINE.search(alias))
