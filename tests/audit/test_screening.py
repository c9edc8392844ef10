"""Screening: proposal, ranking, sensitivity, decisions, open points; all numbers by hand."""

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.errors import BadInput
from recommender.audit.project import (
    Assessment,
    AuditProject,
    Figure,
    ItemEffect,
    Option,
    Price,
    Profile,
    Ratings,
    Shutdown,
    SimpleComparison,
    Weights,
)
from recommender.audit.ranking import FACTORS, rank_options, sensitivity, unrated
from recommender.audit.screening import (
    accept,
    natural_key,
    open_points,
    proposed_comparison,
    reject,
    rejection_counts,
    screened,
    set_state,
    track,
)
from recommender.audit.valuation import value_all, value_option

POWER_PRICE = Price(item="electricity", label="电", figure=Figure(value=0.8, unit="元/kWh"))


def profile(**values):
    return Profile(**{"name": "甲厂", "prices": (POWER_PRICE,), "discount_rate": 0.08} | values)


def project(*options, **values):
    own = {key: values.pop(key) for key in ("chosen",) if key in values}
    return AuditProject(profile=profile(**values), options=options, **own)


def effect(item, value, *, kind="energy", unit="kWh", label=None):
    return ItemEffect(kind=kind, item=item, label=label or item, figure=Figure(value=value, unit=unit))


def option(id="F1", *, wan=None, power=None, ratings=None, **values):
    if wan is not None:
        values["investment"] = Figure(value=wan, unit="万元")
    if power is not None:
        values["effects"] = (effect("electricity", power, label="电力"),)
    if ratings is not None:
        values["ratings"] = Ratings(**dict(zip(FACTORS, ratings, strict=True)))
    return Option(**{"id": id, "name": f"方案{id}"} | values)


def proposal(one, **values):
    whole = project(one, **values)
    return proposed_comparison(whole, one, value_option(whole, one))


# Simple comparison


def test_a_sound_option_is_proposed_with_four_ticks():
    # P = 100 000 kWh x 0.8 = 8 万元, I = 10: N about 1.4 a, limit of 中费 3 a
    assert proposal(option(wan=10, power=100_000)) == SimpleComparison()


def test_without_data_nothing_is_crossed():
    assert proposal(option()).passed


def test_an_option_that_does_not_pay_is_crossed_with_the_failed_checks():
    # P = 0.8, I = 10, D = 1: T = -0.2, no tax, F = 0.8, N = 12.5 a > 3 a, NPV < 0, IRR < 0
    comparison = proposal(option(wan=10, power=10_000))
    assert (comparison.technical, comparison.environmental, comparison.ease) == (True, True, True)
    assert not comparison.economic
    reason = comparison.reasons["economic"]
    assert "12.50 年，未短于限期 3 年" in reason
    assert "净现值 -4.63 万元，小于 0" in reason  # 0.8 x 6.7101 - 10
    assert "未达到基准 8.00%" in reason
    assert list(comparison.reasons) == ["economic"]


def test_only_the_failed_check_is_named():
    # P = 2.4, D = 1, F = 2.4 - 1.4 x 0.25 = 2.05, N = 4.88 a; NPV = 2.05 x 6.7101 - 10 > 0
    reason = proposal(option(wan=10, power=30_000)).reasons["economic"]
    assert reason == "投资偿还期 4.88 年，未短于限期 3 年"


def test_a_stop_longer_than_every_window_is_hard_to_carry_out():
    windows = (
        Shutdown(name="春节检修", start=datetime.date(2026, 2, 1), days=7),
        Shutdown(name="大修", start=datetime.date(2026, 8, 1), days=10),
    )
    comparison = proposal(option(schedule={"stop_days": 20}), shutdowns=windows)
    assert comparison.reasons == {"ease": "需停产 20 天，最长的停产检修窗口（大修）为 10 天"}
    assert proposal(option(schedule={"stop_days": 10}), shutdowns=windows).passed
    assert proposal(option(schedule={"stop_days": 20})).passed  # no window known: not judged


