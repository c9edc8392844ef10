from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from embeddings.text import statements
from recommender import Filters, Query
from recommender.asked import AskedVectors
from recommender.dense import DenseRetriever
from recommender.filters import facet_codes, facet_counts, passes
from recommender.ranking import (
    FEATURES,
    PARTS,
    UNASKED,
    UNASKED_WORDS,
    Ranker,
    Scores,
    industry_relation,
    level,
    load_ranker,
)
from recommender.settings import Levels

SINTER = "烧结主排烟温一百五六十度，一直直排没人管"


def test_the_sintering_question_finds_waste_heat_or_circulation_of_the_line(engine):
    result = engine.match(Query(SINTER, "钢铁"))
    names = [match.technology.name for match in result.matches[:3]]
    assert any(word in name for name in names for word in ("烧结烟气", "余热", "有机朗肯"))


def test_score_parts_add_up_to_the_score_and_order_the_list(engine):
    result = engine.match(Query("转炉煤气和蒸汽放散，烟气除尘水耗高", "钢铁"))
    scores = [match.score for match in result.matches]
    assert scores == sorted(scores, reverse=True) and scores
    for match in result.matches:
        assert match.score == pytest.approx(sum(match.explanation.parts.values()))


def test_ranks_run_from_one_and_ids_are_unique(engine):
    result = engine.match(Query("废水回用率低，新水用量大", None, k=5))
    assert [match.rank for match in result.matches] == list(range(1, len(result.matches) + 1))
    assert len({match.technology.id for match in result.matches}) == len(result.matches) <= 5


def test_the_same_question_gives_the_same_answer(engine):
    first, second = (engine.match(Query(SINTER, "钢铁")).as_json() for _ in range(2))
    assert first == second


@pytest.mark.parametrize(
    "text",
    ["燒結主排煙溫一百五六十度，一直直排沒人管", "烧结主排烟温一百五六十度，一直直排没人管！！"],
)
def test_writing_variants_give_the_same_list(engine, text):
    wanted = [m.technology.id for m in engine.match(Query(SINTER, "钢铁")).matches]
    assert [m.technology.id for m in engine.match(Query(text, "钢铁")).matches] == wanted


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("RTO", "蓄热式热力焚烧（RTO）"),
        ("ＲＴＯ", "蓄热式热力焚烧（RTO）"),
        ("mvr", "MVR蒸发浓缩"),
        ("膜生物反应器", "膜生物反应器（MBR）"),
        ("干熄焦", "干熄焦"),
        ("永磁电机", "永磁同步电机替代"),
    ],
)
def test_the_name_of_a_technology_alone_finds_it(engine, text, name):
    assert engine.match(Query(text)).matches[0].technology.name == name


def test_every_hit_says_why(engine):
    for match in engine.match(Query(SINTER, "钢铁")).matches:
        why = match.explanation
        told = statements(match.technology, engine.catalog)
        assert why.sentence in [*told, match.technology.summary]
        reasons = why.reasons()
        assert why.sentence in (reasons[0] if why.sentence_field == "problems" else match.technology.summary)
        assert "得分构成" in reasons[-1]


def test_related_words_are_not_exact_words(engine):
    result = engine.match(Query("机头热风白白跑掉，抽风机费电", "钢铁"))
    for match in result.matches:
        assert not set(match.explanation.exact) & {a for a, _ in match.explanation.related}


def test_industry_is_a_preference_not_a_filter(engine, catalog):
    steel = catalog["CPT-0002"]
    assert industry_relation(steel, "31") == "same"
    assert industry_relation(steel, "3120") in {"same", "division"}
    assert industry_relation(steel, None) == "not_given"
    with_industry = engine.match(Query("烟气余热没有回收", "玻璃厂")).matches
    without = engine.match(Query("烟气余热没有回收", None)).matches
    assert [m.technology.id for m in with_industry] != [m.technology.id for m in without]


