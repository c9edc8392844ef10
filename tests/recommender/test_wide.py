"""An aim and a wish for ways, no process."""

import pytest

from recommender import Query, labels
from recommender.wide import is_wide


@pytest.mark.parametrize(
    "text", ["石灰行业节能技改方向", "除了换燃料，还能怎么减碳", "废气治理有哪些方向", "综合节能改造推荐"]
)
def test_an_aim_and_ways_make_a_wide_text(text):
    assert is_wide(text)


@pytest.mark.parametrize(
    "text", ["节能补贴", "节能服务公司名单", "烧结机漏风严重", "有哪些政策", "清洁生产审核报告去哪交"]
)
def test_an_aim_alone_or_other_wishes_make_none(text):
    assert not is_wide(text)


@pytest.mark.parametrize(
    ("text", "industry", "right"),
    [
        ("废气治理有哪些方向", "半导体", {"CPT-0817", "CPT-0891"}),
        ("石灰行业节能技改方向", None, {"CPT-0958"}),
        ("想换毒性低一些的原料", "皮革", {"CPT-0138"}),
    ],
)
def test_a_wide_text_is_answered_where_a_record_fits(engine, text, industry, right):
    assert engine.match(Query(text, industry)).matches[0].technology.id in right


def test_a_wide_text_without_a_fitting_record_is_told_to_say_more(engine):
    assert engine.match(Query("橡胶制品行业清洁生产技术有哪些", "橡胶")).none_reason == labels.NONE_WIDE


def test_a_wide_text_is_asked_for_the_process_not_for_a_number(engine):
    question = engine.match(Query("印染行业清洁生产技术推荐")).question
    assert question is not None and question.about == "process" and "染色" in question.text


def test_a_text_that_names_its_process_is_not_asked_for_it(engine):
    question = engine.match(Query("定形机废气热量还能怎么利用，有哪些技术", "印染")).question
    assert question is None or question.about != "process"
