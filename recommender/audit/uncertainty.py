"""How sure the economics of an option are: N, NPV and IRR over drawn inputs.

Ranges of the investment, of the priced effects, of their prices and of the money lines are
drawn from triangular distributions with the given value as the mode; a figure without a
range stays as it is. Every draw is assessed with the formulas of ``recommender.economics``,
so the point assessment and its spread cannot differ in method.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from catalog.convert import factor as unit_factor
from catalog.display import interval, number
from catalog.errors import BadInput
from recommender.audit.project import AuditProject, Figure, Option, Price
from recommender.audit.valuation import (
    cost_class,
    economic_inputs,
    net_price,
    payback_limit,
    price_in,
    value_option,
)
from recommender.economics import EconomicInputs, FloatArray, irrs, net_cash_flows, npv, npvs, paybacks

_PERCENTILES = (10, 50, 90)
_MOST_DRAWS = 100_000
_INVESTMENT = "投资"
_PRICE = "{label}价格"
_RANGE = "{label} {bounds} {unit}（最可能 {value}）"
_NEGATIVE = "方案 {id} 投资：区间下限 {low:g} 为负，请写不小于 0 的万元数"
_DRAWS = "抽样次数：{draws} 不在 1–100000，请改写，例如 10000"


@dataclass(frozen=True)
class Spread:
    """P10, P50 and P90 of the draws in which a result exists, and the share in which it does not.

    The percentiles are None where the result exists in no draw.
    """

    p10: float | None
    p50: float | None
    p90: float | None
    undefined_share: float


@dataclass(frozen=True)
class Uncertainty:
    """The economics of one option over all draws; N in years, NPV in 万元, IRR as a fraction.

    ``chance_payback_within`` is the share of draws with N below ``payback_limit_years``; a draw
    that never pays back counts as above. ``ranges`` names what was drawn with its bounds.
    """

    option_id: str
    draws: int
    seed: int
    payback: Spread
    npv: Spread
    irr: Spread
    payback_limit_years: float
    chance_payback_within: float
    ranges: tuple[str, ...]

    @property
    def constant(self) -> bool:
        """True when no figure that counts in money has a range, so that all draws are alike."""
        return not self.ranges


# The option as the assessment sees it


@dataclass(frozen=True)
class MoneyTerm:
    """One summand of P: amount x price x ``factor`` in 万元; a money line has no price."""

    label: str
    amount: Figure
    price: Price | None
    factor: float


@dataclass(frozen=True)
class MoneyModel:
    """An option as the assessment sees it: fixed inputs, the investment and the summands of P."""

    inputs: EconomicInputs
    investment: Figure
    terms: tuple[MoneyTerm, ...]

    def flows(self, savings: FloatArray, investments: FloatArray) -> FloatArray:
        """Return the net cash flows of every draw, 万元, shape (draws, years)."""
        inputs = self.inputs
        assert inputs.tax_rate is not None
        assert inputs.depreciation_years is not None
        assert inputs.life_years is not None
        return net_cash_flows(
            savings,
            investment=investments,
            tax_rate=inputs.tax_rate,
            depreciation_years=inputs.depreciation_years,
            life_years=inputs.life_years,
            residual_rate=inputs.residual_rate,
        )

    @property
    def rate(self) -> float:
        """The discount rate as a fraction."""
        assert self.inputs.discount_rate is not None
        return self.inputs.discount_rate

    def npv(self, saving: float) -> float:
        """Return the NPV at the point investment for a yearly saving P, 万元."""
        invested = self.investment.value
        return npv(self.rate, invested, self.flows(np.array(saving), np.array(invested)))


def money_model(project: AuditProject, option: Option) -> MoneyModel | None:
    """Return what the assessment needs, or None where an input is missing.

    Raises:
        BadInput: a unit or value cannot be used; the message names the option.
    """
    valuation = value_option(project, option)
    if valuation.missing or option.investment is None:
        return None
    prices = {price.item: price for price in reversed(project.profile.prices)}  # the first of an item counts
    effects, money = valuation.lines[: len(option.effects)], option.money
    terms = []
    for effect, line in zip(option.effects, effects, strict=True):
        if line.price is None:
            continue
        price = prices[effect.item]
        one = price.model_copy(update={"figure": Figure(value=1.0, unit=price.figure.unit)})
        sign = -1.0 if effect.kind == "product" else 1.0
        per_unit = price_in(price.figure.unit, effect.figure.unit, effect.item)
        terms.append(MoneyTerm(effect.label, effect.figure, price, sign * per_unit * net_price(one)[0]))
    terms += [
        MoneyTerm(line.label, line.figure, None, unit_factor(line.figure.unit, "万元")) for line in money
    ]
    inputs = economic_inputs(project, option, valuation.annual_saving_wan_yuan)
    return MoneyModel(inputs, option.investment, tuple(terms))


# Drawing


def simulate(
    project: AuditProject, option: Option, *, draws: int = 10_000, seed: int = 20260101
) -> Uncertainty | None:
    """Return the spread of N, NPV and IRR of an option, or None where the valuation misses an input.

    Every range is drawn on its own, a price once for all effects it values; effects without a
    price count in no money figure and are not drawn. The same seed gives the same answer.

    Args:
        project: prices, rates and limits.
        option: the option, priced by ``project``.
        draws: number of draws, 1 to 100,000.
        seed: of the random numbers.

    Raises:
        BadInput: ``draws`` is out of range, the investment's range goes below zero, or the
            option cannot be valued.
    """
    if not 1 <= draws <= _MOST_DRAWS:
        raise BadInput(_DRAWS.format(draws=draws))
    model = money_model(project, option)
    if model is None:
        return None
    low, _ = _bounds(model.investment)
    if low < 0:
        raise BadInput(_NEGATIVE.format(id=option.id, low=low))
    ranges = tuple(_told(label, figure) for label, figure in _ranges(model) if _has_range(figure))
    generator, count = np.random.default_rng(seed), draws if ranges else 1
    investments = _draw(model.investment, generator, count)
    flows = model.flows(_drawn_savings(model, generator, count), investments)
    years, rates = _paybacks_and_irrs(investments, flows, model.inputs.residual_rate)
    limit = payback_limit(project, cost_class(project, option))
    return Uncertainty(
        option_id=option.id,
        draws=draws,
        seed=seed,
        payback=_spread(years),
        npv=_spread(npvs(np.full(count, model.rate), investments, flows)),
        irr=_spread(rates),
        payback_limit_years=limit,
        chance_payback_within=float(np.mean(years < limit)),
        ranges=ranges,
    )


def _bounds(figure: Figure) -> tuple[float, float]:
    low = figure.value if figure.low is None else figure.low
    return low, figure.value if figure.high is None else figure.high


def _ranges(model: MoneyModel) -> Iterator[tuple[str, Figure]]:
    """Yield what is drawn, each price once: label and figure."""
    yield _INVESTMENT, model.investment
    seen = set()
    for term in model.terms:
        yield term.label, term.amount
        if term.price is not None and term.price.item not in seen:
            seen.add(term.price.item)
            yield _PRICE.format(label=term.price.label), term.price.figure


def _told(label: str, figure: Figure) -> str:
    return _RANGE.format(
        label=label, bounds=interval(*_bounds(figure)), unit=figure.unit, value=number(figure.value)
    )


def _has_range(figure: Figure) -> bool:
    low, high = _bounds(figure)
    return low < high


def _draw(figure: Figure, generator: np.random.Generator, draws: int) -> FloatArray:
    low, high = _bounds(figure)
    if low == high:
        return np.full(draws, figure.value)
    return generator.triangular(low, figure.value, high, draws)


def _drawn_savings(model: MoneyModel, generator: np.random.Generator, draws: int) -> FloatArray:
    """Return P of every draw, 万元/a; a price used by several effects is drawn once."""
    prices: dict[str, FloatArray] = {}
    savings = np.zeros(draws)
    for term in model.terms:
        worth = _draw(term.amount, generator, draws) * term.factor
        if term.price is not None:
            if term.price.item not in prices:
                prices[term.price.item] = _draw(term.price.figure, generator, draws)
            worth = worth * prices[term.price.item]
        savings += worth
    return savings


def _paybacks_and_irrs(
    investments: FloatArray, flows: FloatArray, residual_rate: float
) -> tuple[FloatArray, FloatArray]:
    """Return N and IRR of every draw; nan under the conditions in which ``assess`` leaves them empty."""
    positive = flows[:, 0] > 0
    years = paybacks(investments, flows, residuals=investments * residual_rate)
    solvable = positive & (investments > 0)
    rates = np.full(len(flows), np.nan)
    if solvable.any():
        rates[solvable] = irrs(investments[solvable], flows[solvable])
    return np.where(positive, years, np.nan), rates


def _spread(values: FloatArray) -> Spread:
    known = values[~np.isnan(values)]
    undefined = 1 - len(known) / len(values)
    if not len(known):
        return Spread(None, None, None, undefined)
    p10, p50, p90 = (float(one) for one in np.percentile(known, _PERCENTILES))
    return Spread(p10, p50, p90, undefined)
