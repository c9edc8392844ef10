"""Pictures of an audit project: abatement cost, effort against saving, payback bands, schedule.

Each chart draws the rows of a pure function and computes nothing of its own. Options that are
not feasible or were given up are in no chart; ``left_out`` names every option a chart does not
show and why. Figures that rest on an estimate, a claim or an example carry its mark.
"""

from __future__ import annotations

import datetime
import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from recommender.audit.project import AuditProject, Option, Schedule, Shutdown
from recommender.audit.report.content import mark
from recommender.audit.valuation import COST_CLASS_LABELS, WAN, Valuation
from recommender.economics import annuity_factor
from recommender.labels import MISSING_INPUTS, NOT_CALCULATED, join

ChartName = Literal["abatement", "effort", "payback", "gantt"]
Fit = Literal["fits", "conflict", "no_stop", "unknown", "no_date"]

FONTS = "Noto Sans CJK SC, Microsoft YaHei, SimHei, PingFang SC, sans-serif"
WIDTH, HEIGHT = 720, 360
_LOG_FROM = 100.0
"""Ratio of the largest to the smallest investment above which the axis is logarithmic."""
_IDS_PER_LINE = 20
_NEAR_ASIDE, _NEAR_ABOVE, _NAMED_TOGETHER = 0.04, 0.04, 4
"""Shares of width and height below which two points have one label, and how many it names."""
_RIGHT_PART = 0.7
_LABEL_HEIGHT = 0.06
"""Height of a line of labels as a share of the cost axis."""
_LABEL_SHARE, _LABEL_LEVELS = 0.05, 8
"""Labels closer than this share of the width are set one above the other."""

_COST_COLOURS = {
    "无费": "#8fc9a8", "低费": "#1f7a4d", "中费": "#e0a030", "高费": "#b5483a", NOT_CALCULATED: "#999999",
}  # fmt: skip
FIT_LABELS: dict[Fit, str] = {
    "fits": "停产窗口内可完成", "conflict": "与停产窗口冲突", "no_stop": "不需停产",
    "unknown": "停产天数未提供", "no_date": "未提供开工日期",
}  # fmt: skip
_FIT_COLOURS: dict[Fit, str] = {
    "fits": "#1f7a4d", "conflict": "#b5483a", "no_stop": "#8fc9a8", "unknown": "#999999",
}  # fmt: skip
_BAR, _DARK, _BAND, _STOP = "#1f7a4d", "#333333", "#d9d9d9", "#222222"

_TITLES = {
    "abatement": "边际减排成本曲线", "effort": "投资与年节省", "payback": "投资偿还期分布",
    "gantt": "实施进度与停产窗口",
}  # fmt: skip
_EMPTY = {
    "abatement": "没有同时具备减碳量和经济数据的方案，无法绘制",
    "effort": "没有同时具备投资和年节省的方案，无法绘制",
    "payback": "没有方案，无法绘制",
    "gantt": "没有填写开工日期的方案，无法绘制",
}
_NOT_FEASIBLE, _ABANDONED = "筛选结论为不可行", "已放弃"
_NO_REDUCTION = "没有减碳量"
_NO_CO2 = "减碳量（{names}没有排放因子）"
_MORE_CO2 = "增加排放 {value:g} tCO2/a"
_LACKS = "缺少{names}"
_LEFT_OUT = "未列入 {count} 项：{ids}"
_INVESTMENT_MISSING = "{count} 项投资未提供"
_NO_WINDOW = "需停产 {stop:g} 天，工期内没有停产窗口"
_SHORT_WINDOW = "需停产 {stop:g} 天，停产窗口“{window}”在工期内只有 {days} 天"


@dataclass(frozen=True)
class LeftOut:
    """An option a chart does not show, and why."""

    option_id: str
    name: str
    reason: str


@dataclass(frozen=True)
class CostStep:
    """One step of the abatement curve: ``start`` to ``end`` tCO2/a, ``cost`` 元/tCO2."""

    option_id: str
    name: str
    start: float
    end: float
    cost: float
    cost_label: str
    mark: str = ""
    label_level: int = 0

    @property
    def co2_t(self) -> float:
        """Width of the step, tCO2/a."""
        return self.end - self.start


