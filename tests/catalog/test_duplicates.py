"""Duplicate check: renamed technologies are found, neighbours are let through, figures are compared."""

from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog import load_catalog
from catalog.editions.edition import Edition, Entry, EntryCase, entry_of
from catalog.nominations.contradictions import contradictions
from catalog.nominations.duplicates import (
    DUPLICATE,
    DuplicateIndex,
    find_duplicates,
    is_duplicate,
    plain,
)
from catalog.nominations.form import Nomination

SEEDED = yaml.safe_load(Path(__file__).with_name("duplicate_cases.yaml").read_text(encoding="utf-8"))


def form(**values):
    return Nomination.model_validate({k: v for k, v in values.items() if k != "of"})


def edition(*entries, year=2025):
    return Edition(year=year, title=f"{year} 年目录", entries=entries)


@pytest.fixture(scope="module")
def index(catalog):
    return DuplicateIndex(catalog)


@pytest.fixture(scope="module")
def judged(index):
    """For every seeded case whether it was judged rightly; position in the file is kept."""
    found = [
        any(c.number == case["of"] and is_duplicate(c) for c in index.find(form(**case)))
        for case in SEEDED["duplicates"]
    ]
    clear = [not any(is_duplicate(c) for c in index.find(form(**case))) for case in SEEDED["others"]]
    return found, clear


def test_thirty_duplicates_and_a_hundred_others_were_written(catalog):
    assert (len(SEEDED["duplicates"]), len(SEEDED["others"])) == (30, 100)
    names = [case["name"] for case in (*SEEDED["duplicates"], *SEEDED["others"])]
    assert len(set(names)) == 130
    sectors = {catalog[case["of"]].industries[0][:2] for case in SEEDED["duplicates"]}
    assert len({case["of"] for case in SEEDED["duplicates"]}) == 30 and len(sectors) >= 12


def test_no_seeded_case_copies_the_catalogue(catalog):
    """No duplicate takes over a run of 16 characters; no name is a name or alias of a record."""
    known = {name for t in catalog.technologies for name in (t.name, *t.aliases)}
    for case in SEEDED["duplicates"]:
        record = catalog[case["of"]]
        there = "|".join((record.summary, record.principle, record.applicability.starting_situation))
        here = "|".join((case["summary"], case["principle"], case["scope"]))
        assert not any(here[i : i + 16] in there for i in range(len(here) - 15)), case["name"]
    for case in (*SEEDED["duplicates"], *SEEDED["others"]):
        assert case["name"] not in known


def test_recall_and_false_alarms_over_all_seeded_cases(judged):
    found, clear = judged
    assert sum(found) >= 27, [c["name"] for c, ok in zip(SEEDED["duplicates"], found, strict=True) if not ok]
    assert sum(clear) >= 90, [c["name"] for c, ok in zip(SEEDED["others"], clear, strict=True) if not ok]


def test_recall_and_false_alarms_on_the_half_the_threshold_never_saw(judged):
    found, clear = (verdicts[1::2] for verdicts in judged)
    assert (len(found), len(clear)) == (15, 50)
    assert sum(found) / 15 >= 0.85
    assert 1 - sum(clear) / 50 <= 0.15


@pytest.mark.parametrize("case", SEEDED["duplicates"][:6], ids=lambda case: case["of"])
def test_boilerplate_around_the_same_words_does_not_hide_them(index, case):
    more = "本技术由我公司联合高校研发，拥有自主知识产权，运行稳定，经济效益和社会效益显著，推广前景良好。"
    assert index.find(form(**case | {"principle": case["principle"] + more}))[0].number == case["of"]


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("干熄焦", "CPT-0400"),
        ("干熄焦成套技术及装备", "CPT-0400"),
        ("高炉炉顶余压发电", "CPT-0901"),
        ("TRT技术", "CPT-0901"),
        ("乾熄焦技術", "CPT-0400"),
        ("新材料吸附装置（ＲＴＯ）", "CPT-0885"),
    ],
)
def test_the_same_name_or_alias_is_a_duplicate_whatever_the_text(index, name, number):
    first = index.find(form(name=name, summary="与焊接有关的另一段文字"))[0]
    assert (first.number, first.same_name, first.score) == (number, True, 1.0)
    assert is_duplicate(first) and first.reasons[0].startswith("名称与“")


