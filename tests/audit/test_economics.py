"""The formulas of the audit manual against six published cases, and the rules at their edges."""

import numpy as np
import numpy_financial
import pytest
from scipy.optimize import brentq

from catalog.errors import BadInput
from recommender.economics import (
    EconomicInputs,
    accept,
    annual_depreciation,
    annuity_factor,
    assess,
    discounted_payback_years,
    irr,
    irr_interpolated,
    irrs,
    net_cash_flows,
    npv,
    npvs,
    payback_years,
    paybacks,
    scaled_investment,
)


def assessed(investment, *, saving=None, flow=None, rate=0.08, **others):
    return assess(
        EconomicInputs(
            investment_wan_yuan=investment,
            annual_saving_wan_yuan=saving,
            net_cash_flow_wan_yuan=flow,
            discount_rate=rate,
            **others,
        )
    )


def printed(value, digits):
    """``value`` as a report prints it: half away from zero at so many digits."""
    return float(f"{value + 1e-9:.{digits}f}")


# --- published cases (methods.md B8) ---


def test_v1_prints_the_figures_of_its_report():
    result = assessed(150, flow=32.5, rate=0.05)
    assert printed(result.payback_years, 1) == 4.6
    assert printed(result.annuity_factor, 4) == 7.7217
    assert printed(result.npv_wan_yuan, 2) == 100.96
    assert printed(annuity_factor(0.17, 10), 4) == 4.6586
    assert printed(annuity_factor(0.18, 10), 4) == 4.4941
    assert printed(result.interpolation.irr * 100, 2) == 17.26
    assert accept(result, payback_limit_years=5, benchmark_irr=0.10).verdict == "feasible"


def test_v1_npv_at_17_and_18_percent_where_the_report_multiplies_a_rounded_factor():
    # the report prints 1.4045 and -3.9418: 32.5 x the factor of four digits - 150
    assert pytest.approx(1.4045, abs=1e-9) == 32.5 * 4.6586 - 150
    assert pytest.approx(-3.9418, abs=1.1e-4) == 32.5 * 4.4941 - 150
    found = assessed(150, flow=32.5, rate=0.05).interpolation
    assert (found.i1, found.i2) == pytest.approx((0.17, 0.18))
    assert printed(found.npv1, 4) == 1.4046
    assert printed(found.npv2, 4) == -3.9422


def test_v1_exact_and_interpolated_irr_are_two_figures():
    result = assessed(150, flow=32.5, rate=0.05)
    assert result.payback_years == pytest.approx(4.6154, abs=5e-5)
    assert result.npv_wan_yuan == pytest.approx(100.9564, abs=5e-5)
    assert result.interpolation.irr == pytest.approx(0.172627, abs=5e-7)
    assert result.irr == pytest.approx(0.172570, abs=5e-7)


def test_v2_prints_the_figures_of_its_sheet():
    result = assessed(10, saving=1.58, rate=0.06)
    assert result.depreciation_wan_yuan == 1.00
    assert printed(result.taxable_profit_wan_yuan, 2) == 0.58
    assert printed(result.net_profit_wan_yuan, 2) == 0.44
    assert printed(result.net_cash_flow_wan_yuan, 2) == 1.44
    assert printed(result.payback_years, 2) == 6.97
    assert printed(result.irr * 100, 2) == 7.17


def test_v2_needs_six_percent_for_the_npv_its_sheet_prints():
    # the sheet names no rate that gives 0.56; 6 % does, 5 % gives 1.08
    assert printed(assessed(10, saving=1.58, rate=0.06).npv_wan_yuan, 2) == 0.56
    assert assessed(10, saving=1.58, rate=0.05).npv_wan_yuan == pytest.approx(1.0807, abs=5e-5)


def test_v2_sheet_prints_the_exact_root_and_the_interpolated_one_is_within_five_hundredths():
    result = assessed(10, saving=1.58, rate=0.06)
    assert result.irr == pytest.approx(0.071702, abs=5e-7)
    assert result.interpolation.irr == pytest.approx(0.071752, abs=5e-7)
    assert (result.interpolation.i1, result.interpolation.i2) == pytest.approx((0.07, 0.08))
    assert abs(result.irr - result.interpolation.irr) < 0.0005


