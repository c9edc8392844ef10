"""Which price would turn the answer: NPV of one option zero, or that of two options equal.

One price moves between 0 and 100 times its present value; everything else is held, tax and
depreciation included.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import pairwise

from catalog.errors import BadInput
from recommender.audit.project import AuditProject, Option, Price
from recommender.audit.uncertainty import MoneyModel, money_model
from recommender.economics import annual_depreciation

HIGHEST_MULTIPLE = 100.0
"""Prices up to this multiple of the present one are searched."""

_SAME = "方案“{id}”不能与自己比较，请选两个不同的方案"


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


def break_even(project: AuditProject, option: Option) -> BreakEven | None:
    """Return the price of the option's first driver at which its NPV is zero.

    The first driver is the priced item with the largest absolute yearly value. None where the
    option misses an input, has no priced item, or no price from 0 to 100 times the present one
    brings the NPV to zero.

    Raises:
        BadInput: the option cannot be valued.
    """
    model = money_model(project, option)
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
    first, second = (money_model(project, project.option(id)) for id in (first_id, second_id))
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


def _worths(model: MoneyModel) -> dict[str, tuple[Price, float]]:
    """Return every price the option uses with the yearly money it decides, 万元, by item."""
    found: dict[str, tuple[Price, float]] = {}
    for term in model.terms:
        if term.price is not None:
            _, before = found.get(term.price.item, (term.price, 0.0))
            worth = term.amount.value * term.price.figure.value * term.factor
            found[term.price.item] = term.price, before + worth
    return found


def _saving(model: MoneyModel) -> float:
    assert model.inputs.annual_saving_wan_yuan is not None
    return model.inputs.annual_saving_wan_yuan


def _turned(price: Price, multiple: float) -> BreakEven:
    current = price.figure.value
    return BreakEven(price.label, price.item, current * multiple, price.figure.unit, current, multiple - 1.0)


# Where the answer turns


def _equal_at(*moved: tuple[MoneyModel, float]) -> list[float]:
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


def _kinks(model: MoneyModel, worth: float) -> list[float]:
    if worth == 0:
        return []
    inputs, rest = model.inputs, _saving(model) - worth
    assert inputs.depreciation_years is not None
    shield = annual_depreciation(
        model.investment.value, inputs.depreciation_years, residual_rate=inputs.residual_rate
    )
    return [(saving - rest) / worth for saving in (0.0, shield)]


def _npv_at(model: MoneyModel, worth: float, multiple: float) -> float:
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