def test_a_name_inside_another_name_is_told_but_is_not_the_same_name(index):
    first = index.find(form(name="捣固焦炉用干熄焦余热锅炉节水"))[0]
    assert first.number == "CPT-0400" and not first.same_name
    assert "名称中含“干熄焦”" in first.reasons


def test_a_form_without_words_has_no_candidates(index):
    assert index.find(Nomination()) == ()
    assert index.find(form(industries=["3110"], name="  ")) == ()


def test_candidates_come_best_first_within_the_limit_and_the_same_every_time(index, catalog):
    case = form(**SEEDED["duplicates"][0])
    found = index.find(case, limit=3)
    assert len(found) == 3
    assert [c.score for c in found] == sorted((c.score for c in found), reverse=True)
    assert found == find_duplicates(case, catalog, limit=3)
    assert all(is_duplicate(c) == (c.score >= DUPLICATE) for c in found)


@settings(max_examples=25, deadline=None)
@given(st.text(max_size=60), st.text(max_size=200))
def test_any_text_gets_scores_between_0_and_1(index, name, principle):
    for candidate in index.find(form(name=name, principle=principle)):
        assert 0 < candidate.score <= 1


def test_an_edition_is_searched_and_a_number_is_told_once(catalog):
    own = Entry(number="CPT-0999", name="苎麻生物脱胶", summary="用菌种发酵去除苎麻果胶，替代碱煮。")
    editions = [edition(entry_of(catalog["CPT-0400"], catalog), own), edition(own, year=2026)]
    index = DuplicateIndex(catalog, editions)
    ramie = index.find(form(name="麻纤维微生物精炼", summary="用脱胶菌种发酵去除苎麻果胶，替代碱煮。"))
    assert ramie[0].where in ("2025 年目录", "2026 年目录") and ramie[0].number == "CPT-0999"
    assert is_duplicate(ramie[0])
    coke = [c for c in index.find(form(**SEEDED["duplicates"][2])) if c.number == "CPT-0400"]
    assert len(coke) == 1
    assert any(
        reason.startswith("同一编号另见") and ("目录" in reason or "2025" in reason)
        for reason in coke[0].reasons
    )


def test_another_filing_is_found_though_the_catalogue_knows_nothing_of_it(catalog):
    filed = form(
        name="苎麻生物脱胶", applicant="甲公司", summary="用菌种发酵去除苎麻果胶，替代碱煮。",
        principle="菌液接种后在罐内循环浸渍，灭活、打洗、漂白。", industries=["173"],
    )  # fmt: skip
    again = form(
        name="麻类微生物精炼新工艺", applicant="甲公司", summary="以脱胶菌发酵除去苎麻的果胶，不再碱煮。",
        principle="接种菌液于罐内循环浸渍，再灭活、拍打、洗漂。", industries=["173"],
    )  # fmt: skip
    dossiers = [("SB-2026-0001", filed), ("SB-2026-0002", again)]
    index = DuplicateIndex(catalog, (), dossiers)
    first = index.find(again, own="SB-2026-0002")[0]
    assert (first.where, first.number) == ("申报", "SB-2026-0001") and is_duplicate(first)
    assert "申报单位同为甲公司" in first.reasons
    other_unit = again.model_copy(update={"applicant": "乙公司"})
    assert index.find(other_unit, own="SB-2026-0002")[0].score < first.score
    assert first == find_duplicates(again, catalog, dossiers=dossiers[:1])[0]


