"""Spread of the economics, and the prices that turn an answer."""

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from catalog.errors import BadInput
from recommender.audit.break_even import break_even, reversal
from recommender.audit.project import AuditProject, Figure, ItemEffect, MoneyLine, Option, Price, Profile
from recommender.audit.uncertainty import simulate
from recommender.audit.valuation import value_option
from recommender.economics import annuity_factor


def figure(value, unit, low=None, high=None):
    return Figure(value=value, unit=unit, low=low, high=high)


def effect(item, value, unit, low=None, high=None, *, kind="energy"):
    return ItemEffect(kind=kind, item=item, label=item, figure=figure(value, unit, low, high))


def income(value, low=None, high=None):
    return MoneyLine(label="收入", figure=figure(value, "万元", low, high))


def option(*effects, investment=(100,), id="F1", **others):
    invested = None if investment is None else figure(investment[0], "万元", *investment[1:])
    return Option(id=id, name="试验方案", investment=invested, effects=effects, **others)


def price(item, value, unit, low=None, high=None, **others):
    return Price(item=item, label=item, figure=figure(value, unit, low, high), **others)


PRICES = (
    price("electricity", 0.60, "元/kWh"),
    price("coal", 625, "元/t"),
    price("natural_gas", 3.0, "元/m³"),
)


def project(*options, prices=PRICES, **profile):
    values = {"name": "试验厂", "discount_rate": 0.08, "prices": prices} | profile
    return AuditProject(profile=Profile(**values), options=options)


def simulated(one, *, draws=4000, prices=PRICES, seed=1, **profile):
    return simulate(project(one, prices=prices, **profile), one, draws=draws, seed=seed)


def triangular_quantile(share, low, mode, high):
    """Inverse distribution function of the triangular distribution."""
    if share <= (mode - low) / (high - low):
        return low + math.sqrt(share * (high - low) * (mode - low))
    return high - math.sqrt((1 - share) * (high - low) * (high - mode))


# --- spread ---


def test_without_ranges_every_percentile_is_the_assessment():
    one = option(effect("electricity", 100, "万kWh"), effect("natural_gas", -2, "万m³"), money=(income(3),))
    found = simulated(one)
    exact = value_option(project(one), one).economics
    assert found.constant and found.ranges == ()
    for spread, value in (
        (found.payback, exact.payback_years),
        (found.npv, exact.npv_wan_yuan),
        (found.irr, exact.irr),
    ):
        assert (spread.p10, spread.p50, spread.p90) == pytest.approx((value, value, value))
        assert spread.undefined_share == 0
    assert found.chance_payback_within == 1.0


@pytest.mark.parametrize(
    "settings_",
    [
        {},
        {"residual_rate": 0.1},
        {"depreciation_years": 4, "life_years": 8, "tax_rate": 0.33},
        {"depreciation_years": 20, "life_years": 6},
    ],
)
def test_the_fixed_case_agrees_with_the_assessment_under_every_setting(settings_):
    vat = (
        price("electricity", 0.678, "元/kWh", tax="included", vat_rate=0.13),
        price("cement", 300, "元/t"),
    )
    for amount in (-30, -6, 2, 15, 40, 100):  # among them a yearly loss, whose residual value gives no IRR
        sold = effect("cement", -100, "t", kind="product")
        one = option(effect("electricity", amount, "万kWh"), sold)
        found = simulated(one, prices=vat, **settings_)
        exact = value_option(project(one, prices=vat, **settings_), one).economics
        assert found.npv.p50 == pytest.approx(exact.npv_wan_yuan)
        assert found.irr.p50 == pytest.approx(exact.irr)
        assert found.payback.p50 == pytest.approx(exact.payback_years)


