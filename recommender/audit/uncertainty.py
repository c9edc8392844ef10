"""How sure the economics of an option are, and which price would turn the answer.

Ranges of the investment, of the priced effects, of their prices and of the money lines are
drawn from triangular distributions with the given value as the mode; a figure without a
range stays as it is. Every draw is assessed with the formulas of ``recommender.economics``,
so the point assessment and its spread cannot differ in method.

Break-even and reversal move one price between 0 and 100 times its present value and hold
everything else, tax and depreciation included.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import pairwise

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
from recommender.economics import (
    EconomicInputs,
    FloatArray,
    annual_depreciation,
    irrs,
    net_cash_flows,
    npv,
    npvs,
    paybacks,
)

HIGHEST_MULTIPLE = 100.0
"""Prices up to this multiple of the present one are searched."""

_PERCENTILES = (10, 50, 90)
_MOST_DRAWS = 100_000
_INVESTMENT = "投资"
_PRICE = "{label}价格"
_RANGE = "{label} {bounds} {unit}（最可能 {value}）"
_NEGATIVE = "方案 {id} 投资：区间下限 {low:g} 为负，请写不小于 0 的万元数"
_DRAWS = "抽样次数：{draws} 不在 1–100000，请改写，例如 10000"
_SAME = "方案“{id}”不能与自己比较，请选两个不同的方案"


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


@dataclass(frozen=True)
class BreakEven:
    """The price of one item that turns an answer; ``price`` and ``current`` as the project writes them.

    ``change`` is relative: 0.2 is 20 % above the present price.
    """

    label: str
    item: str
    price: float
    unit: str
    current: float
    change: float


@dataclass(frozen=True)
class _Term:
    """One summand of P: amount x price x ``factor`` in 万元; a money line has no price."""

    label: str
    amount: Figure
    price: Price | None
    factor: float


@dataclass(frozen=True)
class _Model:
    """An option as the assessment sees it: fixed inputs, the investment and the summands of P."""

    inputs: EconomicInputs
    investment: Figure
    terms: tuple[_Term, ...]

    def flows(self, savings: FloatArray, investments: FloatArray) -> FloatArray:
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
        assert self.inputs.discount_rate is not None
        return self.inputs.discount_rate

    def npv(self, saving: float) -> float:
        """Return the NPV at the point investment for a yearly saving P, 万元."""
        invested = self.investment.value
        return npv(self.rate, invested, self.flows(np.array(saving), np.array(invested)))


def _model(project: AuditProject, option: Option) -> _Model | None:
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
        terms.append(_Term(effect.label, effect.figure, price, sign * per_unit * net_price(one)[0]))
    terms += [_Term(line.label, line.figure, None, unit_factor(line.figure.unit, "万元")) for line in money]
    inputs = economic_inputs(project, option, valuation.annual_saving_wan_yuan)
    return _Model(inputs, option.investment, tuple(terms))


def _bounds(figure: Figure) -> tuple[float, float]:
    low = figure.value if figure.low is None else figure.low
    return low, figure.value if figure.high is None else figure.high


def _ranges(model: _Model) -> Iterator[tuple[str, Figure]]:
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


def _drawn_savings(model: _Model, generator: np.random.Generator, draws: int) -> FloatArray:
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


def _spread(values: FloatArray) -> Spread:
    known = values[~np.isnan(values)]
    undefined = 1 - len(known) / len(values)
    if not len(known):
        return Spread(None, None, None, undefined)
    p10, p50, p90 = (float(one) for one in np.percentile(known, _PERCENTILES))
    return Spread(p10, p50, p90, undefined)


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
    model = _model(project, option)
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


def _worths(model: _Model) -> dict[str, tuple[Price, float]]:
    """Return every price the option uses with the yearly money it decides, 万元, by item."""
    found: dict[str, tuple[Price, float]] = {}
    for term in model.terms:
        if term.price is not None:
            _, before = found.get(term.price.item, (term.price, 0.0))
            worth = term.amount.value * term.price.figure.value * term.factor
            found[term.price.item] = term.price, before + worth
    return found


def _saving(model: _Model) -> float:
    assert model.inputs.annual_saving_wan_yuan is not None
    return model.inputs.annual_saving_wan_yuan


def _turned(price: Price, multiple: float) -> BreakEven:
    current = price.figure.value
    return BreakEven(price.label, price.item, current * multiple, price.figure.unit, current, multiple - 1.0)


def break_even(project: AuditProject, option: Option) -> BreakEven | None:
    """Return the price of the option's first driver at which its NPV is zero.

    The first driver is the priced item with the largest absolute yearly value. None where the
    option misses an input, has no priced item, or no price from 0 to 100 times the present one
    brings the NPV to zero.

    Raises:
        BadInput: the option cannot be valued.
    """
    model = _model(project, option)
    worths = _worths(model) if model else {}
    if model is None or not any(worth for _, worth in worths.values()):
        return None
    price, worth = min(worths.values(), key=lambda found: (-abs(found[1]), found[0].item))
    found = _roots(partial(_npv_at, model, worth), [0.0, HIGHEST_MULTIPLE])
    return _turned(price, found[0]) if found else None


def reversal(project: AuditProject, first_id: str, second_id: str) -> BreakEven | None:
    """Return the smallest relative change of one price that makes two options' NPVs equal.

    Every price used by either option is tried alone; a price both use moves for both. None
    where an option misses an input or no price from 0 to 100 times the present one does it.

    Raises:
        BadInput: an option does not exist or cannot be valued, or both are the same.
    """
    if first_id == second_id:
        raise BadInput(_SAME.format(id=first_id))
    first, second = (_model(project, project.option(id)) for id in (first_id, second_id))
    if first is None or second is None:
        return None
    own, other = _worths(first), _worths(second)
    prices = {item: price for found in (own, other) for item, (price, _) in found.items()}
    turns = [
        _turned(price, multiple)
        for item, price in prices.items()
        for multiple in _equal_at(
            (first, own[item][1] if item in own else 0.0), (second, other[item][1] if item in other else 0.0)
        )
    ]
    return min(turns, key=lambda turn: (abs(turn.change), turn.item), default=None)


def _equal_at(*moved: tuple[_Model, float]) -> list[float]:
    """Return the multiples of one price at which two options have the same NPV.

    NPV is linear in a price between the points where the taxable profit of a year reaches
    zero, so every stretch between two such points holds at most one solution.

    Args:
        moved: each option with the part of its P that the price decides, 万元.
    """
    if not any(worth for _, worth in moved):
        return []
    edges = {0.0, 1.0, HIGHEST_MULTIPLE}
    for model, worth in moved:
        edges |= {edge for edge in _kinks(model, worth) if 0 < edge < HIGHEST_MULTIPLE}
    first, second = (partial(_npv_at, model, worth) for model, worth in moved)
    return _roots(lambda multiple: first(multiple) - second(multiple), sorted(edges))


def _kinks(model: _Model, worth: float) -> list[float]:
    if worth == 0:
        return []
    inputs, rest = model.inputs, _saving(model) - worth
    assert inputs.depreciation_years is not None
    shield = annual_depreciation(
        model.investment.value, inputs.depreciation_years, residual_rate=inputs.residual_rate
    )
    return [(saving - rest) / worth for saving in (0.0, shield)]


def _npv_at(model: _Model, worth: float, multiple: float) -> float:
    """Return the NPV when a price that decides ``worth`` of P stands at a multiple of itself."""
    return model.npv(_saving(model) + (multiple - 1.0) * worth)


def _roots(function: Callable[[float], float], edges: list[float]) -> list[float]:
    from scipy.optimize import brentq

    values = [function(edge) for edge in edges]
    found = [edge for edge, value in zip(edges, values, strict=True) if value == 0]
    for (low, at_low), (high, at_high) in pairwise(zip(edges, values, strict=True)):
        if at_low * at_high < 0:
            found.append(float(brentq(function, low, high)))
    return found
