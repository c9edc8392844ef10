"""What a text says is understood: needs, numbers, constraints, lists, intents, writing."""

import pytest

from catalog.schema import Listing
from recommender import Query, RecommenderEngine, constraints, intent, quantities
from recommender.needs import clauses


def names(result):
    return [match.technology.name for match in result.matches]


def match(engine, text, industry=None, **more):
    return engine.match(Query(text, industry, **more))


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("锅炉氮氧化物超标，厂里禁存氨水", "no_ammonia"),
        ("烘干炉要换热源，这边没通天然气", "no_gas"),
        ("想上热泵但是电容量不够", "no_spare_power"),
        ("窑一天都不能停，烟气怎么治", "no_stop"),
        ("除尘改造占地要小", "small_space"),
        ("粉料怕水，一滴水都不能沾", "no_water"),
        ("客户指定的油漆不能换，只能在排气口治", "keep_material"),
        ("印刷味道大，想从源头解决", "source_only"),
        ("换热器结垢，不想用酸洗", "no_chemicals"),
    ],
)
def test_a_hard_constraint_is_found(engine, text, key):
    assert key in {constraint.key for constraint in engine.read(text).constraints}


@pytest.mark.parametrize(
    "text",
    [
        "猪场粪水没地方去，周边臭味大",
        "冷凝水没有回收，锅炉天天补软水",
        "废气没有在线监测",
        "氨水喷得多，氨逃逸还高",
        "停产检修时废水没处放",
        "天然气单耗高",
    ],
)
def test_a_plain_problem_is_no_constraint(engine, text):
    assert engine.read(text).constraints == ()


def test_what_breaks_a_constraint_is_left_out_until_the_chip_is_removed(engine):
    text = "燃煤锅炉烟气氮氧化物350降不下来，厂里不能用氨"
    kept = match(engine, text, "热力")
    freed = match(engine, text, "热力", ignored_constraints=frozenset({"no_ammonia"}))
    denitrification = "烟气脱硝成套装备"
    assert denitrification not in names(kept)
    assert denitrification in names(freed)
    assert any("不用氨" in warning for warning in kept.warnings)


def test_a_thing_that_is_not_wanted_is_not_recommended(engine):
    result = match(engine, "破碎站扬尘大，不想装布袋除尘器")
    assert [c.key for c in result.reading.constraints] == [
        "unwanted:布袋除尘器"
    ] or result.reading.constraints
    for found in result.matches:
        assert not any("布袋除尘器" in name for name in (found.technology.name, *found.technology.aliases))


def test_what_needs_a_shutdown_is_ranked_lower_and_never_strong(engine):
    text = "水泥窑烟气粉尘超标，窑不能停"
    result = match(engine, text, "水泥")
    broken = [m for m in result.matches if m.explanation.parts["constraint"] < 0]
    assert all(m.level != "strong" and m.notes for m in broken)


@pytest.mark.parametrize(
    ("text", "dimension", "value", "subject"),
    [
        ("烧结机头烟气150度直接排了", "temperature", 150, "gas"),
        ("烟温一百五六十度", "temperature", 150, "gas"),
        ("废水COD 1.2g/L", "liquid_concentration", 1200, "cod"),
        ("VOCs浓度2 g/m3", "gas_concentration", 2000, "voc"),
        ("风量6万m³/h", "flow", 60000, None),
        ("浓水TDS 85g/L", "liquid_concentration", 85000, "salt"),
        ("煙氣溫度２５０℃", "temperature", 250, "gas"),
    ],
)
def test_a_number_is_read_with_unit_and_subject(engine, text, dimension, value, subject):
    found = engine.read(text).quantities[0]
    assert (found.dimension, found.low) == (dimension, pytest.approx(value))
    assert subject is None or found.subject == subject


