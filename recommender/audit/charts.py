"""Pictures of an audit project: abatement cost, effort against saving, payback bands, schedule.

Each chart draws the rows of ``chart_rows`` and computes nothing of its own.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Mapping, Sequence
from typing import Any

from recommender.audit.chart_rows import (
    FIT_LABELS,
    CostStep,
    EffortPoint,
    Fit,
    GanttRow,
    LeftOut,
    PaybackBand,
    abatement_steps,
    effort_points,
    gantt_rows,
    left_out,
    payback_bands,
)
from recommender.audit.effort_axis import EffortAxis, effort_axis, effort_labels
from recommender.audit.project import AuditProject, Shutdown
from recommender.audit.valuation import Valuation
from recommender.labels import NOT_CALCULATED, join

FONTS = "Noto Sans CJK SC, Microsoft YaHei, SimHei, PingFang SC, sans-serif"
WIDTH, HEIGHT = 720, 360
_IDS_PER_LINE = 20
_RIGHT_PART = 0.7
_LABEL_HEIGHT = 0.06
"""Height of a line of labels as a share of the cost axis."""

_COST_COLOURS = {
    "无费": "#8fc9a8", "低费": "#1f7a4d", "中费": "#e0a030", "高费": "#b5483a", NOT_CALCULATED: "#999999",
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
_LEFT_OUT = "未列入 {count} 项：{ids}"
_INVESTMENT_MISSING = "{count} 项投资未提供"


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


# Abatement cost


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


# Effort


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


# Payback


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


# Schedule


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


# File


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
