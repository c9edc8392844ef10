"""What an option is worth: published cases built from their items, prices, gaps, coal and carbon."""

import pytest

from catalog.errors import BadInput
from recommender.audit.project import (
    AuditProject,
    Figure,
    ItemEffect,
    MoneyLine,
    Option,
    Price,
    Profile,
)
from recommender.audit.valuation import (
    cost_class,
    investment_figure,
    net_price,
    payback_limit,
    price_in,
    value_all,
    value_option,
)


def figure(value, unit, **others):
    return Figure(value=value, unit=unit, **others)


def price(item, value, unit, **others):
    return Price(item=item, label=others.pop("label", item), figure=figure(value, unit), **others)


def effect(kind, item, value, unit, **others):
    return ItemEffect(
        kind=kind, item=item, label=others.pop("label", item), figure=figure(value, unit, **others)
    )


def income(value, label="收入", unit="万元"):
    return MoneyLine(label=label, figure=figure(value, unit))


def option(*effects, investment=100.0, **others):
    invested = None if investment is None else figure(investment, "万元")
    return Option(id=others.pop("id", "F1"), name="试验方案", investment=invested, effects=effects, **others)


PRICES = (
    price("electricity", 0.60, "元/kWh", label="电力"),
    price("coal", 625, "元/t", label="原煤"),
    price("fresh_water", 1.40, "元/t", label="新鲜水"),
    price("natural_gas", 3.0, "元/m³", label="天然气"),
)


def project(*options, prices=PRICES, **profile):
    values = {"name": "试验厂", "discount_rate": 0.08, "prices": prices} | profile
    return AuditProject(profile=Profile(**values), options=options)


def valued(one, **profile):
    return value_option(project(one, **profile), one)


PUBLISHED = {"tax_rate": 0.33, "discount_rate": 0.0612}


# --- published cases from their items (methods.md B8) ---


def test_v5_from_its_items():
    one = option(
        effect("energy", "electricity", 180, "万kWh"),
        effect("energy", "coal", 6500, "t"),
        effect("water", "fresh_water", 120_000, "t"),
        investment=1800,
        money=(income(180, "原材料"), income(35)),
    )
    found = valued(one, **PUBLISHED)
    assert [line.wan_yuan for line in found.lines] == pytest.approx([108, 406.25, 16.8, 180, 35])
    assert found.annual_saving_wan_yuan == pytest.approx(746.05)
    assert round(found.economics.npv_wan_yuan, 2) == 2292.85
    assert found.economics.payback_years == pytest.approx(3.2186, abs=5e-5)
    assert found.acceptance.verdict == "feasible"
    assert found.cost_class == "high_cost"
    assert found.missing == ()


def test_v6_from_its_items():
    one = option(
        effect("energy", "electricity", 200, "万kWh"),
        effect("energy", "coal", 2000, "t"),
        effect("water", "fresh_water", 1, "万t"),
        investment=3100,
        money=(income(348.6, "原材料"), income(153.6, "焚烧费"), income(500)),
    )
    found = valued(one, **PUBLISHED)
    assert [line.wan_yuan for line in found.lines] == pytest.approx([120, 125, 1.4, 348.6, 153.6, 500])
    assert found.annual_saving_wan_yuan == pytest.approx(1248.6)
    assert round(found.economics.npv_wan_yuan, 2) == 3770.99


def test_all_options_are_valued_by_their_id():
    one = option(effect("energy", "electricity", 10, "万kWh"))
    two = option(effect("energy", "electricity", 20, "万kWh"), id="F2")
    found = value_all(project(one, two))
    assert {id: value.annual_saving_wan_yuan for id, value in found.items()} == {"F1": 6.0, "F2": 12.0}


# --- prices ---


def test_a_price_with_vat_is_divided_by_one_plus_the_rate():
    with_vat = price("electricity", 0.678, "元/kWh", tax="included", vat_rate=0.13)
    assert net_price(with_vat) == (pytest.approx(0.6), None)
    found = valued(option(effect("energy", "electricity", 180, "万kWh")), prices=(with_vat,))
    assert found.annual_saving_wan_yuan == pytest.approx(108)
    assert found.notes == ()


