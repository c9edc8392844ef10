"""An industry with which a text begins is used; a few plain words about a plant get an answer."""

import pytest

from catalog import load_catalog
from recommender import Query
from recommender.query import industry_in


@pytest.mark.parametrize(
    ("text", "written", "rest"),
    [
        ("造纸厂用水多", "造纸厂", "用水多"),
        ("钢厂的烟气脱硝", "钢厂", "烟气脱硝"),
        ("我们是一家小印染厂，废水色度高", "印染厂", "废水色度高"),
        ("造纸 吨纸取水 高", "造纸", "吨纸取水 高"),
        ("养猪场臭味大", "养猪场", "臭味大"),
        ("家具厂噪声大", "家具厂", "噪声大"),
        ("有色企业余热没用", "有色企业", "余热没用"),
        ("某大型钢铁企业余热没用", "钢铁企业", "余热没用"),
        ("数据中心用水多", "数据中心", "用水多"),
        ("机加工厂切削液发臭", "机加工厂", "切削液发臭"),
        ("pcb厂用水大", "pcb厂", "用水大"),
        ("煤矿矿井水没处去", "煤矿", "矿井水没处去"),
        ("我们做造纸的，白水用不完", "造纸", "白水用不完"),
        ("玉米淀粉厂浸泡水浓", "玉米淀粉厂", "浸泡水浓"),
        ("水性涂料厂洗罐废水多", "水性涂料厂", "洗罐废水多"),
    ],
)
def test_an_industry_at_the_beginning_is_found(text, written, rest):
    found = industry_in(text, load_catalog().codes)
    assert found is not None
    assert found.written == written
    assert text.endswith(found.rest) and found.rest.endswith(rest)


@pytest.mark.parametrize(
    "text",
    [
        "玻璃幕墙隔热差", "渗滤液没处去，下游石膏板厂不收", "废渣送水泥厂没人收",
        "本公司空压机老加载", "水泥罐车卸料扬尘", "隔壁水泥厂的烟飘过来", "给汽车厂供铸件粉尘大",
        "涂装厂房除湿机费电", "做出来的纸有斑点",
    ],
)  # fmt: skip
def test_a_word_within_another_or_a_plant_further_on_is_none(text):
    assert industry_in(text, load_catalog().codes) is None


def test_it_ranks_as_if_the_industry_had_been_given_and_says_so(engine):
    told = engine.match(Query("玻璃厂氮氧化物超标"))
    assert told.industry_code == engine.match(Query("氮氧化物超标", "玻璃")).industry_code
    assert any("玻璃厂" in warning and "没有选行业" in warning for warning in told.warnings)
    assert not any("没有选行业" in w for w in engine.match(Query("玻璃厂氮氧化物超标", "玻璃")).warnings)


PLANTS = ["水泥厂", "钢厂", "造纸厂", "印染厂", "化工厂", "食品厂", "电镀厂", "陶瓷厂", "酒店", "医院"]
PROBLEMS = ["电耗高", "用水多", "废水处理", "废气治理", "节能", "余热利用", "空压机耗电", "噪声大", "臭味大"]


@pytest.mark.parametrize("problem", PROBLEMS)
def test_a_plain_problem_of_a_plant_gets_an_answer(engine, problem):
    texts = [plant + problem for plant in PLANTS]
    assert [text for text in texts if not engine.match(Query(text)).matches] == []


@pytest.mark.parametrize(
    "text",
    [
        "水泥厂招聘电工", "化工厂排污许可证", "造纸厂股票", "印染厂补贴申请",
        "食品厂注册商标", "医院挂号排队", "酒店床单颜色搭配",
    ],
)  # fmt: skip
def test_few_words_about_a_plant_that_want_no_technology_get_none(engine, text):
    assert not engine.match(Query(text)).matches
