import dataclasses
import datetime
import itertools
import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recommender.audit import chart_rows, charts
from recommender.audit.effort_axis import EffortLabel, effort_axis, effort_labels
from recommender.audit.project import (
    AuditProject,
    Figure,
    ItemEffect,
    MoneyLine,
    Option,
    Price,
    Profile,
    Scaling,
    Schedule,
    Shutdown,
)
from recommender.audit.valuation import value_all

ROOT = Path(__file__).resolve().parents[2]
DAY = datetime.date
CHARTS = ("abatement_chart", "effort_chart", "payback_chart", "gantt_chart")
ANNUITY = 6.144567105704685
"""(1 - 1.1^-10) / 0.1"""
GRID = 0.5581
"""kgCO2/kWh, 重庆 2023."""


def figure(value, unit, evidence="site"):
    return Figure(value=value, unit=unit, evidence=evidence, source="台账")


def electricity(kwh, evidence="site"):
    return ItemEffect(kind="energy", item="electricity", label="电力", figure=figure(kwh, "kWh", evidence))


def option(id, investment=None, effects=(), **values):
    given_investment = None if investment is None else figure(investment, "万元")
    return Option(id=id, name=f"方案{id}", investment=given_investment, effects=effects, **values)


WATER = ItemEffect(kind="water", item="fresh_water", label="新鲜水", figure=figure(10000, "m³"))
STEAM = ItemEffect(kind="energy", item="steam", label="蒸汽", figure=figure(800, "t"))
OPTIONS = (
    option("F1", 0, (electricity(10000),)),
    option("F2", 10 * ANNUITY, (electricity(100000),), origin="matched", technology_id="CPT-0001"),
    option("F3", 4, (WATER,)),
    option("F4", 30, (STEAM,)),
    option("F5", None, (electricity(20000),)),
    option("F6", 900, (electricity(1500000, "estimate"),), life_years=20),
    option("F7", 120, (electricity(-90000),)),
    option("F8", 1, (electricity(1),), outcome="not_feasible", rejection="space"),
)
PROFILE = Profile(
    name="某电镀厂",
    discount_rate=0.1,
    prices=(
        Price(item="electricity", label="电力", figure=figure(0.6, "元/kWh")),
        Price(item="fresh_water", label="新鲜水", figure=figure(4, "元/m³")),
    ),
)


def project(options=OPTIONS, **values):
    return AuditProject(profile=PROFILE.model_copy(update=values), options=tuple(options))


def valued(found):
    return found, value_all(found)


# Abatement curve


def test_steps_stand_in_the_order_of_cost_with_the_width_of_their_reduction():
    steps = chart_rows.abatement_steps(*valued(project()))
    assert [step.option_id for step in steps] == ["F1", "F6", "F2"]
    # F1: (0 - 0.6) x 10000 / 5.581; F2: (10 - 6) x 10000 / 55.81
    assert steps[0].cost == pytest.approx(-6000 / (10000 * GRID / 1000))
    assert steps[2].cost == pytest.approx(40000 / (100000 * GRID / 1000))
    # F6 over its own 20 years: 900 x 0.1 / (1 - 1.1^-20) = 105.7137; less 90; over 837.15 t
    assert steps[1].cost == pytest.approx((105.71366228 - 90) * 1e4 / 837.15, rel=1e-6)
    assert [step.start for step in steps] == [0, pytest.approx(5.581), pytest.approx(5.581 + 837.15)]
    assert steps[2].end == pytest.approx(5.581 + 837.15 + 55.81)
    assert [step.mark for step in steps] == ["", "（估）", ""]
    assert [step.cost_label for step in steps] == ["无费", "高费", "高费"]


def test_options_without_place_in_the_curve_are_named_with_the_reason():
    found = {one.option_id: one.reason for one in chart_rows.left_out(*valued(project()))}
    assert found == {
        "F3": "没有减碳量",
        "F4": "缺少蒸汽价格、减碳量（蒸汽没有排放因子）",
        "F5": "缺少投资",
        "F7": "增加排放 50.229 tCO2/a",
        "F8": "筛选结论为不可行",
    }


