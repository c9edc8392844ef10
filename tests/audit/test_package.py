"""The value of options together, and the best package: by hand, by brute force, and by invariants."""

import datetime
import math
from itertools import chain, combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.errors import BadInput
from recommender.audit import solving
from recommender.audit.package import choose_package, violations
from recommender.audit.project import AuditProject, PackageSettings
from recommender.audit.sequence import package_value
from recommender.audit.valuation import value_option

PRICES = {"electricity": ("电力", 0.6, "元/kWh"), "fresh_water": ("新鲜水", 4.0, "元/m³")}


def price(item):
    label, value, unit = PRICES[item]
    return {"item": item, "label": label, "figure": {"value": value, "unit": unit}}


def effect(item, value, unit, *, kind="energy", label=None, **others):
    label = label or PRICES.get(item, (item,))[0]
    return {"kind": kind, "item": item, "label": label, "figure": {"value": value, "unit": unit}, **others}


def option(id, *, investment=10.0, saving=None, effects=(), **others):
    """An option found feasible; ``saving`` is a money line in 万元/a."""
    money = [] if saving is None else [{"label": "收益", "figure": {"value": saving, "unit": "万元"}}]
    cost = None if investment is None else {"value": investment, "unit": "万元"}
    content = {"name": f"方案{id}", "investment": cost, "effects": list(effects), "money": money}
    return {"id": id, "outcome": "preliminary_high_cost", **content, **others}


def yearly(kind, item, unit, amount):
    return {"kind": kind, "item": item, "label": item, "unit": unit, "amounts": {2025: amount}}


def project(*options, years=(), limits=None, prices=PRICES, **profile):
    return AuditProject.model_validate(
        {
            "profile": {
                "name": "某厂",
                "discount_rate": 0.1,
                "prices": [price(item) for item in prices],
                **profile,
            },
            "years": list(years),
            "options": list(options),
            "package": limits or {},
        }
    )


POWER = yearly("energy", "electricity", "万kWh", 100)


def saves(id, kwh, **others):
    return option(id, effects=[effect("electricity", kwh, "kWh")], **others)


# --- several options together ---


def test_a_saving_acts_on_what_the_options_before_it_left_over():
    # 40 % of 100 万kWh, then 50 % of the 60 left: 40 + 30 = 70 万kWh, x 0.6 元 = 42 万元
    found = package_value(project(saves("F1", 400_000), saves("F2", 500_000), years=[POWER]), ["F2", "F1"])
    assert found.ids == ("F1", "F2")
    assert [line.amount for line in found.lines] == pytest.approx([400_000, 300_000])
    assert [(line.option_id, line.share) for line in found.lines] == [
        ("F1", 1),
        ("F2", pytest.approx(0.6)),
    ]
    assert found.annual_saving_wan_yuan == pytest.approx(42)
    assert found.investment_wan_yuan == 20
    assert found.tce.value == pytest.approx(70e4 * 0.1229 / 1000)
    assert found.notes == ()


def test_the_schedule_gives_the_order_and_undated_options_come_last_by_number():
    dates = {"F10": datetime.date(2026, 3, 1), "F3": datetime.date(2026, 1, 1)}
    made = [saves(id, 100_000, schedule={"start": dates.get(id)}) for id in ("F11", "F10", "F3", "F2")]
    found = package_value(project(*made, years=[POWER]), ["F11", "F10", "F3", "F2", "F2"])
    assert found.ids == ("F3", "F10", "F2", "F11")


def test_negative_effects_money_and_output_are_added_as_they_are():
    worse = option(
        "F2",
        effects=[
            effect("electricity", -100_000, "kWh"),
            effect("output", -50, "t", kind="product", label="产品"),
        ],
        saving=3,
    )
    built = project(saves("F1", 500_000), worse, years=[POWER, yearly("product", "output", "t", 1000)])
    lines = package_value(built, ["F1", "F2"]).lines
    assert [(line.kind, line.amount, line.share) for line in lines] == [
        ("energy", 500_000, 1), ("energy", -100_000, 1), ("product", -50, 1), ("money", None, 1),
    ]  # fmt: skip


def test_an_item_without_baseline_is_summed_plainly_and_said_so():
    found = package_value(project(saves("F1", 400_000), saves("F2", 500_000)), ["F1", "F2"])
    assert found.annual_saving_wan_yuan == pytest.approx(54)
    (note,) = found.notes
    assert note.startswith("电力没有基准年数据")


