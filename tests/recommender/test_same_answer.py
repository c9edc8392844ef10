"""The same problem gets the same answer however it is written; another problem gets another."""

import pytest

from recommender import Query


def first(engine, text, industry=None):
    matches = engine.match(Query(text, industry)).matches
    return matches[0].technology.name if matches else None


def same(groups):
    return [(wanted, text) for wanted, texts in groups.items() for text in texts]


TRADITIONAL = {
    "凝结水直接排掉，没有回收": ["凝結水直接排掉，沒有回收"],
    "反渗透浓水外排量大": ["反滲透濃水外排量大"],
    "空压机余热没有利用": ["空壓機餘熱沒有利用"],
    "锅炉烟气氮氧化物高": ["鍋爐煙氣氮氧化物高"],
}
WIDTH = {
    "RO浓水外排量大": ["ＲＯ浓水外排量大", "ro浓水外排量大"],
    "锅炉排烟温度180℃": ["锅炉排烟温度１８０℃", "鍋爐排煙溫度１８０℃"],
    "LED照明没换，车间灯具耗电高": ["ＬＥＤ照明没换，车间灯具耗电高", "led照明没换,车间灯具耗电高"],
    "锅炉烟气NOx高": ["锅炉烟气ＮＯｘ高", "锅炉烟气nox高"],
}
TYPO = {
    "凝结水直接排掉，没有回收": ["宁结水直接排掉，没有回收"],
    "反渗透浓水外排量大": ["返渗透浓水外排量大"],
    "空压机余热没有利用": ["空鸭机余热没有利用", "空压鸡余热没有利用"],
    "布袋除尘器压差高": ["布袋除晨器压差高", "布带除尘器压差高"],
}
ABBREVIATION = {
    "反渗透浓水外排量大": ["RO浓水外排量大"],
    "有机朗肯循环发电利用低温余热": ["ORC发电利用低温余热"],
    "选择性催化还原脱硝温度不够": ["SCR脱硝温度不够"],
    "泄漏检测与修复没做，密封点泄漏": ["LDAR没做，密封点泄漏"],
    "机械式蒸汽再压缩蒸发器结垢严重能耗高": ["MVR结垢严重能耗高"],
    "高炉炉顶余压发电出力低": ["TRT出力低"],
    "变频器没装，风机挡板节流": ["VFD没装，风机挡板节流"],
    "锅炉烟气氮氧化物高": ["锅炉烟气NOx高"],
}


@pytest.mark.parametrize(("wanted", "text"), same(TRADITIONAL))
def test_traditional_characters(engine, wanted, text):
    assert first(engine, text) == first(engine, wanted) is not None


@pytest.mark.parametrize(("wanted", "text"), same(WIDTH))
def test_full_width_digits_and_letters(engine, wanted, text):
    assert first(engine, text) == first(engine, wanted) is not None


@pytest.mark.parametrize(("wanted", "text"), same(TYPO))
def test_a_typing_error_that_sounds_alike(engine, wanted, text):
    assert first(engine, text) == first(engine, wanted) is not None


@pytest.mark.parametrize(("wanted", "text"), same(ABBREVIATION))
def test_an_english_abbreviation_and_its_full_name(engine, wanted, text):
    assert first(engine, text) == first(engine, wanted) is not None


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("NMP回收率低", "NMP溶剂回收"),
        ("蓄热式热力焚烧运行天然气消耗高", "蓄热式热力焚烧（RTO）"),
        ("想上膜生物反应器提高出水水质", "膜生物反应器（MBR）"),
    ],
)
def test_the_name_of_a_record_finds_it(engine, text, wanted):
    assert first(engine, text) == wanted


@pytest.mark.parametrize(
    ("full", "short"),
    [("锅炉烟气氮氧化物高", "锅炉烟气NOx高"), ("印染废水化学需氧量超标", "印染废水COD超标")],
)
def test_what_was_learned_says_the_same_of_an_abbreviation_and_its_full_name(engine, full, short):
    one, other = (engine.evidence(engine.read(text).text, None) for text in (full, short))
    for name in ("asked", "neighbours", "network"):
        assert one.features[name] == pytest.approx(other.features[name])
    assert one.nothing == pytest.approx(other.nothing)


def test_a_typing_error_that_was_read_is_told(engine):
    warnings = engine.match(Query("宁结水直接排掉，没有回收")).warnings
    assert any("“宁结水”按“凝结水”理解" in warning for warning in warnings)


def test_correct_words_are_left_alone(engine):
    for text in ("凝结水直接排掉，没有回收", "布袋除尘器压差高", "空压机余热没有利用"):
        assert engine.read(text).corrections == ()


@pytest.mark.parametrize(
    ("texts", "industry", "media"),
    [
        (
            ("印染废水外排量大", "定形机废气余热没有回收"),
            "印染",
            ("waste_water", "waste_gas"),
        ),
        (
            ("造纸废水COD高", "造纸废渣没有利用"),
            "造纸",
            ("waste_water", "solid_waste"),
        ),
        (
            ("镀铬漂洗废水里的铬没有回收", "镀铬槽铬酸雾废气逸散"),
            "电镀",
            ("waste_water", "waste_gas"),
        ),
        (
            ("焦化废水生化出水COD高", "焦炉烟气二氧化硫和氮氧化物高"),
            "焦化",
            ("waste_water", "waste_gas"),
        ),
        (
            ("含油废水处理", "含油污泥处理", "后厨油烟处理"),
            None,
            ("waste_water", "hazardous_waste", "waste_gas"),
        ),
    ],
)
def test_the_medium_changes_the_answer(engine, texts, industry, media):
    found = [engine.match(Query(text, industry)).matches[0].technology for text in texts]
    assert len({technology.id for technology in found}) == len(texts)
    for technology, medium in zip(found, media, strict=True):
        assert medium in technology.media


@pytest.mark.parametrize(
    ("text", "industries"),
    [
        ("废水回用率低", ("电镀", "造纸")),
        ("烟气粉尘超标", ("玻璃", "钢铁")),
        ("烟气氮氧化物超标", ("印染", "钢铁")),
        ("烟气氮氧化物超标", ("玻璃", "钢铁")),
    ],
)
def test_the_industry_changes_the_answer(engine, text, industries):
    found = [[m.technology.id for m in engine.match(Query(text, one, k=3)).matches] for one in industries]
    assert found[0] != found[1]


@pytest.mark.parametrize(("industry", "name"), [("电镀", "电镀"), ("玻璃", "玻璃")])
def test_a_record_of_the_industry_is_among_the_first_two_in_it(engine, industry, name):
    text = {"电镀": "废水回用率低", "玻璃": "烟气氮氧化物超标"}[industry]
    found = [m.technology.name for m in engine.match(Query(text, industry, k=2)).matches]
    assert any(name in one for one in found)


@pytest.mark.parametrize("industry", ["钢铁", "钢铁厂", "31", "鋼鐵", "３１"])
def test_an_industry_however_written_gives_the_same_answer(engine, industry):
    text = "烧结烟气温度200℃直接外排"
    assert first(engine, text, industry) == first(engine, text, "黑色金属冶炼和压延加工业") is not None