def test_only_worse_effects_are_an_environmental_cross():
    comparison = proposal(option(power=-500))
    assert not comparison.environmental
    assert comparison.reasons["environmental"] == "没有任何一项减少：电力增加 500 kWh"
    mixed = option(effects=(effect("electricity", -500), effect("cod", 2, kind="discharged", unit="t")))
    assert proposal(mixed).environmental


def test_effects_on_one_item_are_netted_across_units():
    net_worse = option(effects=(effect("electricity", 900), effect("electricity", -0.1, unit="万kWh")))
    assert not proposal(net_worse).environmental  # 900 - 1000 = -100 kWh
    net_better = option(effects=(effect("electricity", 1100), effect("electricity", -0.1, unit="万kWh")))
    assert proposal(net_better).environmental


def test_more_output_is_no_environmental_effect():
    assert proposal(option(effects=(effect("board", -10, kind="product", unit="t"),))).environmental


def test_units_that_cannot_be_added_name_the_option():
    odd = option(effects=(effect("cod", 1, kind="discharged", unit="t"),))
    whole = project(odd)
    valuation = value_option(whole, odd)
    bad = odd.model_copy(update={"effects": (*odd.effects, effect("cod", 1, kind="discharged"))})
    with pytest.raises(BadInput, match="方案 F1 方案F1：cod"):
        proposed_comparison(whole, bad, valuation)


# Ranking


def ids(ranking):
    return [one.option_id for one in ranking]


def test_total_is_the_sum_of_weight_times_rating():
    # 10 x 8 + 8 x 6 + 7 x 9 + 5 x 4 = 80 + 48 + 63 + 20 = 211
    # 10 x 9 + 8 x 7 + 7 x 5 + 5 x 8 = 90 + 56 + 35 + 40 = 221
    whole = project(option("F1", ratings=(8, 6, 9, 4)), option("F2", ratings=(9, 7, 5, 8)), option("F3"))
    second, first = rank_options(whole)[1], rank_options(whole)[0]
    assert (first.option_id, first.total, first.rank) == ("F2", 221, 1)
    assert (second.option_id, second.total, second.rank) == ("F1", 211, 2)
    assert second.weighted == {"environment": 80, "economy": 48, "technology": 63, "ease": 20}
    assert unrated(whole) == ("F3",)


def test_own_weights_and_groups():
    whole = project(
        option("F1", ratings=(10, 1, 1, 1), group="水"),
        option("F2", ratings=(1, 10, 1, 1), group="水"),
        option("F3", ratings=(9, 9, 9, 9), group="气"),
        option("F4", group="水"),
        weights=Weights(environment=1, economy=10, technology=1, ease=1),
    )
    assert ids(rank_options(whole, group="水")) == ["F2", "F1"]  # 103 : 22
    heavy = Weights(environment=10, economy=1, technology=1, ease=1)
    assert ids(rank_options(whole, group="水", weights=heavy)) == ["F1", "F2"]
    assert unrated(whole, "水") == ("F4",) and unrated(whole, "气") == ()


def test_a_tie_goes_to_the_larger_rating_on_the_heaviest_factor():
    # 10 x 8 + 8 x 1 = 88 = 10 x 4 + 8 x 6; the rest alike
    whole = project(option("F1", ratings=(4, 6, 5, 5)), option("F2", ratings=(8, 1, 5, 5)))
    assert [one.total for one in rank_options(whole)] == [148, 148]
    assert ids(rank_options(whole)) == ["F2", "F1"]


def test_a_tie_on_the_heaviest_factor_goes_to_the_next():
    # economy and technology weigh 8 and 7: 8 x 2 + 7 x 9 = 79 = 8 x 9 + 7 x 1
    whole = project(option("F1", ratings=(5, 2, 9, 5)), option("F2", ratings=(5, 9, 1, 5)))
    assert [one.total for one in rank_options(whole)] == [154, 154]
    assert ids(rank_options(whole)) == ["F2", "F1"]


def test_equal_ratings_stand_in_natural_order_of_the_number():
    same = (5, 5, 5, 5)
    whole = project(*(option(id, ratings=same) for id in ("F10", "F2", "F1")))
    assert ids(rank_options(whole)) == ["F1", "F2", "F10"]
    assert sorted(["F10", "F2", "甲", "F2b"], key=natural_key) == ["F2", "F2b", "F10", "甲"]


