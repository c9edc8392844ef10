"""Promise and measurement of completed options; all numbers by hand."""

import datetime
from statistics import median

import pytest

from catalog.errors import BadInput
from recommender.audit.followup import FEWEST, follow_up_due, realised_ratios, realised_rows
from recommender.audit.project import (
    Actual,
    AuditProject,
    Figure,
    FollowUp,
    ItemEffect,
    Option,
    Price,
    Profile,
)

DAY = datetime.date(2025, 1, 31)
PRICE = Price(item="electricity", label="电", figure=Figure(value=0.8, unit="元/kWh"))


def effect(value, unit="kWh", *, item="electricity", kind="energy", label="电力"):
    return ItemEffect(kind=kind, item=item, label=label, figure=Figure(value=value, unit=unit))


def form(months, *effects, saving=None, date=DAY):
    return FollowUp(months=months, date=date, effects=effects, saving_wan_yuan=saving)


def option(*forms, effects=(), id="F1", technology="CPT-0001", state="completed", **values):
    return Option(
        id=id, name="变频", technology_id=technology, effects=effects, follow_ups=forms, state=state, **values
    )


def project(*options, name="甲厂"):
    return AuditProject(profile=Profile(name=name, prices=(PRICE,)), options=options)


def measured(value, *, name="甲厂", technology="CPT-0001"):
    """A project whose one option promised 10 万kWh and brought ``value`` kWh."""
    return project(
        option(form(12, effect(value)), effects=(effect(10, "万kWh"),), technology=technology), name=name
    )


def test_the_ratio_is_the_median_of_measured_over_promised():
    projects = [measured(50_000, name="甲"), measured(90_000, name="乙"), measured(110_000, name="丙")]
    (ratio,) = realised_ratios(projects)
    assert (ratio.technology_id, ratio.label, ratio.kind, ratio.item) == (
        "CPT-0001",
        "电力",
        "energy",
        "electricity",
    )
    assert (ratio.n, ratio.shown, ratio.ratio) == (3, True, pytest.approx(0.9))
    (ratio,) = realised_ratios([*projects, measured(70_000, name="丁")])
    assert (ratio.n, ratio.ratio) == (4, pytest.approx(0.8))  # between 0.7 and 0.9


def test_below_three_the_ratio_is_not_shown():
    (ratio,) = realised_ratios([measured(50_000), measured(90_000, name="乙")])
    assert (ratio.n, ratio.shown, ratio.ratio) == (2, False, None)
    assert realised_ratios([]) == ()


def test_technologies_and_items_stay_apart():
    projects = [measured(50_000), measured(50_000, technology="CPT-0002")]
    both = project(
        option(
            form(
                12,
                effect(3, "t", kind="discharged", item="cod"),
                effect(4, "t", kind="generated", item="cod"),
            ),
            effects=(
                effect(4, "t", kind="discharged", item="cod", label="COD"),
                effect(8, "t", kind="generated", item="cod", label="COD"),
            ),
        )
    )  # fmt: skip
    found = [(r.technology_id, r.kind, r.label, r.n) for r in realised_ratios([*projects, both])]
    assert found == [
        ("CPT-0001", "energy", "电力", 1),
        ("CPT-0001", "generated", "COD产生量", 1),
        ("CPT-0001", "discharged", "COD排放量", 1),
        ("CPT-0002", "energy", "电力", 1),
    ]


def rows(*options):
    return [(row.label, row.months, row.promised, row.measured) for row in realised_rows([project(*options)])]


def test_twelve_months_come_before_six():
    promised = (effect(1000),)
    late, early = form(12, effect(800)), form(6, effect(950))
    assert rows(option(early, late, effects=promised)) == [("电力", 12, 1000, 800)]
    assert rows(option(early, effects=promised)) == [("电力", 6, 1000, 950)]


def test_six_months_stand_in_for_what_twelve_do_not_measure():
    promised = (effect(100_000),)
    found = rows(option(form(6, effect(950), saving=6.0), form(12, effect(800)), effects=promised))
    assert found == [("电力", 12, 100_000, 800), ("年节省", 6, pytest.approx(8), 6)]


