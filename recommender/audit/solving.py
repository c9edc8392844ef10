"""The 0-1 linear programme behind a package, solved to optimality with a definite tie-break.

HiGHS solves it, about eight digits exact, as floating-point numbers allow. Its tolerances are
absolute, so rows are scaled, and a set that only the solver's tolerance lets through is cut
off and the rest solved again.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

Kind = Literal["budget", "payback", "conflict", "prerequisite", "stream"]

TOLERANCE = 1e-12
"""Share of the sum compared by which rounded numbers may miss a limit or a tie."""

_SCALE = 1e3
"""Largest coefficient of a row given to the solver, whose own tolerances are absolute (1e-6)."""
_SLACK = 5e-9
"""Share of its size by which the solver sees a limit wider, so that sets at its edge are offered."""
_MOST_CUTS = 200
"""Sets beyond a limit by no more than ``_SLACK`` that are refused before one is accepted."""
_INFEASIBLE = 2
"""Status of ``scipy.optimize.milp`` where no set keeps all limits."""


@dataclass(frozen=True)
class Binding:
    """A limit that costs something: without it the objective is ``gain`` higher, in its unit."""

    kind: Kind
    label: str
    gain: float


@dataclass(frozen=True)
class Row:
    """One limit of the programme: sum of coefficients of the chosen options <= upper."""

    kind: Kind | None
    label: str
    coefficients: tuple[float, ...]
    upper: float

    def holds(self, chosen: Iterable[int]) -> bool:
        """True when the options at these indices keep the limit, but for rounding."""
        used = [self.coefficients[index] for index in chosen]
        size = max(abs(self.upper), math.fsum(map(abs, used)))
        return math.fsum(used) <= self.upper + TOLERANCE * size


def choose(gains: Sequence[float], rows: Sequence[Row]) -> tuple[int, ...]:
    """Indices of the best set; among equals the smallest, then the one with the lowest numbers.

    The objective is solved as it is; the tie-break solves again with the best value held as a
    limit, so it can never change the optimum.
    """
    best = _best(gains, rows)
    losses = tuple(-gain for gain in gains)
    kept = [*rows, Row(None, "", losses, -math.fsum(gains[index] for index in best))]
    ones = (1.0,) * len(gains)
    fewest = _solved(ones, kept)
    chosen = best if fewest is None else fewest
    size = len(chosen)
    kept.append(Row(None, "", ones, size))
    decided: dict[int, int] = {}
    for index in range(len(gains)):
        if sum(decided.values()) == size:
            break
        if index not in chosen:
            other = _solved((0.0,) * len(gains), kept, {**decided, index: 1})
            chosen = chosen if other is None else other
        decided[index] = int(index in chosen)
    return chosen


def bindings(gains: Sequence[float], rows: Sequence[Row], objective: float) -> tuple[Binding, ...]:
    """Each limit solved without: those whose loss would improve the objective, largest gain first."""
    size = math.fsum(map(abs, gains))
    found = []
    for row in rows:
        without = _best(gains, [other for other in rows if other is not row])
        gain = math.fsum(gains[index] for index in without) - objective
        if row.kind is not None and gain > _SLACK * size:
            found.append(Binding(row.kind, row.label, gain))
    return tuple(sorted(found, key=lambda binding: -binding.gain))


def _best(gains: Sequence[float], rows: Sequence[Row]) -> tuple[int, ...]:
    return _solved(tuple(-gain for gain in gains), rows) or ()


def _solved(
    cost: Sequence[float], rows: Sequence[Row], decided: Mapping[int, int] | None = None
) -> tuple[int, ...] | None:
    """Indices of the set of least cost within all rows, or None where there is none.

    The solver sees every limit a trace wider; a set that keeps only the wider one is cut off
    and the rest solved again.
    """
    cuts: list[Row] = []
    while True:
        found = _programme(cost, [*rows, *cuts], decided or {})
        if found is None or len(cuts) == _MOST_CUTS or all(row.holds(found) for row in rows):
            return found
        signs = tuple(1.0 if index in found else -1.0 for index in range(len(cost)))
        cuts.append(Row(None, "", signs, len(found) - 1))


def _programme(
    cost: Sequence[float], rows: Sequence[Row], decided: Mapping[int, int]
) -> tuple[int, ...] | None:
    """Solve one programme with ``decided`` fixed; rows are scaled so that tolerances are relative."""
    from scipy.optimize import Bounds, LinearConstraint, milp

    if not cost:
        return ()
    table = np.array([row.coefficients for row in rows]).reshape(len(rows), len(cost))
    limits = np.array([row.upper for row in rows])
    lower, upper = np.zeros(len(cost)), np.ones(len(cost))
    for index, value in decided.items():
        lower[index] = upper[index] = value
    for coefficients, limit in zip(table, limits, strict=True):
        if (coefficients >= 0).all():  # what is too large alone is out, and must not set the scale
            upper[coefficients > limit + TOLERANCE * np.maximum(abs(limit), coefficients)] = 0
    if (lower > upper).any():
        return None
    table = np.where(upper == 0, 0.0, table)
    used = np.maximum(table, 0).sum(axis=1) > limits  # other rows always hold
    table, limits = table[used], limits[used]
    sizes = np.maximum(abs(table).max(axis=1, initial=0.0), abs(limits)) / _SCALE
    sizes[sizes == 0] = 1.0
    size = max(map(abs, cost)) / _SCALE or 1.0
    constraints = LinearConstraint(table / sizes[:, None], -np.inf, limits / sizes + _SLACK * _SCALE)
    for presolve in (True, False):  # presolving may fail on numbers that differ by its tolerance
        solved = milp(
            np.array(cost) / size,
            integrality=np.ones(len(cost)),
            bounds=Bounds(lower, upper),
            constraints=constraints if len(limits) else (),
            options={"mip_rel_gap": 0.0, "presolve": presolve},
        )
        if solved.x is not None:
            return tuple(int(index) for index in np.flatnonzero(np.round(solved.x)))
        if solved.status == _INFEASIBLE:
            return None
    raise RuntimeError(f"milp: {solved.message}")
