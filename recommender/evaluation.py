"""Judged queries, measures, the worst queries, and the comparison with the baseline."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ir_measures
import yaml
from ir_measures import RR, R, Success, nDCG

from catalog.errors import CatalogError, Fault
from catalog.paths import DATA_DIR
from recommender.engine import RecommenderEngine
from recommender.query import Query

JUDGEMENTS = DATA_DIR / "judgements"
BASELINE = JUDGEMENTS / "baseline.json"
TOLERANCE = 0.02
"""A measure may fall this far below the stored baseline before it counts as a drop."""

RELEVANT = 2
SOLVING = 3
MEASURES = {
    "nDCG@10": nDCG @ 10,
    "R@10": R(rel=RELEVANT) @ 10,
    "MRR": RR(rel=RELEVANT),
    "success@1": Success(rel=SOLVING) @ 1,
    "success@5": Success(rel=SOLVING) @ 5,
}
"""Grade 3 solves the problem directly, grade 2 helps (data/judgements/README.md)."""


@dataclass(frozen=True)
class JudgedQuery:
    """One judged query; ``grades`` is empty when nothing in the catalogue answers it."""

    id: str
    text: str
    industry: str | None
    style: str
    kind: str
    grades: dict[str, int]

    @property
    def answerable(self) -> bool:
        """True when some record helps (grade 2 or 3)."""
        return any(grade >= RELEVANT for grade in self.grades.values())

    @property
    def split(self) -> str:
        """Return development for even numbers, test for odd ones: a fixed rule."""
        return "development" if int(self.id[1:]) % 2 == 0 else "test"


def load_judgements(folder: Path = JUDGEMENTS) -> list[JudgedQuery]:
    """Read queries and grades.

    Raises:
        CatalogError: a grade for an unknown query or outside 0 to 3.
    """
    entries = yaml.safe_load((folder / "queries.yaml").read_text(encoding="utf-8"))
    grades: dict[str, dict[str, int]] = {entry["id"]: {} for entry in entries}
    faults = []
    with (folder / "qrels.csv").open(encoding="utf-8", newline="") as stream:
        for number, row in enumerate(csv.DictReader(stream), start=2):
            place = f"data/judgements/qrels.csv:{number}"
            if row["query"] not in grades:
                faults.append(Fault(place, "query", row["query"], "is not in queries.yaml"))
            elif row["grade"] not in {"0", "1", "2", "3"}:
                faults.append(Fault(place, "grade", row["grade"], "write 0, 1, 2 or 3"))
            else:
                grades[row["query"]][row["technology"]] = int(row["grade"])
    if faults:
        raise CatalogError(faults)
    return [
        JudgedQuery(
            entry["id"], entry["text"], entry["industry"], entry["style"], entry["kind"],
            grades[entry["id"]],
        )
        for entry in entries
    ]  # fmt: skip


Run = dict[str, dict[str, float]]
"""Query id -> record id -> score; an empty inner mapping is the verdict none."""


def run_engine(engine: RecommenderEngine, queries: list[JudgedQuery], *, k: int = 10) -> Run:
    """Return what the engine answers to each query."""
    run: Run = {}
    for query in queries:
        result = engine.match(Query(query.text, query.industry, k=k))
        run[query.id] = {m.technology.id: 1.0 / m.rank for m in result.matches}
    return run


def per_query(queries: list[JudgedQuery], run: Run) -> dict[str, dict[str, float]]:
    """Return query id -> measure -> value; a query without result scores zero."""
    qrels = [
        ir_measures.Qrel(query.id, record, grade)
        for query in queries
        for record, grade in query.grades.items()
    ]
    scored = [
        ir_measures.ScoredDoc(query.id, record, score)
        for query in queries
        for record, score in run.get(query.id, {}).items()
    ]
    values = {query.id: dict.fromkeys(MEASURES, 0.0) for query in queries}
    names = {str(measure): name for name, measure in MEASURES.items()}
    for metric in ir_measures.iter_calc(list(MEASURES.values()), qrels, scored):
        values[metric.query_id][names[str(metric.measure)]] = float(metric.value)
    return values


def summarise(queries: list[JudgedQuery], run: Run) -> dict[str, float]:
    """Return means over answerable queries, false none, and none accuracy."""
    answerable = [query for query in queries if query.answerable]
    unanswerable = [query for query in queries if not query.answerable]
    values = per_query(answerable, run) if answerable else {}
    summary = {
        name: sum(v[name] for v in values.values()) / len(values) if values else 0.0 for name in MEASURES
    }
    refused = sum(not run.get(query.id) for query in answerable)
    recognised = sum(not run.get(query.id) for query in unanswerable)
    summary["false_none"] = refused / len(answerable) if answerable else 0.0
    summary["none_accuracy"] = recognised / len(unanswerable) if unanswerable else 1.0
    summary["answered_unanswerable"] = float(len(unanswerable) - recognised)
    summary["queries"] = float(len(queries))
    return summary


def evaluate(engine: RecommenderEngine, queries: list[JudgedQuery]) -> dict[str, Any]:
    """Return the whole evaluation as plain data: splits, styles, worst five."""
    run = run_engine(engine, queries)
    splits = {
        split: [query for query in queries if query.split == split] for split in ("development", "test")
    }
    styles = sorted({query.style for query in queries if query.answerable})
    answerable = [query for query in queries if query.answerable]
    values = per_query(answerable, run)
    worst = sorted(answerable, key=lambda query: (values[query.id]["nDCG@10"], query.id))[:5]
    return {
        "splits": {name: summarise(part, run) for name, part in splits.items()},
        "styles": {style: summarise([q for q in answerable if q.style == style], run) for style in styles},
        "worst": [
            {
                "id": query.id,
                "text": query.text,
                "nDCG@10": values[query.id]["nDCG@10"],
                "returned": list(run[query.id])[:5],
                "wanted": [r for r, g in sorted(query.grades.items()) if g == SOLVING],
            }
            for query in worst
        ],
    }


def drops(report: dict[str, Any], baseline: dict[str, Any]) -> list[str]:
    """Return the measures that fell below the baseline by more than the tolerance."""
    found = []
    for split, stored in baseline["splits"].items():
        for name, value in stored.items():
            if name in {"queries", "answered_unanswerable"}:
                continue
            now = report["splits"][split][name]
            worse = now - value if name == "false_none" else value - now
            if worse > TOLERANCE:
                found.append(f"{split} {name}: {now:.3f}, baseline {value:.3f}")
    return found


def load_baseline(path: Path = BASELINE) -> dict[str, Any]:
    """Return the stored evaluation."""
    baseline: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return baseline
