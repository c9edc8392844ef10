"""Hard constraints in a text ("不用氨", "不能停产"), and what is there already ("LED都换过了").

Both are found, shown as chips and applied as rules.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from catalog import Technology
from embeddings.segment import Segmenter, normalise
from recommender import labels
from recommender.unwanted import is_refused, refused, shown
from recommender.wordings import forbids_nothing, stored, whole

_CLAUSE_ENDS = re.compile(r"[，。；！？!?]")
IN_PLACE = "in_place"
"""Action of a rule that tells what is there already."""
_THING = "<物>"


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
        return not forbids_nothing(text, match)

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
    unwanted: tuple[str, ...] = ()

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
        return is_refused(self.unwanted, technology)


def _found(patterns: tuple[re.Pattern[str], ...], texts: tuple[str, ...] | list[str]) -> bool:
    return any(pattern.search(normalise(text)) for pattern in patterns for text in texts)


@lru_cache(maxsize=1)
def rules() -> tuple[Rule, ...]:
    """Return the known kinds of constraint in the order of the file."""
    content = stored()

    def compiled(entry: dict[str, list[str]], key: str) -> tuple[re.Pattern[str], ...]:
        return tuple(whole(pattern) for pattern in entry.get(key, []))

    def worded(entry: dict[str, str]) -> Iterator[re.Pattern[str]]:
        for manner, thing in (("lacking", "lacking"), ("unusable", "refused"), ("refused", "refused")):
            if thing in entry:
                yield from (whole(w, entry[thing]) for w in content["wordings"][manner].values())

    limits = tuple(
        Rule(
            name=entry["name"],
            label=entry["label"],
            patterns=(*compiled(entry, "patterns"), *worded(entry)),
            action=entry.get("action", "exclude"),
            titles=compiled(entry, "titles"),
            names=compiled(entry, "names"),
            needs=compiled(entry, "needs"),
            not_suitable=compiled(entry, "not_suitable"),
            tags=frozenset(entry.get("tags", [])),
            stages=frozenset(entry.get("stages", [])),
        )
        for entry in content["rules"]
    )
    return limits + tuple(_already(content["in_place"]))


def _already(content: dict[str, Any]) -> Iterator[Rule]:
    """Return a rule for every thing a writer may have already."""
    for thing in content["things"]:
        yield Rule(
            name=f"{IN_PLACE}:{thing['label']}",
            label=labels.CONSTRAINT_IN_PLACE.format(thing=thing["label"]),
            patterns=tuple(re.compile(one.replace(_THING, thing["said"])) for one in content["wordings"]),
            action=IN_PLACE,
            titles=tuple(re.compile(title) for title in thing["titles"]),
            names=(),
            needs=(),
            not_suitable=(),
            tags=frozenset(),
            stages=frozenset(),
            not_before=re.compile(content["not_before"]),
            not_after=re.compile(content["not_after"]),
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
    for match, words in refused(text, segmenter):
        if not any(start < match.end() and match.start() < end for start, end in taken):
            thing = "".join(words)
            label = labels.CONSTRAINT_UNWANTED.format(thing=shown(thing))
            found.append(Constraint(f"unwanted:{thing}", label, match.group(), unwanted=words))
            taken.append(match.span())
    return [constraint for constraint in found if constraint.key not in ignored]
