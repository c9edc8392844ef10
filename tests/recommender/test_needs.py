"""Several needs in one text."""

import pytest

from recommender import Query

TWO = "锅炉凝结水没有回收；水泵用阀门节流"
PITCH = "锅炉凝结水没有回收，羽毛球场地板翘起"


def covers(result, word):
    return [m.technology.name for m in result.matches if any(word in clause for clause in m.covers)]


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("空压机漏气严重，冷却塔结垢严重", 2),
        ("空压机漏气严重；冷却塔结垢严重。车间照明费电", 3),
        ("空压机漏气严重另外冷却塔结垢严重", 2),
        ("1、空压机漏气严重 2、冷却塔结垢严重", 2),
        pytest.param(
            "①空压机漏气严重②冷却塔结垢严重",
            2,
        ),
        pytest.param(
            "烟气含尘0.5、水分2.5都偏高",
            1,
        ),
        ("冷却塔结垢严重", 1),
    ],
)
def test_a_text_is_split_into_its_clauses(engine, text, count):
    assert len(engine.read(text).clauses) == count


def test_both_needs_are_covered_each_by_its_own_records(engine):
    result = engine.match(Query(TWO))
    condensate, pump = covers(result, "凝结水"), covers(result, "水泵")
    assert "密闭式凝结水回收" in condensate and "密闭式凝结水回收" not in pump
    assert "变频调速改造" in pump and "变频调速改造" not in condensate


def test_a_hit_tells_the_need_it_covers(engine):
    for match in engine.match(Query(TWO)).matches:
        assert any("对应需求" in line for line in match.reasons()) == bool(match.covers)


def test_covers_is_in_the_json(engine):
    result = engine.match(Query(TWO))
    assert [r["covers"] for r in result.as_json()["results"]] == [list(m.covers) for m in result.matches]


def test_needs_that_are_covered_are_not_named(engine):
    assert engine.match(Query(TWO)).uncovered == []


def test_a_need_that_nothing_covers_is_named(engine):
    result = engine.match(Query(PITCH))
    assert result.uncovered == ["羽毛球场地板翘起"]
    assert result.as_json()["uncovered"] == result.uncovered


def test_a_need_that_nothing_covers_does_not_hide_the_other(engine):
    result = engine.match(Query(PITCH))
    assert result.matches[0].technology.name == "密闭式凝结水回收"


@pytest.mark.parametrize("text", ["定形机烟气余热没有回收", "锅炉排烟温度偏高", "冷却塔结垢严重"])
def test_one_need_is_not_split(engine, text):
    result = engine.match(Query(text))
    assert result.matches and result.uncovered == []
    assert all(match.covers == () for match in result.matches)


def test_two_needs_that_come_late_both_get_a_place(engine):
    text = "空压机漏气严重电费高，食堂油烟扰民，猪场粪水没地方去"
    result = engine.match(Query(text, k=3))
    assert len(result.matches) <= 3
    covered = {clause for match in result.matches for clause in match.covers}
    alone = [c for c in result.reading.clauses if engine.match(Query(c)).matches[0].probability >= 0.5]
    assert alone and set(alone) <= covered


@pytest.mark.parametrize("text", ["厂里还在用Y系列老电机，电耗高"])
def test_a_consequence_is_no_need_of_its_own(engine, text):
    assert engine.match(Query(text)).uncovered == []


def test_a_need_that_the_catalogue_covers_is_not_called_uncovered(engine):
    alone = engine.match(Query("食堂油烟扰民"))
    assert alone.matches[0].technology.name == "餐饮油烟治理"
    assert engine.match(Query("空压机漏气严重，食堂油烟扰民")).uncovered == []


def test_needs_are_shown_in_the_capitals_they_were_typed_in(engine):
    result = engine.match(Query("S7变压器空载损耗大，喷漆VOCs超标"))
    shown = {clause for match in result.matches for clause in match.covers} | set(result.uncovered)
    assert shown == {"S7变压器空载损耗大", "喷漆VOCs超标"}