def test_options_never_save_more_than_the_baseline():
    made = [saves(f"F{n}", 700_000) for n in range(1, 4)]
    built = project(*made, saves("F4", 2_000_000), saves("F5", 100), years=[POWER])
    # 70, then 70 % of 30, then 70 % of 9: 97.3 万kWh
    found = package_value(built, ["F1", "F2", "F3"])
    assert sum(line.amount for line in found.lines) == pytest.approx(973_000)
    above = package_value(built, ["F4", "F5"])
    assert [line.amount for line in above.lines] == [1_000_000, 0]
    assert above.notes == ("方案 F4 方案F4：节约量超过基准年数据，超出部分不计，请核对数量或单位",)


def test_cash_flows_of_different_lives_are_added_up_over_the_longest():
    # F1: I 10, P 6, 2 years, no tax; F2: I 20, P 5, 4 years: flows 11, 11, 5, 5
    built = project(
        option("F1", investment=10, saving=6, life_years=2, depreciation_years=2),
        option("F2", investment=20, saving=5, life_years=4, depreciation_years=4),
        tax_rate=0.0,
    )
    found = package_value(built, ["F1", "F2"])
    worth = 11 / 1.1 + 11 / 1.21 + 5 / 1.331 + 5 / 1.4641 - 30
    assert found.npv_wan_yuan == pytest.approx(worth)
    assert found.payback_years == pytest.approx(2 + 8 / 5)  # 22 after two years, 8 left at 5 a year
    zero = sum(flow / (1 + found.irr) ** year for year, flow in enumerate([-30, 11, 11, 5, 5]))
    assert zero == pytest.approx(0, abs=1e-9)


def test_every_option_keeps_its_own_tax():
    # F1: D 1, T 3, tax 0.75, F 3.25; F2: D 2, T -1, no tax, F 1
    built = project(option("F1", investment=10, saving=4), option("F2", investment=20, saving=1))
    found = package_value(built, ["F1", "F2"])
    assert found.payback_years == pytest.approx(30 / 4.25)


def test_residual_value_is_worth_something_but_pays_nothing_back():
    built = project(option("F1", investment=100, saving=10), tax_rate=0.0, residual_rate=0.1)
    found, alone = package_value(built, ["F1"]), value_option(built, built.option("F1")).economics
    assert found.payback_years == alone.payback_years == pytest.approx(10)
    assert found.npv_wan_yuan == alone.npv_wan_yuan


def test_what_is_missing_is_named_with_its_options_and_never_zero():
    built = project(
        option("F1", investment=None, saving=5),
        option("F2", effects=[effect("steam", 10, "t", label="蒸汽")]),
        option("F3", investment=None, saving=1),
        discount_rate=None,
    )
    found = package_value(built, ["F1", "F2", "F3"])
    assert found.missing == ("F1、F3：投资", "贴现率", "F2：蒸汽价格")
    for value in (
        found.investment_wan_yuan,
        found.annual_saving_wan_yuan,
        found.npv_wan_yuan,
        found.payback_years,
        found.irr,
    ):
        assert value is None
    assert found.tce.value == pytest.approx(1.286)


def test_without_discount_rate_payback_and_irr_remain():
    found = package_value(project(option("F1", saving=5), discount_rate=None), ["F1"])
    assert (found.missing, found.npv_wan_yuan) == (("贴现率",), None)
    assert found.payback_years is not None and found.irr is not None


def test_an_item_without_factor_leaves_the_coal_of_the_package_empty():
    strange = option("F2", effects=[effect("hydrogen", 5, "t", label="氢气")], saving=1)
    found = package_value(project(saves("F1", 1000), strange, years=[POWER]), ["F1", "F2"])
    assert found.tce.value is None
    assert found.tce.missing == ("氢气",)


def test_an_option_without_its_prerequisite_is_not_valued():
    built = project(option("F1", saving=5), option("F2", saving=5, requires=["F1"]))
    with pytest.raises(BadInput, match=r"方案 F2 方案F2：缺少前置方案 F1 方案F1") as caught:
        package_value(built, ["F2"])
    assert "\n" not in str(caught.value)
    assert package_value(built, ["F2", "F1"]).ids == ("F1", "F2")


