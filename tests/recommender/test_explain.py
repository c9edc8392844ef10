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


def test_units_figures_and_words_that_stand_with_any_problem_are_no_reasons(engine):
    text = "冷却水45℃，每小时20m3，天天直接排，客户有要求，0.4MPa蒸汽也放空"
    for match in engine.match(Query(text, k=5)).matches:
        told = {word.lower() for word in match.explanation.shared}
        assert not told & {"c", "m3", "小时", "天天", "直接", "客户", "要求", "0.4mpa"}
        assert not told & {word for word in told if word[0].isdigit()}


def test_a_word_within_a_longer_one_is_marked_though_only_the_longer_is_named(explainer, catalog):
    technology = catalog["CPT-0876"]
    known = frozenset({"烧结机头烟气", "烟气", "余热"})
    explainer._cache[technology.id] = _Known(known, [], [("problems", "烟气余热没用")], [known], None)
    told = explainer.explain("烧结机头烟气余热", technology, "not_given", {}, {})
    assert told.exact == ["烧结机头烟气", "余热"]
    assert "烟气" in told.shared


def test_a_word_the_thesaurus_adds_is_named_where_it_says_something(engine):
    for match in engine.match(Query("喷漆废气用UV光氧效果差", k=10)).matches:
        assert not {known for _, known in match.explanation.related} & {"治理", "设施", "运行"}


def test_the_term_the_thesaurus_leads_to_is_named_where_the_record_holds_all_of_it(engine):
    matches = engine.match(Query("配电室变压器空载损耗大", k=5)).matches
    told = {m.technology.name: dict(m.explanation.related) for m in matches}
    assert told["变压器经济运行"]["变压器空载"] == "变压器经济运行"
    assert all(
        pairs.get("变压器空载") != "变压器经济运行" for name, pairs in told.items() if "变压器" not in name
    )