def test_an_unknown_industry_warns_and_still_matches(engine):
    result = engine.match(Query(SINTER, "不存在的行当甲乙"))
    assert result.verdict == "matched"
    assert "不在行业词表中" in result.warnings[0]


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("排污许可证到期了怎么办理延续手续", "手续"),
        ("节能改造补贴怎么申请", "补贴"),
        ("废水处理站运营托管多少钱一吨", "价格"),
        ("除尘器哪个牌子好", "品牌"),
    ],
)
def test_a_question_for_something_else_gets_none_with_the_reason(engine, text, word):
    result = engine.match(Query(text, "钢铁"))
    assert result.verdict == "none"
    assert word in result.none_reason


@pytest.mark.parametrize("text", ["帮我订一张去北京的机票", "今天股票行情怎么样", "qwerty asdf"])
def test_a_far_off_question_gets_none(engine, text):
    assert engine.match(Query(text)).verdict == "none"


def test_filters_come_before_the_ranking_and_counts_are_right(engine, catalog):
    filters = Filters(stages=frozenset({"end_of_pipe"}))
    result = engine.match(Query("烟气氮氧化物超标", "水泥厂", filters=filters))
    assert result.matches
    assert {match.technology.stage for match in result.matches} == {"end_of_pipe"}
    counts = facet_counts(catalog.recommendable, filters)
    by_hand = [t for t in catalog.recommendable if t.stage == "end_of_pipe"]
    assert sum(counts["cost_classes"].values()) == len(by_hand)
    assert sum(counts["stages"].values()) == len(catalog.recommendable)
    for medium, count in counts["media"].items():
        assert count == sum(medium in t.media for t in by_hand)


def test_facets_within_one_filter_add_up_and_filters_multiply(catalog):
    both = Filters(media=frozenset({"waste_gas", "waste_water"}), stages=frozenset({"end_of_pipe"}))
    for t in catalog.recommendable:
        wanted = bool({"waste_gas", "waste_water"} & set(t.media)) and t.stage == "end_of_pipe"
        assert passes(t, both) == wanted
        assert facet_codes(t, "stages") == [t.stage]


def test_a_filter_nothing_passes_gives_none_with_the_reason(engine):
    filters = Filters(pollutants=frozenset({"no_such_code"}))
    result = engine.match(Query(SINTER, "钢铁", filters=filters))
    assert result.verdict == "none" and "筛选" in result.none_reason


def test_families_are_never_recommended(engine, catalog):
    assert catalog.family_ids
    assert not catalog.family_ids & set(engine.ids)


def test_parts_combine_by_hand():
    features = {name: np.array([0.0]) for name in (*FEATURES, "unasked")}
    features |= {"words": np.array([0.5]), "same": np.array([1.0]), "general": np.array([1.0])}
    weights = dict.fromkeys(FEATURES, 1.0) | {"words": 2.0, "same": 0.5, "general": 0.25}
    ranker = Ranker(weights, offset=-1.75)
    scores = Scores.of(ranker.parts(features))
    assert scores.parts["lexical"][0] == pytest.approx(0.5 * 2.0)
    assert scores.parts["industry"][0] == pytest.approx(0.5 + 0.25)
    assert scores.total[0] == pytest.approx(1.75)
    assert ranker.probability(1.75) == pytest.approx(0.5)


def test_a_record_nobody_asked_for_counts_by_its_words():
    features = {name: np.zeros(2) for name in FEATURES}
    features |= {"words": np.array([0.5, 0.5]), "unasked": np.array([0.0, 1.0])}
    parts = Ranker(dict.fromkeys(FEATURES, 0.2), offset=0.0).parts(features)
    assert parts["lexical"] == pytest.approx([0.1, 0.1 + 0.5 * UNASKED_WORDS])
    assert parts["dense"] == pytest.approx([0.0, UNASKED])