@pytest.mark.parametrize("text", ["吨铝耗电13000度电", "一年多用30万度电", "三号线有5台风机"])
def test_electricity_and_counts_are_no_temperature(text):
    assert not [q for q in quantities.find(text) if q.dimension == "temperature"]


def test_a_range_is_read_from_both_ends():
    (found,) = quantities.find("排烟温度180-220℃")
    assert (found.low, found.high) == (180, 220)


def test_limits_are_met_missed_or_without_data(engine):
    warm = match(engine, "加热炉烟气300℃直接排放，余热没有回收", "钢铁")
    states = {check.state for found in warm.matches for check in found.windows}
    assert {"met", "missing"} <= states
    cold = match(engine, "车间烟气40℃直接排放，余热没有回收", "钢铁")
    missed = [m for m in cold.matches if any(c.state == "not_met" for c in m.windows)]
    assert missed and all(m.level != "strong" for m in missed)
    assert any("工况不满足" in line for line in missed[0].reasons())


def test_another_subject_is_not_compared(engine):
    result = match(engine, "废水40℃，烟气余热没有回收", "钢铁")
    for found in result.matches:
        for check in found.windows:
            assert not ("烟" in check.parameter and check.written == "40℃")


def test_each_hit_says_which_need_it_covers(engine):
    result = match(engine, "空压机漏气电费高，食堂油烟呛人，锅炉冷凝水直接排了", k=20)
    covered = {clause for found in result.matches for clause in found.covers}
    assert len(covered) >= 2


@pytest.mark.parametrize("other", ["门卫室的电脑老是死机", "厂区围墙裂缝漏雨", "车间螺丝老是拧滑丝"])
def test_a_need_that_nothing_covers_is_named(engine, other):
    result = match(engine, f"空压机余热没有利用，{other}")
    assert any(other in clause for clause in result.uncovered)
    assert not any("空压机" in clause for clause in result.uncovered)


def test_one_need_is_not_split(engine):
    assert match(engine, "定形机烟气余热直接排放").uncovered == []
    assert len(clauses("定形机烟气余热直接排放", engine.segmenter)) == 1


@pytest.mark.parametrize(
    "text",
    [
        "喷漆房的活性炭箱一套报价大概多少钱",
        "锅炉氮氧化物排放标准是多少毫克，在哪一条",
        "排污许可证变更新增一台锅炉要走什么手续",
        "光伏项目能申请哪些补贴，什么时候截止",
        "危废混放被查了一般罚多少，能不能听证",
        "RTO哪个厂家靠谱，给几个品牌",
        "污水处理工证书去哪里报名考试",
        "环保税按季度怎么申报计算",
    ],
)
def test_a_question_that_wants_no_technology_gets_the_reason(engine, text):
    result = match(engine, text)
    assert result.verdict == "none"
    assert "问的是" in result.none_reason or "目录" in result.none_reason


@pytest.mark.parametrize(
    "text",
    [
        "上个月又被罚了六万，喷漆房的味道飘到隔壁小区",
        "电价一涨空压机房一个月多花五万",
        "许可总量快用完了，污水站出水氨氮还是降不下来",
        "补贴没了，锅炉烧气烧不起，烟气两百度白白放掉",
    ],
)
def test_a_problem_that_mentions_fines_or_permits_is_answered(engine, text):
    assert match(engine, text).verdict == "matched"


@pytest.mark.parametrize("text", ["食堂油烟大", "空压机漏气", "秸秆焚烧", "电机大马拉小车", "污泥含水率高"])
def test_a_short_problem_is_answered(engine, text):
    assert match(engine, text).verdict == "matched"


def test_the_classifier_gives_probabilities():
    shares = intent.load_model().probabilities("环评登记表怎么填")
    assert sum(shares.values()) == pytest.approx(1.0)
    assert shares[intent.TECHNOLOGY] < 0.5