def test_a_unit_that_does_not_fit_its_baseline_names_the_option():
    built = project(option("F7", effects=[effect("electricity", 3, "t")]), years=[POWER])
    with pytest.raises(BadInput, match=r"方案 F7 .*单位“t”不能换算为“万kWh”"):
        package_value(built, ["F7"])


def test_an_unknown_number_is_refused():
    with pytest.raises(BadInput, match="方案“F9”不存在"):
        package_value(project(option("F1", saving=1)), ["F9"])


def test_the_empty_package_is_worth_nothing():
    found = package_value(project(option("F1", saving=1)), [])
    assert (found.investment_wan_yuan, found.annual_saving_wan_yuan, found.npv_wan_yuan) == (0, 0, 0)
    assert (found.payback_years, found.irr, found.missing, found.notes) == (None, None, (), ())


# --- invariants of the sequence ---

ITEMS = [("energy", "electricity", "万kWh", "kWh", 1e4), ("water", "fresh_water", "m³", "t", 1.0)]


def to_cents(low, high):
    """Numbers of four decimals, as people write them."""
    return st.integers(round(low * 1e4), round(high * 1e4)).map(lambda number: number / 1e4)


@st.composite
def plants(draw, least=0.0):
    """A site with up to three options that save or cost power and water, each at most 240 of an item."""
    years = [
        yearly(kind, item, unit, draw(to_cents(least, 600)))
        for kind, item, unit, *_ in ITEMS
        if draw(st.booleans())
    ]
    made = []
    for number in range(draw(st.integers(1, 3))):
        effects = [
            effect(item, draw(to_cents(-30, 120)) * size, unit, kind=kind)
            for kind, item, _, unit, size in ITEMS
            for _ in range(draw(st.integers(0, 2)))
        ]
        start = draw(st.none() | st.dates(datetime.date(2026, 1, 1), datetime.date(2026, 12, 31)))
        made.append(
            option(
                f"F{number + 1}",
                investment=draw(to_cents(0, 500)),
                saving=draw(to_cents(-5, 50)),
                effects=effects,
                life_years=draw(st.integers(1, 15)),
                depreciation_years=draw(st.integers(1, 15)),
                schedule={"start": start},
            )
        )
    return project(*made, years=years, residual_rate=draw(to_cents(0, 0.2)))


@given(plants())
@settings(max_examples=40, deadline=None)
def test_a_package_saves_no_more_than_its_parts(built):
    ids = [one.id for one in built.options]
    parts = sum(value_option(built, one).annual_saving_wan_yuan for one in built.options)
    assert package_value(built, ids).annual_saving_wan_yuan <= parts + 1e-9 * max(1, abs(parts))


@given(plants(least=240.0))
@settings(max_examples=40, deadline=None)
def test_a_package_of_one_is_the_option(built):
    for one in built.options:
        together, alone = package_value(built, [one.id]), value_option(built, one)
        result = alone.economics
        assert together.annual_saving_wan_yuan == alone.annual_saving_wan_yuan
        assert together.npv_wan_yuan == result.npv_wan_yuan
        assert together.payback_years == result.payback_years
        assert together.irr == result.irr
        assert (together.tce.value, together.co2.value) == (alone.tce.value, alone.co2.value)
        assert [line.wan_yuan for line in together.lines] == [line.wan_yuan for line in alone.lines]


def in_other_money(built, times):
    content = built.model_dump()
    for row in content["profile"]["prices"]:
        row["figure"]["value"] *= times
    for one in content["options"]:
        one["investment"]["value"] *= times
        for line in one["money"]:
            line["figure"]["value"] *= times
    return AuditProject.model_validate(content)


@given(plants())
@settings(max_examples=40, deadline=None)
def test_ten_times_the_money_leaves_payback_and_irr(built):
    ids = [one.id for one in built.options]
    one, ten = package_value(built, ids), package_value(in_other_money(built, 10), ids)
    assert ten.npv_wan_yuan == pytest.approx(10 * one.npv_wan_yuan, rel=1e-6, abs=1e-6)
    for before, after in ((one.payback_years, ten.payback_years), (one.irr, ten.irr)):
        assert (before is None) == (after is None)
        assert before is None or after == pytest.approx(before, rel=1e-6, abs=1e-9)


# --- the best package ---


