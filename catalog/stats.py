"""Counts over the catalogue: how many records, how deep, how much is known and from where."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from catalog.load import Catalog
from catalog.schema import UNKNOWN, Technology
from catalog.sectors import Sector

Row = tuple[str, str]


@dataclass(frozen=True)
class Statistics:
    """The tables of ``catalog stats``: title of each table and its rows."""

    tables: dict[str, list[Row]]


def recommendable_of(catalog: Catalog, sector: Sector) -> list[Technology]:
    """Return the recommendable records of ``sector``."""
    return [technology for technology in catalog.recommendable if sector.holds(technology)]


def has_published_effect(technology: Technology) -> bool:
    """Return whether the record carries a benefit that somebody published."""
    return any(
        effect.sign == "positive" and effect.quantity != UNKNOWN and effect.source is not None
        for effect in technology.effects
    )


def figures(technology: Technology) -> list[Any]:
    """Return every figure of the record that carries an evidence grade."""
    amounts: list[Any] = []
    for value in (technology.investment, technology.operating_cost, technology.payback_years):
        amounts += [] if value == UNKNOWN else list(value)
    known = [effect for effect in technology.effects if effect.quantity != UNKNOWN]
    return [*known, *amounts, *technology.applicability.operating_window]


KNOWN_FIELDS: dict[str, Callable[[Technology], bool]] = {
    "公开的效果数值": has_published_effect,
    "投资": lambda t: t.investment != UNKNOWN,
    "运行费用": lambda t: t.operating_cost != UNKNOWN,
    "投资回收期": lambda t: t.payback_years != UNKNOWN,
    "运行条件": lambda t: bool(t.applicability.operating_window),
    "其中有出处的运行条件": lambda t: any(w.source for w in t.applicability.operating_window),
    "占用的物流或能流": lambda t: bool(t.resource_claims),
    "应用案例": lambda t: bool(t.cases),
    "停产时间": lambda t: t.installation != UNKNOWN,
    "入选目录": lambda t: bool(t.listed_in),
    "政策出处": lambda t: bool(t.sources),
    "文献来源": lambda t: bool(t.publications),
}
"""Fields that may be unknown, and the test that says they are known."""


def known_shares(technologies: list[Technology]) -> list[Row]:
    """Return how many of ``technologies`` have each field that may be unknown."""
    total = len(technologies)
    rows = []
    for title, known in KNOWN_FIELDS.items():
        count = sum(1 for technology in technologies if known(technology))
        share = f"{count / total:.0%}" if total else "—"
        rows.append((title, f"{count}/{total}（{share}）"))
    return rows


def statistics(catalog: Catalog, sectors: list[Sector]) -> Statistics:
    """Return the tables printed by ``catalog stats``."""
    codes = catalog.codes
    technologies = catalog.technologies
    totals = [
        ("记录", str(len(technologies))),
        ("其中技术族", str(len(catalog.family_ids))),
        ("可推荐", str(len(catalog.recommendable))),
    ]
    places: Counter[tuple[str, str]] = Counter()
    for technology in technologies:
        places.update({(source.doc, source.place) for source in technology.sources})
    columns = [
        (f"{catalog.policy.documents[doc].short_title} {place}", str(count))
        for (doc, place), count in sorted(places.items())
        if place.startswith("专栏")
    ]
    stages = Counter(technology.stage for technology in technologies)
    evidence = Counter(figure.evidence for technology in technologies for figure in figures(technology))
    by_kind = {
        kind: [(s.label, str(len(recommendable_of(catalog, s)))) for s in sectors if s.kind == kind]
        for kind in ("sector", "system")
    }
    return Statistics(
        {
            "总数": totals,
            "行业": by_kind["sector"],
            "通用系统": by_kind["system"],
            "专栏": columns,
            "环节": [(row.label, str(stages[row.code])) for row in codes["stages"]],
            "已知字段": known_shares(technologies),
            "数值的证据等级": [(row.label, str(evidence[row.code])) for row in codes["evidence_grades"]],
        }
    )


def as_markdown(statistics: Statistics) -> str:
    """Return the tables as Markdown."""
    parts = []
    for title, rows in statistics.tables.items():
        lines = [f"| {title} | 数量 |", "|---|---|", *(f"| {name} | {value} |" for name, value in rows)]
        parts.append("\n".join(lines))
    return "\n\n".join(parts) + "\n"
