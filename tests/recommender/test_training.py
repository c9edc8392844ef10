"""The ranker and the answer model learn from samples."""

import dataclasses

import numpy as np
import pytest

from recommender import answering, evaluation, training
from recommender.ranking import FEATURES
from recommender.training import Sample


def samples(count=30, records=40):
    """Queries whose grades follow the first feature alone."""
    generator = np.random.default_rng(5)
    made = []
    for _ in range(count):
        matrix = generator.random((records, len(FEATURES)))
        matrix[:, 1:] *= 0.5
        made.append(Sample(matrix, np.digitize(matrix[:, 0], [0.7, 0.85, 0.95]).astype(np.int64)))
    return made


def test_the_feature_that_tells_gets_the_weight():
    weights = training.fit(samples()).weights
    assert max(weights, key=weights.get) == FEATURES[0]
    assert weights[FEATURES[0]] > 5 * max(value for name, value in weights.items() if name != FEATURES[0])


def test_the_industry_counts_more_than_the_questions_say(monkeypatch):
    place = FEATURES.index("same")
    made = [Sample(np.roll(sample.matrix, place, axis=1), sample.grades) for sample in samples()]
    raised = training.fit(made).weights
    monkeypatch.setattr(training, "RAISED", {})
    fitted = training.fit(made).weights
    assert raised["same"] == pytest.approx(2.6 * fitted["same"])
    assert raised["words"] == pytest.approx(fitted["words"])


def test_no_weight_is_negative_and_the_fit_repeats_itself():
    first, second = training.fit(samples()), training.fit(samples())
    assert all(value >= 0 for value in first.weights.values())
    assert first == second


def test_the_probability_is_calibrated():
    made = samples(60)
    ranker = training.fit(made)
    weights = np.array([ranker.weights[name] for name in FEATURES])
    chances = np.concatenate([[ranker.probability(s) for s in sample.matrix @ weights] for sample in made])
    relevant = np.concatenate([sample.grades >= 2 for sample in made])
    assert chances.mean() == pytest.approx(relevant.mean(), abs=0.02)


def test_calibrating_keeps_the_order_and_mends_the_probability():
    made = samples(60)
    ranker = training.fit(made)
    off = dataclasses.replace(
        ranker, weights={name: 0.3 * w for name, w in ranker.weights.items()}, offset=ranker.offset + 2
    )
    again = training.calibrated(off, made)
    proportion = {again.weights[n] / off.weights[n] for n in FEATURES if off.weights[n] > 1e-9}
    assert max(proportion) == pytest.approx(min(proportion))
    weights = np.array([again.weights[name] for name in FEATURES])
    scores = [sample.matrix @ weights for sample in made]
    first = [np.argsort(-own)[:20] for own in scores]
    pairs = list(zip(made, scores, first, strict=True))
    chances = np.concatenate([[again.probability(s) for s in own[rows]] for _, own, rows in pairs])
    relevant = np.concatenate([sample.grades[rows] >= 2 for sample, _, rows in pairs])
    assert chances.mean() == pytest.approx(relevant.mean(), abs=0.01)
    assert chances[relevant].min() > chances[~relevant].mean()


def test_cross_validation_scores_what_it_has_not_seen():
    made = samples(20)
    scores = training.cross_validated(made)
    best = [sample.grades[np.argmax(one)] for sample, one in zip(made, scores, strict=True)]
    assert np.mean(best) > 2


def test_training_reads_development_queries_alone(engine):
    queries = evaluation.load_judgements()[:12]
    wanted = [q for q in queries if q.split == "development" and q.answerable]
    assert len(evaluation.training_samples(engine, queries)) == len(wanted)


def heard(sure, best, coverage, unknown, nothing, alone=0.0, near=0.5):
    return answering.signals_of(
        wants_technology=sure,
        best_record=best,
        coverage=coverage,
        unknown=unknown,
        nothing=nothing,
        alone=alone,
        near=near,
    )


def test_neighbours_that_nothing_answers_speak_against_an_answer():
    good = [heard(0.8, 0.0, 0.5, 0.2, -1.0, alone=0.0)] * 60
    bad = [heard(0.8, 0.0, 0.5, 0.2, -1.0, alone=0.9)] * 30
    model = answering.fit(good + bad, [True] * 60 + [False] * 30, good * 3)
    assert model.margin(good[0]) == pytest.approx(0.0, abs=1e-9)
    assert model.margin(bad[0]) < -1.0


def test_a_text_far_from_every_question_is_less_likely_answered():
    good = [heard(0.8, 0.0, 0.5, 0.2, -1.0, near=0.9)] * 60
    bad = [heard(0.8, 0.0, 0.5, 0.2, -1.0, near=0.3)] * 30
    model = answering.fit(good + bad, [True] * 60 + [False] * 30, good * 3)
    assert model.margin(good[0]) == pytest.approx(0.0, abs=1e-9)
    assert model.margin(bad[0]) < -1.0


def test_the_answer_model_separates_and_leaves_a_margin():
    good = [heard(0.99, 1.0, 0.6, 0.1, -5.0)] * 60
    bad = [heard(0.1, -2.0, 0.2, 0.6, 4.0)] * 30
    doubtful = [heard(0.5, -0.5, 0.4, 0.3, -0.5)]
    model = answering.fit(good + bad, [True] * 60 + [False] * 30, good * 3 + doubtful * 10, refused=0.02)
    assert model.margin(good[0]) > 0 > model.margin(bad[0])
    assert model.margin(doubtful[0]) == pytest.approx(0.0)


def test_the_answer_model_learns_from_questions_nothing_answers():
    """Alike in everything else: only what the networks say of "nothing" tells them apart."""
    good, bad = heard(0.9, 0.5, 0.5, 0.2, -4.0), heard(0.9, 0.5, 0.5, 0.2, 3.0)
    model = answering.fit([good, heard(0.1, 0.5, 0.5, 0.2, -4.0)], [True, False], [good] * 40, [bad] * 40)
    assert model.margin(good) > -1e-9 > model.margin(bad)
    assert heard(0.9, 0.5, 0.5, 0.2, 100.0)["nothing"] == heard(0.9, 0.5, 0.5, 0.2, 1000.0)["nothing"]


def test_equal_scores_put_source_reduction_first(engine):
    from recommender.ranking import Scores

    technologies = [
        engine.catalog[i].model_copy(update={"stage": stage})
        for i, stage in zip(
            engine.ids[:3], ("end_of_pipe", "process_control", "source_reduction"), strict=True
        )
    ]
    scores = Scores.of({"lexical": np.ones(3)})
    assert scores.order([0, 1, 2], technologies) == [2, 1, 0]
