"""Ranking of competing options by weighted scores, and the weight that would turn it.

权重总和计分排序法 of the audit manual: total = sum of W x R over four factors. Which option
is carried out stays the user's decision.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal, get_args

from recommender.audit.project import AuditProject, Option, Weights
from recommender.audit.screening import natural_key

Factor = Literal["environment", "economy", "technology", "ease"]

FACTORS: tuple[Factor, ...] = get_args(Factor)
FACTOR_LABELS: dict[Factor, str] = {
    "environment": "环境效果", "economy": "经济可行性", "technology": "技术可行性", "ease": "可实施性",
}  # fmt: skip
LOWEST_WEIGHT, HIGHEST_WEIGHT = 0, 20
"""Range of a weight in the sensitivity: a working audit platform lets W be 0 to 20."""


@dataclass(frozen=True)
class Ranked:
    """One option in the weighted ranking: ``weighted`` holds W x R by factor, ``total`` their sum."""

    option_id: str
    total: int
    rank: int
    weighted: dict[Factor, int]


@dataclass(frozen=True)
class Swap:
    """The weight of one factor at which the first two options of a ranking change places.

    At ``new_weight`` both totals are equal; on the side named by ``beyond`` the second leads.
    """

    factor: Factor
    weight: int
    new_weight: float
    first: str
    second: str
    beyond: Literal["above", "below"]


def rank_options(
    project: AuditProject, *, group: str | None = None, weights: Weights | None = None
) -> tuple[Ranked, ...]:
    """Return the rated options by total = sum of W x R, highest first.

    Ties: the larger R on the factor of highest weight, then on the next, then the lower
    number. Options found not feasible keep their place in the table; ``unrated`` lists those
    without ratings.

    Args:
        project: the audit project.
        group: only the options that compete in this group; None: all.
        weights: W by factor; without it those of the project.
    """
    chosen = weights or project.profile.weights
    by_factor: dict[Factor, int | Fraction] = {factor: _weight(chosen, factor) for factor in FACTORS}
    rated = [option for option in _members(project, group) if option.ratings is not None]
    ranked = []
    for rank, option in enumerate(sorted(rated, key=lambda one: _order(one, by_factor)), start=1):
        weighted = {factor: _weight(chosen, factor) * _rating(option, factor) for factor in FACTORS}
        ranked.append(Ranked(option.id, sum(weighted.values()), rank, weighted))
    return tuple(ranked)


def unrated(project: AuditProject, group: str | None = None) -> tuple[str, ...]:
    """Return the options the ranking leaves out because they have no ratings, in project order."""
    return tuple(option.id for option in _members(project, group) if option.ratings is None)


def _members(project: AuditProject, group: str | None) -> list[Option]:
    return [option for option in project.options if group is None or option.group == group]


def _weight(weights: Weights, factor: Factor) -> int:
    value: int = getattr(weights, factor)
    return value


def _rating(option: Option, factor: Factor) -> int:
    value: int = getattr(option.ratings, factor)
    return value


def _order(option: Option, weights: Mapping[Factor, int | Fraction]) -> tuple[Any, ...]:
    """Sort key: total, then R by falling weight (equal weights in the order of FACTORS), then number."""
    total = sum(weights[factor] * _rating(option, factor) for factor in FACTORS)
    heaviest = sorted(FACTORS, key=lambda factor: -weights[factor])
    return (-total, *(-_rating(option, factor) for factor in heaviest), natural_key(option.id))


# Sensitivity


def sensitivity(
    project: AuditProject, *, group: str | None = None, weights: Weights | None = None
) -> tuple[Swap, ...]:
    """Return which change of one weight alone would make the first two options change places.

    With the lead d = T1 - T2 and r = R1 - R2 on a factor, the totals are equal at
    W - d / r. Other options are not looked at. A factor with equal R, or whose crossing lies
    outside 0 to 20, is not in the result; the smallest change comes first.
    """
    ranking = rank_options(project, group=group, weights=weights)
    if len(ranking) < 2:
        return ()
    chosen = weights or project.profile.weights
    first, second = (project.option(one.option_id) for one in ranking[:2])
    lead = ranking[0].total - ranking[1].total
    found: list[tuple[Fraction, Swap]] = []
    for factor in FACTORS:
        ahead, weight = _rating(first, factor) - _rating(second, factor), _weight(chosen, factor)
        if ahead == 0:
            continue
        crossing = weight - Fraction(lead, ahead)
        if not _swaps(first, second, chosen, factor, crossing):
            continue
        side: Literal["above", "below"] = "below" if ahead > 0 else "above"
        swap = Swap(factor, weight, float(crossing), first.id, second.id, side)
        found.append((abs(crossing - weight), swap))
    return tuple(swap for _, swap in sorted(found, key=lambda pair: pair[0]))


def _swaps(first: Option, second: Option, weights: Weights, factor: Factor, crossing: Fraction) -> bool:
    """True when a weight within the range lets the second lead; at its very ends the tie rule decides."""
    if LOWEST_WEIGHT < crossing < HIGHEST_WEIGHT:
        return True
    if crossing not in (LOWEST_WEIGHT, HIGHEST_WEIGHT):
        return False
    changed = {one: crossing if one == factor else _weight(weights, one) for one in FACTORS}
    return _order(second, changed) < _order(first, changed)
