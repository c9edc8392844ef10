"""Things that a text refuses by their name."""

import csv
from pathlib import Path

import pytest

from embeddings.segment import normalise
from recommender import Query
from recommender.unwanted import is_refused, refused, shown


def things(engine, text):
    """Return the things a text refuses."""
    return {"".join(words) for _, words in refused(normalise(text), engine.segmenter)}


@pytest.mark.parametrize(
    ("text", "thing"),
    [
        ("喷漆废气浓度低，领导否了RTO方案", "rto"),
        ("喷漆废气浓度低，不考虑RTO", "rto"),
        ("涂装VOCs排放多，水性漆试过不行", "水性漆"),
        ("试过水性漆，附着力不行", "水性漆"),
        ("废水量大，不用MBR怎么回用", "mbr"),
        ("不装光伏，怎么降低厂房电费", "光伏"),
        ("除了光伏还有什么办法降电费", "光伏"),
        ("烧结脱硝，不采用SCR", "scr"),
        ("水泥磨电耗高，余热发电不考虑", "余热发电"),
        ("消防不同意上储能，峰谷差怎么用", "储能"),
        ("锅炉房要改，电锅炉用不了，热泵免谈", "热泵"),
        ("烘干费气，热泵方案被否了", "热泵"),
    ],
)
def test_a_thing_is_refused_in_many_wordings(engine, text, thing):
    assert thing in things(engine, text)


@pytest.mark.parametrize(
    "text",
    [
        "风机没装变频，靠挡板调节",
        "要不要上RTO",
        "RTO能不能上",
        "外购不可降解塑料袋太多",
        "仪表不准，电耗算不清",
        "烟气特别热，白白排掉",
        "蒸汽喷射泵抽不上真空",
        "猪粪没法堆肥，水分太高",
        "废玻璃颜色杂，不敢回炉",
        "不是不上热泵，是没找到合适的",
        "不想用蒸汽太多",
    ],
)
def test_what_is_missing_fails_or_is_asked_for_is_not_refused(engine, text):
    assert not things(engine, text)


@pytest.mark.parametrize(
    ("words", "name", "breaks"),
    [
        (("rto",), "蓄热式热力焚烧（RTO）", True),
        (("rto",), "沸石转轮浓缩加燃烧", False),
        (("水性漆",), "水性涂料替代溶剂型涂料", True),
        (("六价铬",), "六价铬替代", False),
        (("scr",), "脱硝精准喷氨", False),
    ],
)
def test_what_works_on_a_thing_or_replaces_it_is_not_the_thing(catalog, words, name, breaks):
    (technology,) = [t for t in catalog.technologies if t.name == name]
    assert is_refused(words, technology) == breaks


def test_a_refused_thing_is_no_reason_and_its_chip_is_in_capitals(engine):
    result = engine.match(Query("喷漆废气浓度低，风量大，领导否了RTO方案", "汽车制造"))
    (found,) = result.reading.constraints
    assert found.label == "不要：RTO" == f"不要：{shown('rto')}"
    assert not any("rto" in word.lower() for m in result.matches for word in m.explanation.exact)
    assert not any(asked.lower() == "rto" for m in result.matches for asked, _ in m.explanation.related)


def test_words_of_the_text_keep_their_capitals_in_the_reasons(engine):
    result = engine.match(Query("锅炉烟气NOx超标", "电力"))
    shown_words = {word for match in result.matches for word in match.explanation.exact}
    assert "NOx" in shown_words and "nox" not in shown_words


def sentences(meant):
    """Return (thing, text) by an author who had not seen the wordings, which were extended afterwards."""
    path = Path(__file__).with_name("refused_sentences.csv")
    with path.open(encoding="utf-8", newline="") as stream:
        return [(row["thing"], row["text"]) for row in csv.DictReader(stream) if row["meant"] == meant]


def is_found(engine, thing, text):
    """True when some constraint in the text is about the thing."""
    name = normalise(thing)
    return any(
        ((words := "".join(one.unwanted)) and (words in name or name in words)) or name in one.written
        for one in engine.read(text).constraints
        if not one.in_place
    )


def test_most_ways_to_refuse_a_thing_are_found(engine):
    told = sentences("yes")
    assert sum(is_found(engine, thing, text) for thing, text in told) >= 0.7 * len(told)


def test_the_same_words_without_a_refusal_are_left_alone(engine):
    assert [text for thing, text in sentences("no") if is_found(engine, thing, text)] == []