@pytest.mark.parametrize(
    ("investment", "flow", "payback", "value", "ratio", "rate"),
    [
        pytest.param(31.67, 11.30, 2.8027, 32.1775, 1.0160, 0.3373, id="V3"),
        pytest.param(73.82, 21.50, 3.4335, 47.6598, 0.6456, 0.2631, id="V4"),
    ],
)
def test_v3_and_v4_take_the_net_cash_flow_as_given(investment, flow, payback, value, ratio, rate):
    result = assessed(investment, flow=flow, rate=0.12)
    assert result.missing == ()
    assert result.payback_years == pytest.approx(payback, abs=5e-5)
    assert printed(result.annuity_factor, 4) == 5.6502
    assert result.npv_wan_yuan == pytest.approx(value, abs=5e-5)
    assert printed(result.npvr, 4) == ratio
    assert printed(result.interpolation.irr, 4) == rate


@pytest.mark.parametrize(
    ("investment", "saving", "flow", "implied"),
    [
        pytest.param(31.67, 15.03, 11.30, 0.314, id="V3"),
        pytest.param(73.82, 28.20, 21.50, 0.322, id="V4"),
    ],
)
def test_v3_and_v4_imply_another_tax_base_than_25_or_33_percent(investment, saving, flow, implied):
    depreciation = annual_depreciation(investment, 10)
    assert (saving - flow) / (saving - depreciation) == pytest.approx(implied, abs=5e-4)
    for tax in (0.25, 0.33):
        computed = assessed(investment, saving=saving, rate=0.12, tax_rate=tax).net_cash_flow_wan_yuan
        assert abs(computed - flow) > 0.05
    both = assessed(investment, saving=saving, flow=flow, rate=0.12)
    assert both.net_cash_flow_wan_yuan == flow  # the flow stated in the report wins


@pytest.mark.parametrize(
    ("investment", "saving", "steps", "payback", "value", "ratio", "rate"),
    [
        pytest.param(
            1800, 746.05, (180, 566.05, 379.2535, 559.2535), 3.2186, 2292.85, 1.2738, 0.2855, id="V5"
        ),
        pytest.param(3100, 1248.6, (310, 938.6, 628.862, 938.862), 3.3019, 3770.99, 1.2164, 0.2765, id="V6"),
    ],
)
def test_v5_and_v6_step_by_step(investment, saving, steps, payback, value, ratio, rate):
    result = assessed(investment, saving=saving, rate=0.0612, tax_rate=0.33)
    assert (
        result.depreciation_wan_yuan,
        result.taxable_profit_wan_yuan,
        result.net_profit_wan_yuan,
        result.net_cash_flow_wan_yuan,
    ) == pytest.approx(steps, abs=1e-9)
    assert result.payback_years == pytest.approx(payback, abs=5e-5)
    assert printed(result.annuity_factor, 4) == 7.3184
    assert printed(result.npv_wan_yuan, 2) == value
    assert printed(result.npvr, 4) == ratio
    assert printed(result.interpolation.irr, 4) == rate


def test_v6_npvr_is_121_64_percent_where_the_method_sheet_rounds_twice():
    # methods.md writes 121.65 %; its own NPV and investment give 121.6448 %
    assert printed(3770.99 / 3100, 4) == 1.2164
    ratio = assessed(3100, saving=1248.6, rate=0.0612, tax_rate=0.33).npvr
    assert ratio == pytest.approx(1.216448, abs=5e-7)


def test_v5_and_v6_disagree_between_criteria():
    first = assessed(1800, saving=746.05, rate=0.0612, tax_rate=0.33)
    second = assessed(3100, saving=1248.6, rate=0.0612, tax_rate=0.33)
    assert second.npv_wan_yuan > first.npv_wan_yuan
    assert first.npvr > second.npvr
    assert first.payback_years < second.payback_years
    assert first.irr > second.irr


# --- edges ---