def test_a_price_with_vat_of_unknown_rate_is_taken_as_it_is_and_told_once():
    with_vat = price("electricity", 0.678, "元/kWh", tax="included", label="电力")
    one = option(effect("energy", "electricity", 100, "万kWh"), effect("energy", "electricity", 80, "万kWh"))
    found = valued(one, prices=(with_vat,))
    assert found.annual_saving_wan_yuan == pytest.approx(122.04)
    assert found.notes == ("电力价格为含税价且未给增值税率，按含税价计算",)


def test_a_price_without_vat_ignores_a_rate():
    assert net_price(price("coal", 625, "元/t", vat_rate=0.13)) == (625, None)


@pytest.mark.parametrize("kind", ["energy", "water", "material", "product"])
def test_a_missing_price_leaves_the_saving_empty_and_is_named(kind):
    one = option(effect("energy", "electricity", 180, "万kWh"), effect(kind, "solvent", 3, "t", label="溶剂"))
    found = valued(one)
    assert found.annual_saving_wan_yuan is None
    assert found.missing == ("溶剂价格",)
    assert found.lines[-1].wan_yuan is None
    assert found.economics.npv_wan_yuan is None
    assert found.acceptance.verdict == "not_calculated"


def test_a_pollutant_without_a_price_is_no_gap():
    one = option(
        effect("energy", "electricity", 180, "万kWh"),
        effect("discharged", "cod", 12, "t"),
        effect("generated", "solid_waste", 4, "t"),
    )
    found = valued(one)
    assert found.missing == ()
    assert [line.wan_yuan for line in found.lines] == [pytest.approx(108), None, None]
    assert found.annual_saving_wan_yuan == pytest.approx(108)


def test_a_pollutant_with_a_price_counts():
    fee = (*PRICES, price("hazardous_waste", 3000, "元/t"))
    one = option(effect("generated", "hazardous_waste", 20, "t"))
    assert valued(one, prices=fee).annual_saving_wan_yuan == pytest.approx(6.0)


def test_generated_and_discharged_of_one_pollutant_are_paid_once_by_what_is_discharged():
    fee = (*PRICES, price("cod", 1400, "元/t"))
    one = option(effect("generated", "cod", 50, "t"), effect("discharged", "cod", 10, "t"))
    found = valued(one, prices=fee)
    assert [line.wan_yuan for line in found.lines] == [None, pytest.approx(1.4)]
    assert found.annual_saving_wan_yuan == pytest.approx(1.4)


def test_nothing_given_is_a_gap_and_no_zero():
    found = valued(option())
    assert found.annual_saving_wan_yuan is None
    assert found.missing == ("年节省（没有任何效果或费用数据）",)


@pytest.mark.parametrize(
    ("price_unit", "unit", "expected"),
    [
        ("元/t", "m³", 1e-4),
        ("元/m³", "t", 1e-4),
        ("元/m³", "万m³", 1.0),
        ("元/m³", "万t", 1.0),
        ("元/kg", "t", 0.1),
        ("万元/万m³", "m³", 1e-4),
    ],
)
def test_water_is_priced_by_mass_or_by_volume(price_unit, unit, expected):
    assert price_in(price_unit, unit, "fresh_water") == pytest.approx(expected)


def test_what_has_no_density_is_not_priced_across():
    with pytest.raises(BadInput, match="“m³”不能换算为“t”"):
        price_in("元/t", "m³", "natural_gas")


def test_a_price_without_what_it_is_for_is_told():
    with pytest.raises(BadInput, match="价格单位“元”缺少分母"):
        price_in("元", "t", "coal")


def test_a_unit_that_does_not_fit_names_the_option():
    with pytest.raises(BadInput, match=r"^方案 F1 试验方案：单位“t”不能换算为“kWh”") as error:
        valued(option(effect("energy", "electricity", 5, "t")))
    assert "\n" not in str(error.value)