def test_the_spread_of_an_investment_is_that_of_its_triangle():
    # no tax: NPV = P x factor - I, so its P10 is the P90 of the investment
    one = option(investment=(100, 80, 150), money=(income(20),))
    found = simulated(one, draws=40_000, tax_rate=0.0)
    worth = 20 * annuity_factor(0.08, 10)
    assert found.npv.p10 == pytest.approx(worth - triangular_quantile(0.9, 80, 100, 150), abs=0.6)
    assert found.npv.p50 == pytest.approx(worth - triangular_quantile(0.5, 80, 100, 150), abs=0.6)
    assert found.npv.p90 == pytest.approx(worth - triangular_quantile(0.1, 80, 100, 150), abs=0.6)
    assert found.payback.p90 == pytest.approx(triangular_quantile(0.9, 80, 100, 150) / 20, abs=0.03)


def test_the_chance_of_a_payback_is_that_of_the_triangle():
    # N < 5 needs I < 100; limit of 高费 set to 5
    one = option(investment=(100, 80, 150), money=(income(20),))
    found = simulated(one, draws=40_000, tax_rate=0.0, payback_limits={"high_cost": 5})
    assert found.payback_limit_years == 5
    assert found.chance_payback_within == pytest.approx((100 - 80) / (150 - 80), abs=0.01)


@pytest.mark.parametrize(
    ("bounds", "low", "high"), [((80, None), 80, 100), ((None, 150), 100, 150), ((100, 150), 100, 150)]
)
def test_a_range_with_one_side_works(bounds, low, high):
    found = simulated(option(investment=(100, *bounds), money=(income(20),)), draws=20_000, tax_rate=0.0)
    expected = [triangular_quantile(share, low, 100, high) / 20 for share in (0.1, 0.5, 0.9)]
    assert [found.payback.p10, found.payback.p50, found.payback.p90] == pytest.approx(expected, abs=0.03)


def test_a_price_is_drawn_once_for_all_effects_it_values():
    # + 100 and - 100 万kWh at one price always cancel; drawn apart they would not
    prices = (price("electricity", 0.6, "元/kWh", 0.3, 0.9),)
    one = option(
        effect("electricity", 100, "万kWh"), effect("electricity", -100, "万kWh"), money=(income(20),)
    )
    found = simulated(one, prices=prices)
    assert not found.constant
    assert found.npv.p10 == pytest.approx(found.npv.p90)


def test_effects_are_drawn_on_their_own():
    prices = (price("electricity", 1.0, "元/kWh"),)
    apart = option(*[effect("electricity", 25, "万kWh", 5, 45)] * 4)
    at_once = option(effect("electricity", 100, "万kWh", 20, 180))
    several, single = (simulated(one, prices=prices) for one in (apart, at_once))
    assert several.npv.p90 - several.npv.p10 < 0.7 * (single.npv.p90 - single.npv.p10)


def test_what_was_drawn_is_told_with_its_bounds():
    prices = (price("electricity", 0.6, "元/kWh", 0.5, None), price("coal", 625, "元/t"))
    one = option(
        effect("electricity", 100, "万kWh", 80, 110),
        effect("electricity", 20, "万kWh"),
        effect("coal", 10, "t"),
        effect("cod", 5, "t", 1, 9, kind="discharged"),  # no price: no money, not drawn
        investment=(100, 90, 120),
        money=(income(3, 2, 4),),
    )
    found = simulated(one, prices=prices)
    assert found.ranges == (
        "投资 90–120 万元（最可能 100）",
        "electricity 80–110 万kWh（最可能 100）",
        "electricity价格 0.5–0.6 元/kWh（最可能 0.6）",
        "收入 2–4 万元（最可能 3）",
    )


def test_a_range_that_counts_in_no_money_leaves_the_result_constant():
    one = option(effect("cod", 5, "t", 1, 9, kind="discharged"), money=(income(20),))
    assert simulated(one).constant


