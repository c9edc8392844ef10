"""The ranker and the answer model learn what is in the samples."""

import numpy as np
import pytest

from recommender import Query, answering
from recommender.answering import SIGNALS, AnswerModel, load_answer_model
from recommender.ranking import FEATURES, PARTS, RULE_PARTS
from recommender.training import FitSettings, Sample, cross_validated, fit, matrix_of

RECORDS, GOOD = 20, 3
TEXT, INDUSTRY = "锅炉凝结水直接排掉，没有回收", "化工"


def samples(informative="words", count=12, sign=1.0):
    """Queries in which one feature alone tells the good records from the rest."""
    generator = np.random.default_rng(7)
    made = []
    for _ in range(count):
        matrix = generator.uniform(0, 0.2, (RECORDS, len(FEATURES)))
        grades = np.zeros(RECORDS, dtype=np.int64)
        grades[:GOOD] = [3, 2, 2]
        column = FEATURES.index(informative)
        matrix[:, column] = 0.5 - sign * 0.4
        matrix[:GOOD, column] = 0.5 + sign * 0.4
        made.append(Sample(matrix, grades))
    return made


@pytest.mark.parametrize("name", ["words", "dense", "same"])
def test_the_informative_feature_gets_the_largest_weight(name):
    weights = fit(samples(name)).weights
    assert max(weights, key=lambda feature: weights[feature]) == name


def test_the_fitted_ranker_puts_the_good_records_first():
    ranker = fit(samples())
    (fresh,) = samples(count=1)
    order = np.argsort(-(fresh.matrix @ np.array([ranker.weights[name] for name in FEATURES])))
    assert set(order[:GOOD].tolist()) == set(range(GOOD))


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_weights_are_never_negative(sign):
    assert min(fit(samples(sign=sign)).weights.values()) >= 0


def test_a_feature_that_speaks_against_good_records_weighs_nothing():
    assert fit(samples(sign=-1.0)).weights["words"] == pytest.approx(0.0, abs=1e-6)


def test_the_same_samples_give_the_same_ranker():
    assert fit(samples()) == fit(samples())


def test_the_offset_makes_probabilities_of_the_scores():
    ranker = fit(samples())
    (fresh,) = samples(count=1)
    scores = fresh.matrix @ np.array([ranker.weights[name] for name in FEATURES])
    chances = [ranker.probability(float(score)) for score in scores]
    assert min(chances[:GOOD]) > 0.5 > max(chances[GOOD:])


def test_a_larger_penalty_gives_smaller_weights():
    loose, tight = (fit(samples(), FitSettings(penalty=p)) for p in (0.003, 0.3))
    assert sum(tight.weights.values()) < sum(loose.weights.values())


def test_every_sample_is_scored_by_a_ranker_that_has_not_seen_it():
    made = samples(count=10)
    scores = cross_validated(made)
    assert [len(one) for one in scores] == [RECORDS] * 10
    for one in scores:
        assert one[:GOOD].min() > one[GOOD:].max()


def test_the_matrix_has_the_features_in_their_order():
    features = {name: np.full(2, number) for number, name in enumerate(FEATURES)}
    assert matrix_of(features)[0].tolist() == list(range(len(FEATURES)))


def test_the_parts_of_a_real_match_sum_to_its_score(engine):
    for match in engine.match(Query(TEXT, INDUSTRY)).matches:
        assert set(match.explanation.parts) == {*PARTS, *RULE_PARTS}
        assert match.score == pytest.approx(sum(match.explanation.parts.values()))


def test_the_probability_follows_from_the_score(engine):
    for match in engine.match(Query(TEXT, INDUSTRY)).matches:
        assert match.probability == pytest.approx(engine.ranker.probability(match.score))


def test_the_parts_are_the_weighted_features(engine):
    result = engine.match(Query(TEXT, INDUSTRY))
    evidence = engine.evidence(result.reading.text, result.industry_code)
    match = result.matches[0]
    row = engine.ids.index(match.technology.id)
    for part, names in PARTS.items():
        by_hand = sum(engine.ranker.weights[name] * evidence.features[name][row] for name in names)
        assert match.explanation.parts[part] == pytest.approx(by_hand)


def signals(sure=0.9, best=1.0, coverage=0.8, unknown=0.1):
    return answering.signals_of(wants_technology=sure, best_record=best, coverage=coverage, unknown=unknown)


def test_the_margin_is_the_weighted_sum_above_the_bar():
    model = AnswerModel(dict(zip(SIGNALS, (1.0, 2.0, 3.0, -4.0), strict=True)), bias=0.5, bar=0.25)
    given = dict(zip(SIGNALS, (0.1, 0.2, 0.3, 0.4), strict=True))
    assert model.margin(given) == pytest.approx(0.5 + 0.1 + 0.4 + 0.9 - 1.6 - 0.25)


@pytest.mark.parametrize("sure", [0.0, 1.0])
def test_certainty_stays_finite(sure):
    assert np.isfinite(signals(sure=sure)["wants_technology"])


def test_the_answer_model_learns_the_difference():
    generator = np.random.default_rng(3)
    good = [signals(0.9, 1.5 + x, 0.8, 0.1) for x in generator.uniform(-0.5, 0.5, 40)]
    bad = [signals(0.1, -3.0 + x, 0.2, 0.6) for x in generator.uniform(-0.5, 0.5, 40)]
    model = answering.fit([*good, *bad], [True] * 40 + [False] * 40)
    assert min(map(model.margin, good)) > 0 > max(map(model.margin, bad))


def test_at_most_the_allowed_share_of_answerable_queries_is_refused():
    generator = np.random.default_rng(5)
    good = [signals(0.7, 0.5 + x, 0.6, 0.2) for x in generator.normal(0, 1.5, 100)]
    bad = [signals(0.4, -1.5 + x, 0.4, 0.4) for x in generator.normal(0, 1.5, 100)]
    model = answering.fit([*good, *bad], [True] * 100 + [False] * 100)
    assert sum(model.margin(one) < 0 for one in good) <= 5


def test_the_shipped_answer_model_wants_a_technology_and_a_good_record():
    model = load_answer_model()
    assert set(model.weights) == set(SIGNALS)
    assert model.weights["wants_technology"] > 0 and model.weights["best_record"] > 0
    assert model.margin(signals(0.99, 3.0, 0.9, 0.0)) > 0 > model.margin(signals(0.01, -6.0, 0.1, 0.9))
