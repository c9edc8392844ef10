"""Words that only ask are not read; what is asked about is."""

import pytest

from recommender import Query
from recommender.asking import without_asking
from recommender.training_set import load_asking


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("蒸粮蒸汽浪费，怎么收", "蒸粮蒸汽浪费，收"),
        ("氮氧化物五十以下怎么做到？", "氮氧化物五十以下做到"),
        ("请问冲渣水的热能不能用起来呢", "冲渣水的热用起来"),
        ("有没有减少废油墨渣的法子", "减少废油墨渣的法子"),
        ("咋整，除尘灰没人要", "除尘灰没人要"),
        ("为什么风机电耗降不下来啊？", "风机电耗降不下来"),
        ("呼吸阀漏气", "呼吸阀漏气"),
        ("检测报告显示苯系物超标", "苯系物超标"),
        ("监测数据表明：厂界臭气超标", "厂界臭气超标"),
        ("检测报告怎么写", "检测报告写"),
        ("没有蒸汽", "没有蒸汽"),
        ("我们厂用电太多了，有啥法子", "用电太多"),
        ("厂里用电太多了怎么办", "厂里用电太多"),
        ("火电厂用电率高", "火电厂用电率高"),
        ("本厂厂用电率高", "本厂厂用电率高"),
        ("蒸汽浪费大，有没有什么好办法？", "蒸汽浪费大"),
        ("没有办法停产", "没有办法停产"),
        ("热得快坏了", "热得快坏了"),
        ("酒吧，油烟大", "酒吧，油烟大"),
        ("粗纺毛呢，缩呢废水多", "粗纺毛呢，缩呢废水多"),
    ],
)
def test_asking_words_are_left_out_and_the_rest_stays(text, left):
    assert without_asking(text) == left


def test_a_text_of_asking_words_alone_stays():
    assert without_asking("怎么办") == "怎么办"


def test_no_phrase_to_learn_with_is_only_asking_words():
    problem = "除尘灰没人要"
    assert [p for p in load_asking() if without_asking(f"{problem}，{p}") == problem] == []


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        ("屠宰车间血腥味很大", "请问屠宰车间血腥味很大咋办呢？"),
        ("造纸吨纸取水高", "造纸吨纸取水高，能不能降呢"),
        ("废活性炭产生量大", "废活性炭产生量大怎么办"),
        ("用电太多", "我们厂用电太多了，有啥法子"),
    ],
)
def test_a_problem_put_as_a_question_gets_the_same_first_technologies(engine, said, asked):
    told, wished = (engine.match(Query(text)) for text in (said, asked))
    assert told.matches
    assert {m.technology.id for m in wished.matches[:3]} & {m.technology.id for m in told.matches[:3]}