def test_a_saving_below_the_depreciation_pays_no_tax():
    result = assessed(100, saving=8, tax_rate=0.25)
    assert result.taxable_profit_wan_yuan == -2
    assert result.net_profit_wan_yuan == -2
    assert result.net_cash_flow_wan_yuan == 8  # no tax is given back
    assert result.cash_flows_wan_yuan == (8.0,) * 10
    assert "loss_year" in result.flags


def test_a_saving_equal_to_the_depreciation_pays_no_tax_and_is_no_loss():
    result = assessed(100, saving=10)
    assert result.net_cash_flow_wan_yuan == 10
    assert "loss_year" not in result.flags


@pytest.mark.parametrize("saving", [0, -3])
def test_without_a_positive_cash_flow_neither_payback_nor_irr_exists(saving):
    result = assessed(100, saving=saving)
    assert result.payback_years is None
    assert result.irr is None
    assert result.interpolation is None
    assert result.npv_wan_yuan == pytest.approx(-100 + saving * annuity_factor(0.08, 10))
    assert {"cash_flow_not_positive", "irr_undefined"} <= set(result.flags)
    assert accept(result, payback_limit_years=10).verdict == "not_feasible"


def test_an_option_that_costs_nothing_pays_back_at_once_and_has_no_irr():
    result = assessed(0, saving=12)
    assert result.payback_years == 0
    assert result.irr is None
    assert result.npvr is None
    assert "irr_undefined" in result.flags
    assert result.npv_wan_yuan == pytest.approx(9 * annuity_factor(0.08, 10))
    assert accept(result, payback_limit_years=3).verdict == "feasible"


def test_the_tax_shield_ends_with_the_depreciation():
    result = assessed(50, saving=20, depreciation_years=5, life_years=10)
    # D = 10: five years 20 - (20 - 10) x 0.25 = 17.5, then 20 x 0.75 = 15
    assert result.cash_flows_wan_yuan == (17.5,) * 5 + (15.0,) * 5
    assert "depreciation_ends_before_life" in result.flags
    expected = sum(17.5 / 1.08**j for j in range(1, 6)) + sum(15 / 1.08**j for j in range(6, 11)) - 50
    assert result.npv_wan_yuan == pytest.approx(expected)


def test_depreciation_longer_than_the_life_is_told():
    result = assessed(50, saving=20, depreciation_years=10, life_years=5)
    assert result.cash_flows_wan_yuan == (16.25,) * 5
    assert "depreciation_longer_than_life" in result.flags


def test_the_residual_value_lowers_depreciation_and_returns_in_the_last_year():
    result = assessed(100, saving=30, residual_rate=0.05, life_years=10)
    assert result.depreciation_wan_yuan == pytest.approx(9.5)
    yearly = 30 - (30 - 9.5) * 0.25
    assert result.cash_flows_wan_yuan == pytest.approx((yearly,) * 9 + (yearly + 5,))


def test_the_residual_value_is_no_yearly_cash_flow_for_the_payback():
    # F = 9 for ten years: N = 100 / 9, though 10 more come back when the plant is sold
    result = assessed(100, saving=9, residual_rate=0.10, tax_rate=0.0)
    assert result.cash_flows_wan_yuan[-1] == pytest.approx(19)
    assert result.payback_years == pytest.approx(100 / 9)
    assert "not_repaid_within_life" in result.flags


def test_a_payback_beyond_the_life_is_given_and_flagged():
    result = assessed(100, flow=8)
    assert result.payback_years == pytest.approx(12.5)
    assert result.discounted_payback_years is None
    assert "not_repaid_within_life" in result.flags


def test_payback_of_changing_flows_is_the_year_in_which_they_add_up():
    assert payback_years(25, np.array([10.0, 10.0, 20.0, 20.0])) == pytest.approx(2.25)
    assert payback_years(100, np.array([10.0, 10.0, 20.0])) == pytest.approx(3 + 60 / 20)
    assert payback_years(100, np.array([10.0, 10.0, 0.0])) is None


def test_discounted_payback_by_hand():
    # 60/1.1 = 54.545, 60/1.21 = 49.587: 45.455 of the second year's 49.587
    flows = np.array([60.0, 60.0])
    assert discounted_payback_years(0.1, 100, flows) == pytest.approx(1 + 45.4545 / 49.5868, abs=1e-5)
    assert discounted_payback_years(0.1, 110, flows) is None


