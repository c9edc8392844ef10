import numpy as np
import pytest

from embeddings.lexicon import KINDS, Entry
from embeddings.segment import Segmenter
from recommender.thesaurus import KIND_WEIGHTS, REVERSE_WEIGHTS, Thesaurus, shipped


@pytest.fixture(scope="module")
def segmenter():
    return Segmenter(["湿烟羽", "反渗透", "浓水", "蓄热燃烧", "集气罩", "糊袋"], frozenset())


def thesaurus(*entries):
    return Thesaurus.of(
        Entry(word, tuple(standard.split("|")), kind, "symptom") for word, standard, kind in entries
    )


def test_the_longest_word_at_a_place_is_taken():
    known = thesaurus(("白烟", "湿烟羽", "symptom"), ("冒白烟", "湿烟羽", "symptom"))
    assert known.words_in("烟囱冒白烟") == ["冒白烟"]


def test_a_shorter_word_elsewhere_in_the_text_still_counts():
    known = thesaurus(("白烟", "湿烟羽", "symptom"), ("冒白烟", "湿烟羽", "symptom"))
    assert known.words_in("冒白烟，白烟很浓") == ["冒白烟", "白烟"]


def test_words_stand_in_the_order_of_the_text_and_once():
    known = thesaurus(("白烟", "湿烟羽", "symptom"), ("漏料", "撒料", "symptom"))
    assert known.words_in("漏料又冒白烟，还是漏料") == ["漏料", "白烟"]


@pytest.mark.parametrize("text", ["rto", "pro", "rto炉", "pro膜", "a-pro"])
def test_a_latin_word_inside_another_is_not_found(text):
    assert thesaurus(("RO", "反渗透", "exact")).words_in(text) == []


@pytest.mark.parametrize("text", ["ro", "ro浓水", "两级ro膜", "用ro,rto不用"])
def test_a_latin_word_between_other_characters_is_found(text):
    assert thesaurus(("RO", "反渗透", "exact")).words_in(text) == ["ro"]


def test_ro_is_not_in_rto_in_the_shipped_thesaurus():
    assert shipped().words_in("rto炉") == ["rto"]
    assert shipped().words_in("ro膜堵了")[0].startswith("ro")


@pytest.mark.parametrize("kind", KINDS)
def test_a_word_leads_to_its_standard_term_with_the_weight_of_its_kind(segmenter, kind):
    known = thesaurus(("冒白烟", "湿烟羽", kind))
    assert known.expand("冒白烟", segmenter)["冒白烟"]["湿烟羽"] == pytest.approx(KIND_WEIGHTS[kind])


@pytest.mark.parametrize("kind", REVERSE_WEIGHTS)
def test_a_standard_term_leads_back_to_the_word(segmenter, kind):
    known = thesaurus(("糊袋", "反渗透", kind))
    assert known.expand("反渗透", segmenter) == {"反渗透": {"糊袋": REVERSE_WEIGHTS[kind]}}


@pytest.mark.parametrize("kind", sorted(set(KINDS) - set(REVERSE_WEIGHTS)))
def test_other_kinds_lead_one_way(segmenter, kind):
    assert thesaurus(("糊袋", "反渗透", kind)).expand("反渗透", segmenter) == {}


def test_kinds_weigh_less_the_looser_they_are():
    order = ("exact", "colloquial", "symptom", "narrower", "related")
    weights = [KIND_WEIGHTS[kind] for kind in order]
    assert weights == sorted(weights, reverse=True)
    assert KIND_WEIGHTS["exact"] > KIND_WEIGHTS["broader"] > KIND_WEIGHTS["related"]


def test_every_kind_has_a_weight_below_that_of_a_written_word():
    assert set(KIND_WEIGHTS) == set(KINDS)
    assert all(0 < weight < 1 for weight in (*KIND_WEIGHTS.values(), *REVERSE_WEIGHTS.values()))


def test_back_weighs_less_than_forth():
    assert all(REVERSE_WEIGHTS[kind] < KIND_WEIGHTS[kind] for kind in REVERSE_WEIGHTS)


def test_no_shipped_link_weighs_as_much_as_a_written_word():
    weights = [weight for ends in shipped().links.values() for _, weight in ends]
    assert min(weights) > 0 and max(weights) < 1


def test_the_stronger_of_two_links_to_one_term_counts(segmenter):
    known = thesaurus(("糊袋", "湿烟羽", "related"), ("糊袋", "湿烟羽|集气罩", "exact"))
    assert known.expand("糊袋", segmenter)["糊袋"]["湿烟羽"] == pytest.approx(KIND_WEIGHTS["exact"])


