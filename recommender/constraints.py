"""Hard constraints in a text ("不用氨", "不能停产"), and what is there already ("LED都换过了").

Both are found, shown as chips and applied as rules.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from catalog import Technology
from catalog.paths import DATA_DIR
from embeddings.segment import Segmenter, normalise
from recommender import labels

_TAKES_PLACE = re.compile(r"(?:替代|代替|取代|代|非|无|免|去|脱|除)$")
"""What stands before a thing in the name of a technology that does without it: 非高炉炼铁."""
_UNWANTED = re.compile(
    r"(?:不考虑|(?:不想|不愿|不准|不许|不要|别|禁止|不打算|不考虑)(?:再)?"
    r"(?:用|装|上|加|建|搞|使用|采用|安装|投加|新建|新上|买))(?:什么|那种|大|新的?|任何|一套|一台)?"
    r"([^，。；、！？,;!?\s]{2,10})"
)
"""What a person does not want, named by itself: 不想装大除尘器."""
_WORDS = re.compile(r"<([\u4e00-\u9fff]+)>")
"""A list of words in a pattern of the file: <不让>."""
_CLAUSE_ENDS = re.compile(r"[，。；！？!?]")
IN_PLACE = "in_place"
"""Action of a rule that tells what is there already."""
_THING = "<物>"
_LESS = re.compile(r"(?:太|过|那么|这么|更)多|得多")
"""Less of a thing is wanted, not none: 不想用蒸汽太多."""


@dataclass(frozen=True)
class Rule:
    """One kind of constraint, as ``data/lexicon/constraints.yaml`` writes it."""

    name: str
    label: str
    patterns: tuple[re.Pattern[str], ...]
    action: str
    titles: tuple[re.Pattern[str], ...]
    names: tuple[re.Pattern[str], ...]
    needs: tuple[re.Pattern[str], ...]
    not_suitable: tuple[re.Pattern[str], ...]
    tags: frozenset[str]
    stages: frozenset[str]
    not_before: re.Pattern[str] | None = None
    not_after: re.Pattern[str] | None = None
    unless: re.Pattern[str] | None = None

    def found_in(self, text: str) -> re.Match[str] | None:
        """Return where ``text`` states the constraint first, or None."""
        if self.unless is not None and self.unless.search(text):
            return None
        for pattern in self.patterns:
            for match in pattern.finditer(text):
                if self._stated(text, match):
                    return match
        return None

    def _stated(self, text: str, match: re.Match[str]) -> bool:
        before = _CLAUSE_ENDS.split(text[: match.start()])[-1]
        if self.not_before is not None and self.not_before.search(before):
            return False
        if self.not_after is not None and self.not_after.search(text[match.end() :]):
            return False
        return not _is_question(text, match)

    def broken_by(self, technology: Technology) -> bool:
        """True when ``technology`` breaks the constraint."""
        t = technology
        if self.tags & set(t.measure_tags) or t.stage in self.stages:
            return True
        return (
            _found(self.titles, (t.name,))
            or _found(self.names, (t.name, *t.aliases))
            or _found(self.needs, t.applicability.preconditions)
            or _found(self.not_suitable, t.applicability.not_suitable)
        )


@dataclass(frozen=True)
class Constraint:
    """A constraint found in a text."""

    key: str
    label: str
    written: str
    rule: Rule | None = None
    unwanted: str = ""

    @property
    def demotes(self) -> bool:
        """True when what breaks it stays, ranked lower."""
        return self.rule is not None and self.rule.action in {"demote", IN_PLACE}

    @property
    def in_place(self) -> bool:
        """True when the writer has what breaks it already."""
        return self.rule is not None and self.rule.action == IN_PLACE

    def broken_by(self, technology: Technology) -> bool:
        """True when ``technology`` breaks the constraint."""
        if self.rule is not None:
            return self.rule.broken_by(technology)
        return any(_works_with(self.unwanted, normalise(n)) for n in (technology.name, *technology.aliases))


def _works_with(thing: str, name: str) -> bool:
    """True when ``name`` holds ``thing``, and not as what it replaces."""
    before, held, after = name.partition(thing)
    return bool(held) and not _TAKES_PLACE.search(before) and not after.startswith(("替代", "改"))


def _is_question(text: str, match: re.Match[str]) -> bool:
    """True where a pattern starts inside 要不要, 能不能, 有没有: the writer asks, and forbids nothing."""
    start = match.start()
    return 0 < start < len(text) - 1 and text[start] in "不没" and text[start - 1] == text[start + 1]


def _found(patterns: tuple[re.Pattern[str], ...], texts: tuple[str, ...] | list[str]) -> bool:
    return any(pattern.search(normalise(text)) for pattern in patterns for text in texts)


@lru_cache(maxsize=1)
def rules(path: Path = DATA_DIR / "lexicon" / "constraints.yaml") -> tuple[Rule, ...]:
    """Return the known kinds of constraint in the order of the file."""
    stored = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    words: dict[str, str] = stored["words"]

    def whole(pattern: str) -> str:
        while (filled := _WORDS.sub(lambda match: f"(?:{words[match.group(1)]})", pattern)) != pattern:
            pattern = filled
        return pattern

    def compiled(entry: dict[str, list[str]], key: str) -> tuple[re.Pattern[str], ...]:
        return tuple(re.compile(whole(pattern)) for pattern in entry.get(key, []))

    limits = tuple(
        Rule(
            name=entry["name"],
            label=entry["label"],
            patterns=compiled(entry, "patterns"),
            action=entry.get("action", "exclude"),
            titles=compiled(entry, "titles"),
            names=compiled(entry, "names"),
            needs=compiled(entry, "needs"),
            not_suitable=compiled(entry, "not_suitable"),
            tags=frozenset(entry.get("tags", [])),
            stages=frozenset(entry.get("stages", [])),
        )
        for entry in stored["rules"]
    )
    return limits + tuple(_already(stored["in_place"]))


def _already(stored: dict[str, Any]) -> Iterator[Rule]:
    """Return a rule for every thing a writer may have already."""
    for thing in stored["things"]:
        yield Rule(
            name=f"{IN_PLACE}:{thing['label']}",
            label=labels.CONSTRAINT_IN_PLACE.format(thing=thing["label"]),
            patterns=tuple(re.compile(one.replace(_THING, thing["said"])) for one in stored["wordings"]),
            action=IN_PLACE,
            titles=tuple(re.compile(title) for title in thing["titles"]),
            names=(),
            needs=(),
            not_suitable=(),
            tags=frozenset(),
            stages=frozenset(),
            not_before=re.compile(stored["not_before"]),
            not_after=re.compile(stored["not_after"]),
            unless=re.compile(thing["unless"]) if "unless" in thing else None,
        )


def find(text: str, segmenter: Segmenter, *, ignored: frozenset[str] = frozenset()) -> list[Constraint]:
    """Return the constraints in ``text`` (normalised) that the user has not taken away.

    Args:
        text: the problem, normalised.
        segmenter: tells words of the field, so that only those are taken as unwanted things.
        ignored: keys of chips the user removed.
    """
    text = text.replace(",", "，").replace(";", "；")
    found: list[Constraint] = []
    taken: list[tuple[int, int]] = []
    for rule in rules():
        match = rule.found_in(text)
        if match is not None:
            found.append(Constraint(rule.name, rule.label, match.group(), rule))
            taken.append(match.span())
    for match in _UNWANTED.finditer(text):
        if any(start <= match.start() < end for start, end in taken):
            continue
        if _is_question(text, match) or _LESS.search(match.group(1)):
            continue
        words = [w for w in segmenter.words(match.group(1)) if w in segmenter.domain or w.isascii()]
        if words:
            thing = max(words, key=len)
            label = labels.CONSTRAINT_UNWANTED.format(thing=thing)
            found.append(Constraint(f"unwanted:{thing}", label, match.group(), unwanted=thing))
    return [constraint for constraint in found if constraint.key not in ignored]