# Sensitivity


def totals_at(whole, factor, weight):
    weights = whole.profile.weights.model_dump() | {factor: weight}
    return {
        one.id: sum(weights[name] * getattr(one.ratings, name) for name in FACTORS) for one in whole.options
    }


def test_sensitivity_by_hand():
    # F2 leads 221 : 211. R2 - R1: environment 1, economy 1, technology -4, ease 4; lead 10.
    # technology 7 + 10/4 = 9.5, ease 5 - 10/4 = 2.5; economy 8 - 10 < 0; environment 10 - 10 = 0,
    # where economy, the heaviest left, still puts F2 first
    whole = project(option("F1", ratings=(8, 6, 9, 4)), option("F2", ratings=(9, 7, 5, 8)))
    found = sensitivity(whole)
    assert [(s.factor, s.weight, s.new_weight, s.beyond) for s in found] == [
        ("technology", 7, 9.5, "above"),
        ("ease", 5, 2.5, "below"),
    ]
    assert {(s.first, s.second) for s in found} == {("F2", "F1")}
    assert totals_at(whole, "technology", 9.5) == {"F1": 233.5, "F2": 233.5}


def test_at_the_end_of_the_range_the_tie_rule_decides():
    # the rest is equal, 8 x 9 + 7 x 1 = 8 x 2 + 7 x 9, so F2 leads by 10 on environment; at
    # weight 0 the totals are equal and economy puts F1 first
    whole = project(option("F1", ratings=(5, 9, 1, 5)), option("F2", ratings=(6, 2, 9, 5)))
    found = [(swap.factor, swap.new_weight) for swap in sensitivity(whole)]
    assert found == [
        ("technology", 5.75),  # 7 - 10/8
        ("economy", pytest.approx(8 + 10 / 7)),
        ("environment", 0.0),
    ]
    # nothing else differs: at weight 0 the larger R still leads
    alike = project(option("F1", ratings=(6, 5, 5, 5)), option("F2", ratings=(5, 5, 5, 5)))
    assert sensitivity(alike) == ()


def test_no_swap_beyond_the_highest_weight():
    # F1 leads by 10 x 9 = 90; ease would have to rise by 90 / 1
    whole = project(option("F1", ratings=(10, 5, 5, 5)), option("F2", ratings=(1, 5, 5, 6)))
    assert "ease" not in {swap.factor for swap in sensitivity(whole)}


def test_a_tie_swaps_with_any_change():
    whole = project(option("F1", ratings=(4, 6, 5, 5)), option("F2", ratings=(8, 1, 5, 5)))
    assert [(s.factor, s.new_weight, s.beyond) for s in sensitivity(whole)] == [
        ("environment", 10.0, "below"),
        ("economy", 8.0, "above"),
    ]


def test_one_option_has_nothing_to_swap_with():
    assert sensitivity(project(option("F1", ratings=(5, 5, 5, 5)), option("F2"))) == ()


score = st.integers(1, 10)
four = st.tuples(score, score, score, score)


@given(four, four, four)
def test_totals_meet_at_the_crossing_and_swap_just_beyond(one, other, weights):
    whole = project(
        option("F1", ratings=one),
        option("F2", ratings=other),
        weights=Weights(**dict(zip(FACTORS, weights, strict=True))),
    )
    found = sensitivity(whole)
    changes = [round(abs(swap.new_weight - swap.weight), 9) for swap in found]
    assert changes == sorted(changes)
    for swap in found:
        assert 0 <= swap.new_weight <= 20
        at = totals_at(whole, swap.factor, swap.new_weight)
        assert at[swap.first] == pytest.approx(at[swap.second])
        step = 1e-6 if swap.beyond == "above" else -1e-6
        beyond = totals_at(whole, swap.factor, swap.new_weight + step)
        before = totals_at(whole, swap.factor, swap.new_weight - step)
        assert beyond[swap.second] > beyond[swap.first]
        assert before[swap.first] > before[swap.second]


@given(four, four)
def test_a_factor_left_out_never_swaps_within_the_range(one, other):
    whole = project(option("F1", ratings=one), option("F2", ratings=other))
    first, second = ids(rank_options(whole))
    swaps = {swap.factor for swap in sensitivity(whole)}
    for factor in set(FACTORS) - swaps:
        for weight in range(21):
            at = totals_at(whole, factor, weight)
            assert at[first] >= at[second]