@dataclass(frozen=True)
class EffortPoint:
    """One option: investment (万元) and annual saving (万元/a)."""

    option_id: str
    name: str
    investment_wan_yuan: float
    saving_wan_yuan: float
    cost_label: str
    mark: str = ""


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


@dataclass(frozen=True)
class PaybackBand:
    """The options whose payback lies in one band."""

    label: str
    option_ids: tuple[str, ...]
    investment_wan_yuan: float
    investment_missing: int

    @property
    def count(self) -> int:
        """Number of options."""
        return len(self.option_ids)


@dataclass(frozen=True)
class GanttRow:
    """When an option is built and whether its standstill fits a shutdown window.

    ``end`` is the first day after the work; without a duration it is None. ``stop_start`` and
    ``stop_end`` bound the standstill in the same way.
    """

    option_id: str
    name: str
    fit: Fit
    start: datetime.date | None = None
    end: datetime.date | None = None
    stop_start: datetime.date | None = None
    stop_end: datetime.date | None = None
    window: str = ""
    reason: str = ""


def _rejected(option: Option) -> str:
    if option.state == "abandoned":
        return _ABANDONED
    return _NOT_FEASIBLE if option.outcome == "not_feasible" else ""


def _shown(project: AuditProject) -> tuple[Option, ...]:
    return tuple(option for option in project.options if not _rejected(option))


def _cost_label(value: Valuation) -> str:
    return COST_CLASS_LABELS[value.cost_class] if value.cost_class else NOT_CALCULATED


def _mark(project: AuditProject, option: Option, value: Valuation, *, with_co2: bool = False) -> str:
    """Return the mark of an option's figures: investment, priced effects, money lines, on request CO2."""
    figures = [] if option.investment is None else [option.investment]
    figures += [line.figure for line in option.money]
    priced = {line.item for line in value.lines if line.price is not None}
    figures += [price.figure for price in project.profile.prices if price.item in priced]
    figures += [
        effect.figure
        for effect in option.effects
        if effect.item in priced or (with_co2 and (effect.kind == "energy" or effect.item == "co2"))
    ]
    found = {figure.evidence for figure in figures}
    estimated = option.scaling is not None or (with_co2 and value.co2.estimated and not mark(found))
    return mark(found | ({"estimate"} if estimated else set()))


def _abatement_gap(value: Valuation) -> str:
    """Return why an option has no place in the abatement curve, or an empty text."""
    gaps = list(value.missing)
    if value.co2.value is None:
        gaps.append(_NO_CO2.format(names=join(list(value.co2.missing))))
    if gaps:
        return _LACKS.format(names=join(gaps))
    assert value.co2.value is not None
    if value.co2.value < 0:
        return _MORE_CO2.format(value=-value.co2.value)
    return _NO_REDUCTION if value.co2.value == 0 else ""


def _effort_gap(value: Valuation) -> str:
    gaps = [name for name in value.missing if name != MISSING_INPUTS["discount_rate"]]
    return _LACKS.format(names=join(gaps)) if gaps else ""


def specific_cost(value: Valuation) -> float:
    """Return 元/tCO2: (I / annuity factor - P) x 10 000 / tCO2, below zero where CO2 saving pays.

    The annuity factor is the one of the discount rate over the option's life (equivalent annual
    cost, B8 of the audit method). Only for options in the abatement curve.
    """
    inputs = value.economics.inputs
    assert inputs.investment_wan_yuan is not None and inputs.discount_rate is not None
    assert inputs.life_years is not None and value.annual_saving_wan_yuan is not None and value.co2.value
    annual = inputs.investment_wan_yuan / annuity_factor(inputs.discount_rate, inputs.life_years)
    return (annual - value.annual_saving_wan_yuan) * WAN / value.co2.value


