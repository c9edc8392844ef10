"""What a text says, before any record is looked at: intent, constraints, numbers, errors, needs."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from catalog.negative import NegativeEntry, named_in
from embeddings.segment import Segmenter, normalise, simplified
from recommender import constraints, quantities
from recommender.asking import without_asking
from recommender.constraints import Constraint
from recommender.needs import clauses
from recommender.quantities import Quantity
from recommender.spelling import Correction, Speller

_LIST_NUMBERS = re.compile("[①②③④⑤⑥⑦⑧⑨⑩]")


@dataclass(frozen=True)
class Reading:
    """How a text was understood.

    Attributes:
        text: what is searched for: normalised, errors corrected, without words that only ask.
        corrections: stretches read as another word.
        constraints: hard constraints found, but for those the user took away.
        quantities: numbers with units.
        negative: entries of the published negative list that the text names.
        clauses: clauses that may be needs of their own.
        typed: the text as it was typed, for words shown again.
    """

    text: str
    corrections: tuple[Correction, ...]
    constraints: tuple[Constraint, ...]
    quantities: tuple[Quantity, ...]
    negative: tuple[NegativeEntry, ...]
    clauses: tuple[str, ...]
    typed: str = ""

    @property
    def wanted(self) -> str:
        """The text without what it refuses or says is missing, which is no reason for a record."""
        text = self.text
        for constraint in self.constraints:
            if not constraint.in_place:
                text = text.replace(constraint.written, " ")
        return text if text.strip() else self.text


def read(
    text: str,
    *,
    segmenter: Segmenter,
    speller: Speller,
    negative_list: Collection[NegativeEntry],
    ignored: frozenset[str] = frozenset(),
) -> Reading:
    """Return how ``text`` is understood.

    Args:
        text: the problem as typed.
        segmenter: the words of the field.
        speller: reads typing errors.
        negative_list: published 淘汰 and 限制 entries.
        ignored: keys of constraints the user took away.
    """
    corrected, corrections = speller.correct(_LIST_NUMBERS.sub("；", text))
    found = constraints.find(corrected, segmenter, ignored=ignored)
    return Reading(
        text=without_asking(corrected),
        corrections=tuple(corrections),
        constraints=tuple(found),
        quantities=tuple(quantities.told(simplified(text))),
        negative=tuple(named_in(normalise(text), negative_list)),
        clauses=tuple(part.replace("°c", "℃") for part in clauses(corrected, segmenter)),
        typed=text,
    )
