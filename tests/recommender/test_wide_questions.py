"""Wide questions: an industry, or none, and what it wants; no process, no equipment.

`wide_questions.csv` was written by an author who had seen neither the records nor the questions to learn
from; `kind` is "tech" (wants technologies) or "admin" (the same words, but subsidies, limits, firms, papers).
"""

import csv
from pathlib import Path

import pytest

from recommender import Query
from recommender.training_set import load_training


@pytest.fixture(scope="module")
def rows():
    path = Path(__file__).with_name("wide_questions.csv")
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def texts(rows, kind):
    return [(row["text"], row["industry"] or None) for row in rows if row["kind"] == kind]


def answered(engine, asked):
    return [text for text, industry in asked if engine.match(Query(text, industry)).matches]


def test_most_wide_questions_are_answered(engine, rows):
    asked = texts(rows, "tech")
    assert len(answered(engine, asked)) >= 0.75 * len(asked)


def test_the_same_words_about_papers_and_money_are_not(engine, rows):
    asked = texts(rows, "admin")
    assert len(answered(engine, asked)) <= 0.1 * len(asked)


def test_none_of_them_was_learned(rows, catalog):
    learned = {question.text for question in load_training({record.id for record in catalog.recommendable})}
    assert not learned & {row["text"] for row in rows}


@pytest.mark.parametrize(
    ("text", "industry", "right"),
    [
        ("怎么把电费降下来", "水泥", {"CPT-0834", "CPT-0838", "CPT-0186"}),
        ("VOCs减排", "家具", {"CPT-0300", "CPT-0826", "CPT-0891"}),
        ("吨水电耗就是下不去", "污水处理", {"CPT-0982", "CPT-0839", "CPT-0834"}),
        ("我们厂用电太多了，有啥法子", None, {"CPT-0834", "CPT-0186"}),
        ("蒸汽浪费严重怎么办", None, {"CPT-0848", "CPT-0849"}),
    ],
)
def test_the_first_fits_the_industry_and_the_wish(engine, text, industry, right):
    assert engine.match(Query(text, industry)).matches[0].technology.id in right