def abatement_steps(project: AuditProject, valuations: Mapping[str, Valuation]) -> tuple[CostStep, ...]:
    """Return the steps of the abatement curve, cheapest first (ties in the order of the project)."""
    found = [option for option in _shown(project) if not _abatement_gap(valuations[option.id])]
    found.sort(key=lambda option: specific_cost(valuations[option.id]))
    widths = [valuations[option.id].co2.value or 0.0 for option in found]
    levels = _label_levels(widths)
    steps, start = [], 0.0
    for option, width, level in zip(found, widths, levels, strict=True):
        value = valuations[option.id]
        steps.append(
            CostStep(
                option.id,
                option.name,
                start,
                start + width,
                specific_cost(value),
                _cost_label(value),
                _mark(project, option, value, with_co2=True),
                level,
            )
        )
        start += width
    return tuple(steps)


def _label_levels(widths: Sequence[float]) -> list[int]:
    """Return the height at which each label stands, so that narrow neighbours do not overlap."""
    levels: list[int] = []
    last, start, near = -math.inf, 0.0, _LABEL_SHARE * sum(widths)
    for width in widths:
        middle = start + width / 2
        levels.append((levels[-1] + 1) % _LABEL_LEVELS if levels and middle - last < near else 0)
        last, start = middle, start + width
    return levels


def effort_points(project: AuditProject, valuations: Mapping[str, Valuation]) -> tuple[EffortPoint, ...]:
    """Return investment and annual saving of every option that has both."""
    return tuple(
        EffortPoint(
            option.id,
            option.name,
            option.investment.value,
            saving,
            _cost_label(valuations[option.id]),
            _mark(project, option, valuations[option.id]),
        )
        for option in _shown(project)
        if option.investment is not None
        and (saving := valuations[option.id].annual_saving_wan_yuan) is not None
    )


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


BANDS = (("<1", 1.0), ("1–2", 2.0), ("2–3", 3.0), ("3–5", 5.0))
"""Bands of payback, years, with the limit each stays below; then come 5–10 (10 included) and >10."""
_LONG, _LONGEST, _NEVER = "5–10", ">10", "收不回"


def payback_band(value: Valuation) -> str:
    """Return the label of the band of an option's payback.

    收不回: calculated, but the yearly cash flow is not above zero. 未计算: an input is missing.
    """
    years = value.economics.payback_years
    if years is None:
        return _NEVER if "cash_flow_not_positive" in value.economics.flags else NOT_CALCULATED
    for label, limit in BANDS:
        if years < limit:
            return label
    return _LONG if years <= 10 else _LONGEST


def payback_bands(project: AuditProject, valuations: Mapping[str, Valuation]) -> tuple[PaybackBand, ...]:
    """Return count and investment (万元) of the options in each band; 收不回 only where there is one."""
    labels = [*(label for label, _ in BANDS), _LONG, _LONGEST, _NEVER, NOT_CALCULATED]
    found: dict[str, list[Option]] = {label: [] for label in labels}
    for option in _shown(project):
        found[payback_band(valuations[option.id])].append(option)
    bands = []
    for label, members in found.items():
        if label == _NEVER and not members:
            continue
        known = [option.investment.value for option in members if option.investment is not None]
        ids = tuple(option.id for option in members)
        bands.append(PaybackBand(label, ids, sum(known), len(members) - len(known)))
    return tuple(bands)


def _overlap(start: datetime.date, end: datetime.date, window: Shutdown) -> tuple[int, datetime.date]:
    """Return the days a window and ``start`` to ``end`` share, and the first of them."""
    first = max(start, window.start)
    last = min(end, window.start + datetime.timedelta(days=window.days))
    return max((last - first).days, 0), first


def _gantt_row(option: Option, shutdowns: Sequence[Shutdown]) -> GanttRow:
    plan = option.schedule
    if plan.start is None:
        return GanttRow(option.id, option.name, "no_date", reason=FIT_LABELS["no_date"])
    end = None if plan.days is None else plan.start + datetime.timedelta(days=plan.days)
    if not plan.stop_days:
        fit: Fit = "unknown" if plan.stop_days is None else "no_stop"
        reason = FIT_LABELS[fit] if fit == "unknown" else ""
        return GanttRow(option.id, option.name, fit, plan.start, end, reason=reason)
    stop = datetime.timedelta(days=math.ceil(plan.stop_days))
    days, first, window = _best_window(plan, stop, shutdowns)
    if days == 0:
        reason = _NO_WINDOW.format(stop=plan.stop_days)
    elif days < plan.stop_days:
        reason = _SHORT_WINDOW.format(stop=plan.stop_days, window=window, days=days)
    else:
        reason = ""
    fit = "conflict" if reason else "fits"
    return GanttRow(option.id, option.name, fit, plan.start, end, first, first + stop, window, reason)


