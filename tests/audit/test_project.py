"""The project: what fits together is accepted, what does not is told in one line with its cure."""

import datetime
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.errors import BadInput
from recommender.audit.project import (
    AuditProject,
    Candidate,
    Claim,
    CostLimits,
    Figure,
    ItemEffect,
    Option,
    Price,
    Problem,
    ProblemMatch,
    Profile,
    SimpleComparison,
    Stream,
    YearlyItem,
    parsed,
)

PROFILE = Profile(name="甲厂")


def project(**values):
    return parsed(AuditProject, {"profile": PROFILE, **values})


def refusal(model, content, **keywords):
    """The message with which ``content`` is refused."""
    with pytest.raises(BadInput) as caught:
        parsed(model, content, **keywords)
    return str(caught.value)


def option(id="F1", **values):
    return {"id": id, "name": f"方案{id}", **values}


def problem(id="P1"):
    return {"id": id, "text": "空压机余热没有利用"}


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"problems": [problem("P1"), problem("P2"), problem("P1")]}, "问题编号“P1”重复，请改为不同编号"),
        ({"options": [option("F2"), option("F1"), option("F2")]}, "方案编号“F2”重复，请改为不同编号"),
        (
            {"profile": {"name": "甲厂", "streams": [{"id": "S1", "name": "烟气"}] * 2}},
            "物流能流编号“S1”重复，请改为不同编号",
        ),
    ],
)
def test_an_id_that_stands_twice(values, message):
    assert refusal(AuditProject, {"profile": PROFILE, **values}) == message


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"problem_ids": ["P1", "P7"]}, "方案 F1 引用的问题“P7”不存在，请改为已有编号"),
        ({"conflicts_with": ["F9"]}, "方案 F1 引用的方案“F9”不存在，请改为已有编号"),
        ({"requires": ["F2", "F3"]}, "方案 F1 引用的方案“F3”不存在，请改为已有编号"),
        ({"claims": [{"stream": "S2", "share": 0.5}]}, "方案 F1 引用的物流能流“S2”不存在，请改为已有编号"),
    ],
)
def test_a_reference_to_nothing(values, message):
    streams = [{"id": "S1", "name": "烟气"}]
    known = {
        "profile": {"name": "甲厂", "streams": streams},
        "problems": [problem()],
        "options": [option("F1", **values), option("F2")],
    }
    assert refusal(AuditProject, known) == message


def test_references_that_hold_are_accepted():
    kept = project(
        profile={"name": "甲厂", "streams": [{"id": "S1", "name": "烟气"}]},
        problems=[problem()],
        options=[
            option("F1", problem_ids=["P1"], conflicts_with=["F2"], claims=[{"stream": "S1", "share": 1}]),
            option("F2", requires=["F1"]),
        ],
    )
    assert kept.option("F1").claims == (Claim(stream="S1", share=1),)
    assert kept.profile.streams == (Stream(id="S1", name="烟气"),)


@pytest.mark.parametrize(
    ("mark", "label"),
    [
        ("technical", "技术可行"),
        ("environmental", "环境效果"),
        ("economic", "经济效果"),
        ("ease", "实施难易"),
    ],
)
def test_a_cross_needs_its_reason(mark, label):
    for reasons in ({}, {mark: " "}):
        assert refusal(SimpleComparison, {mark: False, "reasons": reasons}) == (
            f"简易比较：{label} 为 ×，须写原因"
        )
    crossed = parsed(SimpleComparison, {mark: False, "reasons": {mark: "场地不够"}})
    assert not crossed.passed and SimpleComparison().passed


def test_a_rejection_needs_its_code():
    assert refusal(Option, option(outcome="not_feasible", outcome_reason="太贵")) == (
        "方案 F1 为不可行，须选原因代码"
    )
    assert parsed(Option, option(outcome="not_feasible", rejection="investment")).rejection == "investment"
    for outcome in ("undecided", "feasible_low_cost", "preliminary_high_cost"):
        assert parsed(Option, option(outcome=outcome)).rejection is None


def test_an_investment_is_in_wan_yuan_and_not_negative():
    assert refusal(Option, option(investment={"value": 5, "unit": "元"})) == (
        "方案 F1 投资单位为“元”，请写万元"
    )
    assert refusal(Option, option(investment={"value": -5, "unit": "万元"})) == (
        "方案 F1 投资 -5 为负，请写不小于 0 的万元数"
    )
    assert parsed(Option, option(investment={"value": 0, "unit": "万元"})).investment.value == 0


