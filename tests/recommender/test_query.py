import pytest

from catalog import BadInput
from recommender.query import check_text, read_industry


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("钢铁", "31"),
        ("钢铁行业", "31"),
        ("31", "31"),
        ("3110", "3110"),
        ("钢铁/焦化", "31"),
        ("C3110", "3110"),
        ("3199", "31"),
        ("酒店", "61"),
        (" ＰＣＢ ", "3982"),
    ],
)
def test_an_industry_is_read_as_people_write_it(catalog, value, code):
    assert read_industry(value, catalog.codes).code == code


def test_an_unknown_industry_is_reported_with_near_ones(catalog):
    reading = read_industry("星际采矿联盟", catalog.codes)
    assert reading.code is None
    assert "星际采矿联盟" in reading.warning and "不在行业词表中" in reading.warning


@pytest.mark.parametrize("value", [None, "", "  "])
def test_no_industry_is_no_warning(catalog, value):
    reading = read_industry(value, catalog.codes)
    assert reading.code is None and reading.warning is None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "为空"),
        ("  \n", "为空"),
        ("🔥🔥！！", "没有文字"),
        ("烟" * 10_000, "共 10000 字，超过上限 2000 字"),
    ],
)
def test_text_that_cannot_be_matched_is_one_clear_line(text, words):
    with pytest.raises(BadInput, match=words):
        check_text(text, limit=2000)