def test_generated_and_discharged_of_one_pollutant_are_drawn_once():
    prices = (price("cod", 1400, "元/t"),)
    one = option(
        effect("cod", 500, "t", 100, 900, kind="generated"),
        effect("cod", 300, "t", 200, 400, kind="discharged"),
    )
    assert simulated(one, prices=prices).ranges == ("cod 200–400 t（最可能 300）",)


def test_the_same_seed_gives_the_same_answer_and_another_one_nearly():
    one = option(effect("electricity", 100, "万kWh", 60, 120), investment=(100, 80, 150))
    assert simulated(one) == simulated(one)
    other = simulated(one, seed=2)
    assert other.npv != simulated(one).npv
    assert other.npv.p50 == pytest.approx(simulated(one).npv.p50, rel=0.05)


def test_without_investment_a_yearly_loss_still_never_pays_back():
    found = simulated(option(money=(income(0, -50, 50),), investment=(0,)), draws=20_000)
    assert found.payback.undefined_share == pytest.approx(0.5, abs=0.02)
    assert found.chance_payback_within == pytest.approx(0.5, abs=0.02)


def test_draws_that_never_pay_back_count_as_above_the_limit():
    # the saving is symmetric about zero: half of the draws lose money every year
    one = option(money=(income(0, -50, 50),), investment=(10,))
    found = simulated(one, draws=20_000, tax_rate=0.0)
    assert found.payback.undefined_share == pytest.approx(0.5, abs=0.02)
    assert found.irr.undefined_share == pytest.approx(0.5, abs=0.02)
    assert found.npv.undefined_share == 0
    # 中费: N < 3 needs more than 3.33 a year: (46.67 / 50)^2 / 2 of the draws
    assert found.chance_payback_within == pytest.approx((46.667 / 50) ** 2 / 2, abs=0.015)
    assert found.payback.p10 > 0


def test_where_no_draw_pays_back_there_are_no_percentiles():
    found = simulated(option(money=(income(-5, -8, -2),)))
    assert (found.payback.p10, found.payback.p50, found.payback.p90) == (None, None, None)
    assert found.payback.undefined_share == 1
    assert found.irr.p50 is None
    assert found.chance_payback_within == 0
    assert found.npv.p90 < 0


def test_an_option_that_costs_nothing_pays_back_at_once_and_has_no_irr():
    found = simulated(option(money=(income(5, 2, 8),), investment=(0,)))
    assert found.payback.p90 == 0
    assert found.irr.undefined_share == 1
    assert found.chance_payback_within == 1
    assert found.npv.p10 > 0


@pytest.mark.parametrize(
    ("one", "profile"),
    [
        (option(effect("electricity", 100, "万kWh"), investment=None), {}),
        (option(effect("electricity", 100, "万kWh")), {"discount_rate": None}),
        (option(effect("coke", 100, "t", 80, 120)), {}),
        (option(), {}),
    ],
)
def test_a_missing_input_gives_no_spread_and_no_break_even(one, profile):
    whole = project(one, option(effect("coal", 1000, "t"), id="F2"), **profile)
    assert value_option(whole, one).missing
    assert simulate(whole, one) is None
    assert break_even(whole, one) is None
    assert reversal(whole, "F1", "F2") is None


@pytest.mark.parametrize("draws", [0, -1, 100_001])
def test_a_number_of_draws_nobody_can_use_is_told(draws):
    with pytest.raises(BadInput, match=f"抽样次数：{draws} ") as error:
        simulated(option(money=(income(20),)), draws=draws)
    assert "\n" not in str(error.value)


def test_an_investment_range_below_zero_is_told():
    with pytest.raises(BadInput, match="方案 F1 投资：区间下限 -5 为负") as error:
        simulated(option(investment=(10, -5, 20), money=(income(20),)))
    assert "\n" not in str(error.value)


ranges = st.tuples(st.floats(0, 0.5), st.floats(0, 0.5))


