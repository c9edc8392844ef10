import pytest

from embeddings.segment import Segmenter, normalise


@pytest.fixture(scope="module")
def segmenter():
    return Segmenter(["碱回收", "黑液", "主抽风机", "烧结机"], frozenset({"没有", "的"}))


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("燒結機煙氣餘熱", "烧结机烟气余热"),
        ("ＲＴＯ１５０℃", "rto150°c"),
        ("Waste HEAT", "waste heat"),
    ],
)
def test_traditional_full_width_and_case_are_one(written, plain):
    assert normalise(written) == plain


def test_domain_words_stay_whole_and_their_parts_are_found(segmenter):
    words = segmenter.words("造纸黑液碱回收")
    assert "黑液" in words and "碱回收" in words
    tokens = segmenter.tokens("主抽风机电耗")
    assert "主抽风机" in tokens and "风机" in tokens and "抽风" in tokens


def test_the_global_tokenizer_is_untouched(segmenter):
    import jieba

    segmenter.words("造纸黑液碱回收")
    assert "碱回收" not in jieba.lcut("造纸黑液碱回收")


def test_stop_words_numbers_and_punctuation_leave_no_token(segmenter):
    assert segmenter.tokens("没有，150！！😀一百五十") == []


def test_the_fingerprint_follows_the_words():
    assert Segmenter(["甲乙"], frozenset()).fingerprint != Segmenter(["丙丁"], frozenset()).fingerprint