def subsets(ids):
    return chain.from_iterable(combinations(ids, size) for size in range(len(ids) + 1))


def allowed(built, values, ids, without=None):
    """Which limits a set keeps, written out again; ``without`` names one that is not looked at."""
    limits, chosen = built.package, [one for one in built.options if one.id in ids]
    cost = math.fsum(one.investment.value for one in chosen)
    flow = math.fsum(values[one.id].economics.net_cash_flow_wan_yuan for one in chosen)
    budget, years = limits.budget_wan_yuan, limits.payback_limit_years
    if without != "budget" and budget is not None and cost > budget + 1e-7:
        return False
    if without != "payback" and years is not None and cost > years * flow + 1e-7:
        return False
    for one in chosen:
        for other in ids:
            if other in one.conflicts_with and other != one.id and without != {one.id, other}:
                return False
        for needed in one.requires:
            if needed not in ids and without != (one.id, needed):
                return False
    for stream in built.profile.streams:
        claimed = [c.share for one in chosen for c in one.claims if c.stream == stream.id]
        if without != stream.name and math.fsum(claimed) > 1 + 1e-7:
            return False
    return True


def gains_of(built, values):
    pick = {
        "npv": lambda value: value.economics.npv_wan_yuan,
        "annual_saving": lambda value: value.annual_saving_wan_yuan,
        "co2": lambda value: value.co2.value,
    }[built.package.criterion]
    return {id: pick(value) for id, value in values.items()}


def brute_force(built, values, without=None):
    """Best objective, and of the sets that reach it the smallest with the lowest numbers."""
    gains = gains_of(built, values)
    ids = [one.id for one in built.options]
    fit = [ids for ids in subsets(ids) if allowed(built, values, ids, without)]
    worth = {ids: math.fsum(gains[id] for id in ids) for ids in fit}
    best = max(worth.values())
    equal = [ids for ids in fit if worth[ids] >= best - 1e-7]
    return best, min(equal, key=lambda ids: (len(ids), [int(id[1:]) for id in ids]))


STREAMS = [{"id": "s1", "name": "烧结机头烟气"}, {"id": "s2", "name": "高温废水"}]


@st.composite
def portfolios(draw):
    """Up to ten options with whole numbers, so that ties and exact hits on a limit are common."""
    ids = [f"F{number}" for number in range(1, draw(st.integers(0, 10)) + 1)]
    few = st.lists(st.sampled_from(ids), max_size=1, unique=True) if ids else st.just([])
    rare = st.booleans().flatmap(lambda yes: few if yes else st.just([]))
    made = []
    for id in ids:
        claims = [
            {"stream": stream["id"], "share": draw(st.sampled_from([0.1, 0.2, 0.3, 0.5, 0.7, 1.0]))}
            for stream in STREAMS
            if draw(st.integers(0, 2)) == 0
        ]
        made.append(
            option(
                id,
                investment=float(draw(st.integers(0, 6))) * draw(st.sampled_from([1, 10])),
                saving=draw(st.integers(-1, 6)),
                effects=[effect("electricity", draw(st.integers(-3, 9)) * 1000, "kWh")],
                conflicts_with=[other for other in draw(rare) if other != id],
                requires=[other for other in draw(rare) if other != id],
                claims=claims,
            )
        )
    limits = {
        "budget_wan_yuan": draw(st.none() | st.integers(0, 80)),
        "payback_limit_years": draw(st.none() | st.integers(1, 8)),
        "criterion": draw(st.sampled_from(["npv", "annual_saving", "co2"])),
    }
    return project(*made, limits=limits, streams=STREAMS)


@given(portfolios())
@settings(max_examples=60, deadline=None)
def test_no_other_set_is_better(built):
    values = {one.id: value_option(built, one) for one in built.options}
    best, ids = brute_force(built, values)
    found = choose_package(built)
    assert found.objective == pytest.approx(best, abs=1e-7)
    assert found.ids == ids
    assert bool(found.reason) == (not found.ids)


