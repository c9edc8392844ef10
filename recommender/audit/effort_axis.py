"""Where the points of the effort chart stand: the axis of investment, and labels that do not overlap."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from recommender.audit.chart_rows import EffortPoint
from recommender.labels import join

_LOG_FROM = 100.0
"""Ratio of the largest to the smallest investment above which the axis is logarithmic."""
_NEAR_ASIDE, _NEAR_ABOVE, _NAMED_TOGETHER = 0.04, 0.04, 4
"""Shares of width and height below which two points have one label, and how many it names."""


@dataclass(frozen=True)
class EffortAxis:
    """The axis of investment, 万元.

    Zero has no place on a logarithmic axis: options of no investment stand on its left edge,
    which is labelled 0 and parted from the rest by a dashed line.
    """

    logarithmic: bool
    lower: float
    upper: float
    has_zero: bool

    def position(self, investment: float) -> float:
        """Return where an investment (万元) stands on the axis."""
        return self.lower if investment == 0 else investment

    def share(self, investment: float) -> float:
        """Return how far from the left edge an investment stands, as a share of the width."""
        if not self.logarithmic:
            return investment / self.upper
        return math.log10(self.position(investment) / self.lower) / math.log10(self.upper / self.lower)

    @property
    def ticks(self) -> tuple[float, ...]:
        """Powers of ten on a logarithmic axis, the left edge first where it stands for 0."""
        if not self.logarithmic:
            return ()
        first = math.floor(math.log10(self.lower) + 0.5)
        return tuple(10.0**power for power in range(first, math.ceil(math.log10(self.upper)) + 1))

    @property
    def parted_at(self) -> float | None:
        """Where the dashed line between 0 and the logarithmic part stands."""
        return self.lower * math.sqrt(10.0) if self.logarithmic and self.has_zero else None


@dataclass(frozen=True)
class EffortLabel:
    """The label of one point, or of several that stand too close together to be told apart."""

    investment_wan_yuan: float
    saving_wan_yuan: float
    text: str


def effort_axis(points: Sequence[EffortPoint]) -> EffortAxis:
    """Return the axis of investment: logarithmic where investments above zero span more than 100 times."""
    positive = [p.investment_wan_yuan for p in points if p.investment_wan_yuan > 0]
    has_zero = len(positive) < len(points)
    largest, smallest = max(positive, default=1.0), min(positive, default=1.0)
    if largest / smallest <= _LOG_FROM:
        return EffortAxis(False, 0.0, largest, has_zero)
    decade = math.floor(math.log10(smallest)) - (1 if has_zero else 0)
    return EffortAxis(True, 10.0**decade, 10.0 ** math.ceil(math.log10(largest)), has_zero)


def effort_labels(points: Sequence[EffortPoint]) -> tuple[EffortLabel, ...]:
    """Return the labels of the points; points that nearly coincide share one, in the order given."""
    axis = effort_axis(points)
    savings = [0.0, *(point.saving_wan_yuan for point in points)]
    height = max(savings) - min(savings) or 1.0
    groups: list[list[EffortPoint]] = []
    for point in points:
        for group in groups:
            aside = axis.share(point.investment_wan_yuan) - axis.share(group[0].investment_wan_yuan)
            above = (point.saving_wan_yuan - group[0].saving_wan_yuan) / height
            if abs(aside) < _NEAR_ASIDE and abs(above) < _NEAR_ABOVE:
                group.append(point)
                break
        else:
            groups.append([point])
    return tuple(
        EffortLabel(
            group[0].investment_wan_yuan,
            group[0].saving_wan_yuan,
            join([f"{point.option_id}{point.mark}" for point in group[:_NAMED_TOGETHER]])
            + (f" 等 {len(group)} 项" if len(group) > _NAMED_TOGETHER else ""),
        )
        for group in groups
    )
