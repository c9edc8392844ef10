import pytest

from embeddings.segment import Segmenter
from recommender.spelling import Correction, Speller

WORDS = ["余热锅炉", "变频器", "热风炉", "冷凝水", "除尘器", "结垢", "沼气"]


def speller(records=9):
    return Speller(Segmenter(WORDS, frozenset()), WORDS, lambda word: records if word in WORDS else 0)


@pytest.mark.parametrize(
    ("written", "meant"), [("变平器", "变频器"), ("除沉器", "除尘器"), ("冷宁水", "冷凝水")]
)
def test_a_character_that_sounds_alike_is_read_as_the_word(written, meant):
    assert speller().correct(written) == (meant, [Correction(written, meant)])


@pytest.mark.parametrize(
    ("written", "meant"), [("热凤炉", "热风炉"), ("冷疑水", "冷凝水"), ("余热祸炉", "余热锅炉")]
)
def test_a_character_that_looks_alike_is_read_as_the_word(written, meant):
    assert speller().correct(written) == (meant, [Correction(written, meant)])


@pytest.mark.parametrize("written", ["楚尘器", "粗尘器"])
def test_sounds_that_many_speakers_do_not_tell_apart_are_one(written):
    assert speller().correct(written)[0] == "除尘器"


def test_a_character_that_is_neither_is_left():
    assert speller().correct("冷冰水") == ("冷冰水", [])


def test_two_wrong_characters_are_read_in_a_word_of_four():
    assert speller().correct("余热祸卢")[0] == "余热锅炉"


def test_two_wrong_characters_are_too_many_in_a_word_of_three():
    assert speller().correct("热凤卢") == ("热凤卢", [])


def test_a_word_of_two_characters_is_only_added_at_the_end():
    text, (correction,) = speller().correct("余热锅炉结够，换不动")
    assert text == "余热锅炉结够,换不动 结垢"
    assert (correction.written, correction.read_as, correction.replaced) == ("结够", "结垢", False)


def test_a_longer_word_is_put_in_its_place():
    text, (correction,) = speller().correct("两座热凤炉温度低")
    assert text == "两座热风炉温度低"
    assert correction.replaced


def test_several_errors_are_told_in_the_order_of_the_text():
    text, corrections = speller().correct("除沉器漏，热凤炉冷，管子结够")
    assert [c.written for c in corrections] == ["除沉器", "热凤炉", "结够"]
    assert text == "除尘器漏,热风炉冷,管子结够 结垢"


def test_a_short_word_that_few_records_hold_is_not_offered():
    assert speller(records=3).correct("管子结够") == ("管子结够", [])


def test_a_word_of_the_general_dictionary_is_no_error():
    assert speller().correct("结构") == ("结构", [])


def test_an_everyday_character_is_no_error():
    assert speller().correct("热的炉") == ("热的炉", [])


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("冷寧水", "冷凝水"),
        ("余熱鍋爐", "余热锅炉"),
        ("除塵器ＶＯＣ", "除尘器voc"),
        ("ＶＯＣ，熱凤炉", "voc,热风炉"),
    ],
)
def test_traditional_and_full_width_input_is_read_the_same_way(written, read):
    assert speller().correct(written)[0] == read


def test_latin_and_numbers_stay_between_corrected_stretches():
    assert speller().correct("RTO，热凤炉75kW冷宁水")[0] == "rto,热风炉75kw冷凝水"


@pytest.mark.parametrize("text", ["", "RTO", "1200 mg/L", "，。！"])
def test_a_text_without_characters_has_no_errors(text):
    assert speller().correct(text)[1] == []


@pytest.mark.parametrize(
    "text",
    [
        "余热锅炉省煤器积灰，排烟温度偏高",
        "冷凝水没有回收，直接排到地沟里",
        "布袋除尘器糊袋严重，压差居高不下",
        "电镀漂洗水含镍，回用率不到一半",
        "我们厂的锅炉每天都要排掉很多热水，想找个办法用起来",
        "燒結機機頭煙氣溫度高",
        "出水温度达不到设计值",
        "周边土壤镉超标",
        "豆渣卖饲料厂不值钱",
        "废水含镉",
    ],
)
def test_a_correct_sentence_stays_as_it_is(engine, text):
    assert engine.read(text).corrections == ()


def test_the_user_is_told_of_a_replaced_word_and_not_of_an_added_one(engine):
    from recommender import Query

    warnings = engine.match(Query("热凤炉烟气余热没有回收，管子里结够", "钢铁")).warnings
    assert "“热凤炉”按“热风炉”理解" in warnings
    assert not any("结垢" in warning for warning in warnings)