def test_the_score_does_not_depend_on_how_much_else_was_filed(catalog, index):
    case = form(**SEEDED["duplicates"][0])
    filings = [(f"SB-2026-{n:04d}", form(**other)) for n, other in enumerate(SEEDED["others"][1:])]
    alone, among = index.find(case)[0], DuplicateIndex(catalog, (), filings).find(case)[0]
    assert alone == among


def test_a_declared_renewal_is_no_duplicate_but_is_shown(index):
    first = index.find(form(**SEEDED["duplicates"][2], technology_id="CPT-0400"))[0]
    assert first.number == "CPT-0400" and first.renewal and not is_duplicate(first)
    assert first.reasons[0] == "申报表注明为 CPT-0400 的更新"


def test_differences_name_the_fields_both_sides_fill(index, catalog):
    case = SEEDED["duplicates"][2]
    first = index.find(form(**case | {"scope": ""}))[0]
    labels = {difference.label: difference for difference in first.differences}
    assert set(labels) == {"技术名称", "技术简介", "技术原理与工艺"}
    assert labels["技术简介"].here == case["summary"]
    assert labels["技术简介"].there == catalog["CPT-0400"].summary
    same = index.find(form(name="干熄焦", summary=catalog["CPT-0400"].summary))[0]
    assert same.differences == ()


def test_the_line_for_the_dossier_tells_where_what_and_why(index):
    line = index.find(form(**SEEDED["duplicates"][2]))[0].line
    assert line.startswith("目录 CPT-0400 干熄焦（相似度 0.") and "行业相同或相近：炼焦" in line


def test_words_are_compared_without_width_case_or_traditional_forms():
    assert plain("ＲＴＯ廢氣") == "rto废气"


EFFECT = {"basis": "与旧工艺相比", "sign": "positive", "evidence": "文献", "source": "p1"}
MONEY = {"price_year": 2024, "scale": "1 套", "evidence": "文献", "source": "p1"}


@pytest.fixture
def known(record, data_dir, write_record):
    """A record with published figures."""
    record["publications"] = [{"key": "p1", "title": "某文", "publisher": "某社", "tier": "B"}]
    record["effects"] = [
        EFFECT | {"metric": "年节约标煤", "quantity": {"value": 500, "unit": "tce/a"}},
        EFFECT | {"metric": "颗粒物出口浓度", "quantity": {"value": 35, "unit": "mg/m³"}},
        EFFECT | {"metric": "工序电耗下降", "quantity": {"min": 10, "max": 20, "unit": "kWh/t"}},
        EFFECT | {"metric": "新水取用下降", "quantity": "unknown"},
    ]
    record["investment"] = [MONEY | {"quantity": {"value": 0.3, "unit": "亿元"}}]
    record["payback_years"] = [
        {"quantity": {"value": 2, "unit": "年"}, "basis": "某项目", "evidence": "文献", "source": "p1"}
    ]
    write_record(record)
    return load_catalog(data_dir, use_cache=False)["CPT-0001"]


def lines(known, **values):
    return contradictions(form(**values), known, number="CPT-0001")


def test_a_saving_four_times_the_published_one_is_told(known):
    assert lines(known, cases=[{"user": "甲", "saving_tce": 2000}]) == (
        "节能量：申报为 2000 tce，CPT-0001 为 500 tce，相差 4 倍，请核对",
    )