@given(portfolios())
@settings(max_examples=25, deadline=None)
def test_what_binds_is_what_improves_the_objective_when_lifted(built):
    values = {one.id: value_option(built, one) for one in built.options}
    best, _ = brute_force(built, values)
    expected = {}
    if built.package.budget_wan_yuan is not None:
        expected[f"预算 {built.package.budget_wan_yuan:g} 万元"] = "budget"
    if built.package.payback_limit_years is not None:
        expected[f"组合回收期上限 {built.package.payback_limit_years:g} 年"] = "payback"
    for one in built.options:
        for other in one.conflicts_with:
            first, second = sorted((one.id, other), key=lambda id: int(id[1:]))
            expected[f"互斥：{first} 与 {second}"] = {one.id, other}
        for needed in one.requires:
            expected[f"前置：{one.id} 须先有 {needed}"] = (one.id, needed)
    expected |= {f"物流能流：{stream['name']}": stream["name"] for stream in STREAMS}
    gains = {label: brute_force(built, values, without)[0] - best for label, without in expected.items()}
    found = choose_package(built).binding
    assert {one.label: one.gain for one in found} == pytest.approx(
        {label: gain for label, gain in gains.items() if gain > 1e-7}, abs=1e-7
    )
    assert [one.gain for one in found] == sorted((one.gain for one in found), reverse=True)


def test_the_best_use_of_a_budget_is_not_the_best_single_option():
    # no tax, one year at 0 %: NPV = P - I: 30, 24, 22; 60 or 35 + 40 fit in 75, not 60 + 35
    built = project(
        option("F1", investment=60, saving=90),
        option("F2", investment=35, saving=59),
        option("F3", investment=40, saving=62),
        limits={"budget_wan_yuan": 75},
        tax_rate=0.0,
        discount_rate=0.0,
        life_years=1,
        depreciation_years=1,
    )
    found = choose_package(built)
    assert found.ids == ("F2", "F3")
    assert found.objective == pytest.approx(46)
    (bound,) = found.binding
    assert (bound.kind, bound.label) == ("budget", "预算 75 万元")
    assert bound.gain == pytest.approx(76 - 46)
    assert found.value == package_value(built, ["F2", "F3"])
    assert found.warnings == ()
    assert "HiGHS" in found.model and "重新测算" in found.model and found.model.count("。") == 1


def test_a_limit_met_to_the_last_cent_is_met():
    built = project(
        option("F1", investment=0.1, saving=1),
        option("F2", investment=0.2, saving=1),
        limits={"budget_wan_yuan": 0.3},
    )
    assert 0.1 + 0.2 > 0.3
    assert choose_package(built).ids == ("F1", "F2")
    assert violations(built, ["F1", "F2"]) == ()


def test_a_cent_too_much_is_too_much_beside_a_large_investment():
    made = [option("F1", investment=1e7, saving=9e6)]
    made += [option(f"F{n}", investment=1.000001, saving=n) for n in range(2, 5)]
    assert choose_package(project(*made, limits={"budget_wan_yuan": 3.0})).ids == ("F3", "F4")


def test_a_slightly_better_set_wins_over_a_smaller_one():
    made = [
        option("F1", investment=10, saving=100, conflicts_with=["F2", "F3"]),
        option("F2", investment=5, saving=50.000001),
        option("F3", investment=5, saving=50.000001),
    ]
    assert choose_package(project(*made)).ids == ("F2", "F3")


@pytest.mark.parametrize("number", [1, 10])
def test_of_equal_packages_the_fewest_options_then_the_lowest_numbers(number):
    big = option("F9", investment=10, saving=20, conflicts_with=["F11", "F12"])
    small = [option(f"F{n}", investment=10 / number, saving=20 / number) for n in (11, 12)]
    assert choose_package(project(*small, big, limits={"budget_wan_yuan": 10})).ids == ("F9",)


def test_an_option_worth_nothing_is_not_taken():
    made = [option("F1", investment=0, saving=5), option("F2", investment=0, saving=0)]
    assert choose_package(project(*made)).ids == ("F1",)


def test_the_solver_s_own_tolerance_never_decides(monkeypatch):
    # a solver that first offers a set over the budget: it is cut off and the rest solved again
    built = project(
        option("F1", investment=5, saving=9), option("F2", investment=6, saving=9),
        limits={"budget_wan_yuan": 6},
    )  # fmt: skip
    real, offered = solving._programme, []

    def sloppy(cost, rows, decided):
        offered.append(len(rows))
        return (0, 1) if len(offered) == 1 else real(cost, rows, decided)

    monkeypatch.setattr(solving, "_programme", sloppy)
    assert choose_package(built).ids == ("F1",)
    assert offered[1] == offered[0] + 1