@settings(deadline=None, max_examples=25)
@given(ranges, ranges, ranges, st.floats(20, 400))
def test_percentiles_lie_between_the_worst_and_the_best_case(invested, amount, paid, size):
    def ends(value, shares):
        return value, value * (1 - shares[0]), value * (1 + shares[1])

    prices = (price("electricity", *[ends(0.6, paid)[0], "元/kWh", *ends(0.6, paid)[1:]]),)
    saved = ends(size, amount)
    one = option(effect("electricity", saved[0], "万kWh", *saved[1:]), investment=ends(100, invested))
    found = simulated(one, prices=prices, draws=200)

    def npv_at(investment, kwh, yuan):
        fixed = option(effect("electricity", kwh, "万kWh"), investment=(investment,))
        return value_option(
            project(fixed, prices=(price("electricity", yuan, "元/kWh"),)), fixed
        ).economics.npv_wan_yuan

    worst = npv_at(ends(100, invested)[2], saved[1], ends(0.6, paid)[1])
    best = npv_at(ends(100, invested)[1], saved[2], ends(0.6, paid)[2])
    assert worst - 1e-6 <= found.npv.p10 <= found.npv.p50 <= found.npv.p90 <= best + 1e-6
    assert found.payback.p10 <= found.payback.p50 <= found.payback.p90


# --- break-even ---


def npv_with(whole, id, item, value):
    """NPV of an option by the full valuation, one price replaced."""
    prices = tuple(
        one.model_copy(update={"figure": figure(value, one.figure.unit)}) if one.item == item else one
        for one in whole.profile.prices
    )
    changed = whole.changed(profile=whole.profile.model_copy(update={"prices": prices}))
    return value_option(changed, changed.option(id)).economics.npv_wan_yuan


def test_break_even_by_hand():
    # no tax: 100 万kWh x price x factor = 100 万元; factor(8 %, 10 a) = 6.7101
    one = option(effect("electricity", 100, "万kWh"))
    found = break_even(project(one, tax_rate=0.0), one)
    assert (found.item, found.label, found.unit, found.current) == (
        "electricity", "electricity", "元/kWh", 0.6,
    )  # fmt: skip
    assert found.price == pytest.approx(1 / 6.71008, abs=1e-6)
    assert found.change == pytest.approx(found.price / 0.6 - 1)


@pytest.mark.parametrize(
    "profile",
    [
        {},
        {"residual_rate": 0.1},
        {"depreciation_years": 3, "life_years": 12},
        {"discount_rate": 0.0},  # P = D: the break-even lies on the kink of the tax
        {"tax_rate": 0.45, "depreciation_years": 5},
    ],
)
def test_at_the_break_even_price_the_whole_valuation_gives_zero(profile):
    one = option(effect("electricity", 100, "万kWh"), effect("natural_gas", -4, "万m³"), money=(income(2),))
    whole = project(one, **profile)
    found = break_even(whole, one)
    assert found.item == "electricity"
    assert npv_with(whole, "F1", "electricity", found.price) == pytest.approx(0, abs=1e-7)


def test_break_even_is_solved_where_the_loss_pays_no_tax():
    # NPV = 0 at P = 14.9 only without tax: D = 100 / 5 = 20 is above P
    one = option(effect("electricity", 100, "万kWh"))
    found = break_even(project(one, depreciation_years=5, life_years=10, tax_rate=0.25), one)
    # P / 1.08^j for five years untaxed, then 0.75 P: P (3.9927 + 0.75 x 2.7174) = 100
    assert found.price == pytest.approx(1 / (3.99271 + 0.75 * 2.71737), abs=1e-5)


def test_the_first_driver_is_the_item_with_the_largest_yearly_value():
    many = (effect("electricity", 60, "万kWh"),) * 2  # 36 + 36 against 62.5
    one = option(*many, effect("coal", 1000, "t"), investment=(400,))
    assert break_even(project(one), one).item == "electricity"
    single = option(many[0], effect("coal", 1000, "t"), investment=(400,))
    assert break_even(project(single), single).item == "coal"


