"""Judged queries, measures, the worst queries, and the comparison with the baseline."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ir_measures
import numpy as np
import yaml
from ir_measures import RR, R, Success, nDCG

from catalog.errors import CatalogError, Fault
from catalog.paths import DATA_DIR
from recommender.engine import RecommenderEngine
from recommender.features import Evidence
from recommender.intent import QUESTIONS, IntentExample, IntentModel
from recommender.query import Query, asked_industry, read_industry
from recommender.training import Sample, matrix_of

JUDGEMENTS = DATA_DIR / "judgements"
BASELINE = JUDGEMENTS / "baseline.json"
KEPT_OUT = "kept_out"
"""The split of questions written and graded like those to learn from, but never learned from."""
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

SUCCESS = frozenset({"success@1", "success@5"})


@dataclass(frozen=True)
class JudgedQuery:
    """One judged query; ``grades`` is empty when nothing in the catalogue answers it."""

    id: str
    text: str
    industry: str | None
    style: str
    kind: str
    grades: dict[str, int]
    pair: str = ""

    @property
    def solvable(self) -> bool:
        """True when some record solves the problem directly (grade 3)."""
        return any(grade >= SOLVING for grade in self.grades.values())

    @property
    def answerable(self) -> bool:
        """True when some record helps (grade 2 or 3)."""
        return any(grade >= RELEVANT for grade in self.grades.values())

    @property
    def split(self) -> str:
        """Return development for even numbers, test for odd ones: a fixed rule; ``k0001`` is kept out."""
        if self.id.startswith("k"):
            return KEPT_OUT
        return "development" if int(self.id[1:]) % 2 == 0 else "test"


def load_judgements(folder: Path = JUDGEMENTS) -> list[JudgedQuery]:
    """Read queries and grades.

    Raises:
        CatalogError: a grade for an unknown query or outside 0 to 3.
    """
    entries = yaml.safe_load((folder / "queries.yaml").read_text(encoding="utf-8"))
    grades = _grades(folder / "qrels.csv", {entry["id"] for entry in entries}, "queries.yaml")
    return [
        JudgedQuery(
            entry["id"], entry["text"], entry["industry"], entry["style"], entry["kind"],
            grades[entry["id"]], entry.get("pair", ""),
        )
        for entry in entries
    ]  # fmt: skip


def load_kept_out(folder: Path = JUDGEMENTS) -> list[JudgedQuery]:
    """Read the questions kept out of all training, their set as style, and their grades.

    Raises:
        CatalogError: a grade for an unknown question or outside 0 to 3.
    """
    with (folder / f"{KEPT_OUT}.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    grades = _grades(folder / f"{KEPT_OUT}_qrels.csv", {row["id"] for row in rows}, f"{KEPT_OUT}.csv")
    return [
        JudgedQuery(
            row["id"], row["text"], row["industry"] or None, row["set"], row["kind"],
            grades[row["id"]], row["pair"],
        )
        for row in rows
    ]  # fmt: skip


def _grades(path: Path, known: Collection[str], queries: str) -> dict[str, dict[str, int]]:
    """Return query id -> record id -> grade of a file (query,technology,grade).

    Args:
        path: the file.
        known: ids of the queries.
        queries: name of the file they stand in, for messages.
    """
    grades: dict[str, dict[str, int]] = {id: {} for id in known}
    faults = []
    with path.open(encoding="utf-8", newline="") as stream:
        reader = csv.DictReader(stream)
        for row in reader:
            place = f"data/judgements/{path.name}:{reader.line_num}"
            if row["query"] not in grades:
                faults.append(Fault(place, "query", row["query"], f"is not in {queries}"))
            elif row["grade"] not in {"0", "1", "2", "3"}:
                faults.append(Fault(place, "grade", row["grade"], "write 0, 1, 2 or 3"))
            else:
                grades[row["query"]][row["technology"]] = int(row["grade"])
    if faults:
        raise CatalogError(faults)
    return grades


def intent_examples(path: Path = QUESTIONS) -> list[IntentExample]:
    """Return the written examples of what is asked for (label,text,industry).

    Raises:
        CatalogError: a line without label or text.
    """
    faults, examples = [], []
    with path.open(encoding="utf-8-sig", newline="") as stream:
        reader = csv.DictReader(stream)
        for row in reader:
            label, text = (row.get("label") or "").strip(), (row.get("text") or "").strip()
            if label and text:
                examples.append(IntentExample(label, text, (row.get("industry") or "").strip()))
            else:
                faults.append(
                    Fault(
                        f"data/intents/{path.name}:{reader.line_num}", "label", label, "write label and text"
                    )
                )
    if faults:
        raise CatalogError(faults)
    return examples


def answer_signals(
    engine: RecommenderEngine, queries: list[JudgedQuery], model: IntentModel
) -> tuple[list[dict[str, float]], list[bool]]:
    """Return the signals of every development query, and whether some record helps.

    Queries with a technology in mind that the catalogue lacks (answerable by kind, no grade
    of 2 or more) say nothing either way and are left out.
    """
    signals, answerable = [], []
    for query in queries:
        if query.split != "development" or (query.kind == "answerable" and not query.answerable):
            continue
        text, evidence = _evidence(engine, query)
        signals.append(engine.signals(evidence, model.probabilities(text)))
        answerable.append(query.answerable)
    return signals, answerable


def _evidence(engine: RecommenderEngine, query: JudgedQuery) -> tuple[str, Evidence]:
    text = engine.read(query.text).text
    about = asked_industry(query.industry, text, engine.catalog.codes)
    return text, engine.evidence(text, about.reading.code, context=about.context)


def training_samples(engine: RecommenderEngine, queries: list[JudgedQuery]) -> list[Sample]:
    """Return features and grades of the answerable development queries; the test half is left out."""
    samples = []
    for query in queries:
        if query.split != "development" or not query.answerable:
            continue
        _, evidence = _evidence(engine, query)
        grades = np.array([query.grades.get(i, 0) for i in engine.ids], dtype=np.int64)
        samples.append(Sample(matrix_of(evidence.features), grades))
    return samples


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
    """Return means over answerable queries, false none, and none accuracy.

    Success is counted over the queries for which some record solves the problem directly;
    a query whose technology the catalogue lacks (answerable by kind, no grade of 2 or more)
    counts nowhere.
    """
    answerable = [query for query in queries if query.answerable]
    solvable = {query.id for query in answerable if query.solvable}
    unanswerable = [query for query in queries if query.kind != "answerable"]
    values = per_query(answerable, run) if answerable else {}
    summary: dict[str, float] = {}
    for name in MEASURES:
        counted = [v[name] for key, v in values.items() if key in solvable or name not in SUCCESS]
        summary[name] = sum(counted) / len(counted) if counted else 0.0
    refused = sum(not run.get(query.id) for query in answerable)
    recognised = sum(not run.get(query.id) for query in unanswerable)
    summary["false_none"] = refused / len(answerable) if answerable else 0.0
    summary["none_accuracy"] = recognised / len(unanswerable) if unanswerable else 1.0
    pairs = pair_results(queries, run)
    summary["pairs"] = sum(pairs.values()) / len(pairs) if pairs else 1.0
    summary["queries"] = float(len(queries))
    return summary


def pair_results(queries: list[JudgedQuery], run: Run) -> dict[str, bool]:
    """Return pair -> whether both of its sides are right.

    A side is right if its first result has grade 2 or 3 and is not merely what the other
    side wants (grade 2 or 3 there only); a side without an answer if it gets none.
    """
    sides: dict[str, list[JudgedQuery]] = {}
    for query in queries:
        if query.pair:
            sides.setdefault(query.pair, []).append(query)
    results = {}
    for name, both in sides.items():
        if any(side.kind == "answerable" and not side.answerable for side in both):
            continue
        results[name] = all(_side_is_right(side, run) for side in both)
    return results


def _side_is_right(side: JudgedQuery, run: Run) -> bool:
    ranked = run.get(side.id, {})
    if not side.answerable:
        return not ranked
    first = max(ranked, key=lambda record: ranked[record], default=None)
    return first is not None and side.grades.get(first, 0) >= RELEVANT


def intervals(queries: list[JudgedQuery], run: Run, *, draws: int = 2000) -> dict[str, tuple[float, float]]:
    """Return measure -> 95 % bootstrap interval over the answerable queries (fixed seed)."""
    answerable = [query for query in queries if query.answerable]
    if not answerable:
        return {}
    values = per_query(answerable, run)
    generator = np.random.default_rng(20261121)
    found = {}
    for name in MEASURES:
        counted = np.array([values[q.id][name] for q in answerable if q.solvable or name not in SUCCESS])
        if len(counted):
            means = counted[generator.integers(0, len(counted), (draws, len(counted)))].mean(axis=1)
            low, high = np.quantile(means, [0.025, 0.975])
            found[name] = (float(low), float(high))
    return found


def paired_interval(
    ours: dict[str, dict[str, float]], theirs: dict[str, dict[str, float]], measure: str, *, draws: int = 2000
) -> tuple[float, float, float]:
    """Return mean difference ours - theirs of a measure, with its 95 % paired bootstrap interval."""
    keys = sorted(ours)
    gaps = np.array([ours[key][measure] - theirs[key][measure] for key in keys])
    generator = np.random.default_rng(20261121)
    means = gaps[generator.integers(0, len(gaps), (draws, len(gaps)))].mean(axis=1)
    low, high = np.quantile(means, [0.025, 0.975])
    return float(gaps.mean()), float(low), float(high)


def evaluate(engine: RecommenderEngine, queries: list[JudgedQuery], *, worst: int = 5) -> dict[str, Any]:
    """Return the whole evaluation as plain data: splits with intervals, groups, the worst queries."""
    run = run_engine(engine, queries)
    splits = {
        split: [query for query in queries if query.split == split]
        for split in sorted({query.split for query in queries})
    }
    answerable = [query for query in queries if query.answerable]
    values = per_query(answerable, run)
    lowest = sorted(answerable, key=lambda query: (values[query.id]["nDCG@10"], query.id))[:worst]
    return {
        "splits": {name: summarise(part, run) for name, part in splits.items()},
        "intervals": {name: intervals(part, run) for name, part in splits.items()},
        "styles": _grouped(answerable, run, lambda query: query.style),
        "sectors": _grouped(answerable, run, lambda query: sector_of(query, engine)),
        "kinds": _grouped([q for q in queries if q.kind != "answerable"], run, lambda query: query.kind),
        "worst": [
            {
                "id": query.id,
                "text": query.text,
                "nDCG@10": values[query.id]["nDCG@10"],
                "returned": list(run[query.id])[:5],
                "wanted": [r for r, g in sorted(query.grades.items()) if g == SOLVING],
            }
            for query in lowest
        ],
    }


@dataclass(frozen=True)
class QueryChange:
    """A judged query whose result differs between two engines."""

    id: str
    text: str
    before: float
    after: float


@dataclass(frozen=True)
class Changes:
    """What changes between two engines: the queries, and nDCG@10 of each half before and after."""

    queries: list[QueryChange]
    means: dict[str, tuple[float, float]]


def changes(before: RecommenderEngine, after: RecommenderEngine, queries: list[JudgedQuery]) -> Changes:
    """Return the answerable queries whose first ten differ, and how the measures move."""
    answerable = [query for query in queries if query.answerable]
    first, second = run_engine(before, answerable), run_engine(after, answerable)
    old, new = per_query(answerable, first), per_query(answerable, second)
    moved = [
        QueryChange(query.id, query.text, old[query.id]["nDCG@10"], new[query.id]["nDCG@10"])
        for query in answerable
        if list(first[query.id]) != list(second[query.id])
    ]
    means = {}
    for split in ("development", "test"):
        ids = [query.id for query in answerable if query.split == split]
        means[split] = (
            float(np.mean([old[i]["nDCG@10"] for i in ids])),
            float(np.mean([new[i]["nDCG@10"] for i in ids])),
        )
    return Changes(moved, means)


def _grouped(
    queries: list[JudgedQuery], run: Run, key: Callable[[JudgedQuery], str]
) -> dict[str, dict[str, float]]:
    groups: dict[str, list[JudgedQuery]] = {}
    for query in queries:
        groups.setdefault(key(query), []).append(query)
    return {name: summarise(groups[name], run) for name in sorted(groups)}


_SECTORS = (
    ("农林牧渔", ("01", "02", "03", "04", "05")),
    ("采矿与能源", ("06", "07", "08", "09", "10", "11", "44", "45", "46")),
    ("流程工业", ("25", "26", "30", "31", "32")),
    ("其他制造业", tuple(str(code) for code in range(13, 44))),
    ("建筑与交通", ("47", "48", "49", "50", "53", "54", "55", "56", "58", "59", "60")),
)


def sector_of(query: JudgedQuery, engine: RecommenderEngine) -> str:
    """Return the group of sectors of a query by the industry it names."""
    code = read_industry(query.industry, engine.catalog.codes).code
    if code is None:
        return "未给定或无代码"
    return next((name for name, divisions in _SECTORS if code[:2] in divisions), "服务与其他")


def drops(report: dict[str, Any], baseline: dict[str, Any]) -> list[str]:
    """Return the measures that fell below the baseline by more than the tolerance."""
    found = []
    for split, measured in report["splits"].items():
        if split not in baseline["splits"]:
            found.append(f"{split}: no baseline, save one")
        for name, value in baseline["splits"].get(split, {}).items():
            if name == "queries":
                continue
            if name not in measured:
                found.append(f"{split} {name}: not measured any more, save a new baseline")
                continue
            now = measured[name]
            worse = now - value if name == "false_none" else value - now
            if worse > TOLERANCE:
                found.append(f"{split} {name}: {now:.3f}, baseline {value:.3f}")
    return found


def load_baseline(path: Path = BASELINE) -> dict[str, Any]:
    """Return the stored evaluation."""
    baseline: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return baseline