def test_without_discount_rate_no_option_has_a_specific_cost():
    found, values = valued(project(discount_rate=None))
    assert chart_rows.abatement_steps(found, values) == ()
    assert {one.reason for one in chart_rows.left_out(found, values)} >= {"缺少贴现率", "缺少投资、贴现率"}


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(st.floats(0, 1000), st.floats(0.5, 1e6)),
        min_size=1,
        max_size=12,
    )
)
def test_the_curve_joins_without_gap_rises_and_keeps_the_whole_reduction(pairs):
    options = [option(f"F{n}", invested, (electricity(kwh),)) for n, (invested, kwh) in enumerate(pairs, 1)]
    steps = chart_rows.abatement_steps(*valued(project(options)))
    assert len(steps) == len(pairs) and steps[0].start == 0
    for before, after in itertools.pairwise(steps):
        assert before.end == after.start and before.cost <= after.cost
    assert steps[-1].end == pytest.approx(sum(kwh for _, kwh in pairs) * GRID / 1000)


def test_labels_of_narrow_neighbours_stand_at_different_heights():
    options = [option(f"F{n}", n, (electricity(1000),)) for n in range(1, 4)]
    options.append(option("F9", 900, (electricity(1000000),)))
    assert [step.label_level for step in chart_rows.abatement_steps(*valued(project(options)))] == [
        0,
        0,
        1,
        2,
    ]


# Effort and saving


def test_effort_points_hold_investment_and_saving():
    points = {point.option_id: point for point in chart_rows.effort_points(*valued(project()))}
    assert list(points) == ["F1", "F2", "F3", "F6", "F7"]
    assert (points["F3"].investment_wan_yuan, points["F3"].saving_wan_yuan) == (4, pytest.approx(4))
    assert points["F7"].saving_wan_yuan == pytest.approx(-5.4)
    assert points["F1"].cost_label == "无费" and points["F3"].cost_label == "低费"
    assert points["F6"].mark == "（估）"
    left = [one.option_id for one in chart_rows.left_out(*valued(project()), chart="effort")]
    assert left == ["F4", "F5", "F8"]


def test_a_scaled_investment_is_marked_as_an_estimate():
    scaling = Scaling(
        case_investment_wan_yuan=10, case_capacity=1, capacity=2, capacity_unit="t/h", source="案例"
    )
    found = project([option("F1", 15, (electricity(1000),), scaling=scaling)])
    assert chart_rows.effort_points(*valued(found))[0].mark == "（估）"


def points(*investments):
    return [chart_rows.EffortPoint(f"F{n}", "", value, 1, "低费") for n, value in enumerate(investments)]


@pytest.mark.parametrize(
    ("investments", "logarithmic", "lower", "upper"),
    [
        ((1, 100), False, 0, 100),
        ((1, 101), True, 1, 1000),
        ((0, 2, 900), True, 0.1, 1000),
        ((0, 0.5, 900), True, 0.01, 1000),
        ((0, 0), False, 0, 1),
        ((0, 100), False, 0, 100),
    ],
)
def test_the_axis_is_logarithmic_when_investments_span_more_than_100_times(
    investments, logarithmic, lower, upper
):
    axis = effort_axis(points(*investments))
    assert (axis.logarithmic, axis.upper) == (logarithmic, upper)
    assert axis.lower == pytest.approx(lower)


def test_no_investment_stands_on_the_left_edge_below_every_other():
    axis = effort_axis(points(0, 2, 900))
    assert axis.position(0) == axis.lower < axis.parted_at < axis.position(2) == 2
    assert axis.ticks == pytest.approx((0.1, 1, 10, 100, 1000))
    assert effort_axis(points(2, 900)).parted_at is None


