"""Economic assessment of one option, as the cleaner-production audit method defines it.

Symbols and formulas follow the feasibility chapter of the audit manual: I, P, D, T, E, F,
N, NPV, NPVR, IRR. Money is in 万元 (10,000 CNY) of one price year, rates are fractions
(0.05 is 5 %), years are whole years. Four decimals are kept inside; rounding belongs to
whoever prints. The formulas stand in ``cash_flows``.

A missing input never becomes zero: the result names what is missing and stays empty.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from catalog.errors import BadInput
from recommender.cash_flows import (
    RATE_STEP,
    FloatArray,
    Interpolation,
    annual_depreciation,
    annuity_factor,
    discounted_payback_years,
    irr,
    irr_interpolated,
    irrs,
    net_cash_flows,
    npv,
    npvs,
    payback_years,
    paybacks,
)

__all__ = [
    "RATE_STEP",
    "Acceptance",
    "EconomicInputs",
    "Economics",
    "FloatArray",
    "Interpolation",
    "Verdict",
    "accept",
    "annual_depreciation",
    "annuity_factor",
    "assess",
    "discounted_payback_years",
    "irr",
    "irr_interpolated",
    "irrs",
    "net_cash_flows",
    "npv",
    "npvs",
    "payback_years",
    "paybacks",
    "scaled_investment",
]

_NO_TAX = "loss_year"
_NEVER = "not_repaid_within_life"
_SHIELD_ENDS = "depreciation_ends_before_life"
_UNUSED_DEPRECIATION = "depreciation_longer_than_life"
_NO_RATE = "irr_undefined"
_NO_FLOW = "cash_flow_not_positive"


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