def _best_window(
    plan: Schedule, stop: datetime.timedelta, shutdowns: Sequence[Shutdown]
) -> tuple[int, datetime.date, str]:
    """Return the days a standstill has in the window that offers most, the first of them, its name.

    Without a duration the work is taken to last as long as the standstill.
    """
    assert plan.start is not None
    end = plan.start + (stop if plan.days is None else datetime.timedelta(days=plan.days))
    best = (0, plan.start, "")
    for window in sorted(shutdowns, key=lambda one: (one.start, one.name)):
        days, first = _overlap(plan.start, end, window)
        if days > best[0]:
            best = (days, first, window.name)
    return best


def gantt_rows(project: AuditProject) -> tuple[GanttRow, ...]:
    """Return when each option is built and whether its standstill fits, by start date, undated last.

    A standstill fits where one shutdown window and the working days of the option share at
    least ``stop_days``; ``unknown`` means that nobody said how long the option needs.
    """
    rows = [_gantt_row(option, project.profile.shutdowns) for option in _shown(project)]
    return tuple(sorted(rows, key=lambda row: (row.start is None, row.start or datetime.date.min)))


def left_out(
    project: AuditProject, valuations: Mapping[str, Valuation], *, chart: ChartName = "abatement"
) -> tuple[LeftOut, ...]:
    """Return the options a chart does not show, each with the reason, in the order of the project."""
    gaps: dict[str, Callable[[Option], str]] = {
        "abatement": lambda option: _abatement_gap(valuations[option.id]),
        "effort": lambda option: _effort_gap(valuations[option.id]),
        "payback": lambda _: "",
        "gantt": lambda option: FIT_LABELS["no_date"] if option.schedule.start is None else "",
    }
    reasons = ((option, _rejected(option) or gaps[chart](option)) for option in project.options)
    return tuple(LeftOut(option.id, option.name, reason) for option, reason in reasons if reason)


def _chart(rows: Sequence[Mapping[str, Any]]) -> Any:
    import altair as alt

    return alt.Chart(alt.Data(values=[dict(row) for row in rows]))


def _finished(chart: Any, name: str, *, missing: Sequence[LeftOut] = ()) -> Any:
    """Return a chart with its title, the options it leaves out, and fonts that show Chinese."""
    import altair as alt

    ids = [one.option_id for one in missing]
    lines = [join(ids[start : start + _IDS_PER_LINE]) for start in range(0, len(ids), _IDS_PER_LINE)]
    if lines:
        lines[0] = _LEFT_OUT.format(count=len(ids), ids=lines[0])
    title = alt.Title(_TITLES[name], subtitle=lines, fontSize=16, anchor="start", color=_DARK)
    return (
        chart.properties(title=title)
        .configure(font=FONTS, background="white")
        .configure_view(stroke="#bbbbbb")
        .configure_title(subtitleFontSize=11, subtitleColor="#666666", offset=10)
        .configure_axis(labelFontSize=11, titleFontSize=12, titleFontWeight="normal", gridColor="#eeeeee")
        .configure_legend(labelFontSize=11, titleFontSize=12, titleFontWeight="normal", orient="top")
    )


def _empty(name: str, missing: Sequence[LeftOut]) -> Any:
    """Return a chart that says why there is nothing to draw."""
    text = _chart([{"text": _EMPTY[name]}]).mark_text(fontSize=14, color=_DARK).encode(text="text:N")
    return _finished(text.properties(width=WIDTH, height=120), name, missing=missing)


def _colour(labels: Sequence[str], colours: Mapping[str, str], title: str | None) -> Any:
    """Return the colour of column ``group``, only with the labels in use, in the order of ``colours``."""
    import altair as alt

    used = [label for label in colours if label in labels]
    scale = alt.Scale(domain=used, range=[colours[label] for label in used])
    return alt.Color("group:N", scale=scale, title=title)