def test_points_that_nearly_coincide_share_a_label():
    found = [
        chart_rows.EffortPoint("F1", "", 0, 1, "无费"),
        chart_rows.EffortPoint("F2", "", 100, 50, "高费", "（估）"),
        chart_rows.EffortPoint("F3", "", 1, 2, "低费"),
        chart_rows.EffortPoint("F4", "", 0, 5, "无费"),
    ]
    assert [label.text for label in effort_labels(found)] == ["F1、F3", "F2（估）", "F4"]
    assert effort_labels(found)[0] == EffortLabel(0, 1, "F1、F3")
    crowd = points(0, 0, 0, 0, 0, 0)
    assert [label.text for label in effort_labels(crowd)] == ["F0、F1、F2、F3 等 6 项"]


def test_the_edge_of_a_logarithmic_axis_is_labelled_zero():
    options = [option("F1", 0, (electricity(1),)), option("F2", 1, (electricity(1),))]
    options.append(option("F3", 900, (electricity(1),)))
    found = charts.effort_chart(*valued(project(options))).to_dict()
    axis = found["layer"][0]["encoding"]["x"]["axis"]
    assert axis["values"][0] == pytest.approx(0.1) and axis["labelExpr"].startswith("datum.index == 0 ? '0'")


# Payback bands


@pytest.mark.parametrize(
    ("years", "label"),
    [(0, "<1"), (0.99, "<1"), (1, "1–2"), (2, "2–3"), (3, "3–5"), (5, "5–10"), (10, "5–10"), (10.01, ">10")],
)
def test_a_payback_on_a_limit_belongs_to_the_upper_band(years, label):
    value = value_all(project())["F2"]
    economics = dataclasses.replace(value.economics, payback_years=years)
    assert chart_rows.payback_band(dataclasses.replace(value, economics=economics)) == label


def test_bands_count_options_and_add_their_investment():
    # F = P - (P - D) x 25 %: F2 D 6.1446, F 6.0361, N 10.18; F3 D 0.4, F 3.1, N 1.29
    # F6 D 90 = P, F 90, N 10; F7 F -5.4
    bands = {band.label: band for band in chart_rows.payback_bands(*valued(project()))}
    assert {label: band.option_ids for label, band in bands.items()} == {
        "<1": ("F1",),
        "1–2": ("F3",),
        "2–3": (),
        "3–5": (),
        "5–10": ("F6",),
        ">10": ("F2",),
        "收不回": ("F7",),
        "未计算": ("F4", "F5"),
    }
    assert bands["1–2"].investment_wan_yuan == 4 and bands["<1"].count == 1
    assert (bands["未计算"].investment_wan_yuan, bands["未计算"].investment_missing) == (30, 1)


def test_the_band_of_what_never_pays_back_appears_only_where_needed():
    labels = [band.label for band in chart_rows.payback_bands(*valued(project(OPTIONS[:2])))]
    assert labels == ["<1", "1–2", "2–3", "3–5", "5–10", ">10", "未计算"]


# Schedule

SHUTDOWNS = (
    Shutdown(name="春检", start=DAY(2026, 3, 1), days=7),
    Shutdown(name="大修", start=DAY(2026, 7, 1), days=15),
)


def gantt(start, days, stop):
    found = project([option("F1", schedule=Schedule(start=start, days=days, stop_days=stop))])
    profile = found.profile.model_copy(update={"shutdowns": SHUTDOWNS})
    return chart_rows.gantt_rows(found.model_copy(update={"profile": profile}))[0]