def test_more_product_is_income_and_less_is_a_loss():
    sold = (*PRICES, price("cement", 300, "元/t"))
    more = valued(option(effect("product", "cement", -1000, "t")), prices=sold)
    less = valued(option(effect("product", "cement", 1000, "t")), prices=sold)
    assert more.annual_saving_wan_yuan == pytest.approx(30)
    assert less.annual_saving_wan_yuan == pytest.approx(-30)


def test_money_lines_come_in_any_unit_of_money_and_may_cost():
    one = option(money=(income(35_000, unit="元"), income(-1.5, "人工")))
    found = valued(one)
    assert found.annual_saving_wan_yuan == pytest.approx(2.0)
    assert [line.kind for line in found.lines] == ["money", "money"]


def test_an_estimated_figure_marks_the_whole_option():
    assert not valued(option(effect("energy", "electricity", 10, "万kWh"))).estimated
    assert valued(option(effect("energy", "electricity", 10, "万kWh", evidence="estimate"))).estimated
    guessed = Price(item="electricity", label="电力", figure=figure(0.6, "元/kWh", evidence="example"))
    assert valued(option(effect("energy", "electricity", 10, "万kWh")), prices=(guessed,)).estimated


# --- gaps of the economics ---


def test_every_missing_input_is_named_once():
    one = option(effect("energy", "coke", 3, "t", label="焦炭"), investment=None)
    assert valued(one, discount_rate=None).missing == ("焦炭价格", "投资", "贴现率")


def test_without_an_investment_the_saving_still_stands():
    found = valued(option(effect("energy", "electricity", 10, "万kWh"), investment=None))
    assert found.annual_saving_wan_yuan == pytest.approx(6)
    assert found.missing == ("投资",)
    assert found.cost_class is None
    assert found.economics.payback_years is None


def test_years_of_the_option_stand_before_those_of_the_project():
    one = option(effect("energy", "electricity", 100, "万kWh"), life_years=5, depreciation_years=4)
    inputs = valued(one, life_years=10, depreciation_years=10, residual_rate=0.05).economics.inputs
    assert (inputs.life_years, inputs.depreciation_years, inputs.residual_rate) == (5, 4, 0.05)


# --- negative effects, standard coal, carbon dioxide ---


def test_a_negative_effect_reduces_money_coal_and_carbon():
    saved = effect("energy", "electricity", 100, "万kWh")
    used = effect("energy", "natural_gas", -5, "万m³")
    alone, both = valued(option(saved)), valued(option(saved, used))
    assert both.annual_saving_wan_yuan == pytest.approx(alone.annual_saving_wan_yuan - 15)
    assert alone.tce.value == pytest.approx(122.9)
    assert both.tce.value == pytest.approx(122.9 - 50_000 * 1.215 / 1000)
    assert alone.co2.value == pytest.approx(558.1)
    assert both.co2.value == pytest.approx(558.1 - 5 * 21.622, abs=0.01)
    assert len(both.co2.rows) == 2


def test_an_option_may_cost_more_than_it_brings():
    found = valued(option(effect("energy", "natural_gas", -5, "万m³")))
    assert found.annual_saving_wan_yuan == pytest.approx(-15)
    assert found.tce.value < 0 and found.co2.value < 0
    assert found.acceptance.verdict == "not_feasible"


def test_the_region_decides_the_carbon_of_electricity_and_nothing_else():
    one = option(effect("energy", "electricity", 100, "万kWh"))
    here, there = valued(one, region="重庆"), valued(one, region="四川")
    assert here.co2.value == pytest.approx(558.1)
    assert there.co2.value == pytest.approx(156.4)
    assert here.tce == there.tce
    assert here.annual_saving_wan_yuan == there.annual_saving_wan_yuan
    assert "重庆" in here.co2.rows[0] and "四川" in there.co2.rows[0]


def test_the_year_of_the_factor_can_be_chosen():
    one = option(effect("energy", "electricity", 100, "万kWh"))
    assert valued(one, factor_year=2022).co2.value == pytest.approx(522.7)


def test_a_region_without_a_factor_names_the_option():
    with pytest.raises(BadInput, match=r"^方案 F1 .*没有“火星”的公布值"):
        valued(option(effect("energy", "electricity", 100, "万kWh")), region="火星")