def abatement_chart(project: AuditProject, valuations: Mapping[str, Valuation]) -> Any:
    """Return the marginal abatement cost curve as an altair chart.

    Width of a step: tCO2/a; height: 元/tCO2. Steps below the zero line earn more than they cost.
    """
    import altair as alt

    steps = abatement_steps(project, valuations)
    missing = left_out(project, valuations, chart="abatement")
    if not steps:
        return _empty("abatement", missing)
    rows = [
        {
            "start": step.start, "end": step.end, "middle": (step.start + step.end) / 2, "zero": 0,
            "cost": step.cost, "top": max(step.cost, 0.0), "group": step.cost_label, "name": step.name,
            "co2": step.co2_t, "level": step.label_level,
            "label": f"{step.option_id}{step.mark}",
        }
        for step in steps
    ]  # fmt: skip
    x = alt.X("start:Q", title="累计减碳量（tCO2/a）", scale=alt.Scale(domain=[0, steps[-1].end], nice=False))
    y = alt.Y("cost:Q", title="单位减排成本（元/tCO2）", scale=alt.Scale(domain=_cost_domain(steps)))
    tips = [
        alt.Tooltip("label:N", title="方案"),
        alt.Tooltip("name:N", title="名称"),
        alt.Tooltip("co2:Q", title="减碳量 tCO2/a", format=",.1f"),
        alt.Tooltip("cost:Q", title="元/tCO2", format=",.0f"),
    ]
    bars = (
        _chart(rows)
        .mark_rect(stroke="white", strokeWidth=0.5)
        .encode(
            x=x, x2="end:Q", y=y, y2="zero:Q", tooltip=tips,
            color=_colour([step.cost_label for step in steps], _COST_COLOURS, "费用类别"),
        )
    )  # fmt: skip
    labels = [
        _chart([row for row in rows if row["level"] == level])
        .mark_text(baseline="bottom", dy=-4 - 13 * level, fontSize=11, color=_DARK)
        .encode(x="middle:Q", y="top:Q", text="label:N")
        for level in sorted({step.label_level for step in steps})
    ]
    zero = _chart([{"cost": 0}]).mark_rule(color=_DARK).encode(y="cost:Q")
    chart = alt.layer(bars, zero, *labels).properties(width=WIDTH, height=HEIGHT)
    return _finished(chart, "abatement", missing=missing)


def _cost_domain(steps: Sequence[CostStep]) -> list[float]:
    """Return the ends of the cost axis, with room for the labels above the zero line."""
    low, high = min(0.0, *(step.cost for step in steps)), max(0.0, *(step.cost for step in steps))
    line = (high - low or 1.0) * _LABEL_HEIGHT
    return [low, high + line * (1 + max(step.label_level for step in steps))]


def effort_chart(project: AuditProject, valuations: Mapping[str, Valuation]) -> Any:
    """Return investment against annual saving as an altair chart, coloured by cost class."""
    import altair as alt

    points = effort_points(project, valuations)
    missing = left_out(project, valuations, chart="effort")
    if not points:
        return _empty("effort", missing)
    axis = effort_axis(points)
    rows = [
        {
            "x": axis.position(point.investment_wan_yuan), "saving": point.saving_wan_yuan,
            "investment": point.investment_wan_yuan, "group": point.cost_label, "name": point.name,
            "label": f"{point.option_id}{point.mark}",
        }
        for point in points
    ]  # fmt: skip
    x = _effort_x(axis)
    y = alt.Y("saving:Q", title="年节省（万元/a）")
    tips = [
        alt.Tooltip("label:N", title="方案"),
        alt.Tooltip("name:N", title="名称"),
        alt.Tooltip("investment:Q", title="投资 万元", format=",.2f"),
        alt.Tooltip("saving:Q", title="年节省 万元/a", format=",.2f"),
    ]
    colour = _colour([point.cost_label for point in points], _COST_COLOURS, "费用类别")
    dots = (
        _chart(rows)
        .mark_circle(size=110, opacity=0.9, clip=False)
        .encode(x=x, y=y, color=colour, tooltip=tips)
    )
    layers = [dots, *_effort_label_layers(points, axis, x, y)]
    if axis.parted_at is not None:
        layers.append(
            _chart([{"x": axis.parted_at}]).mark_rule(strokeDash=[4, 4], color="#999999").encode(x="x:Q")
        )
    chart = alt.layer(*layers).properties(width=WIDTH, height=HEIGHT)
    return _finished(chart, "effort", missing=missing)