def test_an_eliminated_technology_is_named_with_document_and_replacements(engine):
    result = match(engine, "光氧设备效果差，喷漆房VOCs还是超标", "家具")
    assert any("淘汰" in w and "国家污染防治技术指导目录" in w for w in result.warnings)
    replaced = {i for entry in result.negative for i in entry.replacements}
    assert result.matches[0].technology.id in replaced
    assert result.as_json()["negative_list"][0]["class"] == "eliminated"


def test_a_larger_cell_is_not_called_eliminated(engine):
    assert engine.read("420kA系列电解槽电耗高").negative == ()
    assert engine.read("160kA电解槽电耗高").negative


def test_a_technology_that_a_list_eliminates_is_never_recommended(engine, catalog):
    text, industry = "烧结机头烟气150度直接排了", "钢铁"
    first = match(engine, text, industry).matches[0].technology.id
    entry = Listing.model_validate(
        {"catalogue": "industrial_structure", "edition": "2024年本", "class": "eliminated"}
    )
    row = engine.ids.index(first)
    changed = engine.with_thesaurus(engine._extractor._thesaurus)
    changed._records[row] = changed._records[row].model_copy(update={"listed_in": [entry]})
    assert first not in {m.technology.id for m in match(changed, text, industry).matches}


def test_a_restricted_technology_shows_its_condition(engine):
    text, industry = "烧结机头烟气150度直接排了", "钢铁"
    first = match(engine, text, industry).matches[0].technology.id
    entry = Listing.model_validate(
        {
            "catalogue": "industrial_structure",
            "edition": "2024年本",
            "class": "restricted",
            "condition": "限新建项目",
        }
    )
    row = engine.ids.index(first)
    changed = engine.with_thesaurus(engine._extractor._thesaurus)
    changed._records[row] = changed._records[row].model_copy(update={"listed_in": [entry]})
    hit = next(m for m in match(changed, text, industry).matches if m.technology.id == first)
    assert any("限新建项目" in note for note in hit.notes)


SAME = "余热锅炉积灰严重，排烟温度180℃"


@pytest.mark.parametrize(
    "text",
    [
        "餘熱鍋爐積灰嚴重，排煙溫度180℃",
        "余热锅炉积灰严重，排烟温度１８０℃",
        "余热祸炉积灰严重，排烟温度180℃",
    ],
)
def test_the_same_answer_however_it_is_written(engine, text):
    assert names(match(engine, text))[:3] == names(match(engine, SAME))[:3]


@pytest.mark.parametrize(
    ("short", "full"), [("VOCs超标", "挥发性有机物超标"), ("装置区LDAR没有做", "装置区泄漏检测与修复没有做")]
)
def test_an_abbreviation_finds_what_the_full_name_finds(engine, short, full):
    first, second = names(match(engine, short))[:5], names(match(engine, full))[:5]
    assert set(first) & set(second)


def test_medium_and_industry_change_the_answer(engine):
    assert (
        names(match(engine, "含铬废水六价铬高", "电镀"))[0]
        != names(match(engine, "铬雾废气酸雾大", "电镀"))[0]
    )
    assert (
        names(match(engine, "镀铬槽铬用得多，带出多", "电镀"))[0]
        != names(match(engine, "鞣制铬粉用得多，铬利用率低", "皮革"))[0]
    )


def test_a_question_is_offered_when_a_number_would_change_the_order(engine):
    asked = match(engine, "烟气余热没有回收").question
    assert asked is not None and asked.changes > 0
    assert match(engine, "烟气余热没有回收").as_json()["question"] == asked.text


def test_parts_of_a_real_score_add_up(engine):
    for found in match(engine, SAME, "化工").matches:
        assert sum(found.explanation.parts.values()) == pytest.approx(found.score)
        assert found.probability == pytest.approx(engine.ranker.probability(found.score))


def test_the_words_of_a_rule_see_simplified_text(engine):
    assert constraints.find("窑不能停", engine.segmenter)
    assert isinstance(engine, RecommenderEngine)