@pytest.mark.parametrize(
    ("inputs", "missing"),
    [
        (EconomicInputs(), ("investment", "discount_rate", "annual_saving")),
        (EconomicInputs(100, 20), ("discount_rate",)),
        (EconomicInputs(None, 20, discount_rate=0.08), ("investment",)),
        (EconomicInputs(100, None, discount_rate=0.08), ("annual_saving",)),
        (EconomicInputs(100, 20, discount_rate=0.08, tax_rate=None), ("tax_rate",)),
        (EconomicInputs(100, 20, discount_rate=0.08, depreciation_years=None), ("depreciation_years",)),
        (EconomicInputs(100, 20, discount_rate=0.08, life_years=None), ("life_years",)),
        (EconomicInputs(100, None, 20, discount_rate=0.08, tax_rate=None, depreciation_years=None), ()),
    ],
)
def test_missing_inputs_are_named_and_never_zero(inputs, missing):
    result = assess(inputs)
    assert result.missing == missing
    if missing:
        assert result.npv_wan_yuan is None
        assert accept(result, payback_limit_years=10).verdict == "not_calculated"
    else:
        assert result.npv_wan_yuan is not None


def test_without_a_discount_rate_the_payback_and_irr_stand():
    result = assess(EconomicInputs(100, net_cash_flow_wan_yuan=25))
    assert result.payback_years == 4
    assert result.irr is not None
    assert result.npv_wan_yuan is None
    assert result.npvr is None


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"investment_wan_yuan": -1.0}, ("投资", "-1")),
        ({"investment_wan_yuan": float("nan")}, ("投资", "nan")),
        ({"discount_rate": 8.0}, ("贴现率", "8", "0.08")),
        ({"tax_rate": 25.0}, ("税率", "25", "0.25")),
        ({"life_years": 0}, ("寿命期", "0", "1 到 100")),
        ({"depreciation_years": 101}, ("折旧年限", "101")),
        ({"residual_rate": 1.0}, ("残值率", "1", "0.99")),
        ({"annual_saving_wan_yuan": float("inf")}, ("年净节省", "万元")),
        ({"net_cash_flow_wan_yuan": float("nan")}, ("年净现金流", "万元")),
    ],
)
def test_a_value_out_of_range_is_told_in_one_line(values, words):
    with pytest.raises(BadInput) as error:
        assess(EconomicInputs(**values))
    message = str(error.value)
    assert "\n" not in message
    assert all(word in message for word in words)


def test_acceptance_needs_payback_npv_and_irr():
    good = assessed(100, flow=40)  # N 2.5, IRR 38 %
    assert accept(good, payback_limit_years=3).verdict == "feasible"
    assert dict(accept(good, payback_limit_years=2.5).checks) == {"payback": False, "npv": True, "irr": True}
    assert dict(accept(good, payback_limit_years=3, benchmark_irr=0.5).checks)["irr"] is False
    poor = assessed(100, flow=12)
    assert dict(accept(poor, payback_limit_years=10).checks) == {"payback": True, "npv": False, "irr": False}


def test_the_json_form_keeps_its_names_and_is_rounded():
    result = assessed(150, flow=32.5, rate=0.05).as_json()
    assert result["npv"] == 100.9564
    assert result["payback_years"] == 4.6154
    assert result["irr"] == 0.17257
    assert result["irr_interpolated"] == 0.172627
    assert result["interpolation"] == {"i1": 0.17, "i2": 0.18, "npv1": 1.4046, "npv2": -3.9422}
    assert assess(EconomicInputs()).as_json()["npv"] is None


# --- many draws at once, and other libraries ---


@pytest.fixture(scope="module")
def draws():
    generator = np.random.default_rng(7)
    savings = generator.uniform(-40, 80, 60)
    investments = generator.uniform(1, 300, 60)
    return savings, investments


def taxed(savings, investments):
    return net_cash_flows(
        savings,
        investment=investments,
        tax_rate=0.25,
        depreciation_years=6,
        life_years=9,
        residual_rate=0.05,
    )