def _effort_label_layers(points: Sequence[EffortPoint], axis: EffortAxis, x: Any, y: Any) -> list[Any]:
    """Return the labels right of their points, near the right edge left of them."""
    layers = []
    for align, side in (("left", 1), ("right", -1)):
        rows = [
            {"x": axis.position(one.investment_wan_yuan), "saving": one.saving_wan_yuan, "label": one.text}
            for one in effort_labels(points)
            if (axis.share(one.investment_wan_yuan) > _RIGHT_PART) == (align == "right")
        ]
        texts = _chart(rows).mark_text(align=align, dx=9 * side, dy=-6, fontSize=11, color=_DARK)
        layers.append(texts.encode(x=x, y=y, text="label:N"))
    return layers


def _effort_x(axis: EffortAxis) -> Any:
    import altair as alt

    title = "投资（万元，对数刻度）" if axis.logarithmic else "投资（万元）"
    if not axis.logarithmic:
        return alt.X("x:Q", title=title, scale=alt.Scale(zero=True))
    shown = "format(datum.value, '~r')"
    if axis.has_zero:
        shown = f"datum.index == 0 ? '0' : {shown}"
    scale = alt.Scale(type="log", domain=[axis.lower, axis.upper], nice=False)
    return alt.X("x:Q", title=title, scale=scale, axis=alt.Axis(values=list(axis.ticks), labelExpr=shown))


def payback_chart(project: AuditProject, valuations: Mapping[str, Valuation]) -> Any:
    """Return count and investment of the options in each payback band as an altair chart."""
    import altair as alt

    bands = payback_bands(project, valuations)
    missing = left_out(project, valuations, chart="payback")
    if not any(band.count for band in bands):
        return _empty("payback", missing)
    rows = [
        {
            "band": band.label, "count": band.count, "investment": band.investment_wan_yuan,
            "count_label": str(band.count) if band.count else "", "note": _missing_label(band),
            "investment_label": _known_label(band),
        }
        for band in bands
    ]  # fmt: skip
    panels = [
        _band_panel(rows, "count", "方案数（个）", _BAR),
        _band_panel(rows, "investment", "投资（万元）", _COST_COLOURS["中费"]),
    ]
    return _finished(alt.vconcat(*panels), "payback", missing=missing)


def _known_label(band: PaybackBand) -> str:
    return f"{band.investment_wan_yuan:,.2f}" if band.count > band.investment_missing else ""


def _missing_label(band: PaybackBand) -> str:
    return _INVESTMENT_MISSING.format(count=band.investment_missing) if band.investment_missing else ""


def _band_panel(rows: Sequence[Mapping[str, Any]], column: str, title: str, colour: str) -> Any:
    import altair as alt

    top = 1.25 * max(float(row[column]) for row in rows) or 1.0
    whole = {"tickMinStep": 1} if column == "count" else {}
    x = alt.X("band:N", title="投资偿还期（a）", sort=None, axis=alt.Axis(labelAngle=0))
    scale = alt.Scale(domain=[0, top], nice=False)
    y = alt.Y(f"{column}:Q", title=title, scale=scale, axis=alt.Axis(format="~r", **whole))
    base = _chart(rows).encode(x=x, y=y)
    texts = [base.mark_text(dy=-8, fontSize=11, color=_DARK).encode(text=f"{column}_label:N")]
    if column == "investment":
        texts.append(base.mark_text(dy=-21, fontSize=10, color="#666666").encode(text="note:N"))
    return alt.layer(base.mark_bar(color=colour), *texts).properties(width=WIDTH, height=150)


