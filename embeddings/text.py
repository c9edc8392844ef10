"""Which fields of a record become text, in which order."""

from __future__ import annotations

from dataclasses import dataclass

from catalog import Catalog, Technology

TEXT_RECIPE = "fields/5"
"""Version of the recipe; part of every index manifest."""

FIELDS = ("name", "summary", "problems", "terms", "facets", "conditions")
"""Text fields of a record, as the lexical index keeps them apart."""


@dataclass(frozen=True)
class Passage:
    """One indexed text: a whole record."""

    technology_id: str
    text: str


def statements(technology: Technology, catalog: Catalog) -> list[str]:
    """Return the problem statements of a record, then those of ``data/usage/``."""
    return [*technology.problems, *catalog.usage.statements.get(technology.id, ())]


def field_texts(technology: Technology, catalog: Catalog) -> dict[str, str]:
    """Return the text of every field in ``FIELDS``."""
    t, codes = technology, catalog.codes
    facets = [
        *codes.labels("processes", t.processes),
        *codes.labels("equipment", t.equipment),
        *codes.labels("media", t.media),
        *codes.labels("pollutants", t.pollutants),
        *codes.labels("resources", t.resources),
        *codes.labels("industries", t.industries),
        *codes.labels("cross_industry", t.cross_industry),
    ]
    return {
        "name": "。".join([t.name, *t.aliases, t.name_en]),
        "summary": f"{t.summary}。{t.principle}",
        "problems": "。".join(statements(t, catalog)),
        "terms": "。".join([*t.terms, *catalog.usage.words.get(t.id, ())]),
        "facets": "。".join(facets),
        "conditions": t.applicability.starting_situation,
    }


def passage(technology: Technology, catalog: Catalog) -> Passage:
    """Return the passage of a record: all its fields."""
    return Passage(technology.id, "。".join(field_texts(technology, catalog).values()))