# Decisions


FAILED = SimpleComparison(economic=False, ease=False, reasons={"economic": "收不回", "ease": "要停产"})


@pytest.mark.parametrize(
    ("wan", "wanted"), [(0, "low_cost"), (5, "low_cost"), (5.1, "high_cost"), (None, "unknown")]
)
def test_the_track_follows_from_the_cost_class(wan, wanted):
    whole = project(option(wan=wan))
    assert track(whole, whole.options[0], value_all(whole)["F1"]) == wanted
    assert track(whole, whole.options[0]) == wanted


def outcomes(*options):
    whole = project(*options)
    return [(one.outcome, one.outcome_reason) for one in screened(whole, value_all(whole)).options]


def test_screening_sets_the_outcome_of_what_has_been_compared():
    passed = SimpleComparison()
    assert outcomes(
        option("F1", wan=3, comparison=passed),
        option("F2", wan=30, comparison=passed),
        option("F3", comparison=passed),
        option("F4", wan=3),
        option("F5", wan=3, comparison=FAILED),
        option("F6", wan=3, comparison=FAILED, rejection="investment"),
        option("F7", wan=3, comparison=FAILED, rejection="space", outcome_reason="没有场地"),
    ) == [
        ("feasible_low_cost", ""),
        ("preliminary_high_cost", ""),
        ("undecided", ""),
        ("undecided", ""),
        ("undecided", ""),
        ("not_feasible", "收不回；要停产"),
        ("not_feasible", "没有场地"),
    ]


def test_screening_leaves_decided_options_alone():
    decided = option(wan=3, comparison=FAILED, outcome="feasible_low_cost", rejection="other")
    whole = project(decided)
    assert screened(whole, value_all(whole)) == whole


def test_reject_and_accept():
    whole = reject(project(option(wan=30)), "F1", code="space", reason=" 车间没有空地 ")
    one = whole.option("F1")
    assert (one.outcome, one.rejection, one.outcome_reason) == ("not_feasible", "space", "车间没有空地")
    one = accept(whole, "F1").option("F1")
    assert (one.outcome, one.rejection, one.outcome_reason) == ("preliminary_high_cost", None, "")


def test_reject_refuses_unknown_codes_and_options_under_way():
    with pytest.raises(BadInput, match=r"原因代码“ugly”不在列表中.*investment（投资高）"):
        reject(project(option()), "F1", code="ugly", reason="")
    with pytest.raises(BadInput, match="状态为“实施中”"):
        reject(project(option(state="implementing")), "F1", code="space", reason="")
    with pytest.raises(BadInput, match="方案“F9”不存在"):
        reject(project(option()), "F9", code="space", reason="")


def test_accept_needs_the_track():
    with pytest.raises(BadInput, match="费用等级未知，请先填写投资"):
        accept(project(option()), "F1")


STATES = ("recommended", "selected", "implementing", "completed", "abandoned")
MOVES = {
    ("recommended", "selected"), ("selected", "implementing"), ("implementing", "completed"),
    ("selected", "recommended"), ("implementing", "selected"), ("completed", "implementing"),
    ("recommended", "abandoned"), ("selected", "abandoned"), ("implementing", "abandoned"),
    ("completed", "abandoned"), ("abandoned", "recommended"),
}  # fmt: skip
LABELS = {
    "recommended": "推荐", "selected": "选定", "implementing": "实施中", "completed": "完成",
    "abandoned": "放弃",
}  # fmt: skip


@pytest.mark.parametrize("before", STATES)
@pytest.mark.parametrize("after", STATES)
def test_a_state_moves_one_step(before, after):
    whole = project(option(state=before))
    if before == after or (before, after) in MOVES:
        assert set_state(whole, "F1", after).option("F1").state == after
    else:
        with pytest.raises(BadInput, match=f"“{LABELS[before]}”改为“{LABELS[after]}”"):
            set_state(whole, "F1", after)