def gantt_chart(project: AuditProject, valuations: Mapping[str, Valuation]) -> Any:
    """Return the schedule of the options over the shutdown windows as an altair chart.

    Pale bands are the windows, the dark line in a bar is the standstill; a bar in the colour of
    a conflict needs a longer standstill than the windows give.
    """
    import altair as alt

    rows = [row for row in gantt_rows(project) if row.start is not None]
    missing = left_out(project, valuations, chart="gantt")
    if not rows:
        return _empty("gantt", missing)
    names = [_gantt_name(row) for row in rows]
    y = alt.Y("name:N", sort=names, title=None, scale=alt.Scale(domain=names), axis=alt.Axis(labelLimit=260))
    x = alt.X("start:T", title=None, axis=alt.Axis(format="%Y-%m-%d", labelAngle=-30, labelOverlap=True))
    content = [
        {
            "name": name, "start": _moment(row.start), "end": _moment(row.end or row.start),
            "group": FIT_LABELS[row.fit], "window": row.window, "reason": row.reason, "open": row.end is None,
            "stop_start": _moment(row.stop_start), "stop_end": _moment(row.stop_end),
        }
        for name, row in zip(names, rows, strict=True)
    ]  # fmt: skip
    fits = {FIT_LABELS[fit]: shade for fit, shade in _FIT_COLOURS.items()}
    colour = _colour([FIT_LABELS[row.fit] for row in rows], fits, None)
    tips = [
        alt.Tooltip("name:N", title="方案"),
        alt.Tooltip("group:N", title="停产"),
        alt.Tooltip("window:N", title="窗口"),
        alt.Tooltip("reason:N", title="说明"),
    ]
    timed = _chart([row for row in content if not row["open"]])
    bars = timed.mark_bar(height=16, cornerRadius=2).encode(x=x, x2="end:T", y=y, color=colour, tooltip=tips)
    untimed = _chart([row for row in content if row["open"]])
    points = untimed.mark_point(shape="diamond", size=120, filled=True, opacity=1).encode(
        x=x, y=y, color=colour, tooltip=tips
    )
    stops = (
        _chart([row for row in content if row["stop_start"]])
        .mark_bar(height=5, color=_STOP)
        .encode(x="stop_start:T", x2="stop_end:T", y=y)
    )
    layers = [*_window_layers(project.profile.shutdowns), bars, points, stops]
    chart = alt.layer(*layers).properties(width=WIDTH, height=max(90, 28 * len(rows)))
    return _finished(chart, "gantt", missing=missing)


def _gantt_name(row: GanttRow) -> str:
    name = row.name if len(row.name) <= 16 else f"{row.name[:15]}…"
    return f"{row.option_id} {name}"


def _moment(day: datetime.date | None) -> str | None:
    """Return the start of a day in local time; a bare date would be read as UTC."""
    return None if day is None else f"{day.isoformat()}T00:00:00"


def _window_layers(shutdowns: Sequence[Shutdown]) -> list[Any]:
    if not shutdowns:
        return []
    import altair as alt

    windows = [
        {
            "window": one.name,
            "from": _moment(one.start),
            "to": _moment(one.start + datetime.timedelta(days=one.days)),
        }
        for one in sorted(shutdowns, key=lambda one: (one.start, one.name))
    ]
    bands = _chart(windows).mark_rect(color=_BAND, opacity=0.6).encode(x="from:T", x2="to:T")
    names = (
        _chart(windows)
        .mark_text(align="left", baseline="bottom", dx=1, dy=-3, fontSize=10, color="#666666")
        .encode(x="from:T", y=alt.value(0), text="window:N")
    )
    return [bands, names]


def png(chart: Any, *, scale: float = 2.0) -> bytes:
    """Return a chart as PNG; the same chart gives the same bytes on one machine.

    Args:
        chart: altair chart.
        scale: pixels per point, above zero.
    """
    import altair as alt
    import vl_convert

    spec = json.dumps(chart.to_dict(), ensure_ascii=False, sort_keys=True)
    version = ".".join(alt.SCHEMA_VERSION.removeprefix("v").split(".")[:2])
    return bytes(vl_convert.vegalite_to_png(spec, vl_version=version, scale=scale))