@pytest.mark.parametrize(
    ("low", "high", "shown"),
    [(11, 12, "11–12"), (11, None, "11–10"), (None, 9.5, "10–9.5"), (8, 9, "8–9"), (12, 8, "12–8")],
)
def test_a_figure_outside_its_range(low, high, shown):
    assert refusal(Figure, {"value": 10, "unit": "t", "low": low, "high": high}) == (
        f"取值 10 不在区间 {shown} 内，请检查上下限"
    )


@pytest.mark.parametrize(("low", "high"), [(None, None), (10, 10), (None, 12), (8, None)])
def test_a_figure_inside_its_range(low, high):
    assert parsed(Figure, {"value": 10, "unit": "t", "low": low, "high": high}).value == 10


@pytest.mark.parametrize(
    "limits",
    [{"low_cost": 60}, {"no_cost": 6}, {"medium_cost": 4}, {"no_cost": 3, "low_cost": 2, "medium_cost": 1}],
)
def test_cost_limits_that_fall(limits):
    assert refusal(CostLimits, limits) == "费用界限须依次不减：无费 ≤ 低费 ≤ 中费"
    assert parsed(CostLimits, {"no_cost": 1, "low_cost": 1, "medium_cost": 1}).medium_cost == 1


@pytest.mark.parametrize(
    ("evidence", "estimate"),
    [("site", False), ("case", False), ("third_party_test", False), ("literature", False),
     ("estimate", True), ("example", True), ("declared", True)],
)  # fmt: skip
def test_figures_that_must_be_marked(evidence, estimate):
    assert Figure(value=1, unit="t", evidence=evidence).is_estimate is estimate


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"name": ""}, "企业: name: “”：不能为空，请填写"),
        ({"name": 5}, "企业: name: “5”：请写文字"),
        ({"tax_rate": 25}, "企业: tax_rate: “25”：须小于 1"),
        ({"discount_rate": -0.1}, "企业: discount_rate: “-0.1”：须不小于 0"),
        ({"discount_rate": "八"}, "企业: discount_rate: “八”：请写数字"),
        ({"discount_rate": float("nan")}, "企业: discount_rate: “nan”：请写数字"),
        ({"life_years": 0}, "企业: life_years: “0”：须不小于 1"),
        ({"life_years": 10.5}, "企业: life_years: “10.5”：请写整数"),
        ({"max_options": 21}, "企业: max_options: “21”：须不大于 20"),
        ({"payback_limits": {"low_cost": 0}}, "企业: payback_limits.low_cost: “0”：须大于 0"),
        ({"weights": {"ease": 11}}, "企业: weights.ease: “11”：须不大于 10"),
        ({"coal_basis": "当量"}, "企业: coal_basis: “当量”：只能写 calorific、equivalent"),
        ({"prices": "无"}, "企业: prices: “无”：请写成列表"),
        ({"cost_limits": 5}, "企业: cost_limits: “5”：请写成“名称: 值”"),
        ({"colour": "红\n绿"}, "企业: colour: “红 绿”：没有此项，请删去或检查拼写"),
        (
            {"shutdowns": [{"name": "大修", "start": "2026-13-01", "days": 20}]},
            "企业: shutdowns.0.start: “2026-13-01”：请写日期，例如 2026-01-31",
        ),
    ],
)
def test_a_value_of_the_wrong_kind_is_told_with_place_value_and_cure(values, message):
    assert refusal(Profile, {"name": "甲厂", **values}, where="企业") == message


def test_every_fault_has_a_line_of_its_own():
    content = {
        "profile": {"name": "", "tax_rate": 25},
        "options": [option(investment={"value": 5, "unit": "元"}), {"id": "F2"}],
        "is_example": "也许",
    }
    assert refusal(AuditProject, content, where="甲.json").splitlines() == [
        "甲.json: profile.name: “”：不能为空，请填写",
        "甲.json: profile.tax_rate: “25”：须小于 1",
        "甲.json: options.0: 方案 F1 投资单位为“元”，请写万元",
        "甲.json: options.1.name: 未填写，请补上",
        "甲.json: is_example: “也许”：请写 true 或 false",
    ]