def test_a_cost_may_be_the_first_driver():
    one = option(effect("natural_gas", -10, "万m³"), effect("coal", 300, "t"), money=(income(45),))
    found = break_even(project(one), one)
    assert found.item == "natural_gas"
    assert found.change > 0  # it pays until gas gets dearer
    assert npv_with(project(one), "F1", "natural_gas", found.price) == pytest.approx(0, abs=1e-7)


def test_a_price_with_vat_is_told_as_it_is_written():
    vat = (price("electricity", 0.678, "元/kWh", tax="included", vat_rate=0.13),)
    one = option(effect("electricity", 100, "万kWh"))
    with_vat, without = (break_even(project(one, prices=prices), one) for prices in (vat, PRICES))
    assert with_vat.current == 0.678
    assert with_vat.price == pytest.approx(1.13 * without.price)
    assert with_vat.change == pytest.approx(without.change)


@pytest.mark.parametrize(
    "one",
    [
        option(money=(income(20),)),  # no price at all
        option(effect("electricity", 1, "万kWh"), money=(income(100),)),  # pays at any price
        option(effect("electricity", 0.01, "万kWh")),  # 0.006 万元 a year never carries 100
        option(effect("electricity", -1, "万kWh")),  # costs at any price
    ],
)
def test_where_no_price_up_to_a_hundredfold_solves_there_is_no_break_even(one):
    assert break_even(project(one), one) is None


def test_a_price_of_zero_drives_nothing():
    one = option(effect("electricity", 100, "万kWh"))
    assert break_even(project(one, prices=(price("electricity", 0, "元/kWh"),)), one) is None


# --- reversal ---


def test_reversal_by_hand():
    # no tax: 100 p f - 200 = 40 p f - 80, with f = 6.71008 the annuity factor
    first = option(effect("electricity", 100, "万kWh"), investment=(200,))
    second = option(effect("electricity", 40, "万kWh"), investment=(80,), id="F2")
    found = reversal(project(first, second, tax_rate=0.0), "F1", "F2")
    assert found.price == pytest.approx(120 / 60 / 6.71008, abs=1e-6)
    assert found.current == 0.6
    assert found.change == pytest.approx(found.price / 0.6 - 1)


@pytest.mark.parametrize(
    "profile", [{}, {"depreciation_years": 3, "life_years": 12}, {"residual_rate": 0.1, "tax_rate": 0.33}]
)
def test_at_the_reversal_price_the_two_npvs_agree(profile):
    first = option(effect("electricity", 100, "万kWh"), effect("natural_gas", -2, "万m³"), investment=(150,))
    second = option(effect("coal", 600, "t"), effect("electricity", -5, "万kWh"), investment=(120,), id="F2")
    whole = project(first, second, **profile)
    found = reversal(whole, "F1", "F2")
    one, two = (npv_with(whole, id, found.item, found.price) for id in ("F1", "F2"))
    assert one == pytest.approx(two, rel=1e-3)
    before = [npv_with(whole, id, found.item, found.current) for id in ("F1", "F2")]
    assert abs(before[0] - before[1]) > 1
    beyond = found.current + 1.05 * (found.price - found.current)
    after = [npv_with(whole, id, found.item, beyond) for id in ("F1", "F2")]
    assert (before[0] > before[1]) != (after[0] > after[1])


def test_the_smallest_change_of_all_prices_is_taken():
    first = option(effect("electricity", 100, "万kWh"), effect("natural_gas", -2, "万m³"), investment=(150,))
    second = option(effect("coal", 600, "t"), investment=(120,), id="F2")
    whole = project(first, second)
    found = reversal(whole, "F1", "F2")
    alone = {}
    for item in ("electricity", "natural_gas", "coal"):
        current = next(one.figure.value for one in PRICES if one.item == item)
        gaps = [
            (npv_with(whole, "F1", item, current * m) - npv_with(whole, "F2", item, current * m), m)
            for m in np.linspace(0, 3, 61)
        ]
        alone[item] = min(
            (abs(m - 1) for (one, _), (two, m) in pairwise(gaps) if one * two <= 0),
            default=math.inf,
        )
    assert found.item == min(alone, key=alone.get)
    assert abs(found.change) == pytest.approx(alone[found.item], abs=0.06)


