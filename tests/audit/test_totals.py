"""Totals before and after, the check against the baseline, targets; all numbers by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.errors import BadInput
from recommender.audit.project import (
    AuditProject,
    Figure,
    ItemEffect,
    MoneyLine,
    Option,
    Price,
    Profile,
    Target,
    YearlyItem,
)
from recommender.audit.savings import check_savings
from recommender.audit.targets import target_results
from recommender.audit.totals import counted, sequenced, totals
from recommender.audit.valuation import value_all

PROFILE = Profile(
    name="甲厂",
    product="板",
    region="重庆",
    factor_year=2023,
    discount_rate=0.08,
    prices=(Price(item="electricity", label="电", figure=Figure(value=0.8, unit="元/kWh")),),
)


def row(kind, item, amount, unit, *, label=None, year=2024):
    return YearlyItem(kind=kind, item=item, label=label or item, unit=unit, amounts={year: amount})


POWER = row("energy", "electricity", 100, "万kWh", label="电力")
WATER = row("water", "fresh_water", 50_000, "m³", label="新鲜水")
OUTPUT = row("product", "board", 20_000, "t")
COD_MADE = row("generated", "cod", 40, "t", label="COD")
COD_OUT = row("discharged", "cod", 8, "t", label="COD")


def effect(item, value, unit, *, kind="energy", label=None, **figure):
    return ItemEffect(
        kind=kind, item=item, label=label or item, figure=Figure(value=value, unit=unit, **figure)
    )


def power(value, unit="万kWh", **figure):
    return effect("electricity", value, unit, label="电力", **figure)


def option(id, *effects, wan=3.0, outcome=None, **values):
    own = outcome or ("feasible_low_cost" if wan is not None and wan <= 5 else "preliminary_high_cost")
    investment = None if wan is None else Figure(value=wan, unit="万元")
    return Option(
        **{"id": id, "name": f"方案{id}", "effects": effects, "investment": investment, "outcome": own}
        | values
    )


def project(*options, years=(POWER, WATER, OUTPUT, COD_MADE, COD_OUT), **values):
    return AuditProject(**{"profile": PROFILE, "years": years, "options": options} | values)


# Items


def test_an_item_before_and_after():
    found = totals(project(option("F1", power(200_000, "kWh"))))
    (item,) = found.items
    assert (item.kind, item.item, item.label, item.unit) == ("energy", "electricity", "电力", "万kWh")
    assert (item.saving, item.baseline, item.after) == (pytest.approx(20), 100, pytest.approx(80))
    assert item.share == pytest.approx(0.2)
    assert (item.output, item.per_unit_unit) == (20_000, "万kWh/t")
    assert item.per_unit_before == pytest.approx(0.005) and item.per_unit_after == pytest.approx(0.004)
    assert item.options == ("F1",)
    assert found.year == 2024 and found.item("energy", "electricity") == item
    assert found.item("water", "fresh_water") is None


def test_a_later_saving_applies_to_what_remains():
    # 20 of 100 first; then 30 % of the remaining 80 = 24; then 50 % of 56 = 28; together 72 < 100
    whole = project(option("F1", power(20)), option("F2", power(300_000, "kWh")), option("F3", power(50)))
    (item,) = totals(whole).items
    assert item.contributions == (
        ("F1", pytest.approx(20)),
        ("F2", pytest.approx(24)),
        ("F3", pytest.approx(28)),
    )
    assert item.saving == pytest.approx(72) and item.after == pytest.approx(28)
    assert [o.effects[0].figure.value for o in sequenced(whole, whole.options)] == pytest.approx(
        [20, 240_000, 28]
    )


def test_two_savings_of_one_option_count_together():
    # 10 + 20 = 30 of 100 by F1; then 10 % of 70 by F2
    (item,) = totals(project(option("F1", power(10), power(20)), option("F2", power(10)))).items
    assert item.contributions == (("F1", pytest.approx(30)), ("F2", pytest.approx(7)))


def test_more_use_is_added_plainly():
    # F1 saves 20 and uses 5 more; F2 saves 10 % of the remaining 80; F3 uses 4 more
    whole = project(option("F1", power(20), power(-5)), option("F2", power(10)), option("F3", power(-4)))
    (item,) = totals(whole).items
    assert dict(item.contributions) == pytest.approx({"F1": 15, "F2": 8, "F3": -4})
    assert item.saving == pytest.approx(19)


def test_what_is_generated_and_what_is_discharged_stay_apart():
    made = effect("cod", 10, "t", kind="generated", label="COD")
    out = effect("cod", 2000, "kg", kind="discharged", label="COD")
    found = totals(project(option("F1", made, out)))
    assert [(item.kind, item.saving, item.after) for item in found.items] == [
        ("generated", 10, 30),
        ("discharged", pytest.approx(2), pytest.approx(6)),
    ]


def test_items_without_a_baseline_are_summed_in_their_own_unit():
    acid = [
        effect("acid", value, unit, kind="material", label="盐酸") for value, unit in ((3, "t"), (500, "kg"))
    ]
    (item,) = totals(project(option("F1", acid[0]), option("F2", acid[1]))).items
    assert (item.unit, item.saving, item.label) == ("t", pytest.approx(3.5), "盐酸")
    assert (item.baseline, item.share, item.after) == (None, None, None)
    assert (item.per_unit_before, item.per_unit_after) == (None, None)


def test_a_year_without_an_amount_is_no_baseline():
    old = row("energy", "electricity", 90, "万kWh", year=2023)
    whole = project(option("F1", power(20)), option("F2", power(30)), years=(old, OUTPUT))
    (item,) = totals(whole).items
    assert (item.saving, item.baseline, item.share) == (pytest.approx(50), None, None)


def test_a_share_of_another_item_counts_there():
    share = ItemEffect(
        kind="energy", item="compressor", label="空压机电耗", figure=Figure(value=30, unit="万kWh"),
        baseline_item="electricity",
    )  # fmt: skip
    (item,) = totals(project(option("F1", power(20)), option("F2", share))).items
    assert (item.item, item.saving) == ("electricity", pytest.approx(44))  # 20 + 30 % of 80


def test_water_by_the_tonne_stands_beside_cubic_metres():
    (item,) = totals(project(option("F1", effect("fresh_water", 2, "万t", kind="water")))).items
    assert (item.unit, item.saving) == ("m³", pytest.approx(20_000))


def test_a_change_of_output_changes_the_amount_per_unit():
    more = effect("board", -5000, "t", kind="product")
    found = totals(project(option("F1", power(10), more)))
    assert (found.output, found.output_after) == (20_000, 25_000)
    item = found.item("energy", "electricity")
    assert item.per_unit_after == pytest.approx(90 / 25_000)
    unknown = totals(project(option("F1", power(10), effect("pipe", -5000, "t", kind="product"))))
    assert unknown.output_after is None
    assert unknown.item("energy", "electricity").per_unit_after is None


def test_a_unit_that_does_not_fit_names_the_option():
    with pytest.raises(BadInput, match="方案 F1 方案F1：新鲜水：单位“kWh”不能换算为“m³”"):
        totals(project(option("F1", effect("fresh_water", 2, "kWh", kind="water", label="新鲜水"))))


saving = st.floats(0.01, 150)


@given(st.lists(saving, min_size=1, max_size=6), st.just(0.0) | st.floats(0.01, 100))
def test_the_sequence_never_exceeds_the_sum_or_the_baseline(savings, base):
    options = [option(f"F{n}", power(value)) for n, value in enumerate(savings, start=1)]
    years = (row("energy", "electricity", base, "万kWh"),)
    (item,) = totals(project(*options, years=years)).items
    assert item.saving <= sum(savings) * (1 + 1e-12)
    assert item.saving <= base
    assert item.after >= 0
    left = base
    for value in savings:
        left -= left * min(value / base, 1) if base else 0
    assert item.saving == pytest.approx(base - left, abs=1e-9)


@given(st.lists(saving, min_size=2, max_size=5), st.randoms(use_true_random=False))
def test_the_order_changes_the_parts_but_not_the_total(savings, random):
    mixed = list(savings)
    random.shuffle(mixed)
    both = [
        totals(project(*(option(f"F{n}", power(v)) for n, v in enumerate(values, 1)))).items[0].saving
        for values in (savings, mixed)
    ]
    assert both[0] == pytest.approx(both[1])


# Sums


def test_what_counts_by_default():
    whole = project(
        option("F1"), option("F2", wan=30), option("F3", outcome="undecided"),
        option("F4", outcome="not_feasible", rejection="space"), option("F5", state="abandoned"),
    )  # fmt: skip
    assert counted(whole) == totals(whole).options == ("F1", "F2")
    assert totals(whole, ["F3", "F1"]).options == ("F1", "F3")
    with pytest.raises(BadInput, match="方案“F9”不存在"):
        totals(whole, ["F9"])


def test_sums_are_split_by_track():
    # water is not priced; F1 saves 10 万kWh = 8 万元; F2 20 % of the remaining 90 = 18 万kWh = 14.4 万元
    # 10 万kWh x 0.1229 = 12.29 tce, x 0.5581 kg = 55.81 tCO2
    found = totals(project(option("F1", power(10)), option("F2", power(20), wan=30)))
    low, high, both = found.low_cost, found.high_cost, found.total
    assert (low.options, high.options, both.options) == (("F1",), ("F2",), ("F1", "F2"))
    assert [one.investment_wan_yuan.value for one in (low, high, both)] == [3, 30, 33]
    assert [one.annual_saving_wan_yuan.value for one in (low, high, both)] == pytest.approx([8, 14.4, 22.4])
    assert [one.tce.value for one in (low, high, both)] == pytest.approx([12.29, 22.122, 34.412])
    assert [one.co2_t.value for one in (low, high, both)] == pytest.approx([55.81, 100.458, 156.268])
    assert found.unclassed == ()


def test_a_sum_with_an_option_not_calculated_is_empty_and_names_it():
    unpriced = option("F2", effect("fresh_water", 100, "m³", kind="water", label="新鲜水"))
    found = totals(project(option("F1", power(10)), unpriced, option("F3", power(-1), wan=None)))
    assert (found.total.annual_saving_wan_yuan.value, found.total.annual_saving_wan_yuan.missing) == (
        None,
        ("F2 方案F2",),
    )
    assert found.total.investment_wan_yuan.missing == ("F3 方案F3",)
    assert found.high_cost.annual_saving_wan_yuan.value == pytest.approx(-0.8)
    assert found.total.tce.value == pytest.approx(9 * 1.229)


def test_an_option_without_cost_class_is_in_the_total_only():
    found = totals(project(option("F1", power(10), wan=None, outcome="undecided")), ["F1"])
    assert found.unclassed == ("F1",)
    assert (found.low_cost.options, found.high_cost.options, found.total.options) == ((), (), ("F1",))


def test_money_lines_are_never_reduced():
    money = (MoneyLine(label="人工", figure=Figure(value=5, unit="万元")),)
    found = totals(project(option("F1", power(50)), option("F2", power(50), money=money)))
    # 50 万kWh = 40 万元; the second 50 % of 50 = 25 万kWh = 20 万元, and 5 万元
    assert found.total.annual_saving_wan_yuan.value == pytest.approx(65)


def test_valuations_at_hand_give_the_same_totals():
    whole = project(option("F1", power(10)), option("F2", power(20), wan=30))
    assert totals(whole, valuations=value_all(whole)) == totals(whole)


def test_estimates_are_marked():
    found = totals(project(option("F1", power(10, evidence="estimate")), option("F2", wan=30)))
    assert found.items[0].estimated
    assert found.total.tce.estimated and found.low_cost.annual_saving_wan_yuan.estimated
    assert not found.high_cost.tce.estimated


def test_options_that_exclude_each_other_are_told():
    found = totals(
        project(option("F1", conflicts_with=("F2",)), option("F2", group="水"), option("F3", group="水"))
    )
    assert found.notes == (
        "方案 F1 与 F2 互斥，合计中两者都已计入，请只保留一个",
        "方案 F2 与 F3 同属比选组“水”，合计中两者都已计入，请核对",
    )


def test_no_options_give_zero_of_nothing():
    found = totals(project())
    assert (found.items, found.total.investment_wan_yuan.value, found.options) == ((), 0, ())


# Savings against the baseline


def test_a_saving_above_the_baseline_is_told_with_both_numbers():
    assert check_savings(project(option("F3", power(120), name="空压机变频"))) == (
        "方案 F3 空压机变频：节电 120 万kWh 超过 2024 年用电量 100 万kWh，请核对数量或单位",
    )
    assert check_savings(project(option("F3", power(100)))) == ()


@pytest.mark.parametrize(
    ("one", "wanted"),
    [
        (power(1_200_000, "kWh"), "节电 1200000 kWh（120 万kWh） 超过 2024 年用电量 100 万kWh"),
        (
            effect("fresh_water", 6, "万m³", kind="water"),
            "节水 6 万m³（60000 m³） 超过 2024 年用水量 50000 m³",
        ),
        (effect("cod", 9, "t", kind="discharged"), "减少COD排放 9 t 超过 2024 年COD排放量 8 t"),
        (effect("cod", 41, "t", kind="generated"), "减少COD产生 41 t 超过 2024 年COD产生量 40 t"),
    ],
)
def test_every_kind_has_its_words(one, wanted):
    assert check_savings(project(option("F1", one))) == (f"方案 F1 方案F1：{wanted}，请核对数量或单位",)


def test_the_savings_of_one_option_are_checked_together():
    assert check_savings(project(option("F1", power(60), power(-30), power(50)))) == (
        "方案 F1 方案F1：节电 110 万kWh 超过 2024 年用电量 100 万kWh，请核对数量或单位",
    )


def test_a_unit_that_cannot_be_converted_is_told():
    assert check_savings(project(option("F1", power(3, "t")))) == (
        "方案 F1 方案F1：电力的单位与年度数据不一致：单位“t”不能换算为“万kWh”，请改用同类单位",
    )


def test_what_does_not_count_or_has_no_baseline_is_not_checked():
    far = power(999)
    dead = option("F1", far, outcome="not_feasible", rejection="no_data")
    assert check_savings(project(dead, option("F2", far, state="abandoned"))) == ()
    assert check_savings(project(option("F1", far), years=())) == ()
    assert check_savings(project(option("F1", effect("board", 99_999, "t", kind="product")))) == ()


# Targets


def target(**values):
    return Target(
        **{
            "indicator": "单位产品电耗", "item": "electricity", "unit": "kWh/t", "near": 45,
            "near_year": 2026, "far": 35, "far_year": 2030,
        }
        | values
    )  # fmt: skip


def result(*options, years=None, **values):
    content = {} if years is None else {"years": years}
    (found,) = target_results(project(*options, targets=(target(**values),), **content))
    return found


def test_a_target_computed_from_the_baseline():
    # 100 万kWh / 20 000 t = 50 kWh/t; after 20 万kWh: 40 kWh/t
    found = result(option("F1", power(20)))
    assert (found.current, found.origin, found.after) == (pytest.approx(50), "computed", pytest.approx(40))
    assert (found.reached_near, found.reached_far, found.reason) == (True, False, "")
    assert found.options == ("F1",) and found.target.far_year == 2030
    assert (found.indicator, found.unit, found.near, found.far) == ("单位产品电耗", "kWh/t", 45, 35)


def test_a_given_current_value_is_kept_and_the_change_taken_off():
    found = result(option("F1", power(20)), current=52)
    assert (found.current, found.origin, found.after) == (52, "given", pytest.approx(42))


def test_exactly_at_the_target_is_reached():
    assert result(option("F1", power(10))).reached_near is True  # 45.000000...


def test_annual_amounts():
    found = result(
        option("F1", power(20)), unit="万kWh/a", per_unit=False, near=80, far=79, indicator="年用电量"
    )
    assert (found.current, found.after) == (100, pytest.approx(80))
    assert (found.reached_near, found.reached_far) == (True, False)


def test_higher_is_better():
    more = effect("board", -5000, "t", kind="product")
    found = result(
        option("F1", more),
        item="board",
        unit="t",
        per_unit=False,
        higher_is_better=True,
        near=24_000,
        far=26_000,
    )
    assert (found.current, found.after) == (20_000, 25_000)
    assert (found.reached_near, found.reached_far) == (True, False)


def test_more_output_lowers_the_indicator():
    found = result(option("F1", effect("board", -5000, "t", kind="product")))
    assert found.after == pytest.approx(40)  # 100 万kWh / 25 000 t


def test_discharged_counts_unless_the_indicator_says_generated():
    made = effect("cod", 10, "t", kind="generated")
    out = effect("cod", 2, "t", kind="discharged")
    wanted = {"item": "cod", "unit": "kg/t", "near": 0.3, "far": 1.5}
    found = result(option("F1", made, out), indicator="单位产品COD排放量", **wanted)
    assert (found.current, found.after) == (pytest.approx(0.4), pytest.approx(0.3))
    found = result(option("F1", made, out), indicator="单位产品COD产生量", **wanted)
    assert (found.current, found.after) == (pytest.approx(2), pytest.approx(1.5))


def test_without_baseline_the_saving_is_taken_off_the_given_value():
    found = result(option("F1", power(20)), current=50, years=(OUTPUT,))
    assert found.after == pytest.approx(40)


def test_no_option_on_the_item_leaves_it_as_it_is():
    found = result(option("F1", effect("fresh_water", 5, "m³", kind="water")))
    assert (found.current, found.after, found.options) == (pytest.approx(50), pytest.approx(50), ())
    (found,) = target_results(project(option("F1", power(20)), targets=(target(),)), [])
    assert found.after == pytest.approx(50)


@pytest.mark.parametrize(
    ("values", "years", "reason"),
    [
        ({"item": ""}, None, "目标未关联项目，不能由方案计算"),
        ({"item": "gold"}, None, "没有“gold”的年度数据，也没有方案涉及该项"),
        ({}, (OUTPUT,), "未提供现状值，也没有基准年数据"),
        ({}, (POWER,), "缺基准年产量，无法计算单位产品指标"),
        ({"unit": "kWh"}, None, "目标单位“kWh”缺少分母，单位产品指标请写成 万kWh/t 一类的单位"),
        ({"unit": "kWh/m³"}, None, "单位“t”不能换算为“m³”，请改用同类单位"),
        ({"per_unit": False}, None, "目标单位“kWh/t”带分母，年总量指标请写成 t、万m³ 一类的单位"),
    ],
)
def test_what_is_not_computed_has_its_reason(values, years, reason):
    found = result(option("F1", power(20)), years=years, **values)
    assert (found.after, found.reached_near, found.reached_far) == (None, None, None)
    assert found.reason == reason


def test_output_that_cannot_be_told_leaves_the_target_open():
    found = result(option("F1", effect("pipe", -1, "t", kind="product")))
    assert (found.current, found.after) == (pytest.approx(50), None)
    assert found.reason == "方案改变产量，缺该产品的基准年产量，无法计算单位产品指标"
    gas = {"item": "natural_gas", "unit": "m³/t", "current": 9}
    both = option("F1", effect("board", -1, "t", kind="product"), effect("natural_gas", 1, "m³"))
    assert result(both, **gas).reason == "方案改变产量，缺该项的基准年数据，无法计算单位产品指标"


def test_a_target_without_a_goal_says_so():
    found = result(option("F1", power(20)), near=None)
    assert (found.reached_near, found.reached_far, found.reason) == (None, False, "未提供近期目标值")