def test_the_payback_limit_lets_good_options_carry_a_slow_one():
    # no tax: F = P. Limit 3.5 a: F1 + F2 100/30 = 3.3 a, F1 + F3 140/38 = 3.7 a
    made = [
        option("F1", investment=40, saving=20),
        option("F2", investment=60, saving=10),
        option("F3", investment=100, saving=18),
    ]
    built = project(*made, limits={"payback_limit_years": 3.5}, tax_rate=0.0)
    found = choose_package(built)
    assert found.ids == ("F1", "F2")
    assert [one.kind for one in found.binding] == ["payback"]


def test_conflicts_bind_whichever_side_names_them():
    made = [option("F1", saving=9), option("F2", saving=8, conflicts_with=["F1"]), option("F3", saving=4)]
    found = choose_package(project(*made))
    assert found.ids == ("F1", "F3")
    (bound,) = found.binding
    assert (bound.kind, bound.label) == ("conflict", "互斥：F1 与 F2")
    single = value_option(project(*made), project(*made).option("F2")).economics.npv_wan_yuan
    assert bound.gain == pytest.approx(single)


def test_a_loss_is_taken_as_a_prerequisite_where_both_pay():
    made = [option("F1", investment=20, saving=1), option("F2", saving=20, requires=["F1"])]
    found = choose_package(project(*made))
    assert found.ids == ("F1", "F2")
    assert [(one.kind, one.label) for one in found.binding] == [("prerequisite", "前置：F2 须先有 F1")]


def test_two_users_of_one_flue_gas_are_not_both_chosen():
    made = [
        option("F1", saving=9, name="ORC 发电", claims=[{"stream": "s1", "share": 0.8}]),
        option("F2", saving=8, name="吸收式制冷", claims=[{"stream": "s1", "share": 0.7}]),
    ]
    built = project(*made, streams=STREAMS)
    found = choose_package(built)
    assert found.ids == ("F1",)
    assert [one.label for one in found.binding] == ["物流能流：烧结机头烟气"]
    assert violations(built, ["F1", "F2"]) == ("F1 与 F2 共占用 烧结机头烟气 150 %，超出 100 %",)


def test_who_cannot_take_part_is_named_with_the_reason():
    made = [
        option("F1", saving=5),
        option("F2", saving=5, outcome="undecided"),
        option("F3", saving=5, outcome="not_feasible", rejection="space"),
        option("F4", saving=5, state="abandoned"),
        option("F5", investment=None, saving=5),
        option("F6", saving=5, requires=["F7"]),
        option("F7", saving=5, requires=["F5"]),
        option("F10", effects=[effect("steam", 3, "t", label="蒸汽")]),
    ]
    found = choose_package(project(*made))
    assert found.ids == ("F1",)
    assert found.left_out == (
        ("F2", "尚未筛选"), ("F3", "不可行"), ("F4", "已放弃"), ("F5", "未计算，缺少：投资"),
        ("F6", "前置方案 F7 未参与组合"), ("F7", "前置方案 F5 未参与组合"),
        ("F10", "未计算，缺少：蒸汽价格"),
    )  # fmt: skip


def test_by_co2_an_option_without_factor_cannot_take_part():
    made = [
        saves("F1", 1000, saving=5),
        option("F2", saving=5, effects=[effect("compressed_air", 5, "m³", label="压缩空气")]),
    ]
    prices = {**PRICES, "compressed_air": ("压缩空气", 0.1, "元/m³")}
    content = project(*made).model_dump()
    label, value, unit = prices["compressed_air"]
    content["profile"]["prices"] += (
        {"item": "compressed_air", "label": label, "figure": {"value": value, "unit": unit}},
    )
    built = AuditProject.model_validate(content)
    found = choose_package(built, settings=PackageSettings(criterion="co2"))
    assert found.left_out == (("F2", "减碳量未计算，缺少排放因子：压缩空气"),)
    assert found.objective == pytest.approx(value_option(built, built.option("F1")).co2.value)


