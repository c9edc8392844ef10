"""The nearest graded questions and what their grades say."""

import numpy as np
import pytest

from recommender.neighbours import AskedQuestions, Axes, Table

HERE, NEAR, THERE = (np.array(own, dtype=np.float32) for own in ([1.0, 0.0], [0.96, 0.28], [0.0, 1.0]))
AXES = Axes(np.zeros((1, 2), dtype=np.float32), np.eye(2, dtype=np.float32))


def asked(*questions):
    """Questions of (place, grades)."""
    return AskedQuestions(
        np.array([place for place, _ in questions]), Table.of([own for _, own in questions]), AXES
    )


def support(known, place, records=3):
    return known.support(place[None], records).records


def test_the_same_question_passes_its_grades_on():
    said = support(asked((HERE, {0: 3.0, 2: 1.0}), (THERE, {1: 3.0})), HERE)
    assert said[0] == pytest.approx(1.0)
    assert said[0] > said[2] > said[1] == pytest.approx(0.0, abs=1e-3)


def test_a_nearer_question_says_more():
    said = support(asked((HERE, {0: 3.0}), (NEAR, {1: 3.0}), (THERE, {2: 3.0})), HERE)
    assert said[0] > said[1] > said[2]


def test_two_questions_say_more_than_one_as_near():
    said = support(asked((NEAR, {0: 3.0}), (NEAR, {0: 3.0}), (NEAR, {1: 3.0})), HERE)
    assert said[0] > said[1] > 0


def test_only_the_nearest_speak():
    many = asked(*[(HERE, {0: 3.0})] * 30, (NEAR, {1: 3.0}))
    assert support(many, HERE, 2).tolist() == pytest.approx([1.0, 0.0])


def test_questions_nothing_answers_are_counted():
    known = asked((HERE, {0: 3.0}), (HERE, {}), (HERE, {}), (HERE, {}))
    told = known.support(HERE[None], 1)
    assert told.alone == pytest.approx(0.75)
    assert 0 < told.records[0] < 1


def test_how_near_the_nearest_is_is_told():
    known = asked((NEAR, {0: 3.0}), (THERE, {0: 3.0}))
    assert known.support(HERE[None], 1).near == pytest.approx(0.96)


def test_without_questions_or_networks_nothing_is_said():
    unread = np.zeros((0, 0), dtype=np.float32)
    for told in (AskedQuestions.none().support(HERE[None], 2), asked((HERE, {0: 3.0})).support(unread, 2)):
        assert (told.records.tolist(), told.alone, told.near) == ([0.0, 0.0], 0.0, 0.0)


def test_a_row_of_a_table_keeps_its_entries():
    table = Table.of([{2: 3.0, 0: 1.0}, {}, {1: 2.0}])
    assert [dict(zip(*map(np.ndarray.tolist, table.row(row)), strict=True)) for row in range(3)] == [
        {2: 3.0, 0: 1.0}, {}, {1: 2.0},
    ]  # fmt: skip


def test_questions_are_compared_where_they_differ():
    """Two networks of three units; only the first unit of each tells the questions apart."""
    chance = np.random.default_rng(1)
    readings = chance.normal(0.0, 0.01, (40, 2, 3)).astype(np.float32) + np.float32(5.0)
    side = np.arange(40) % 2 * 2.0 - 1.0
    readings[:, :, 0] += side[:, None].astype(np.float32)
    axes = Axes.of(readings, 1)
    places = axes.places(readings)
    assert places.shape == (40, 1)
    assert np.abs(places[:, 0] * side).tolist() == pytest.approx([1.0] * 40)
    assert len(set(np.sign(places[:, 0] * side))) == 1


def test_a_reading_no_louder_than_the_mean_is_no_place():
    axes = Axes.of(np.ones((3, 1, 2), dtype=np.float32), 1)
    assert axes.places(np.ones((1, 1, 2), dtype=np.float32)).tolist() == [[0.0]]
