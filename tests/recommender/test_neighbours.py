"""The nearest graded questions and what their grades say."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recommender.neighbours import AskedQuestions, Table

ROWS = st.lists(st.dictionaries(st.integers(0, 5), st.floats(-3, 3, allow_nan=False), max_size=6), max_size=8)


@given(ROWS, st.lists(st.floats(-2, 2, allow_nan=False), min_size=6, max_size=6))
@settings(max_examples=60, deadline=None)
def test_a_flat_table_multiplies_as_the_full_one_does(rows, vector):
    full = np.zeros((len(rows), 6))
    for row, own in enumerate(rows):
        for column, value in own.items():
            full[row, column] = value
    assert Table.of(rows).times(np.array(vector)) == pytest.approx(full @ np.array(vector), abs=1e-9)


def asked(*questions):
    """Questions of (vector, tokens held, grades)."""
    vectors = np.array([vector for vector, _, _ in questions], dtype=np.float32)
    return AskedQuestions(
        vectors, Table.of([h for _, h, _ in questions]), Table.of([g for *_, g in questions])
    )


HERE, THERE = [1.0, 0.0], [0.0, 1.0]


def test_the_same_question_passes_its_grades_on():
    known = asked((HERE, {0: 1.0}, {0: 3.0, 2: 1.0}), (THERE, {1: 1.0}, {1: 3.0}))
    said = known.support(np.array(HERE), np.array([1.0, 0.0]), 3)
    assert said == pytest.approx([1.0, 0.0, 1 / 3])


def test_words_alone_and_vector_alone_bring_a_question_half_as_near():
    known = asked((HERE, {0: 1.0}, {0: 3.0}))
    words = known.support(np.array(THERE), np.array([1.0, 0.0]), 1)
    vector = known.support(np.array(HERE), np.array([0.0, 1.0]), 1)
    assert words.tolist() == pytest.approx([0.25])
    assert vector.tolist() == pytest.approx([0.25])


def test_an_opposite_question_says_nothing_and_only_the_nearest_speak():
    assert asked((HERE, {}, {0: 3.0})).support(-np.array(HERE), np.zeros(1), 1).tolist() == [0.0]
    many = asked(*[(HERE, {}, {0: 3.0})] * 15, ([0.6, 0.8], {}, {1: 3.0}))
    assert many.support(np.array(HERE), np.zeros(1), 2).tolist() == pytest.approx([0.25, 0.0])


def test_the_best_of_several_grades_counts_not_their_sum():
    known = asked((HERE, {}, {0: 2.0}), (HERE, {}, {0: 3.0}), (HERE, {}, {0: 1.0}))
    assert known.support(np.array(HERE), np.zeros(1), 1) == pytest.approx([0.25])
