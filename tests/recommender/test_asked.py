"""Record vectors learned from graded questions, and the questions themselves."""

import csv

import numpy as np
import pytest

from catalog.errors import CatalogError
from recommender.asked import AskedVectors, LearningSettings, inputs, learn, load_asked, save
from recommender.training_set import GRADES, QUESTIONS, learn_asked, load_training

OWN = {"A": np.array([1.0, 0.0, 0.0]), "B": np.array([0.0, 1.0, 0.0]), "C": np.array([0.0, 0.0, 1.0])}
STRANGE = np.array([0.0, 0.6, 0.8])
"""Nearest to C by its words, then to B."""


def learned(grades, *, codes=None, count=40, **choices):
    """Vectors after ``count`` questions of the same words, graded alike."""
    return learn(
        np.tile(STRANGE, (count, 1)), codes or [None] * count, [grades] * count, OWN, encoder="e",
        settings=LearningSettings(**choices),
    )  # fmt: skip


def scores(vectors, code=None, ids=("A", "B", "C"), encoder="e"):
    scorer = vectors.scorer(ids, encoder)
    return scorer.scores(
        STRANGE[None].astype(np.float32), code, otherwise=np.array([0.1, 0.2, 0.3])[: len(ids)]
    )


def test_what_people_ask_for_moves_a_record_to_the_question():
    before = np.array([OWN[name] @ STRANGE for name in "ABC"])
    assert before.argmax() == 2
    after = scores(learned({"A": 3}))
    assert after.argmax() == 0
    assert after[0] > before[0] + 0.3


def test_a_higher_grade_moves_more():
    found = scores(learned({"A": 3, "B": 1}))
    assert found[0] > found[1]


def test_without_a_question_a_record_keeps_the_vector_of_its_text():
    moved = learned({"A": 3}, penalty=1e6)
    assert moved.rows[:, :3] == pytest.approx(np.array(list(OWN.values())), abs=1e-3)


def test_the_industry_of_the_question_is_learned_too():
    half = 20
    grades = [{"A": 3}] * half + [{"B": 3}] * half
    codes = ["3110"] * half + ["2221"] * half
    vectors = learn(np.tile(STRANGE, (2 * half, 1)), codes, grades, OWN, encoder="e")
    assert vectors.divisions == ("22", "31")
    assert scores(vectors, "31").argmax() == 0
    assert scores(vectors, "222").argmax() == 1


def test_an_unknown_industry_and_none_weigh_nothing():
    vector = np.ones((2, 3))
    assert inputs(vector, [None, "99"], ("31",)).tolist() == [[1, 1, 1, 0], [1, 1, 1, 0]]
    assert inputs(vector[:1], ["311"], ("31",))[0, 3] == 0.5


def test_a_record_nobody_knew_is_compared_by_its_text():
    found = scores(learned({"A": 3}), ids=("A", "new", "B"))
    assert found[1] == pytest.approx(0.3)
    assert found[0] > 0.3


def test_vectors_of_another_encoder_are_not_used():
    assert scores(learned({"A": 3}), encoder="other") == pytest.approx([0.15, 0.3, 0.45])


def test_nothing_below_zero():
    assert (scores(learned({"A": 3}, penalty=0.01)) >= 0).all()


def test_the_fit_repeats_itself_and_survives_the_file(tmp_path):
    first, second = learned({"A": 3}), learned({"A": 3})
    assert (first.rows == second.rows).all()
    save(first, tmp_path / "one.safetensors")
    save(second, tmp_path / "two.safetensors")
    assert (tmp_path / "one.safetensors").read_bytes() == (tmp_path / "two.safetensors").read_bytes()
    read = load_asked(tmp_path / "one.safetensors")
    assert (read.ids, read.divisions, read.encoder, read.dimension) == (("A", "B", "C"), (), "e", 3)
    assert read.rows == pytest.approx(first.rows, abs=2e-3)


def test_without_a_file_every_record_stands_for_itself(tmp_path):
    nobody = load_asked(tmp_path / "missing.safetensors")
    assert isinstance(nobody, AskedVectors)
    assert scores(nobody) == pytest.approx([0.15, 0.3, 0.45])


def test_the_shipped_vectors_belong_to_the_shipped_encoder_and_know_every_record(engine):
    """Else ``python -m recommender train`` was forgotten after a change."""
    shipped = load_asked()
    assert shipped.encoder == engine.encoder.revision
    assert shipped.dimension == engine.encoder.dimension
    assert set(shipped.ids) == set(engine.ids)


def test_the_shipped_questions_can_be_learned_from(engine):
    questions = load_training(set(engine.ids))
    assert len(questions) >= 3000
    assert {grade for question in questions for grade in question.grades.values()} == {1, 2, 3}


def test_learning_reads_a_question_as_the_engine_does(engine):
    questions = load_training(set(engine.ids))[:60]
    vectors = learn_asked(engine, questions, LearningSettings(iterations=3))
    assert vectors.ids == tuple(engine.ids)
    taught = engine.with_asked(vectors)
    question = questions[0]
    best = max(question.grades, key=question.grades.__getitem__)
    row = engine.ids.index(best)
    before = taught.with_asked(load_asked_of_nobody()).evidence(question.text, None).features["asked"][row]
    assert taught.evidence(question.text, None).features["asked"][row] > before


def load_asked_of_nobody():
    return AskedVectors("", 0, (), (), np.zeros((0, 0)))


def write(folder, questions, grades):
    files = (
        (QUESTIONS, ("id", "industry", "text"), questions),
        (GRADES, ("question", "technology", "grade"), grades),
    )
    for name, header, rows in files:
        with (folder / name).open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream).writerows([header, *rows])


GOOD = [("L1", "钢铁", "漏风大"), ("L2", "", "水费高")]
GRADED = [("L1", "A", "3"), ("L2", "B", "2")]


@pytest.mark.parametrize(
    ("questions", "grades", "told"),
    [
        ([*GOOD, ("L3", "", "漏风大")], [*GRADED, ("L3", "A", "3")], "questions.csv:4: text: '漏风大'"),
        ([*GOOD, ("L3", "", " ")], [*GRADED, ("L3", "A", "3")], "questions.csv:4: text"),
        (GOOD, [*GRADED, ("L9", "A", "3")], "grades.csv:4: question: 'L9'"),
        (GOOD, [*GRADED, ("L1", "Z", "3")], "grades.csv:4: technology: 'Z'"),
        (GOOD, [*GRADED, ("L1", "B", "4")], "grades.csv:4: grade: '4'"),
        (GOOD, [("L1", "A", "3"), ("L2", "B", "1")], "grades.csv: question: 'L2'"),
    ],
)
def test_a_fault_names_its_place_and_value(tmp_path, questions, grades, told):
    write(tmp_path, questions, grades)
    with pytest.raises(CatalogError) as caught:
        load_training({"A", "B"}, tmp_path)
    assert told in str(caught.value)


def test_good_files_are_read(tmp_path):
    write(tmp_path, GOOD, [*GRADED, ("L1", "B", "1")])
    first, second = load_training({"A", "B"}, tmp_path)
    assert (first.id, first.industry, first.text, first.grades) == ("L1", "钢铁", "漏风大", {"A": 3, "B": 1})
    assert second.industry == ""