def test_many_draws_equal_one_by_one(draws):
    savings, investments = draws
    flows = taxed(savings, investments)
    rates = np.linspace(0.01, 0.3, len(savings))
    values, returns = npvs(rates, investments, flows), irrs(investments, flows)
    years = paybacks(investments, flows, residuals=investments * 0.05)
    assert flows.shape == (60, 9)
    assert np.isnan(returns).any() and not np.isnan(returns).all()
    for row, (saving, investment) in enumerate(zip(savings, investments, strict=True)):
        alone = taxed(float(saving), float(investment))
        assert flows[row] == pytest.approx(alone)
        assert values[row] == pytest.approx(npv(rates[row], investment, alone))
        rate = irr(investment, alone)
        assert (rate is None and np.isnan(returns[row])) or returns[row] == pytest.approx(rate)
        year = payback_years(investment, alone, residual=investment * 0.05)
        assert (year is None and np.isnan(years[row])) or years[row] == pytest.approx(year)


def test_flows_agree_with_the_steps_of_the_assessment(draws):
    for saving, investment in zip(*draws, strict=True):
        result = assess(
            EconomicInputs(investment, saving, depreciation_years=6, life_years=9, residual_rate=0.05)
        )
        assert result.cash_flows_wan_yuan == pytest.approx(taxed(saving, investment))
        assert result.net_cash_flow_wan_yuan == pytest.approx(result.cash_flows_wan_yuan[0])


def test_npv_and_irr_agree_with_numpy_financial_and_scipy(draws):
    compared = 0
    for saving, investment in zip(*draws, strict=True):
        flows = taxed(saving, investment)
        series = [-investment, *flows]
        by_hand = sum(flow / 1.07**j for j, flow in enumerate(series))
        assert npv(0.07, investment, flows) == pytest.approx(by_hand)
        assert npvs(np.array([0.07]), np.array([investment]), flows[None, :])[0] == pytest.approx(by_hand)
        rate = irr(investment, flows)
        if rate is None or flows[0] <= 0:
            continue
        compared += 1
        assert rate == pytest.approx(numpy_financial.irr(series), abs=1e-7)
        root = brentq(lambda i: numpy_financial.npv(i, series), -0.9, 1e4)  # noqa: B023
        assert rate == pytest.approx(root, abs=1e-9)
    assert compared > 30


def test_irr_needs_an_investment_above_zero():
    with pytest.raises(ValueError, match="above zero"):
        irr(0.0, np.full(10, 5.0))


def test_interpolation_of_a_negative_irr_steps_through_whole_percents():
    found = irr_interpolated(100, np.full(10, 5.0))
    assert (found.i1, found.i2) == pytest.approx((-0.11, -0.10))
    assert found.npv1 > 0 > found.npv2


def test_interpolation_at_a_whole_percent_is_that_percent():
    flow = 100 / annuity_factor(0.12, 10)
    found = irr_interpolated(100, np.full(10, flow))
    assert found.i1 == pytest.approx(0.12)
    assert found.irr == pytest.approx(0.12)


# --- investment of another capacity ---


def test_investment_scales_with_the_power_of_the_capacity():
    assert scaled_investment(1000, 5000, 5000) == 1000
    assert scaled_investment(1000, 1000, 2000) == pytest.approx(1515.7166, abs=1e-4)  # 2^0.6
    assert scaled_investment(1000, 2000, 1000) == pytest.approx(659.7540, abs=1e-4)
    assert scaled_investment(1000, 1000, 2000, exponent=1) == 2000


@pytest.mark.parametrize(
    ("case_capacity", "capacity", "exponent", "word"),
    [(0, 100, 0.6, "规模"), (100, -5, 0.6, "-5"), (100, 100, 0.2, "0.2"), (100, 100, 1.3, "1.3")],
)
def test_scaling_refuses_what_it_cannot_use(case_capacity, capacity, exponent, word):
    with pytest.raises(BadInput, match=word) as error:
        scaled_investment(100, case_capacity, capacity, exponent=exponent)
    assert "\n" not in str(error.value)