def test_what_is_not_feasible_is_never_selected():
    whole = project(option(outcome="not_feasible", rejection="safety"))
    with pytest.raises(BadInput, match="不可行，状态不能从“推荐”改为“选定”"):
        set_state(whole, "F1", "selected")
    assert set_state(whole, "F1", "abandoned").option("F1").state == "abandoned"


def test_an_unknown_state_lists_the_known():
    with pytest.raises(BadInput, match=r"状态“done”不在列表中.*completed（完成）"):
        set_state(project(option()), "F1", "done")


def test_rejections_are_counted_by_code_over_projects():
    one = project(
        option("F1", outcome="not_feasible", rejection="space"),
        option("F2", outcome="not_feasible", rejection="investment"),
        option("F3", rejection="safety"),
    )
    other = project(option("F1", outcome="not_feasible", rejection="space"))
    assert rejection_counts([one, other]) == {"investment": 1, "space": 2}
    assert rejection_counts([]) == {}


# Open points


def points(*options, **values):
    whole = project(*options, **values)
    return open_points(whole, value_all(whole))


DONE = {"date": datetime.date(2026, 3, 1), "cost_wan_yuan": 2.5}


def ready(id="F1", **values):
    """An option with investment, saving and comparison: nothing missing in its economics."""
    return option(id, **{"wan": 3, "power": 100_000, "comparison": SimpleComparison()} | values)


def test_a_finished_option_leaves_nothing_open():
    done = ready(outcome="feasible_low_cost", actual={**DONE, "saving_wan_yuan": 7.5})
    assert points(done) == ()


@pytest.mark.parametrize(
    ("one", "wanted"),
    [
        (ready(comparison=None), ["尚未做简易比较"]),
        (
            ready(comparison=FAILED),
            ["简易比较有 ×（经济效果、实施难易），请选择不可行的原因代码或更正比较"],
        ),
        (
            ready(comparison=FAILED, outcome="not_feasible", rejection="space"),
            ["判为不可行，尚未写明原因"],
        ),
        (
            ready(outcome="feasible_low_cost"),
            ["可行的无/低费方案，缺实际完成日期、实际费用和实际效果"],
        ),
        (ready(outcome="feasible_low_cost", actual=DONE), ["可行的无/低费方案，缺实际效果"]),
        (
            ready(wan=30, outcome="preliminary_high_cost"),
            ["中/高费方案，技术评估未填写", "中/高费方案，环境评估未填写"],
        ),
        (ready(wan=30, assessment=Assessment(fit="有空地", environment="减少COD")), []),
        (
            ready(wan=30, outcome="feasible_low_cost", assessment=Assessment(fit="x", environment="y"),
                  actual={**DONE, "saving_wan_yuan": 1}),
            ["筛选结论与现在的费用等级不一致，请重新筛选"],
        ),
        (ready(power=None), ["经济评估缺少：年节省（没有任何效果或费用数据）"]),
        (ready(wan=None), ["经济评估缺少：投资"]),
        (ready(comparison=None, state="abandoned"), []),
    ],
)  # fmt: skip
def test_each_gap_has_its_line(one, wanted):
    assert points(one) == tuple(f"方案 F1 方案F1：{point}" for point in wanted)


def test_the_discount_rate_is_asked_for():
    assert points(ready(), discount_rate=None) == ("方案 F1 方案F1：经济评估缺少：贴现率",)


def test_a_competing_group_needs_all_ratings():
    rated = ready("F1", group="回用", ratings=(5, 5, 5, 5))
    lost = ready("F4", group="回用", outcome="not_feasible", rejection="space", outcome_reason="无")
    assert points(rated, ready("F2", group="回用"), lost) == (
        "比选组“回用”：F2 未评分，无法完成权重计分排序",
    )
    assert points(rated, lost) == ()  # nobody left to compete with
    assert points(ready("F2", group="回用")) == ()


def test_a_package_with_a_dead_option_is_told():
    dead = ready(outcome="not_feasible", rejection="space", outcome_reason="没有场地")
    assert points(dead, chosen=("F1",)) == ("方案 F1 方案F1：已判为不可行，但仍在组合中，请重新组合",)
    gone = ready(state="abandoned")
    assert points(gone, chosen=("F1",)) == ("方案 F1 方案F1：已放弃，但仍在组合中，请重新组合",)
