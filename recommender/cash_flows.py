"""Formulas of an investment and its yearly cash flows: NPV, IRR, payback, one option or many draws.

Symbols and formulas follow the feasibility chapter of the cleaner-production audit manual: I, P,
D, F, N, NPV, IRR. Money is in 万元 (10,000 CNY) of one price year, rates are fractions (0.05 is
5 %), years are whole years.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import overload

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
RATE_STEP = 0.01
"""Width of the interval the audit manual interpolates IRR in: at most 1 to 2 %."""
_LOWEST_RATE, _HIGHEST_RATE = -0.99, 1e4


@dataclass(frozen=True)
class Interpolation:
    """IRR as audit reports print it: ``i1 + NPV1 (i2 - i1) / (NPV1 + |NPV2|)``."""

    i1: float
    i2: float
    npv1: float
    npv2: float
    irr: float


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
