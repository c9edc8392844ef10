"""Economic assessment of one option, as the cleaner-production audit method defines it.

Symbols and formulas follow the feasibility chapter of the audit manual: I, P, D, T, E, F,
N, NPV, NPVR, IRR. Money is in 万元 (10,000 CNY) of one price year, rates are fractions
(0.05 is 5 %), years are whole years. Four decimals are kept inside; rounding belongs to
whoever prints.

A missing input never becomes zero: the result names what is missing and stays empty.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any, Literal, overload

import numpy as np
import numpy.typing as npt

from catalog.errors import BadInput

FloatArray = npt.NDArray[np.float64]

RATE_STEP = 0.01
"""Width of the interval the audit manual interpolates IRR in: at most 1 to 2 %."""

_LOWEST_RATE, _HIGHEST_RATE = -0.99, 1e4
_NO_TAX = "loss_year"
_NEVER = "not_repaid_within_life"
_SHIELD_ENDS = "depreciation_ends_before_life"
_UNUSED_DEPRECIATION = "depreciation_longer_than_life"
_NO_RATE = "irr_undefined"
_NO_FLOW = "cash_flow_not_positive"


@dataclass(frozen=True)
class Interpolation:
    """IRR as audit reports print it: ``i1 + NPV1 (i2 - i1) / (NPV1 + |NPV2|)``."""

    i1: float
    i2: float
    npv1: float
    npv2: float
    irr: float


@dataclass(frozen=True)
class EconomicInputs:
    """What an economic assessment needs; unknown values stay None.

    Give either ``annual_saving_wan_yuan`` (P, before tax) or ``net_cash_flow_wan_yuan``
    (F, as some reports state it directly); F wins when both are given.
    """

    investment_wan_yuan: float | None = None
    annual_saving_wan_yuan: float | None = None
    net_cash_flow_wan_yuan: float | None = None
    discount_rate: float | None = None
    tax_rate: float | None = 0.25
    depreciation_years: int | None = 10
    life_years: int | None = 10
    residual_rate: float = 0.0


@dataclass(frozen=True)
class Economics:
    """The assessment; every figure is None while an input it needs is in ``missing``."""

    inputs: EconomicInputs
    missing: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    depreciation_wan_yuan: float | None = None
    taxable_profit_wan_yuan: float | None = None
    net_profit_wan_yuan: float | None = None
    net_cash_flow_wan_yuan: float | None = None
    cash_flows_wan_yuan: tuple[float, ...] = ()
    annuity_factor: float | None = None
    payback_years: float | None = None
    discounted_payback_years: float | None = None
    npv_wan_yuan: float | None = None
    npvr: float | None = None
    irr: float | None = None
    interpolation: Interpolation | None = None

    def as_json(self) -> dict[str, Any]:
        """Return the stable JSON form; money in 万元, rates as fractions."""
        found = self.interpolation
        return {
            "investment": self.inputs.investment_wan_yuan,
            "annual_saving": self.inputs.annual_saving_wan_yuan,
            "depreciation": _rounded(self.depreciation_wan_yuan),
            "taxable_profit": _rounded(self.taxable_profit_wan_yuan),
            "net_profit": _rounded(self.net_profit_wan_yuan),
            "net_cash_flow": _rounded(self.net_cash_flow_wan_yuan),
            "cash_flows": [round(flow, 4) for flow in self.cash_flows_wan_yuan],
            "rate": self.inputs.discount_rate,
            "years": self.inputs.life_years,
            "annuity_factor": _rounded(self.annuity_factor),
            "payback_years": _rounded(self.payback_years),
            "discounted_payback_years": _rounded(self.discounted_payback_years),
            "npv": _rounded(self.npv_wan_yuan),
            "npvr": _rounded(self.npvr, 6),
            "irr": _rounded(self.irr, 6),
            "irr_interpolated": _rounded(found.irr if found else None, 6),
            "interpolation": None
            if found is None
            else {
                "i1": round(found.i1, 6),
                "i2": round(found.i2, 6),
                "npv1": round(found.npv1, 4),
                "npv2": round(found.npv2, 4),
            },
            "missing": list(self.missing),
            "flags": list(self.flags),
        }


def _rounded(value: float | None, digits: int = 4) -> float | None:
    return None if value is None else round(value, digits)


@overload
def annual_depreciation(investment: float, years: int, *, residual_rate: float = 0.0) -> float: ...
@overload
def annual_depreciation(investment: FloatArray, years: int, *, residual_rate: float = 0.0) -> FloatArray: ...
def annual_depreciation(
    investment: float | FloatArray, years: int, *, residual_rate: float = 0.0
) -> float | FloatArray:
    """Return D = I (1 - residual rate) / Y, straight line, 万元/a (audit manual).

    Args:
        investment: I, 万元; a number or one number a draw.
        years: depreciation period Y, at least 1.
        residual_rate: share of I left at the end, 0 to below 1.
    """
    return investment * (1 - residual_rate) / years


def annuity_factor(rate: float, years: int) -> float:
    """Return (1 - (1 + i)^-n) / i, the sum of the discount factors of n years (audit manual)."""
    if rate == 0:
        return float(years)
    return -math.expm1(-years * math.log1p(rate)) / rate  # exact for the smallest rates too


def net_cash_flows(
    saving: float | FloatArray,
    *,
    investment: float | FloatArray,
    tax_rate: float,
    depreciation_years: int,
    life_years: int,
    residual_rate: float = 0.0,
) -> FloatArray:
    """Return F of every year: P - (P - D) x tax rate while depreciation runs, then P (1 - tax rate).

    Where P is below D there is no taxable profit and no tax (audit manual, edge rule). The
    residual value comes back in the last year.

    Args:
        saving: P, 万元/a; a number, or (draws,).
        investment: I, 万元; a number, or (draws,) as ``saving``.
        tax_rate: enterprise income tax, fraction.
        depreciation_years: Y.
        life_years: n.
        residual_rate: share of I recovered at the end of the life.

    Returns:
        float64, (life_years,) or (draws, life_years), 万元/a.
    """
    yearly, invested = np.asarray(saving, dtype=float), np.asarray(investment, dtype=float)
    depreciation = annual_depreciation(invested, depreciation_years, residual_rate=residual_rate)
    in_period = np.arange(1, life_years + 1) <= depreciation_years
    shield = np.where(in_period, depreciation[..., None], 0.0)
    taxable = np.maximum(yearly[..., None] - shield, 0.0)
    flows: FloatArray = yearly[..., None] - taxable * tax_rate
    flows[..., -1] += invested * residual_rate
    return flows


def npv(rate: float, investment: float, flows: FloatArray) -> float:
    """Return NPV = sum of F_j / (1 + i)^j over the years, less I (audit manual), 万元."""
    import numpy_financial

    return float(numpy_financial.npv(rate, np.concatenate([[-investment], flows])))


def npvs(rates: FloatArray, investments: FloatArray, flows: FloatArray) -> FloatArray:
    """Return the NPV of many draws at once.

    Args:
        rates: (draws,), fractions.
        investments: (draws,), 万元.
        flows: (draws, years), 万元/a.

    Returns:
        (draws,), 万元.
    """
    discount = (1 + rates)[:, None] ** -np.arange(1, flows.shape[1] + 1)
    result: FloatArray = (flows * discount).sum(axis=1) - investments
    return result


def irr(investment: float, flows: FloatArray) -> float | None:
    """Return the rate at which NPV is zero, or None where there is none.

    Raises:
        ValueError: ``investment`` is not above zero.
    """
    found = irrs(np.array([investment]), np.asarray(flows, dtype=float)[None, :])[0]
    return None if np.isnan(found) else float(found)


def irrs(investments: FloatArray, flows: FloatArray) -> FloatArray:
    """Return the IRR of many draws at once; nan where the flows never return the investment.

    Args:
        investments: (draws,), 万元, above zero.
        flows: (draws, years), 万元/a.

    Raises:
        ValueError: an investment is not above zero.
    """
    from scipy.optimize import elementwise

    if (investments <= 0).any():
        raise ValueError("investment must be above zero")
    years = np.arange(1, flows.shape[1] + 1)

    def value(log_rate: FloatArray, investment: FloatArray, *columns: FloatArray) -> FloatArray:
        growth = np.exp(log_rate)
        total = -investment
        for year, column in zip(years, columns, strict=True):
            total = total + column * growth ** -float(year)
        return total

    low, high = math.log1p(_LOWEST_RATE), math.log1p(_HIGHEST_RATE)
    columns = [flows[:, year - 1] for year in years]
    ones = np.ones_like(investments)
    solved = elementwise.find_root(value, (low * ones, high * ones), args=(investments, *columns))
    result: FloatArray = np.where(solved.success, np.expm1(solved.x), np.nan)
    return result


def irr_interpolated(investment: float, flows: FloatArray) -> Interpolation | None:
    """Return IRR by linear interpolation between two neighbouring whole percents.

    i1 is the last whole percent with NPV above zero and i2 the next one, as audit reports
    print it; None where no rate solves the flows.
    """
    exact = irr(investment, flows)
    if exact is None:
        return None
    i1 = math.floor(round(exact / RATE_STEP, 9)) * RATE_STEP
    i2 = i1 + RATE_STEP
    npv1, npv2 = npv(i1, investment, flows), npv(i2, investment, flows)
    spread = npv1 + abs(npv2)
    found = i1 if spread == 0 else i1 + npv1 * (i2 - i1) / spread
    return Interpolation(i1, i2, npv1, npv2, found)


def payback_years(investment: float, flows: FloatArray, *, residual: float = 0.0) -> float | None:
    """Return N = I / F for level flows; for changing flows the year in which they add up to I.

    A payback beyond the life is extrapolated with the last year's flow, as I / F does. None
    where the flows never add up.

    Args:
        investment: I, 万元.
        flows: (years,), 万元/a.
        residual: part of the last flow that is residual value and no yearly cash flow, 万元.
    """
    found = paybacks(
        np.array([investment]), np.asarray(flows, dtype=float)[None, :], residuals=np.array([residual])
    )[0]
    return None if np.isnan(found) else float(found)


def paybacks(investments: FloatArray, flows: FloatArray, *, residuals: FloatArray) -> FloatArray:
    """Return N of many draws at once; nan where the flows never add up to the investment.

    Args:
        investments: (draws,), 万元.
        flows: (draws, years), 万元/a.
        residuals: (draws,), residual value inside the last flow, 万元.
    """
    yearly = flows.copy()
    yearly[:, -1] -= residuals
    years = _first_reached(investments, yearly, extrapolate=True)
    result: FloatArray = np.where(investments == 0, 0.0, years)
    return result


def discounted_payback_years(rate: float, investment: float, flows: FloatArray) -> float | None:
    """Return the year in which discounted flows add up to I, or None within the life."""
    flows = np.asarray(flows, dtype=float)
    discounted = flows / (1 + rate) ** np.arange(1, len(flows) + 1)
    found = _first_reached(np.array([investment]), discounted[None, :], extrapolate=False)[0]
    return None if np.isnan(found) else float(found)


def _first_reached(targets: FloatArray, flows: FloatArray, *, extrapolate: bool) -> FloatArray:
    """Return the year, with its fraction, in which the flows of a row add up to its target, or nan."""
    rows, years = np.arange(len(flows)), flows.shape[1]
    left = targets[:, None] - (np.cumsum(flows, axis=1) - flows)
    reached = (flows > 0) & (left <= flows)
    year = np.where(reached.any(axis=1), reached.argmax(axis=1), years - 1)
    flow = flows[rows, year]
    usable = (flow > 0) & (reached.any(axis=1) | extrapolate)
    with np.errstate(over="ignore"):  # a flow next to nothing takes for ever
        result: FloatArray = year + np.divide(
            left[rows, year], flow, out=np.full(len(flows), np.nan), where=usable
        )
    return result


_NEEDED: tuple[tuple[str, str], ...] = (
    ("investment_wan_yuan", "investment"),
    ("discount_rate", "discount_rate"),
    ("life_years", "life_years"),
)


def _check(inputs: EconomicInputs) -> None:
    """Refuse values no assessment can have, with the cure.

    Raises:
        BadInput: names field, value and what to write instead.
    """
    bounds: tuple[tuple[str, float | None, float, float, str], ...] = (
        ("投资", inputs.investment_wan_yuan, 0.0, math.inf, "不小于 0 的万元数"),
        ("贴现率", inputs.discount_rate, 0.0, 1.0, "0 到 1 之间的小数，例如 0.08"),
        ("税率", inputs.tax_rate, 0.0, 1.0, "0 到 1 之间的小数，例如 0.25"),
        ("寿命期", inputs.life_years, 1, 100, "1 到 100 的整数年"),
        ("折旧年限", inputs.depreciation_years, 1, 100, "1 到 100 的整数年"),
        ("残值率", inputs.residual_rate, 0.0, 0.99, "0 到 0.99 之间的小数"),
    )
    for name, value, low, high, cure in bounds:
        if value is not None and not (low <= value <= high and math.isfinite(value)):
            raise BadInput(f"{name}：{value:g} 不在允许范围，请写{cure}")
    for name, value in (
        ("年净节省", inputs.annual_saving_wan_yuan),
        ("年净现金流", inputs.net_cash_flow_wan_yuan),
    ):
        if value is not None and not math.isfinite(value):
            raise BadInput(f"{name}：不是有限的数，请写万元数")


def assess(inputs: EconomicInputs) -> Economics:
    """Return the economic assessment of one option.

    Flags: ``loss_year`` (P below D, no tax), ``depreciation_ends_before_life``,
    ``depreciation_longer_than_life``, ``cash_flow_not_positive``, ``irr_undefined``,
    ``not_repaid_within_life``.

    Raises:
        BadInput: a value is outside what an assessment can have.
    """
    _check(inputs)
    missing = [name for attribute, name in _NEEDED if getattr(inputs, attribute) is None]
    direct = inputs.net_cash_flow_wan_yuan is not None
    if not direct:
        if inputs.annual_saving_wan_yuan is None:
            missing.append("annual_saving")
        missing += [n for n in ("tax_rate", "depreciation_years") if getattr(inputs, n) is None]
    investment, years = inputs.investment_wan_yuan, inputs.life_years
    parts: dict[str, Any] = {}
    flags: list[str] = []
    flows: FloatArray | None = None
    if direct and years is not None:
        assert inputs.net_cash_flow_wan_yuan is not None
        flows = np.full(years, inputs.net_cash_flow_wan_yuan)
        parts["net_cash_flow_wan_yuan"] = inputs.net_cash_flow_wan_yuan
    elif not direct and investment is not None and years is not None:
        flows = _taxed(inputs, investment, years, parts, flags)
    if flows is not None:
        parts["cash_flows_wan_yuan"] = tuple(float(flow) for flow in flows)
    if investment is None or flows is None:
        return Economics(inputs, tuple(missing), tuple(flags), **parts)
    residual = 0.0 if direct else investment * inputs.residual_rate
    _measure(inputs, investment, flows, residual, parts, flags)
    return Economics(inputs, tuple(missing), tuple(flags), **parts)


def _taxed(
    inputs: EconomicInputs, investment: float, years: int, parts: dict[str, Any], flags: list[str]
) -> FloatArray | None:
    saving, tax, period = inputs.annual_saving_wan_yuan, inputs.tax_rate, inputs.depreciation_years
    if saving is None or tax is None or period is None:
        return None
    depreciation = annual_depreciation(investment, period, residual_rate=inputs.residual_rate)
    profit = saving - depreciation
    net = profit - max(profit, 0.0) * tax
    parts |= {
        "depreciation_wan_yuan": depreciation,
        "taxable_profit_wan_yuan": profit,
        "net_profit_wan_yuan": net,
        "net_cash_flow_wan_yuan": net + depreciation,
    }
    if profit < 0:
        flags.append(_NO_TAX)
    if period < years:
        flags.append(_SHIELD_ENDS)
    if period > years:
        flags.append(_UNUSED_DEPRECIATION)
    return net_cash_flows(
        saving,
        investment=investment,
        tax_rate=tax,
        depreciation_years=period,
        life_years=years,
        residual_rate=inputs.residual_rate,
    )


def _measure(
    inputs: EconomicInputs,
    investment: float,
    flows: FloatArray,
    residual: float,
    parts: dict[str, Any],
    flags: list[str],
) -> None:
    if flows[0] <= 0:
        flags.append(_NO_FLOW)
    else:
        parts["payback_years"] = payback_years(investment, flows, residual=residual)
        if parts["payback_years"] is None or parts["payback_years"] > len(flows):
            flags.append(_NEVER)
    rate = inputs.discount_rate
    if rate is not None:
        value = npv(rate, investment, flows)
        parts["annuity_factor"] = annuity_factor(rate, len(flows))
        parts["npv_wan_yuan"] = value
        parts["discounted_payback_years"] = discounted_payback_years(rate, investment, flows)
        if investment > 0:
            parts["npvr"] = value / investment
    found = irr_interpolated(investment, flows) if investment > 0 and flows[0] > 0 else None
    if found is None:
        flags.append(_NO_RATE)
    else:
        parts["irr"] = irr(investment, flows)
        parts["interpolation"] = found


Verdict = Literal["feasible", "not_feasible", "not_calculated"]


@dataclass(frozen=True)
class Acceptance:
    """The acceptance rule of the audit manual applied to one assessment."""

    verdict: Verdict
    checks: tuple[tuple[str, bool], ...] = field(default_factory=tuple)


def accept(
    result: Economics, *, payback_limit_years: float, benchmark_irr: float | None = None
) -> Acceptance:
    """Return whether an option passes: N below the limit, NPV not negative, IRR at least the benchmark.

    Limits of the manual: 中费 2 to 3 a, 较高费 below 5 a, 高费 below 10 a; they are settings of a
    project. Without a benchmark IRR the discount rate is used.
    """
    if result.missing:
        return Acceptance("not_calculated")
    benchmark = result.inputs.discount_rate if benchmark_irr is None else benchmark_irr
    assert benchmark is not None
    checks = (
        ("payback", result.payback_years is not None and result.payback_years < payback_limit_years),
        ("npv", result.npv_wan_yuan is not None and result.npv_wan_yuan >= 0),
        (
            "irr",
            result.inputs.investment_wan_yuan == 0 or (result.irr is not None and result.irr >= benchmark),
        ),
    )
    return Acceptance("feasible" if all(passed for _, passed in checks) else "not_feasible", checks)


def scaled_investment(
    case_investment: float, case_capacity: float, capacity: float, *, exponent: float = 0.6
) -> float:
    """Return the case's investment scaled to another capacity: I2 = I1 (C2 / C1)^x.

    The capacity-exponent method of chemical-engineering cost estimation; 0.6 is the usual
    exponent where none is known. The result is an estimate and must be marked as one.

    Args:
        case_investment: I1, 万元.
        case_capacity: C1, above zero.
        capacity: C2, same unit as C1, above zero.
        exponent: x, 0.3 to 1.2.

    Raises:
        BadInput: a capacity is not above zero, or the exponent is outside its range.
    """
    if case_capacity <= 0 or capacity <= 0:
        raise BadInput(f"规模：{min(case_capacity, capacity):g} 须大于 0")
    if not 0.3 <= exponent <= 1.2:
        raise BadInput(f"规模指数：{exponent:g} 不在 0.3–1.2，一般取 0.6")
    return float(case_investment * (capacity / case_capacity) ** exponent)