def test_a_record_added_since_the_last_training_is_found_by_its_words(engine):
    """The officials publish every year; nobody has asked for what is new."""
    sample = "CPT-0002"
    asked = engine.asked
    assert sample in asked.ids
    others = replace(asked, ids=tuple("" if id == sample else id for id in asked.ids))
    fresh = engine.with_asked(others)
    text = engine.catalog[sample].problems[0]
    assert fresh.evidence(text, None).features["unasked"].sum() == 1.0
    assert sample in [match.technology.id for match in fresh.match(Query(text, k=3)).matches]


def test_with_another_encoder_the_words_and_the_text_still_answer(engine):
    """Nothing learned is known then; the ranker and the bar are fitted for that."""
    alone = engine.with_asked(AskedVectors.of_nobody())
    assert alone.ranker == load_ranker(taught=False)
    assert (alone.ranker.unasked, alone.ranker.unasked_words) == (0.0, 0.0)
    assert alone.with_asked(engine.asked).ranker == load_ranker()
    answered = [t for t in engine.catalog.recommendable[:40] if alone.match(Query(t.problems[0])).matches]
    assert len(answered) >= 36
    assert not alone.match(Query("今天股票行情怎么样")).matches


def test_every_feature_belongs_to_one_part():
    assert sorted(name for names in PARTS.values() for name in names) == sorted(FEATURES)


def test_the_shipped_ranker_has_no_weight_against_a_record():
    ranker = load_ranker()
    assert set(ranker.weights) == set(FEATURES)
    assert min(ranker.weights.values()) >= 0


@pytest.mark.parametrize("text", ["烧结机头烟气余热直接排放，冷却水含氟化物", "今天股票行情怎么样"])
def test_no_feature_is_negative_or_far_above_one(engine, text):
    evidence = engine.evidence(text, "31")
    assert set(evidence.features) == {*FEATURES, "unasked"}
    for name, values in evidence.features.items():
        assert values.shape == (len(engine.ids),), name
        assert values.min() >= 0.0 and values.max() <= (2.0 if name == "asked" else 1.0 + 1e-6), name


def test_a_negative_cosine_counts_as_none():
    passages = [SimpleNamespace(technology_id="CPT-0002"), SimpleNamespace(technology_id="CPT-0001")]
    index = SimpleNamespace(passages=passages, cosines=lambda vector: np.array([-0.2, 0.5]))
    found = DenseRetriever(index, ["CPT-0001", "CPT-0002"]).scores(np.zeros((1, 2), dtype=np.float32))
    assert found.tolist() == [0.5, 0.0]


def test_levels_have_bars_and_another_industry_is_never_strong():
    bars = Levels(strong=0.6, medium=0.4, weak=0.2)
    assert [level(value, "same", bars) for value in (0.6, 0.59, 0.39, 0.19)] == [
        "strong",
        "medium",
        "weak",
        None,
    ]
    assert level(0.9, "division", bars) == level(0.9, "other", bars) == "medium"
    assert level(0.9, "cross", bars) == level(0.9, "not_given", bars) == "strong"


def test_a_limit_not_met_or_a_constraint_caps_the_level():
    bars = Levels(strong=0.6, medium=0.4, weak=0.2)
    assert level(0.9, "same", bars, capped=True) == "medium"
    assert level(0.3, "same", bars, capped=True) == "weak"


def records(*stages):
    return [SimpleNamespace(id=f"CPT-{n:04d}", stage=stage) for n, stage in enumerate(stages, 1)]


def test_equal_scores_keep_the_order_of_the_ids():
    scores = Scores.of({"lexical": np.array([0.5, 0.5])})
    assert scores.order([1, 0], records("process_control", "process_control")) == [0, 1]


def test_equal_scores_put_the_earlier_stage_first():
    scores = Scores.of({"lexical": np.array([0.5, 0.5, 0.9])})
    assert scores.order([0, 1, 2], records("end_of_pipe", "source_reduction", "end_of_pipe")) == [2, 1, 0]
