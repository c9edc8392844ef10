"""What enterprises wrote, shown only when at least three different ones asked something alike (N22)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from embeddings.segment import normalise
from recommender.demand.identity import Identities
from recommender.demand.needs import Need

if TYPE_CHECKING:
    from recommender.engine import RecommenderEngine

K_ANONYMITY = 3
"""Different enterprises that must have asked something alike before a wording is shown."""

COSINE = 0.60
"""Two texts are alike from this cosine of the shipped encoder on. Measured on the problem
statements of the records: 51 % of pairs about one technology reach it, 1.2 % of pairs about two
technologies of the same industry and medium, 0.2 % of other pairs."""

SHARED_PAIRS = 0.20
"""Without an engine: the share (Jaccard) of neighbouring characters two texts have in common.
Stricter: one pair in 4,000 about different technologies of one industry and medium reached it."""

_PRIVATE = re.compile(r"\d([ -]?\d){6}|[0-9a-z]{15}|@|www\.|http")
"""What may name a person or a firm: telephone and register numbers, addresses. Such a text stays closed."""
_SHORTEST_NAME = 3

Alike = Callable[[str, str], bool]


def likeness(texts: Iterable[str], engine: RecommenderEngine | None = None) -> Alike:
    """Return the test whether two of ``texts`` ask something alike (``COSINE``, else ``SHARED_PAIRS``)."""
    known = sorted({normalise(text) for text in texts})
    if engine is None or not known:
        pairs = {text: _pairs(text) for text in known}
        return lambda one, other: _shared(normalise(one), normalise(other), pairs) >= SHARED_PAIRS
    vectors = dict(zip(known, engine.encoder.encode_queries(known), strict=True))

    def alike(one: str, other: str) -> bool:
        first, second = normalise(one), normalise(other)
        return first == second or float(vectors[first] @ vectors[second]) >= COSINE

    return alike


def _shared(one: str, other: str, pairs: dict[str, set[str]]) -> float:
    first, second = pairs[one], pairs[other]
    if not first or not second:
        return float(one == other)
    return len(first & second) / len(first | second)


def _pairs(text: str) -> set[str]:
    runs = re.findall(r"[\u3400-\u9fff]+|[a-z0-9]+", text)
    return {run[i : i + 2] for run in runs for i in range(len(run) - 1)}


def shared_wordings(needs: Sequence[Need], identities: Identities, alike: Alike) -> tuple[str, ...]:
    """Return the wordings of ``needs`` that may be shown, most widely asked first.

    A text may be shown if at least ``K_ANONYMITY`` different enterprises among ``needs`` asked
    something like it, and it holds no declared name, long number or address. One text stands
    for those like it.
    """
    known = [need for need in needs if need.text]
    texts = sorted({need.text for need in known})
    support: dict[str, int] = {}
    for text in texts:
        count = identities.count(need for need in known if alike(text, need.text))
        if count >= K_ANONYMITY and not _names_somebody(text, identities):
            support[text] = count
    shown: list[str] = []
    for text in sorted(support, key=lambda one: (-support[one], len(one), one)):
        if not any(alike(text, other) for other in shown):
            shown.append(text)
    return tuple(shown)


def _names_somebody(text: str, identities: Identities) -> bool:
    plain = normalise(text)
    letters = re.sub(r"[\W_]+", "", plain)
    named = any(len(form) >= _SHORTEST_NAME and form in letters for form in identities.forms)
    return named or bool(_PRIVATE.search(plain))