def test_money_is_measured_over_the_computed_saving():
    # 10 万kWh x 0.8 元 = 8 万元 promised, 6 measured
    projects = [
        project(option(form(12, saving=value), effects=(effect(10, "万kWh"),)), name=str(value))
        for value in (6.0, 6.4, 8.0)
    ]
    (ratio,) = realised_ratios(projects)
    assert (ratio.label, ratio.kind, ratio.ratio) == ("年节省", "money", pytest.approx(0.8))


def test_effects_on_one_item_are_summed_across_units():
    promised = (effect(1000), effect(0.1, "万kWh"))
    assert rows(option(form(12, effect(1), effect(0.05, "万kWh")), effects=promised)) == [
        ("电力", 12, 2000, pytest.approx(501))
    ]
    water = effect(500, "m³", item="fresh_water", kind="water", label="水")
    by_mass = effect(400, "t", item="fresh_water", kind="water", label="水")
    assert rows(option(form(12, by_mass), effects=(water,))) == [("新鲜水", 12, 500, pytest.approx(400))]


def test_what_has_no_ratio_has_no_row():
    promised = (effect(1000),)
    done = form(12, effect(900))
    assert rows(option(done, effects=promised, technology=None)) == []
    assert rows(option(done, effects=promised, state="implementing")) == []
    assert rows(option(effects=promised)) == []
    assert rows(option(done, effects=(effect(-5),))) == []  # more use was promised
    assert rows(option(done)) == []  # nothing was promised
    unpriced = effect(5, "t", kind="material", item="acid", label="酸")
    assert rows(option(form(12, saving=3), effects=(unpriced,))) == []  # the promise is not calculated


def test_nothing_achieved_is_a_ratio_of_zero():
    projects = [measured(value, name=name) for value, name in ((0, "甲"), (0, "乙"), (50_000, "丙"))]
    assert realised_ratios(projects)[0].ratio == 0


def test_the_ratio_is_reproduced_from_the_raw_rows_in_any_order():
    projects = [measured(value, name=str(value)) for value in (30_000, 120_000, 80_000, 95_000)]
    raw = realised_rows(projects)
    assert [row.project for row in raw] == sorted(str(v) for v in (30_000, 120_000, 80_000, 95_000))
    assert realised_ratios(projects)[0].ratio == median(row.measured / row.promised for row in raw)
    assert realised_ratios(projects) == realised_ratios(reversed(projects))
    assert len(raw) == realised_ratios(projects)[0].n >= FEWEST


def test_units_that_do_not_compare_name_project_and_option():
    bad = project(option(form(12, effect(3, "t")), effects=(effect(1000),)))
    with pytest.raises(BadInput, match="甲厂 方案 F1 变频：电力 的回访数据：单位“t”不能换算"):
        realised_ratios([bad])


# What is due


def due(today, *forms, done=DAY, state="completed"):
    actual = None if done is None else Actual(date=done, cost_wan_yuan=1)
    return follow_up_due(project(option(*forms, state=state, actual=actual)), today)


def test_forms_fall_due_after_six_and_twelve_months():
    # 31 January and six months: 31 July; a form is due on the day itself
    assert due(datetime.date(2025, 7, 30)) == ()
    assert due(datetime.date(2025, 7, 31)) == (
        "方案 F1 变频：2025-01-31 完成，缺 6 个月（2025-07-31 到期）回访数据",
    )
    assert due(datetime.date(2026, 1, 31)) == (
        "方案 F1 变频：2025-01-31 完成，缺 6 个月（2025-07-31 到期）、12 个月（2026-01-31 到期）回访数据",
    )


def test_filled_forms_are_not_asked_for():
    late = datetime.date(2027, 1, 1)
    assert due(late, form(6)) == ("方案 F1 变频：2025-01-31 完成，缺 12 个月（2026-01-31 到期）回访数据",)
    assert due(late, form(12)) == ()  # the half-year form is overtaken
    assert due(late, form(6), form(12)) == ()


def test_a_shorter_month_ends_earlier():
    assert due(datetime.date(2026, 2, 28), done=datetime.date(2025, 8, 31)) != ()
    assert due(datetime.date(2026, 2, 27), done=datetime.date(2025, 8, 31)) == ()


def test_only_completed_options_with_a_date_can_be_due():
    late = datetime.date(2027, 1, 1)
    assert due(late, state="implementing") == ()
    assert due(late, done=None) == ("方案 F1 变频：已完成，但缺实际完成日期，无法推算回访时间",)