@pytest.mark.parametrize(
    ("options", "limits", "reason"),
    [
        ((), {}, "没有可参与组合的方案"),
        ((option("F1", investment=100, saving=1),), {}, "可参与的方案净现值都不大于 0"),
        ((option("F1", investment=9, saving=9),), {"budget_wan_yuan": 5}, "在现有预算、回收期"),
    ],
)
def test_where_nothing_fits_the_package_is_empty_and_says_why(options, limits, reason):
    found = choose_package(project(*options, limits=limits))
    assert (found.ids, found.objective, found.value.npv_wan_yuan) == ((), 0, 0)
    assert found.reason.startswith(reason)


def test_a_package_whose_overlap_breaks_the_payback_limit_warns():
    # each saves 60 of 100 万kWh = 36 万元; together 60 + 24: 50.4 万元; I 90, limit 1.5 a
    made = [saves("F1", 600_000, investment=45), saves("F2", 600_000, investment=45)]
    built = project(*made, years=[POWER], limits={"payback_limit_years": 1.5}, tax_rate=0.0)
    found = choose_package(built)
    assert found.ids == ("F1", "F2")
    assert found.value.payback_years == pytest.approx(90 / 50.4)
    assert found.warnings == ("组合回收期 1.79 年（按实施先后测算），超过上限 1.5 年",)


def test_the_same_project_gives_the_same_package():
    made = [option(f"F{n}", investment=n, saving=n % 4 + 1) for n in range(1, 16)]
    built = project(*made, limits={"budget_wan_yuan": 40, "payback_limit_years": 4})
    assert choose_package(built) == choose_package(built)


# --- a package chosen by hand ---


def test_every_limit_a_hand_made_package_breaks_is_told():
    made = [
        option("F1", investment=60, saving=6, conflicts_with=["F2"]),
        option("F2", investment=70, saving=6, schedule={"stop_days": 20}),
        option("F3", investment=None, saving=1),
        option("F4", saving=1, requires=["F5"]),
        option("F5", saving=1),
    ]
    built = project(
        *made,
        limits={"budget_wan_yuan": 100, "payback_limit_years": 5},
        shutdowns=[{"name": "年修", "start": "2026-08-01", "days": 10}],
    )
    assert violations(built, ["F1", "F2"]) == (
        "投资合计 130.00 万元，超出预算 100 万元，多 30.00 万元",
        "组合回收期 10.83 年（按实施先后测算），超过上限 5 年",
        "F1 方案F1 与 F2 方案F2 互斥，只能选一个",
        "方案 F2 方案F2：需停产 20 天，长于所有停产检修窗口（最长 年修 10 天）",
    )
    assert violations(built, ["F3"]) == (
        "F3 未提供投资，预算无法完整核对",
        "组合回收期未计算，缺少：F3：投资",
    )
    assert violations(built, ["F4"]) == ("方案 F4 方案F4：缺少前置方案 F5 方案F5",)
    assert violations(built, []) == ()


def test_a_stop_without_any_window_is_flagged_in_the_proposal_too():
    built = project(option("F1", saving=9, schedule={"stop_days": 20}))
    found = choose_package(built)
    assert found.ids == ("F1",)
    assert found.warnings == ("方案 F1 方案F1：需停产 20 天，未提供停产检修窗口，无法核对",)
    fits = project(
        option("F1", saving=9, schedule={"stop_days": 20}),
        shutdowns=[
            {"name": "小修", "start": "2026-02-01", "days": 5},
            {"name": "大修", "start": "2026-08-01", "days": 20},
        ],
    )
    assert violations(fits, ["F1"]) == ()


def test_three_users_of_a_stream_and_one_that_claims_too_much_alone():
    half = [{"stream": "s1", "share": 0.5}]
    made = [option(id, saving=1, claims=half) for id in ("F1", "F2", "F10")]
    made.append(option("F3", saving=1, claims=[{"stream": "s2", "share": 0.8}] * 2))
    built = project(*made, streams=STREAMS)
    assert violations(built, ["F10", "F2", "F1", "F3"]) == (
        "F1、F2 与 F10 共占用 烧结机头烟气 150 %，超出 100 %",
        "F3 占用 高温废水 160 %，超出 100 %",
    )
    assert violations(built, ["F1", "F2"]) == ()


def test_a_package_whose_flow_is_negative_never_pays_back():
    built = project(option("F1", saving=-1), limits={"payback_limit_years": 5})
    assert violations(built, ["F1"]) == ("组合首年净现金流不为正，回收期无解，上限 5 年",)
