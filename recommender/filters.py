"""Facet filters -> allowed records, and how many records each choice would leave."""

from __future__ import annotations

from collections import Counter
from dataclasses import fields

from catalog import Technology
from recommender.query import Filters


def facet_codes(technology: Technology, facet: str) -> list[str]:
    """Return the codes of ``technology`` in one facet of ``Filters``."""
    single = {
        "stages": technology.stage,
        "maturity_stages": technology.maturity.stage,
        "cost_classes": technology.cost_class.class_,
    }
    if facet in single:
        return [single[facet]]
    codes: list[str] = getattr(technology, facet)
    return codes


def passes(technology: Technology, filters: Filters, *, without: str | None = None) -> bool:
    """True when ``technology`` has a chosen code in every facet used (but ``without``)."""
    for item in fields(filters):
        chosen: frozenset[str] = getattr(filters, item.name)
        if chosen and item.name != without and not chosen & set(facet_codes(technology, item.name)):
            return False
    return True


def facet_counts(technologies: list[Technology], filters: Filters) -> dict[str, Counter[str]]:
    """Return, per facet, how many of ``technologies`` each code would leave.

    The facet's own choice is left out of its count, as codes within a facet add up.
    """
    counts: dict[str, Counter[str]] = {}
    for item in fields(filters):
        left = [t for t in technologies if passes(t, filters, without=item.name)]
        counts[item.name] = Counter(code for t in left for code in set(facet_codes(t, item.name)))
    return counts
