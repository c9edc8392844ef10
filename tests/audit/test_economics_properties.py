"""What must hold for every option: scale, monotony, and the meaning of the IRR."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from recommender.economics import (
    EconomicInputs,
    annuity_factor,
    assess,
    irr,
    irr_interpolated,
    irrs,
    net_cash_flows,
    npv,
    paybacks,
)

unhurried = settings(deadline=None)
"""The first call loads scipy, which is no fault of an example."""

money = st.floats(0.5, 5000)
rates = st.floats(0.001, 0.5)
years = st.integers(1, 30)
taxes = st.floats(0, 0.5)
residuals = st.floats(0, 0.3)


@st.composite
def options(draw):
    """An option whose saving lies between 2 % and 200 % of its investment."""
    investment = draw(money)
    return EconomicInputs(
        investment_wan_yuan=investment,
        annual_saving_wan_yuan=investment * draw(st.floats(0.02, 2)),
        discount_rate=draw(rates),
        tax_rate=draw(taxes),
        depreciation_years=draw(years),
        life_years=draw(years),
        residual_rate=draw(residuals),
    )


@st.composite
def ordinary(draw):
    """A project a report would print: ten years or so, IRR between 1 % and 50 %."""
    n = draw(st.integers(5, 20))
    investment = draw(money)
    flow = investment / annuity_factor(draw(st.floats(0.01, 0.5)), n)
    return investment, np.full(n, flow)


def scaled(inputs, factor):
    return EconomicInputs(
        investment_wan_yuan=inputs.investment_wan_yuan * factor,
        annual_saving_wan_yuan=inputs.annual_saving_wan_yuan * factor,
        discount_rate=inputs.discount_rate,
        tax_rate=inputs.tax_rate,
        depreciation_years=inputs.depreciation_years,
        life_years=inputs.life_years,
        residual_rate=inputs.residual_rate,
    )


@unhurried
@given(options())
def test_ten_times_the_money_changes_only_the_npv(inputs):
    one, ten = assess(inputs), assess(scaled(inputs, 10))
    assert ten.npv_wan_yuan == pytest.approx(10 * one.npv_wan_yuan, abs=1e-6 * inputs.investment_wan_yuan)
    assert ten.npvr == pytest.approx(one.npvr, abs=1e-7)
    assert ten.payback_years == pytest.approx(one.payback_years)
    assert (ten.irr is None) == (one.irr is None)
    if one.irr is not None:
        assert ten.irr == pytest.approx(one.irr, abs=1e-8)


@unhurried
@given(options(), st.floats(0.001, 0.4))
def test_npv_falls_with_the_rate(inputs, step):
    flows = np.array(assess(inputs).cash_flows_wan_yuan)
    low = npv(inputs.discount_rate, inputs.investment_wan_yuan, flows)
    high = npv(inputs.discount_rate + step, inputs.investment_wan_yuan, flows)
    assert high < low


@unhurried
@given(options())
def test_npv_rises_with_the_saving_and_falls_with_the_investment(inputs):
    def value(saving=1.0, investment=1.0):
        return assess(
            EconomicInputs(
                inputs.investment_wan_yuan * investment,
                inputs.annual_saving_wan_yuan * saving,
                discount_rate=inputs.discount_rate,
                tax_rate=inputs.tax_rate,
            )
        ).npv_wan_yuan

    assert value(saving=1.01) > value() > value(investment=1.01)


@unhurried
@given(options())
def test_irr_is_the_rate_at_which_npv_is_zero(inputs):
    result = assess(inputs)
    assume(result.irr is not None and result.irr > -0.9)
    flows = np.array(result.cash_flows_wan_yuan)
    assert npv(result.irr, inputs.investment_wan_yuan, flows) == pytest.approx(
        0, abs=1e-6 * inputs.investment_wan_yuan
    )


@unhurried
@given(options())
def test_irr_stands_above_the_discount_rate_exactly_where_npv_is_positive(inputs):
    result = assess(inputs)
    assume(result.irr is not None and abs(result.irr - inputs.discount_rate) > 1e-6)
    assert (result.irr > inputs.discount_rate) == (result.npv_wan_yuan > 0)


@unhurried
@given(ordinary())
def test_the_interpolated_irr_lies_between_its_ends_and_near_the_exact_one(project):
    investment, flows = project
    found, exact = irr_interpolated(investment, flows), irr(investment, flows)
    assert found.i1 - 1e-12 <= found.irr <= found.i2 + 1e-12
    assert found.i2 - found.i1 == pytest.approx(0.01)
    assert found.npv1 >= -1e-6 * investment and found.npv2 <= 1e-6 * investment
    assert abs(found.irr - exact) < 0.0005
    assert found.irr >= exact - 1e-9  # the NPV curve is convex: the chord cuts later


@unhurried
@given(st.floats(0, 1), st.integers(1, 100))
def test_the_annuity_factor_is_the_sum_of_the_discount_factors(rate, n):
    total = sum((1 + rate) ** -j for j in range(1, n + 1))
    assert annuity_factor(rate, n) == pytest.approx(total, rel=1e-6)


@unhurried
@given(money, st.floats(0.1, 1000), years)
def test_payback_of_level_flows_is_investment_over_flow(investment, flow, n):
    found = paybacks(np.array([investment]), np.full((1, n), flow), residuals=np.zeros(1))[0]
    assert found == pytest.approx(investment / flow)


@unhurried
@given(options())
def test_no_option_pays_more_tax_than_its_rate_and_none_gets_tax_back(inputs):
    saving, investment = inputs.annual_saving_wan_yuan, inputs.investment_wan_yuan
    flows = net_cash_flows(
        saving,
        investment=investment,
        tax_rate=inputs.tax_rate,
        depreciation_years=inputs.depreciation_years,
        life_years=inputs.life_years,
    )
    assert (flows <= saving + 1e-9).all()
    assert (flows >= saving * (1 - inputs.tax_rate) - 1e-9).all()


@unhurried
@given(st.lists(st.tuples(money, st.floats(-0.5, 2)), min_size=1, max_size=8))
def test_draws_do_not_disturb_each_other(pairs):
    investments = np.array([investment for investment, _ in pairs])
    flows = np.array([np.full(8, investment * share) for investment, share in pairs])
    together = irrs(investments, flows)
    for row in range(len(pairs)):
        alone = irr(float(investments[row]), flows[row])
        assert (alone is None and np.isnan(together[row])) or together[row] == pytest.approx(alone, abs=1e-9)