def test_the_basis_decides_the_standard_coal_of_electricity():
    one = option(effect("energy", "electricity", 100, "万kWh"))
    by_heat, primary = valued(one), valued(one, coal_basis="equivalent")
    assert (by_heat.tce.value, primary.tce.value) == (pytest.approx(122.9), pytest.approx(300.0))
    assert "当量值" in by_heat.tce.rows[0] and "等价值" in primary.tce.rows[0]


def test_a_missing_carbon_factor_is_named_and_the_sum_stays_empty():
    steam = (*PRICES, price("steam", 200, "元/t"))
    one = option(
        effect("energy", "electricity", 100, "万kWh"), effect("energy", "steam", 1000, "t", label="蒸汽")
    )
    found = valued(one, prices=steam)
    assert found.co2.value is None
    assert found.co2.missing == ("蒸汽",)
    assert found.tce.value == pytest.approx(122.9 + 128.6)
    assert found.annual_saving_wan_yuan == pytest.approx(80)  # money does not need the factor


@pytest.mark.parametrize(("value", "unit"), [(30, "t"), (30, "tCO2"), (30_000, "kg")])
def test_process_carbon_dioxide_is_added(value, unit):
    one = option(effect("energy", "electricity", 100, "万kWh"), effect("discharged", "co2", value, unit))
    assert valued(one).co2.value == pytest.approx(588.1)


def test_process_carbon_dioxide_generated_and_discharged_counts_once():
    one = option(
        effect("energy", "electricity", 100, "万kWh"),
        effect("generated", "co2", 50, "t"),
        effect("discharged", "co2", 30, "t"),
    )
    assert valued(one).co2.value == pytest.approx(588.1)


def test_a_factor_from_a_range_marks_the_sum_as_estimated():
    assert not valued(option(effect("energy", "electricity", 1, "kWh"))).tce.estimated
    assert valued(option(effect("energy", "natural_gas", 1, "m³"))).tce.estimated


# --- cost class ---


@pytest.mark.parametrize(
    ("investment", "expected"),
    [
        (0, "no_cost"),
        (0.01, "low_cost"),
        (5, "low_cost"),
        (5.01, "medium_cost"),
        (50, "medium_cost"),
        (50.01, "high_cost"),
    ],
)
def test_the_cost_class_follows_the_limits_of_the_project(investment, expected):
    assert cost_class(project(), option(investment=investment)) == expected


def test_other_limits_give_another_class():
    wide = project(cost_limits={"no_cost": 1, "low_cost": 10, "medium_cost": 100})
    classes = [cost_class(wide, option(investment=value)) for value in (1, 8, 60, 101)]
    assert classes == ["no_cost", "low_cost", "medium_cost", "high_cost"]


def test_a_chosen_class_stands_and_without_investment_there_is_none():
    assert cost_class(project(), option(investment=500, cost_class="low_cost")) == "low_cost"
    assert cost_class(project(), option(investment=None)) is None


@pytest.mark.parametrize(("investment", "low"), [(0, True), (3, True), (30, False), (300, False)])
def test_low_cost_options_are_those_without_or_with_little_investment(investment, low):
    assert valued(option(money=(income(1),), investment=investment)).is_low_cost is low


def test_the_payback_limit_follows_the_class():
    limits = project(payback_limits={"low_cost": 1, "medium_cost": 2, "high_cost": 7})
    found = [payback_limit(limits, kind) for kind in ("no_cost", "low_cost", "medium_cost", "high_cost")]
    assert found == [1, 1, 2, 7]


def test_the_same_payback_passes_as_high_cost_and_fails_as_medium_cost():
    # N = 60 / 13.5 = 4.4: F = 16 - (16 - 6) x 0.25
    one = option(money=(income(16),), investment=60)
    assert valued(one).acceptance.verdict == "feasible"
    chosen = option(money=(income(16),), investment=60, cost_class="medium_cost")
    assert dict(valued(chosen).acceptance.checks) == {"payback": False, "npv": True, "irr": True}


def test_an_investment_figure_is_in_wan_yuan():
    assert investment_figure(12, source="报价") == figure(12, "万元", source="报价")