@pytest.mark.parametrize(
    "values",
    [
        {"cases": [{"user": "甲", "saving_tce": 1000}]},
        {"cases": [{"user": "甲", "saving_tce": 250}]},
        {"cases": [{"user": "甲", "saving_tce": 0}]},
        {"cases": [{"user": "甲", "water_saving_m3": 9}]},
        {"cases": [{"user": "甲", "investment_wan_yuan": 3000, "payback_years": 4}]},
        {"effects": "颗粒物排放浓度低于 18 mg/m3，工序电耗下降 5～40 kWh/t"},
        {"effects": "烟气温度 800 ℃，二氧化硫排放浓度低于 1 mg/m3，外排浓度好"},
        {"effects": "节水 90%，颗粒物排放浓度显著降低"},
        {"effects": "工序电耗降至 60 kWh/t"},
    ],
)
def test_figures_within_a_factor_of_two_or_of_another_metric_are_left_alone(known, values):
    assert lines(known, **values) == ()


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"effects": "颗粒物排放浓度≤10 mg/Nm3。"}, "颗粒物排放浓度：申报为 10 mg/m³"),
        ({"effects": "每年可节约标准煤1,200吨标准煤/年"}, "节能量：申报为 1200 tce"),
        ({"effects": "颗粒物出口浓度降到 1 mg/m³"}, "颗粒物排放浓度：申报为 1 mg/m³"),
        ({"parameters": "工序电耗下降 45～50 kWh/吨"}, "工序电耗下降：申报为 45–50 kWh/t"),
        (
            {"cases": [{"user": "甲", "investment_wan_yuan": 100}]},
            "投资：申报为 100 万元，CPT-0001 为 0.3 亿元",
        ),
        ({"effects": "总投资约 800 万元"}, "投资：申报为 800 万元"),
        ({"cases": [{"user": "甲", "payback_years": 0.5}]}, "投资回收期：申报为 0.5 年"),
    ],
)
def test_figures_in_texts_and_in_other_units_are_compared(known, values, told):
    (line,) = lines(known, **values)
    assert line.startswith(told)


def test_the_quotient_is_that_of_the_nearest_ends(known):
    (line,) = lines(known, effects="工序电耗下降 2～4 kWh/t")
    assert "相差 2.5 倍" in line
    (line,) = lines(known, cases=[{"user": "甲", "investment_wan_yuan": 100}])
    assert "相差 30 倍" in line


@given(st.floats(1, 1e6), st.floats(0.01, 100))
def test_two_forms_contradict_each_other_past_a_factor_of_two_and_both_ways(value, times):
    one = form(cases=[{"user": "甲", "water_saving_m3": value}])
    two = form(cases=[{"user": "乙", "water_saving_m3": value * times}])
    forth, back = (contradictions(a, b, number="SB-1") for a, b in ((one, two), (two, one)))
    assert bool(forth) == bool(back)
    if abs(times - 2) > 1e-6 and abs(times - 0.5) > 1e-6:
        assert bool(forth) == (times > 2 or times < 0.5)


def test_figures_of_an_edition_entry_are_read_from_its_texts_and_cases():
    entry = Entry(
        number="CPT-0001", name="甲",
        indicators="年节约标煤：500 tce/a，某项目；颗粒物出口浓度：5–10 mg/m³，实测",
        cases=(EntryCase(site="乙厂", co2_t=100),), investment="3000 万元（1 套；价格年份：2024年）",
        payback="2 年（某项目）",
    )  # fmt: skip
    case = {"user": "甲", "saving_tce": 2000, "co2_t": 500, "investment_wan_yuan": 10000, "payback_years": 5}
    told = contradictions(form(cases=[case], effects="颗粒物排放浓度30 mg/m3"), entry, number="CPT-0001")
    assert [line.split("：")[0] for line in told] == [
        "节能量", "减碳量", "投资", "投资回收期", "颗粒物排放浓度"
    ]  # fmt: skip


def test_a_candidate_carries_its_contradictions(catalog):
    effect = next(e for e in catalog["CPT-0010"].effects if e.metric == "年节约标煤")
    assert (effect.quantity.value, effect.quantity.unit) == (2000, "tce/a")
    nominated = form(name="有机朗肯循环发电", cases=[{"user": "甲", "saving_tce": 10000}])
    first = find_duplicates(nominated, catalog)[0]
    assert first.contradictions == ("节能量：申报为 10000 tce，CPT-0010 为 2000 tce，相差 5 倍，请核对",)
    assert first.contradictions[0] in first.line
