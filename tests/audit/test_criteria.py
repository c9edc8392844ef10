"""Criteria side by side; the two options of the manual's example win by different ones (methods.md B8)."""

import pytest

from recommender.audit.criteria import compare
from recommender.audit.project import AuditProject

PRICES = [
    ("electricity", "电力", 0.6, "元/kWh"),
    ("coal", "原煤", 625, "元/t"),
    ("fresh_water", "新鲜水", 1.4, "元/t"),
]


def effect(item, value, unit, *, kind="energy"):
    label = {item: label for item, label, *_ in PRICES}.get(item, item)
    return {"kind": kind, "item": item, "label": label, "figure": {"value": value, "unit": unit}}


def option(id, investment, *, money=(), effects=(), **others):
    return {
        "id": id,
        "name": f"方案{id}",
        "investment": None if investment is None else {"value": investment, "unit": "万元"},
        "money": [{"label": "收益", "figure": {"value": value, "unit": "万元"}} for value in money],
        "effects": list(effects),
        **others,
    }


def project(*options, **profile):
    prices = [
        {"item": item, "label": label, "figure": {"value": value, "unit": unit}}
        for item, label, value, unit in PRICES
    ]
    settings = {"name": "某厂", "discount_rate": 0.1, "prices": prices, **profile}
    return AuditProject.model_validate({"profile": settings, "options": list(options)})


V5 = option(
    "F1", 1800, money=[180, 35],
    effects=[
        effect("electricity", 180, "万kWh"), effect("coal", 6500, "t"),
        effect("fresh_water", 120_000, "t", kind="water"),
    ],
)  # fmt: skip
V6 = option(
    "F2", 3100, money=[348.6, 153.6, 500],
    effects=[
        effect("electricity", 200, "万kWh"), effect("coal", 2000, "t"),
        effect("fresh_water", 10_000, "t", kind="water"),
    ],
)  # fmt: skip


def test_v6_wins_on_npv_and_v5_on_npvr_payback_and_irr():
    found = compare(project(V5, V6, tax_rate=0.33, discount_rate=0.0612))
    first, second = found.rows
    assert first.npv_wan_yuan == pytest.approx(2292.85, abs=0.01)
    assert second.npv_wan_yuan == pytest.approx(3770.99, abs=0.01)
    assert (first.npvr, second.npvr) == pytest.approx((1.2738, 1.2165), abs=1e-4)
    assert (first.payback_years, second.payback_years) == pytest.approx((3.2186, 3.3019), abs=1e-4)
    assert (first.irr, second.irr) == pytest.approx((0.2855, 0.2765), abs=5e-4)
    assert first.co2_t > second.co2_t
    assert [first.ranks[one] for one in ("npv", "npvr", "payback", "irr", "co2")] == [2, 1, 1, 1, 1]
    assert [second.ranks[one] for one in ("npv", "npvr", "payback", "irr", "co2")] == [1, 2, 2, 2, 2]
    assert found.conflicts == (
        "NPV 最大的是 F2，NPVR、N、IRR 最优的是 F1，两者不一致，须说明取舍",
        "NPV 最大的是 F2，减碳量最大的是 F1，两者不一致，须说明取舍",
    )


def test_where_one_option_leads_everywhere_nothing_is_told():
    found = compare(project(option("F1", 10, money=[9]), option("F2", 20, money=[9])))
    assert found.conflicts == ()
    assert [row.ranks["npv"] for row in found.rows] == [1, 2]


def test_three_winners_are_three_parties():
    # life 10 at 10 %: F1 largest NPV, F2 shortest N for two years only, F3 best NPVR and IRR
    made = [
        option("F1", 1000, money=[400]),
        option("F2", 10, money=[9], life_years=2, depreciation_years=2),
        option("F3", 10, money=[8]),
    ]
    found = compare(project(*made, tax_rate=0.0))
    assert found.conflicts == (
        "NPV 最大的是 F1，NPVR、IRR 最优的是 F3，N 最短的是 F2，三者不一致，须说明取舍",
    )


def test_equals_share_a_rank_and_the_next_one_is_skipped():
    made = [option(id, 10, money=[saving]) for id, saving in (("F10", 5), ("F2", 5), ("F1", 4), ("F3", 6))]
    found = compare(project(*made))
    assert [row.option_id for row in found.rows] == ["F1", "F2", "F3", "F10"]
    for criterion in ("npv", "npvr", "payback", "irr"):
        assert [row.ranks[criterion] for row in found.rows] == [4, 2, 1, 2]
    assert [row.ranks["co2"] for row in found.rows] == [1, 1, 1, 1]


def test_a_tie_with_a_shared_winner_is_no_conflict():
    # same NPV, F1 with the smaller investment
    made = [option("F1", 0, money=[1]), option("F2", 10, money=[1 + 10 / 6.144567105704685])]
    found = compare(project(*made, tax_rate=0.0))
    assert [row.ranks["npv"] for row in found.rows] == [1, 1]
    assert found.conflicts == ()


def test_an_option_without_investment_has_no_ratio_and_yet_leads():
    found = compare(project(option("F1", 0, money=[1]), option("F2", 100, money=[90])))
    free, costly = found.rows
    assert (free.npvr, free.irr) == (None, None)
    assert (free.ranks["npvr"], free.ranks["irr"], costly.ranks["npvr"]) == (1, 1, 2)
    assert found.conflicts == ("NPV 最大的是 F2，NPVR、N、IRR 最优的是 F1，两者不一致，须说明取舍",)


def test_what_has_no_value_has_no_rank():
    found = compare(project(option("F1", 100, money=[-5]), option("F2", 0, money=[0])))
    for row in found.rows:
        assert {"payback", "irr"}.isdisjoint(row.ranks)
    assert "npvr" not in found.rows[1].ranks


def test_side_effects_are_counted_and_held_against_the_largest_npv():
    worse = [effect("nh3", -1, "t", kind="discharged"), effect("sludge", -3, "t", kind="generated")]
    found = compare(project(option("F1", 10, money=[20], effects=worse), option("F2", 10, money=[9])))
    assert [row.side_effects for row in found.rows] == [2, 0]
    assert [row.ranks["side_effects"] for row in found.rows] == [2, 1]
    assert found.conflicts == ("NPV 最大的是 F1，副作用最少的是 F2，两者不一致，须说明取舍",)


def test_only_calculated_options_are_compared_and_the_others_named():
    made = [option("F1", 10, money=[5]), option("F2", None, money=[5]), option("F10", 10), option("F9", 10)]
    found = compare(project(*made), ["F10", "F2", "F1"])
    assert [row.option_id for row in found.rows] == ["F1"]
    assert found.left_out == (
        ("F2", "未计算，缺少：投资"),
        ("F10", "未计算，缺少：年节省（没有任何效果或费用数据）"),
    )


def test_no_options_no_rows():
    found = compare(project())
    assert (found.rows, found.conflicts, found.left_out) == ((), (), ())
