"""Reasons: the sentence of a record that is shown beside a hit."""

import pytest

from recommender import Query
from recommender.explain import Explainer, _Known


@pytest.fixture
def explainer(engine):
    return Explainer(engine.catalog, engine.segmenter, engine.encoder, lambda word: 1.0)


def sentence(explainer, catalog, text, *sentences):
    """Return the sentence chosen of some that hold the same words."""
    technology = catalog["CPT-0876"]
    words = frozenset({"烟气", "余热"})
    told = [("problems", one) for one in sentences]
    explainer._cache[technology.id] = _Known(words, [], told, [words] * len(told), None)
    return explainer.explain(text, technology, "not_given", {}, {}).sentence


def test_figures_of_another_site_are_not_shown_where_there_is_a_sentence_without(explainer, catalog):
    other, plain = "烟气150度，余热没用", "烟气直排，余热没用"
    assert sentence(explainer, catalog, "烟气余热白白排掉", other, plain) == plain


def test_the_figures_of_the_text_itself_do_no_harm(explainer, catalog):
    own, plain = "烟气150度，余热没用", "烟气直排，余热没用"
    assert sentence(explainer, catalog, "烟气150度，余热白白排掉", own, plain) == own


def test_a_reason_is_a_problem_told_elsewhere_never_the_summary_that_stands_beside_it(engine):
    for text in ("烧结机头烟气 150 度直接排了，风机电耗也高", "烧结机漏风严重"):
        for match in engine.match(Query(text, "钢铁")).matches:
            told = match.explanation
            reasons = told.reasons()
            assert reasons and not any(match.technology.summary in reason for reason in reasons)
            assert (reasons[0] == f"类似的问题：{told.sentence}") == (told.sentence_field == "problems")
