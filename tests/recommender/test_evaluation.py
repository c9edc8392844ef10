import copy

import pytest

from recommender import evaluation
from recommender.evaluation import JudgedQuery, drops, per_query, summarise


def query(number, **grades):
    return JudgedQuery(
        f"q{number:03d}", "文", None, "colloquial", "x", {f"CPT-{k[1:]}": v for k, v in grades.items()}
    )


def test_measures_by_hand():
    queries = [query(1, c0001=3, c0002=1), query(2, c0003=3)]
    run = {"q001": {"CPT-0002": 1.0, "CPT-0001": 0.5}}
    values = per_query(queries, run)
    # DCG = 1/log2(2) + 3/log2(3), ideal = 3/log2(2) + 1/log2(3)
    assert values["q001"]["nDCG@10"] == pytest.approx((1 + 3 / 1.5849625) / (3 + 1 / 1.5849625), abs=1e-4)
    assert values["q001"]["MRR"] == 0.5
    assert values["q001"]["success@1"] == 0.0
    assert values["q001"]["success@5"] == 1.0
    assert set(values["q002"].values()) == {0.0}


def test_a_query_without_result_counts_as_zero_and_as_false_none():
    summary = summarise([query(1, c0001=3), query(2, c0002=3), query(3)], {"q001": {"CPT-0001": 1.0}})
    assert summary["success@1"] == 0.5
    assert summary["false_none"] == 0.5
    assert summary["none_accuracy"] == 1.0


def test_the_split_is_fixed():
    assert query(2).split == "development" and query(3).split == "test"


def test_judgements_are_complete(catalog):
    queries = evaluation.load_judgements()
    answerable = [q for q in queries if q.answerable]
    assert len(queries) >= 60 and len(answerable) >= 45 - 3
    assert sum(not q.answerable for q in queries) >= 15
    for judged in queries:
        assert set(judged.grades) <= set(catalog.codes and [t.id for t in catalog.technologies])


def test_nothing_fell_below_the_stored_baseline(engine):
    report = evaluation.evaluate(engine, evaluation.load_judgements())
    assert drops(report, evaluation.load_baseline()) == []


def test_the_half_not_tuned_on_meets_the_targets(engine):
    report = evaluation.evaluate(engine, evaluation.load_judgements())["splits"]["test"]
    assert report["success@5"] >= 0.95
    assert report["nDCG@10"] >= 0.75
    assert report["answered_unanswerable"] <= 1


def test_a_drop_is_named():
    baseline = {"splits": {"test": {"nDCG@10": 0.8, "false_none": 0.0, "queries": 30.0}}}
    worse = copy.deepcopy(baseline)
    worse["splits"]["test"].update({"nDCG@10": 0.77, "false_none": 0.05})
    found = drops(worse, baseline)
    assert len(found) == 2 and "nDCG@10: 0.770, baseline 0.800" in found[0]
    assert drops(baseline, baseline) == []