def test_a_long_value_is_cut_in_the_message():
    message = refusal(Profile, {"name": "甲厂", "tax_rate": "长" * 500})
    assert "长" * 60 in message and "长" * 61 not in message


def test_a_project_cannot_be_changed_in_place():
    kept = project()
    with pytest.raises(ValueError, match="frozen"):
        kept.is_example = True


def test_a_changed_copy_is_checked_and_the_first_stays():
    first = project(problems=[problem()], options=[option("F1", problem_ids=["P1"])])
    second = first.changed(is_example=True, base_year=2024)
    assert (second.is_example, second.base_year) == (True, 2024)
    assert (first.is_example, first.base_year) == (False, None)
    assert second.changed(is_example=False, base_year=None) == first
    with pytest.raises(BadInput, match="方案 F1 引用的问题“P1”不存在"):
        first.changed(problems=())
    with pytest.raises(BadInput, match="colour: “red”：没有此项"):
        first.changed(colour="red")
    with pytest.raises(BadInput, match="base_year: “去年”：请写整数"):
        first.changed(base_year="去年")


def test_an_option_is_replaced_in_its_place_or_added_at_the_end():
    first = project(options=[option("F1"), option("F2"), option("F3")])
    renamed = Option(id="F2", name="新名称")
    second = first.with_option(renamed)
    assert [one.name for one in second.options] == ["方案F1", "新名称", "方案F3"]
    assert [one.id for one in second.with_option(Option(id="F9", name="末")).options] == [
        "F1", "F2", "F3", "F9",
    ]  # fmt: skip
    assert second.option("F2") == renamed and first.option("F2").name == "方案F2"
    with pytest.raises(BadInput, match="引用的问题“P5”不存在"):
        first.with_option(Option(id="F2", name="新", problem_ids=("P5",)))


def test_an_option_that_is_not_there():
    with pytest.raises(BadInput) as caught:
        project(options=[option("F1"), option("F2")]).option("F3")
    assert str(caught.value) == "方案“F3”不存在；已有方案：F1、F2"
    with pytest.raises(BadInput, match="已有方案：无"):
        project().option("F1")


@pytest.mark.parametrize(
    ("ids", "following"),
    [
        ([], "F1"),
        (["F1", "F2"], "F3"),
        (["F9"], "F10"),
        (["F10", "F9"], "F11"),
        (["F2", "G7", "F", "方案8", "F3a", "FF9"], "F3"),
        (["F²"], "F1"),
    ],
)
def test_the_next_number(ids, following):
    kept = project(options=[option(id) for id in ids])
    assert kept.next_option_id() == following
    assert kept.with_option(Option(id=following, name="新")).options[-1].id == following


def yearly(kind, item, amounts):
    return {"kind": kind, "item": item, "label": item, "unit": "t", "amounts": amounts}


YEARS = [
    yearly("product", "a", {2023: 100, 2024: 110, 2025: None}),
    yearly("product", "b", {2023: 1, 2024: 2.5}),
    yearly("energy", "coal", {2022: 9, 2023: 8, 2024: 0}),
    yearly("discharged", "coal", {2024: 3}),
    yearly("water", "fresh", {2026: None}),
]


def test_the_baseline_year_is_the_last_with_data_or_the_one_chosen():
    assert project().baseline_year is None
    assert project(years=[yearly("water", "fresh", {2025: None})]).baseline_year is None
    assert project(years=YEARS).baseline_year == 2024
    assert project(years=YEARS, base_year=2023).baseline_year == 2023


def test_baseline_amounts_are_of_that_year_kind_and_item():
    kept = project(years=YEARS)
    assert kept.baseline_amount("energy", "coal") == 0  # measured zero, not unknown
    assert kept.baseline_amount("discharged", "coal") == 3
    assert kept.baseline_amount("water", "fresh") is None
    assert kept.baseline_amount("energy", "gas") is None
    assert kept.changed(base_year=2023).baseline_amount("energy", "coal") == 8
    assert kept.changed(base_year=2022).baseline_amount("discharged", "coal") is None
    assert project().baseline_amount("energy", "coal") is None
    assert kept.baseline("energy", "coal").amounts == {2022: 9, 2023: 8, 2024: 0}
    assert kept.baseline("energy", "gas") is None