def test_of_several_crossings_the_nearest_is_found():
    # Tax sets in at m = 2 for the first and at m = 22 / 7 for the second, so the order turns
    # three times. Nearest: (10 m) f - 200 = (7 m - 17) f - 50 with f = 6.71008, m = 1.7849.
    first = option(effect("electricity", 10, "万kWh"), investment=(200,))
    second = option(effect("electricity", 7, "万kWh"), money=(income(-17),), investment=(50,), id="F2")
    prices = (price("electricity", 1.0, "元/kWh"),)
    whole = project(first, second, prices=prices, tax_rate=0.45)
    gaps = [
        npv_with(whole, "F1", "electricity", m) - npv_with(whole, "F2", "electricity", m)
        for m in (1.0, 2.0, 22 / 7, 10.0)
    ]
    assert [gap > 0 for gap in gaps] == [False, True, False, True]
    assert reversal(whole, "F1", "F2").price == pytest.approx((150 / 6.71008 - 17) / 3, abs=1e-5)


def test_the_order_of_the_two_options_does_not_matter():
    first = option(effect("electricity", 100, "万kWh"), investment=(200,))
    second = option(effect("coal", 600, "t"), investment=(120,), id="F2")
    whole = project(first, second)
    assert reversal(whole, "F1", "F2").price == pytest.approx(reversal(whole, "F2", "F1").price)


def test_options_that_are_equal_already_need_no_change():
    first = option(effect("electricity", 100, "万kWh"))
    second = option(effect("electricity", 100, "万kWh"), id="F2")
    assert reversal(project(first, second), "F1", "F2").change == 0


def test_where_one_option_is_better_at_every_price_nothing_turns_the_order():
    first = option(effect("electricity", 100, "万kWh"), investment=(100,))
    second = option(effect("electricity", 100, "万kWh"), investment=(120,), id="F2")
    assert reversal(project(first, second, tax_rate=0.0), "F1", "F2") is None
    without = option(money=(income(20),)), option(money=(income(30),), id="F2")
    assert reversal(project(*without), "F1", "F2") is None


def test_an_option_that_does_not_exist_or_is_the_same_is_told():
    one = option(effect("electricity", 100, "万kWh"))
    with pytest.raises(BadInput, match="“F9”不存在"):
        reversal(project(one), "F1", "F9")
    with pytest.raises(BadInput, match="不能与自己比较"):
        reversal(project(one), "F1", "F1")


@settings(deadline=None, max_examples=40)
@given(
    st.integers(-50, 200), st.integers(-50, 200), st.integers(0, 800), st.floats(1, 500), st.floats(1, 500),
    st.integers(1, 12), st.floats(0, 0.5),
)  # fmt: skip
def test_a_reversal_is_always_a_crossing(first_kwh, second_kwh, coal, first_cost, second_cost, years, tax):
    first = option(effect("electricity", first_kwh, "万kWh"), investment=(first_cost,))
    second = option(
        effect("electricity", second_kwh, "万kWh"),
        effect("coal", coal, "t"),
        investment=(second_cost,),
        id="F2",
    )
    whole = project(first, second, depreciation_years=years, tax_rate=tax)
    found = reversal(whole, "F1", "F2")
    assume(found is not None)
    one, two = (npv_with(whole, id, found.item, found.price) for id in ("F1", "F2"))
    assert one == pytest.approx(two, rel=1e-3, abs=1e-6)
