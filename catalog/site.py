"""The whole catalogue as a static HTML site: one page a technology, no network needed.

Pages hold plain HTML, one style sheet and on the first page one small inline script for
the search box; they open from a folder or a USB stick and print cleanly.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader

from catalog import display
from catalog.errors import BadInput
from catalog.export import cell
from catalog.fields import label
from catalog.files import write_atomically
from catalog.load import Catalog
from catalog.schema import Technology
from catalog.sectors import Sector

_FACTS = (
    "aliases", "stage", "measure_tags", "plus_class", "audit_aspects", "industries", "cross_industry",
    "processes", "equipment", "media", "pollutants", "resources", "starting_situation", "investment",
    "operating_cost", "payback_years", "maturity", "hazards", "approvals",
)  # fmt: skip
_KINDS = {"sector": "行业", "system": "通用系统"}
_OTHERS = "其他"


def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("catalog", "templates"), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )


def _row(technology: Technology, catalog: Catalog) -> dict[str, Any]:
    return {
        "id": technology.id,
        "name": technology.name,
        "aliases": technology.aliases,
        "summary": technology.summary,
        "stage": catalog.codes.label("stages", technology.stage),
        "cost": display.cost_class(technology, catalog.codes),
    }


def chapters(catalog: Catalog, sectors: list[Sector]) -> list[tuple[str, list[dict[str, Any]]]]:
    """Return the chapters of the index: kind, and its sectors with the rows of their records."""
    result = []
    placed: set[str] = set()
    for kind, title in _KINDS.items():
        parts = []
        for sector in (s for s in sectors if s.kind == kind):
            members = [t for t in catalog.technologies if sector.holds(t)]
            placed |= {t.id for t in members}
            parts.append(
                {"key": sector.key, "label": sector.label, "rows": [_row(t, catalog) for t in members]}
            )
        result.append((title, parts))
    rest = [_row(t, catalog) for t in catalog.technologies if t.id not in placed]
    if rest:
        result.append((_OTHERS, [{"key": "others", "label": "不属于以上各项", "rows": rest}]))
    return result


def page_of(technology: Technology, catalog: Catalog) -> dict[str, Any]:
    """Return what the page of one technology shows, as texts."""
    t, codes = technology, catalog.codes
    cases = [
        f"{c.site}{'，' + c.capacity if c.capacity != 'unknown' else ''}"
        f"{'，' + str(c.year) if c.year != 'unknown' else ''}：{c.result}"
        for c in t.cases
    ]
    lists = [
        ("工艺路线", [t.principle]),
        ("解决的主要问题", t.problems),
        ("前提条件", t.applicability.preconditions),
        ("不适用情形", t.applicability.not_suitable),
        ("运行条件", [display.operating_window(w) for w in t.applicability.operating_window]),
        ("占用的物流或能流", [display.claim(c) for c in t.resource_claims]),
        ("效果", [display.effect(e) for e in t.effects if e.sign == "positive"]),
        (
            "副作用",
            [display.effect(e) for e in t.effects if e.sign == "negative"] or ["未见报道"],
        ),
        ("费用类别与理由", [f"{display.cost_class(t, codes)}：{t.cost_class.reason}"]),
        ("应用案例", cases),
        ("入选目录", [display.listing(entry, codes) for entry in t.listed_in]),
        ("政策出处", [display.citation(s, catalog.policy) for s in t.sources]),
        ("文献来源", [display.publication(p) for p in t.publications]),
    ]
    relations = [
        (label(field), [catalog[other] for other in getattr(t, field)])
        for field in ("alternatives", "conflicts_with", "requires")
    ]
    relations.append(("具体技术", catalog.children(t.id)))
    marks = (
        ["入选绿色工厂评价计分目录"]
        if any(display.counts_for_green_factory(entry, codes) for entry in t.listed_in)
        else []
    )
    facts = [(label(field), cell(t, field, catalog)) for field in _FACTS]
    return {
        "t": t,
        "family": catalog[t.parent] if t.parent else None,
        "facts": [(name, text) for name, text in facts if text],
        "lists": lists,
        "relations": relations,
        "marks": marks,
    }


def write_site(catalog: Catalog, sectors: list[Sector], folder: Path) -> int:
    """Write the site into ``folder`` and return the number of pages.

    Raises:
        BadInput: the folder cannot be written.
    """
    environment = _environment()
    common = {"count": len(catalog), "fingerprint": catalog.fingerprint[:8]}
    pages = {
        "index.html": environment.get_template("index.html").render(
            root="", kinds=chapters(catalog, sectors), **common
        )
    }
    template = environment.get_template("technology.html")
    for technology in catalog.technologies:
        pages[f"t/{technology.id}.html"] = template.render(
            root="../", **page_of(technology, catalog), **common
        )
    style = (Path(__file__).parent / "templates" / "style.css").read_text(encoding="utf-8")
    try:
        for name, text in {**pages, "style.css": style}.items():
            write_atomically(folder / name, text.encode("utf-8"))
    except OSError as error:
        raise BadInput(f"-o {folder}: {error.strerror}, choose a folder you can write to") from error
    return len(pages)