def test_output_is_the_sum_of_the_products_known():
    kept = project(years=YEARS)
    assert kept.output == 112.5
    assert kept.changed(base_year=2023).output == 101
    assert kept.changed(base_year=2025).output is None
    assert project(years=YEARS[2:]).output is None and project().output is None


_words = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
_names = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8)
_numbers = st.floats(-1e9, 1e9, allow_nan=False)
_shares = st.floats(0, 1, exclude_max=True)
_days = st.dates(datetime.date(2000, 1, 1), datetime.date(2100, 1, 1))


@st.composite
def figures(draw, unit=None, lowest=-1e9):
    value = draw(st.floats(lowest, 1e9, allow_nan=False))
    return Figure(
        value=value,
        unit=unit or draw(_words),
        low=draw(st.none() | st.floats(-1e10, value)),
        high=draw(st.none() | st.floats(value, 1e10)),
        source=draw(_words),
        evidence=draw(st.sampled_from(["site", "declared", "case", "estimate", "example"])),
    )


@st.composite
def options(draw, id, problems, others):
    rejected = draw(st.booleans())
    return Option(
        id=id,
        name=draw(_names),
        problem_ids=draw(st.lists(st.sampled_from(problems), max_size=2)) if problems else (),
        investment=draw(st.none() | figures("万元", 0)),
        effects=[
            ItemEffect(kind="energy", item=draw(_words), label=draw(_words), figure=draw(figures()))
            for _ in range(draw(st.integers(0, 2)))
        ],
        comparison=draw(
            st.none() | st.just(SimpleComparison()) | st.builds(
                SimpleComparison, ease=st.just(False), reasons=st.just({"ease": "要停产"})
            )
        ),
        outcome="not_feasible" if rejected else "undecided",
        rejection="space" if rejected else None,
        conflicts_with=draw(st.lists(st.sampled_from(others), max_size=2)),
        note=draw(_words),
    )  # fmt: skip


@st.composite
def projects(draw):
    problem_ids = [f"P{n}" for n in range(1, draw(st.integers(0, 3)) + 1)]
    option_ids = [f"F{n}" for n in range(1, draw(st.integers(0, 3)) + 1)]
    return AuditProject(
        profile=Profile(
            name=draw(_names),
            industry=draw(_words),
            discount_rate=draw(st.none() | _shares),
            residual_rate=draw(_shares),
            prices=[
                Price(item=draw(_words), label=draw(_words), figure=draw(figures()))
                for _ in range(draw(st.integers(0, 2)))
            ],
            shutdowns=[{"name": draw(_words), "start": draw(_days), "days": draw(st.integers(1, 366))}],
        ),
        years=[
            YearlyItem(
                kind="product",
                item=draw(_words),
                label=draw(_words),
                unit="t",
                amounts=draw(st.dictionaries(st.integers(2000, 2030), st.none() | _numbers, max_size=3)),
            )
            for _ in range(draw(st.integers(0, 2)))
        ],
        problems=[
            Problem(id=id, text=draw(_words), other=draw(st.dictionaries(_words, _words, max_size=2)))
            for id in problem_ids
        ],
        matches=[
            ProblemMatch(
                problem_id=id,
                verdict="matched",
                candidates=[
                    Candidate(
                        technology_id="CPT-0001",
                        name=draw(_words),
                        level="weak",
                        score=draw(_numbers),
                        probability=draw(_shares),
                    )
                ],
            )
            for id in problem_ids
        ],
        options=[draw(options(id, problem_ids, option_ids)) for id in option_ids],
        base_year=draw(st.none() | st.integers(2000, 2030)),
    )


@settings(max_examples=60, deadline=None)
@given(projects())
def test_a_project_survives_json(kept):
    text = json.dumps(kept.model_dump(mode="json"), ensure_ascii=False, allow_nan=False)
    again = parsed(AuditProject, json.loads(text))
    assert again == kept
    assert json.dumps(again.model_dump(mode="json"), ensure_ascii=False) == text
    assert AuditProject.model_validate_json(kept.model_dump_json()) == kept


@settings(max_examples=30, deadline=None)
@given(projects())
def test_the_next_number_is_free_and_higher_than_all(kept):
    following = kept.next_option_id()
    assert following not in {one.id for one in kept.options}
    assert kept.with_option(Option(id=following, name="新")).next_option_id() == f"F{int(following[1:]) + 1}"
