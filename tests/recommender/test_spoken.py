"""Amounts as they are said, in figures and units."""

import pytest

from recommender.quantities import find, told
from recommender.spoken import in_figures, value


@pytest.mark.parametrize(
    ("text", "dimension", "low", "high"),
    [
        ("烟温一百五六十度", "temperature", 150, 160),
        ("一百二三十度的热水", "temperature", 120, 130),
        ("一百六七十度的烟气", "temperature", 160, 170),
        ("三四百度的废气", "temperature", 300, 400),
        ("排烟温度150左右", "temperature", 150, 150),
        ("150度-160度的烟气", "temperature", 150, 160),
        ("两百来度的烟气", "temperature", 200, 200),
        ("废水COD三万", "liquid_concentration", 30000, 30000),
        ("COD两三千的废水", "liquid_concentration", 2000, 3000),
        ("含盐量 3000，想回用", "liquid_concentration", 3000, 3000),
        ("含尘30克", "gas_concentration", 30000, 30000),
        ("非甲烷总烃两百多", "gas_concentration", 200, 200),
        ("NOx 80 不达标", "gas_concentration", 80, 80),
        ("污泥含水八成", "share", 80, 80),
        ("含水率七成五", "share", 75, 75),
        ("负荷只有六七成", "share", 60, 70),
        ("水分百分之四十", "share", 40, 40),
        ("含水降了5个点，现在含水率60个点", "share", 60, 60),
        ("0.8兆帕的蒸汽", "pressure", 0.8, 0.8),
        ("蒸汽压力有8公斤", "pressure", 0.784, 0.784),
        ("8公斤的饱和蒸汽", "pressure", 0.784, 0.784),
    ],
)
def test_what_is_said_is_read_in_the_unit_its_subject_is_measured_in(text, dimension, low, high):
    (read,) = told(text)
    assert (read.dimension, read.low, read.high) == (dimension, pytest.approx(low), pytest.approx(high))


@pytest.mark.parametrize(
    "text",
    [
        "每吨产品COD 3万克",
        "COD排放量500吨",
        "吨纸耗8公斤蒸汽",
        "单一成分的废溶剂",
        "二成套设备",
        "烟尘3个点位",
        "SO2、NOx一起超标",
        "PM2.5和二氧化硫2次超标",
        "用电三千五百万",
        "温度3天测一次",
        "压力0.6",
    ],
)
def test_what_could_be_anything_is_left_as_it_is(text):
    assert told(text) == []


def test_what_is_written_with_its_unit_is_shown_as_typed():
    text = "烟气150℃，含尘20mg/m³"
    assert told(text) == find(text)


def test_the_learned_magnitudes_are_read_without_it():
    assert find("废水COD三万") == []


@pytest.mark.parametrize(
    ("written", "number"), [("1,200", 1200), ("二十", 20), ("三百五", 305), ("四千零八十", 4080)]
)
def test_value_of_a_written_number(written, number):
    assert value(written) == number


def test_other_text_stays():
    text = "空压机一直卸载，电费高，有没有省电的办法"
    assert in_figures(text) == text
