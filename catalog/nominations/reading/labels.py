"""Labels: which text asks for which field, and what is the form's own wording."""

from __future__ import annotations

import contextlib
import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from catalog.codes import fold
from catalog.errors import BadInput
from catalog.nominations.reading.seen import BRACKETS, half_width, squash
from catalog.nominations.reading.words import SCOPES
from catalog.nominations.template.wording import LONG_FIELDS, fixed_texts, guide_texts

_LONGEST_LABEL = 40
_NUMBERING = re.compile(
    r"^(?:[一二三四五六七八九十]+[、.]|\([一二三四五六七八九十\d]+\)|\d{1,2}[、.)](?!\d)|[*★●·]+)+"
)
_ANOTHER = re.compile(r"英文|拼音|english|示例|样例", re.IGNORECASE)
_LOOKS_LIKE_UNIT = re.compile(r"[A-Za-z%/³²元吨年月]")
CASE_TITLE = re.compile(
    r"(?:应用|典型|工程|典型应用)?(?:案例|实例)\s*(?:[0-9]{1,2}|[一二三四五六七八九十]{1,3})(?![0-9年月])"
)
HEADING = re.compile(r"^\s*(?:[一二三四五六七八九十]+、|第[一二三四五六七八九十]+[章部]分?)")
_GAP = re.compile(r"[ \t\u3000\u2002\u2003\xa0]{2,}|[\t\u3000\n]")
_MOST_COLONS = 40
"""So many colons of a line are looked at; a longer one is prose."""


@dataclass(frozen=True)
class Label:
    """What a label asks for: ``scope`` is the form itself (empty) or a part of it."""

    scope: str
    field: str
    unit: str = ""

    @property
    def is_long(self) -> bool:
        """Return whether the answer takes paragraphs."""
        return not self.scope and self.field in LONG_FIELDS


@lru_cache(maxsize=4096)
def label_of(text: str, scopes: tuple[str, ...] = ("", "cases")) -> Label | None:
    """Return what a label asks for, or None; scopes are tried in order."""
    if not 0 < len(text.strip()) <= _LONGEST_LABEL:
        return None
    plain = half_width(text)
    folded = _NUMBERING.sub("", fold(text)).rstrip(":*").lstrip("*")
    inside = [one.strip() for one in BRACKETS.findall(plain)]
    if any(_ANOTHER.search(one) for one in inside):
        return None
    bare = folded.replace("(", "").replace(")", "")
    for word in (bare, BRACKETS.sub("", folded).rstrip(":*")):
        for scope in scopes:
            name = SCOPES[scope].get(word)
            if name is not None:
                return _with_unit(scope, name, inside)
    return None


def _with_unit(scope: str, name: str, inside: Sequence[str]) -> Label:
    """Return the label with the unit in its brackets; a reduction in tCO2 is that of carbon."""
    unit = next((one for one in inside if _LOOKS_LIKE_UNIT.search(one)), "")
    if name == "reductions_t" and "co2" in unit.casefold():
        name = "co2_t"
    return Label(scope, name, unit)


def labelled_pairs(line: str) -> list[tuple[Label, str]]:
    """Return the labels with colon of a line and what follows each; none if it starts otherwise."""
    found: list[tuple[int, int, Label]] = []
    for colon in itertools.islice(re.finditer(r"[:：]", line), _MOST_COLONS):
        begin = found[-1][1] if found else 0
        head = line[begin : colon.start()]
        starts = ([] if found else [0]) + [gap.end() for gap in _GAP.finditer(head)]
        starts = [start for start in starts if len(head) - start <= _LONGEST_LABEL]
        hit = next(((start, label) for start in starts if (label := label_of(head[start:]))), None)
        if hit is not None:
            found.append((begin + hit[0], colon.end(), hit[1]))
    if not found or line[: found[0][0]].strip():
        return []
    ends = [start for start, _, _ in found[1:]] + [len(line)]
    return [(label, line[after:end]) for (_, after, label), end in zip(found, ends, strict=True)]


@lru_cache(maxsize=1)
def _own_wording() -> frozenset[str]:
    texts = fixed_texts()
    with contextlib.suppress(BadInput):  # a faulty rule file must not keep anybody from reading a form
        texts |= guide_texts()
    return frozenset(squash(text) for text in texts)


def is_own_wording(text: str) -> bool:
    """Return whether a text is the form's own, which is no answer wherever it stands."""
    return squash(text) in _own_wording()


def is_case_title(text: str) -> bool:
    """Return whether a text is nothing but the heading of a case (应用案例 2)."""
    return CASE_TITLE.fullmatch(half_width(text).strip()) is not None


def is_heading_of(label: Label, text: str) -> bool:
    """Return whether a line without colon opens an answer: a long field, or a numbered heading."""
    return not label.scope and (label.is_long or _NUMBERING.match(fold(text)) is not None)