@pytest.mark.parametrize(
    ("start", "days", "stop", "fit", "window"),
    [
        (DAY(2026, 2, 20), 30, 7, "fits", "春检"),
        (DAY(2026, 2, 20), 30, 7.5, "conflict", "春检"),
        (DAY(2026, 3, 1), 7, 7, "fits", "春检"),
        (DAY(2026, 7, 10), 30, 6, "fits", "大修"),
        (DAY(2026, 7, 10), 30, 7, "conflict", "大修"),
        (DAY(2026, 3, 8), 10, 1, "conflict", ""),
        (DAY(2026, 2, 20), 200, 10, "fits", "大修"),
        (DAY(2026, 5, 1), 20, 0, "no_stop", ""),
        (DAY(2026, 5, 1), 20, None, "unknown", ""),
        (DAY(2026, 7, 1), None, 15, "fits", "大修"),
        (DAY(2026, 7, 3), None, 15, "conflict", "大修"),
        (None, 20, 3, "no_date", ""),
    ],
)
def test_a_standstill_fits_where_one_window_gives_the_days(start, days, stop, fit, window):
    row = gantt(start, days, stop)
    assert (row.fit, row.window) == (fit, window)
    assert bool(row.reason) == (fit in ("conflict", "unknown", "no_date"))


def test_a_row_holds_the_days_of_work_and_standstill_and_says_what_is_short():
    row = gantt(DAY(2026, 7, 10), 30, 7)
    assert (row.start, row.end) == (DAY(2026, 7, 10), DAY(2026, 8, 9))
    assert (row.stop_start, row.stop_end) == (DAY(2026, 7, 10), DAY(2026, 7, 17))
    assert row.reason == "需停产 7 天，停产窗口“大修”在工期内只有 6 天"
    assert gantt(DAY(2026, 7, 1), None, 15).end is None


def test_rows_stand_by_start_date_and_undated_ones_last():
    starts = (None, DAY(2026, 5, 1), DAY(2026, 2, 1), DAY(2026, 5, 1))
    options = [option(f"F{n}", schedule=Schedule(start=start, days=3)) for n, start in enumerate(starts, 1)]
    rows = chart_rows.gantt_rows(project(options))
    assert [row.option_id for row in rows] == ["F3", "F2", "F4", "F1"]
    left = chart_rows.left_out(*valued(project(options)), chart="gantt")
    assert [(one.option_id, one.reason) for one in left] == [("F1", "未提供开工日期")]


# Pictures


def text_of(chart):
    return json.dumps(chart.to_dict(), ensure_ascii=False)


@pytest.mark.parametrize("name", CHARTS)
def test_a_chart_without_data_says_why(name):
    chart = getattr(charts, name)(AuditProject(profile=Profile(name="空")), {})
    assert "无法绘制" in text_of(chart)


@pytest.mark.parametrize("name", CHARTS)
def test_a_chart_asks_for_chinese_fonts_and_names_what_it_leaves_out(name):
    chart = getattr(charts, name)(*valued(project()))
    assert chart.to_dict()["config"]["font"] == charts.FONTS
    assert "Noto Sans CJK SC" in charts.FONTS and "Microsoft YaHei" in charts.FONTS
    assert "未列入" in text_of(chart) and "F8" in text_of(chart)


def test_the_png_has_the_same_bytes_each_time():
    found = project()
    scheduled = [
        one.model_copy(update={"schedule": Schedule(start=DAY(2026, 7, n + 1), days=9, stop_days=2)})
        for n, one in enumerate(found.options)
    ]
    profile = found.profile.model_copy(update={"shutdowns": SHUTDOWNS})
    found = AuditProject(profile=profile, options=tuple(scheduled))
    for name in CHARTS:
        first, second = (charts.png(getattr(charts, name)(*valued(found)), scale=1.0) for _ in range(2))
        assert first == second and first.startswith(b"\x89PNG"), name


def test_a_money_line_alone_is_drawn_as_effort():
    line = MoneyLine(label="减少损耗", figure=figure(2, "万元", "example"))
    found = chart_rows.effort_points(*valued(project([option("F1", 1, money=(line,))])))
    assert (found[0].saving_wan_yuan, found[0].mark) == (2, "（示例）")


def test_importing_charts_and_workbook_loads_no_drawing_library():
    code = (
        "import sys, recommender.audit.charts, recommender.audit.workbook\n"
        "heavy = {'altair', 'vl_convert', 'xlsxwriter', 'openpyxl', 'docx', 'pandas'}\n"
        "print(sorted(heavy & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