def test_the_tokens_of_a_long_term_share_its_weight(segmenter):
    added = thesaurus(("糊袋", "反渗透浓水", "exact")).expand("糊袋", segmenter)["糊袋"]
    assert {"反渗透", "浓水"} <= set(added)
    assert all(weight < KIND_WEIGHTS["exact"] for weight in added.values())
    assert sum(w * w for w in added.values()) == pytest.approx(KIND_WEIGHTS["exact"] ** 2)


def test_a_word_that_is_written_is_not_added(segmenter):
    known = thesaurus(("糊袋", "反渗透|集气罩", "exact"))
    assert "反渗透" not in known.expand("反渗透糊袋", segmenter)["糊袋"]


def test_a_text_without_known_words_adds_nothing(segmenter):
    assert thesaurus(("糊袋", "反渗透", "exact")).expand("电费太高", segmenter) == {}


def test_traditional_full_width_and_case_are_one(segmenter):
    known = thesaurus(("RO浓水", "集气罩", "exact"))
    assert list(known.expand("ＲＯ濃水", segmenter)) == ["ro浓水"]


def test_the_engine_can_be_opened_with_another_thesaurus(engine):
    text = "机头热风白白跑掉"
    other = engine.with_thesaurus(thesaurus(("白白跑掉", "余热回收", "colloquial")))
    assert list(other.evidence(text, "31").expansion) == ["白白跑掉"]
    assert "白白跑掉" not in engine.evidence(text, "31").expansion


def test_added_words_pull_a_query_less_than_written_ones(engine):
    text, term = "蒸汽管道疏水阀坏了", "光伏"
    bare = engine.with_thesaurus(Thesaurus({})).evidence(text, None)
    added = engine.with_thesaurus(thesaurus(("疏水阀", term, "exact"))).evidence(text, None)
    written = engine.with_thesaurus(Thesaurus({})).evidence(text + term, None)
    solar = [term in t.name for t in (engine.catalog[i] for i in engine.ids)]
    nearness = [evidence.features["asked"][solar].mean() for evidence in (bare, added, written)]
    assert nearness == sorted(nearness) and len(set(nearness)) == 3


def test_only_other_names_of_the_same_thing_count_as_words_of_the_text(engine):
    text = "蒸汽管道疏水阀坏了"
    bare = engine.with_thesaurus(Thesaurus({})).evidence(text, None)
    named = engine.with_thesaurus(thesaurus(("疏水阀", "光伏", "exact"))).evidence(text, None)
    assert (named.features["words"] != bare.features["words"]).any()
    added = engine.with_thesaurus(thesaurus(("疏水阀", "光伏", "related"))).evidence(text, None)
    assert (added.features["words"] == bare.features["words"]).all()
    assert added.coverage == bare.coverage


def test_other_names_of_what_a_text_names_count_in_both_directions_of_exact_alone():
    entries = [
        Entry("trt", ("高炉炉顶余压发电",), "exact", "process"),
        Entry("trt", ("余压利用",), "broader", "process"),
    ]
    known = Thesaurus.of(entries)
    assert known.same_as("trt出力低") == {"高炉炉顶余压发电"}
    assert known.same_as("高炉炉顶余压发电出力低") == {"trt"}
    assert known.same_as("strt") == set()


def test_abbreviations_are_spelled_out_and_full_names_abbreviated():
    entries = [
        Entry("NOx", ("氮氧化物",), "exact", "pollutant"),
        Entry("RO浓水", ("反渗透浓水",), "exact", "medium"),
        Entry("RO", ("反渗透", "膜法"), "exact", "process"),
        Entry("SCR", ("脱硝",), "broader", "process"),
        Entry("凝结水", ("蒸汽冷凝水",), "exact", "medium"),
    ]
    known, chance = Thesaurus.of(entries), np.random.default_rng(0)
    assert known.renamed("锅炉nox高，反渗透浓水多", chance) == "锅炉氮氧化物高，ro浓水多"
    assert known.renamed("锅炉氮氧化物高，ro堵了", chance) == "锅炉nox高，反渗透堵了"
    for text in ("膜法出水", "rto温度低", "scr温度低", "脱硝效率低", "凝结水没回收"):
        assert known.renamed(text, chance) == text


def test_of_several_abbreviations_each_is_drawn():
    entries = [Entry(word, ("变频器",), "exact", "equipment") for word in ("VFD", "VSD")]
    known, chance = Thesaurus.of(entries), np.random.default_rng(0)
    assert {known.renamed("变频器坏了", chance) for _ in range(20)} == {"vfd坏了", "vsd坏了"}
