"""Scores: criteria as data, single sheets, summary, ranking, and the XLSX sheet out and back."""

import dataclasses
import datetime
import io
import math
import zipfile
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import openpyxl
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.errors import BadInput
from catalog.nominations.form import Nomination
from catalog.paths import DATA_DIR
from catalog.people import NotAllowed, Person
from catalog.review.desk import Desk, Kept
from catalog.review.dossier import Assignment, Dossier, Score
from catalog.review.experts import Expert
from catalog.review.scoring import (
    Criteria,
    Criterion,
    anonymous,
    contradictions,
    enter_score,
    load_criteria,
    ranking,
    submit_score,
    summary,
    validated_score,
    weighted_total,
)
from catalog.review.sheets import read_sheet, sheet_xlsx
from catalog.store import Store

CRITERIA = load_criteria()
CODES = ("advancement", "reliability", "effect", "economy", "prospects", "completeness")
FULL = dict(zip(CODES, (20.0, 20.0, 25.0, 15.0, 15.0, 5.0), strict=True))
GOOD = dict(zip(CODES, (18.0, 17.0, 20.5, 12.0, 13.0, 5.0), strict=True))
"""85.5 of 100: every weight is the full points."""
SMALL = Criteria(
    basis="试验", outlier_points=15, recommend_from=60, reject_below=80,
    criteria=(
        Criterion(code="a", label="甲项", max=10, weight=1),
        Criterion(code="b", label="乙项", max=20, weight=3),
    ),
)  # fmt: skip
CITY = Person("市员", "authority", "市局")
ZHANG = Person("张三", "expert", "ZJ-0001")


def score(expert="ZJ-0001", *, round=1, verdict="recommend", points=GOOD):
    return Score(expert_id=expert, round=round, points=points, verdict=verdict)


def of(total):
    """Return points of the small criteria that make a total: both criteria at the same share."""
    return {"a": total / 10, "b": total / 5}


def rated(*totals, number=1, verdicts=None, recused=()):
    """Return a dossier scored by experts 1, 2 ... with these totals (small criteria)."""
    ids = [f"ZJ-{n:04d}" for n in range(1, len(totals) + 1)]
    verdicts = verdicts or ["revise"] * len(totals)
    dossier = Dossier(
        form=Nomination(name=f"技术{number}"), year=2026, state="expert_review", round=1,
        assignments=[Assignment(expert_id=id, round=1, recused=id in recused) for id in ids],
        scores=[
            score(id, points=of(t), verdict=v)
            for id, t, v in zip(ids, totals, verdicts, strict=True)
            if t is not None
        ],
    )  # fmt: skip
    return Kept(f"SB-2026-{number:04d}", 1, dossier)


# Criteria


def test_the_shipped_criteria():
    assert [c.label for c in CRITERIA.criteria] == [
        "先进性", "成熟可靠性", "节能减排效果", "经济性", "推广前景", "材料完整性",
    ]  # fmt: skip
    assert tuple(c.code for c in CRITERIA.criteria) == CODES
    assert sum(c.weight for c in CRITERIA.criteria) == 100
    assert "未查到公布的评分权重表" in CRITERIA.basis
    assert all(c.note for c in CRITERIA.criteria)
    assert (CRITERIA.outlier_points, CRITERIA.recommend_from, CRITERIA.reject_below) == (15, 60, 80)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"weight": 0}, "criteria.1.weight"),
        ({"max": -1}, "criteria.1.max"),
        ({"label": "先进性"}, "criteria"),
        ({"code": "advancement"}, "criteria"),
        ({"max": "二十"}, "criteria.1.max"),
        ({"colour": "red"}, "criteria.1.colour"),
    ],
)
def test_a_faulty_table_of_criteria_is_refused_with_its_place(tmp_path, change, told):
    content = yaml.safe_load((DATA_DIR / "review" / "criteria.yaml").read_text(encoding="utf-8"))
    content["criteria"][1] |= change
    path = tmp_path / "criteria.yaml"
    path.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    with pytest.raises(BadInput) as refused:
        load_criteria(path)
    assert f"{path}：{told}" in str(refused.value) and "\n" not in str(refused.value)


@pytest.mark.parametrize("text", ["[", "列表", ""])
def test_a_file_that_is_no_table_of_criteria(tmp_path, text):
    path = tmp_path / "criteria.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BadInput, match=r"criteria\.yaml"):
        load_criteria(path)
    with pytest.raises(BadInput, match="无法读取评分项"):
        load_criteria(tmp_path / "missing.yaml")


# One sheet


def test_totals_by_hand():
    assert weighted_total({"a": 8.0, "b": 8.0}, SMALL) == pytest.approx((0.8 * 1 + 0.4 * 3) / 4 * 100)
    assert weighted_total({"a": 8.0, "b": 8.0}, SMALL) == pytest.approx(50.0)
    assert weighted_total(GOOD, CRITERIA) == pytest.approx(85.5)
    assert weighted_total(FULL, CRITERIA) == pytest.approx(100.0)
    assert weighted_total(dict.fromkeys(CODES, 0.0), CRITERIA) == 0.0


def test_a_complete_sheet_is_accepted_with_its_ends():
    for points in (FULL, dict.fromkeys(CODES, 0), GOOD):
        made = validated_score(points, CRITERIA, expert_id="ZJ-0001", round=2, opinion=" 好 ")
        assert made.points == points
        assert (made.expert_id, made.round, made.opinion, made.verdict) == ("ZJ-0001", 2, "好", "recommend")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"effect": 25.5}, "“节能减排效果”的分数 25.5 超出 0 到 25"),
        ({"effect": -1}, "“节能减排效果”的分数 -1 超出 0 到 25"),
        ({"effect": math.nan}, "“节能减排效果”的分数 nan 超出"),
        ({"effect": math.inf}, "“节能减排效果”的分数 inf 超出"),
        ({"effect": None}, "“节能减排效果”没有分数，请填 0 到 25"),
        ({"beauty": 3}, "评分项“beauty”不在评分表中"),
    ],
)
def test_points_missing_or_out_of_range_name_criterion_and_value(change, told):
    with pytest.raises(BadInput, match=told):
        validated_score(GOOD | change, CRITERIA, expert_id="ZJ-0001", round=1)


@pytest.mark.parametrize("code", CODES)
def test_every_criterion_is_wanted(code):
    points = {k: v for k, v in GOOD.items() if k != code}
    with pytest.raises(BadInput, match="没有分数"):
        validated_score(points, CRITERIA, expert_id="ZJ-0001", round=1)


def test_an_unknown_verdict_is_refused():
    with pytest.raises(BadInput, match="结论“maybe”不明"):
        validated_score(GOOD, CRITERIA, expert_id="ZJ-0001", round=1, verdict="maybe")


@pytest.mark.parametrize(
    ("total", "verdict", "wrong"),
    [
        (59.9, "recommend", True), (60, "recommend", False), (100, "recommend", False),
        (80, "reject", True), (79.9, "reject", False), (0, "reject", False),
        (10, "revise", False), (100, "revise", False),
    ],
)  # fmt: skip
def test_a_verdict_against_the_total(total, verdict, wrong):
    assert bool(contradictions(score(points=of(total), verdict=verdict), SMALL)) is wrong


# Submitting


@pytest.fixture
def desk(tmp_path):
    store = Store.open(tmp_path / "a.db", clock=lambda: "2026-03-02T00:00:00+00:00")
    yield Desk(store, today=lambda: datetime.date(2026, 3, 2))
    store.close()


@pytest.fixture
def kept(desk):
    """A dossier in round 1 that three experts are asked about, the third recused."""
    made = desk.create(Nomination(name="烟气循环", applicant="甲公司"), CITY, year=2026)
    asked = tuple(Assignment(expert_id=f"ZJ-000{n}", round=1, recused=n == 3) for n in (1, 2, 3))
    return desk.update(made, CITY, "test", state="expert_review", round=1, assignments=asked)


def test_a_score_is_saved_once_with_an_event(desk, kept):
    saved = submit_score(desk, kept.id, ZHANG, score())
    (only,) = saved.dossier.scores
    assert (only.points, only.scored_on) == (GOOD, datetime.date(2026, 3, 2))
    event = desk.history(kept.id)[-1]
    assert (event.action, event.actor, event.role, event.reason) == ("score", "张三", "expert", "")
    assert event.detail["points"] == GOOD
    assert (event.detail["expert"], event.detail["round"]) == ("ZJ-0001", 1)


def test_the_same_sheet_again_changes_nothing_and_another_is_a_contradiction(desk, kept):
    first = submit_score(desk, kept.id, ZHANG, score())
    assert submit_score(desk, kept.id, ZHANG, score()) == first
    with pytest.raises(BadInput, match=r"已有另一份评分（原 85\.50 分，新 86\.00 分），未覆盖"):
        submit_score(desk, kept.id, ZHANG, score(points=GOOD | {"advancement": 18.5}))
    assert desk.get(kept.id) == first
    assert [e.action for e in desk.history(kept.id)].count("score") == 1


@pytest.mark.parametrize(
    ("who", "sheet", "error", "told"),
    [
        (CITY, score(), NotAllowed, "不能评分"),
        (Person("甲工", "applicant", "甲公司"), score(), NotAllowed, "不能评分"),
        (Person("区员", "district", "渝北区"), score(), NotAllowed, "不能评分"),
        (ZHANG, score("ZJ-0002"), NotAllowed, "不能代 ZJ-0002 评分"),
        (Person("外人", "expert", "ZJ-0009"), score("ZJ-0009"), NotAllowed, "第 1 轮未分派"),
        (Person("王五", "expert", "ZJ-0003"), score("ZJ-0003"), NotAllowed, "第 1 轮已回避"),
        (ZHANG, score(round=2), BadInput, "正在第 1 轮评审，不是第 2 轮"),
        (ZHANG, score(points=GOOD | {"effect": 26.0}), BadInput, "26 超出 0 到 25"),
        (ZHANG, score(points={"effect": 20.0}), BadInput, "“先进性”没有分数"),
        (ZHANG, score(verdict="reject"), BadInput, "“不推荐”与总分 85.50"),
    ],
)
def test_what_is_not_accepted(desk, kept, who, sheet, error, told):
    before = desk.history(kept.id)
    with pytest.raises(error, match=told):
        submit_score(desk, kept.id, who, sheet)
    assert desk.get(kept.id) == kept
    assert desk.history(kept.id) == before


def test_no_score_outside_a_review(desk, kept):
    desk.update(kept, CITY, "test", state="proposed")
    with pytest.raises(BadInput, match="处于“拟入选（已审定）”，不在专家评审中"):
        submit_score(desk, kept.id, ZHANG, score())


def test_experts_who_submit_at_once_are_all_heard(desk, kept):
    ids = [f"ZJ-{n:04d}" for n in range(1, 7)]
    desk.update(kept, CITY, "assign", assignments=tuple(Assignment(expert_id=id, round=1) for id in ids))
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda id: submit_score(desk, kept.id, Person("专家", "expert", id), score(id)), ids))
    assert sorted(s.expert_id for s in desk.get(kept.id).dossier.scores) == ids
    assert [e.action for e in desk.history(kept.id)].count("score") == 6


def test_the_authority_enters_a_sheet_and_the_event_says_from_where(desk, kept):
    enter_score(desk, kept.id, CITY, score(), source="张三_ZJ-0001/评分表.xlsx")
    event = desk.history(kept.id)[-1]
    assert (event.action, event.actor) == ("enter_score", "市员")
    assert event.detail["source"] == "张三_ZJ-0001/评分表.xlsx"
    with pytest.raises(NotAllowed):
        enter_score(desk, kept.id, ZHANG, score(), source="x")


# Summary


def test_a_summary_by_hand():
    kept = rated(60, 90, 70, verdicts=["revise", "recommend", "recommend"])
    told = summary(kept.dossier, SMALL, round=1)
    a, b = told.criteria
    assert (a.mean, a.lowest, a.highest, a.spread) == pytest.approx((22 / 3, 6, 9, 3))
    assert (b.mean, b.lowest, b.highest, b.spread) == pytest.approx((44 / 3, 12, 18, 6))
    assert (told.total, told.lowest, told.highest) == pytest.approx((220 / 3, 60, 90))
    assert (told.experts, told.asked, told.recommendations, told.unscored) == (3, 3, 2, ())
    assert told.verdicts == {"recommend": 2, "revise": 1, "reject": 0}
    (far,) = told.outliers
    assert (far.expert_id, far.total, far.median) == ("ZJ-0002", pytest.approx(90), pytest.approx(70))


@pytest.mark.parametrize(
    ("totals", "far"),
    [
        ((70, 70, 85), []),
        ((70, 70, 85.1), ["ZJ-0003"]),
        ((54.9, 70, 70), ["ZJ-0001"]),
        ((50, 80), []),
        ((49, 80), ["ZJ-0001", "ZJ-0002"]),
        ((50,), []),
        ((10, 40, 60, 90), ["ZJ-0001", "ZJ-0004"]),
    ],
)
def test_an_outlier_is_more_than_fifteen_points_from_the_median(totals, far):
    told = summary(rated(*totals).dossier, SMALL, round=1)
    assert [outlier.expert_id for outlier in told.outliers] == far


def test_without_a_sheet_nothing_is_zero():
    told = summary(rated(None, None).dossier, SMALL, round=1)
    assert (told.total, told.lowest, told.highest, told.experts, told.asked) == (None, None, None, 0, 2)
    assert all((c.mean, c.lowest, c.highest, c.spread) == (None,) * 4 for c in told.criteria)
    assert told.unscored == ("ZJ-0001", "ZJ-0002")
    assert told.outliers == ()


def test_who_stepped_back_does_not_count():
    told = summary(rated(10, 80, 90, None, recused=("ZJ-0001",)).dossier, SMALL, round=1)
    assert (told.total, told.experts, told.asked) == (pytest.approx(85), 2, 3)
    assert told.unscored == ("ZJ-0004",)


def test_rounds_are_apart():
    kept = rated(60, 70)
    later = kept.dossier.model_copy(
        update={"round": 2, "scores": (*kept.dossier.scores, score(round=2, points=of(90)))}
    )
    assert summary(later, SMALL, round=1).total == pytest.approx(65)
    assert summary(later, SMALL, round=2).total == pytest.approx(90)


def test_sheets_of_other_criteria_are_not_summed_up():
    with pytest.raises(BadInput, match="ZJ-0001 第 1 轮的评分与现行评分表不符"):
        summary(rated(60).dossier, CRITERIA, round=1)


def test_an_applicant_sees_no_expert_and_no_single_sheet():
    kept = rated(40, 70, 95)
    shown = anonymous(summary(kept.dossier, SMALL, round=1))
    assert shown.total == pytest.approx(205 / 3)
    assert shown.criteria[0] == ("甲项", 10, pytest.approx(20.5 / 3))
    assert (shown.experts, shown.note) == (3, "")
    told = str(dataclasses.asdict(shown))
    assert "ZJ-" not in told
    values = [shown.total, *(mean for _, _, mean in shown.criteria)]
    single = [v for s in kept.dossier.scores for v in (*s.points.values(), weighted_total(s.points, SMALL))]
    assert not any(math.isclose(one, other) for one in values for other in single)
    assert {field.name for field in dataclasses.fields(shown)} == {
        "round", "criteria", "total", "experts", "verdicts", "note",
    }  # fmt: skip


@pytest.mark.parametrize("totals", [(), (70,), (70, 80)])
def test_of_too_few_sheets_an_applicant_sees_no_mean(totals):
    shown = anonymous(summary(rated(*totals).dossier, SMALL, round=1))
    assert shown.total is None and shown.verdicts is None
    assert [mean for _, _, mean in shown.criteria] == [None, None]
    assert "评分不足 3 份" in shown.note


def test_ranking_by_hand():
    dossiers = [
        rated(None, number=1), rated(70, 80, number=2), rated(90, 90, number=3, verdicts=["recommend"] * 2),
        rated(75, number=4), rated(75, None, number=5), rated(60, number=6),
    ]  # fmt: skip
    told = ranking(dossiers, 1, criteria=SMALL)
    assert [(one.place, one.dossier_id[-1]) for one in told] == [
        (1, "3"), (2, "2"), (2, "4"), (2, "5"), (5, "6"), (None, "1"),
    ]  # fmt: skip
    assert [one.complete for one in told] == [True, True, True, False, True, False]
    assert (told[0].name, told[0].experts, told[0].recommendations) == ("技术3", 2, 2)
    assert told[-1].total is None
    assert ranking(reversed(dossiers), 1, criteria=SMALL) == told


@settings(max_examples=100, deadline=None)
@given(st.lists(st.lists(st.integers(0, 100), max_size=4), max_size=6))
def test_a_ranking_falls_and_holds_everybody(totals):
    dossiers = [rated(*own, number=n) for n, own in enumerate(totals, 1)]
    told = ranking(dossiers, 1, criteria=SMALL)
    assert sorted(one.dossier_id for one in told) == [kept.id for kept in dossiers]
    known = [one.total for one in told if one.total is not None]
    assert all(earlier >= later - 0.01 for earlier, later in pairwise(known))
    assert [one.total is None for one in told] == sorted(one.total is None for one in told)


# The sheet as XLSX

FORM = Nomination(name="烟气循环", field="钢铁")
EXPERT = Expert(id="ZJ-0001", name="张三")


def blank(criteria=CRITERIA, **values):
    given_ = {"expert": EXPERT, "dossier_id": "SB-2026-0001", "round": 1} | values
    return sheet_xlsx(FORM, criteria, **given_)


def filled(content=None, /, **cells):
    """Return the shipped sheet with cells filled; by default the 85.5 points and a recommendation."""
    book = openpyxl.load_workbook(io.BytesIO(content or blank()))
    usual = {f"E{row}": value for row, value in enumerate(GOOD.values(), 7)}
    for cell, value in (usual | {"B14": "推荐", "B15": "数据可靠"} | cells).items():
        book["评分表"][cell] = value
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def recalculated(content, total):
    """Return the file as an office program saves it: every formula with its value."""
    source, out = zipfile.ZipFile(io.BytesIO(content)), io.BytesIO()
    with zipfile.ZipFile(out, "w") as target:
        for name in source.namelist():
            data = source.read(name)
            if name == "xl/worksheets/sheet1.xml":
                head, found, tail = data.partition(b'<c r="E13"')
                assert found
                cell, end, rest = tail.partition(b"</c>")
                assert b"<v" in cell
                cell = cell.replace(b"<v />", b"<v></v>").replace(b"<v/>", b"<v></v>")
                start, _, after = cell.partition(b"<v>")
                data = (
                    head
                    + found
                    + start
                    + b"<v>"
                    + str(total).encode()
                    + after[after.index(b"</v>") :]
                    + end
                    + rest
                )
            target.writestr(name, data)
    return out.getvalue()


def test_the_sheet_is_the_same_each_time_and_locked_but_for_the_answers():
    assert blank() == blank()
    page = openpyxl.load_workbook(io.BytesIO(blank()))["评分表"]
    assert page.protection.sheet is True
    free = {cell.coordinate for row in page.iter_rows() for cell in row if not cell.protection.locked}
    assert {f"E{row}" for row in range(7, 13)} | {"B14", "B15"} <= free
    allowed = {f"{column}{row}" for column in "BCDEF" for row in (14, 15)}
    assert free <= allowed | {f"E{row}" for row in range(7, 13)}
    rules = {str(rule.sqref): rule for rule in page.data_validations.dataValidation}
    spans = [(rules[f"E{row}"].type, float(rules[f"E{row}"].formula1), float(rules[f"E{row}"].formula2))
             for row in range(7, 13)]  # fmt: skip
    assert spans == [("decimal", 0, full) for full in FULL.values()]
    assert rules["B14"].formula1 == '"推荐,修改后推荐,不推荐"'
    assert page["E13"].value == (
        '=IF(COUNT(E7:E12)<6,"未填完",ROUND(SUMPRODUCT(E7:E12/C7:C12*D7:D12)/SUM(D7:D12)*100,2))'
    )
    assert [page[cell].value for cell in ("B2", "E2", "B3", "E3", "B4", "B5")] == [
        "SB-2026-0001", 1, "ZJ-0001", "张三", "烟气循环", "钢铁",
    ]  # fmt: skip


def test_a_filled_sheet_is_read_with_the_cells_it_came_from():
    reading = read_sheet(filled(), "评分表.xlsx")
    assert reading.problems == ()
    assert (reading.dossier_id, reading.expert_id, reading.round) == ("SB-2026-0001", "ZJ-0001", 1)
    assert reading.score == Score(
        expert_id="ZJ-0001", round=1, points=GOOD, opinion="数据可靠", verdict="recommend"
    )
    places = {value.label: (value.cell, value.text) for value in reading.values}
    assert places["节能减排效果"] == ("E9", "20.5")
    assert places["推荐结论"] == ("B14", "推荐")
    assert places["评审意见"] == ("B15", "数据可靠")


def test_numbers_typed_as_text_or_full_width_are_read():
    reading = read_sheet(filled(E7="１８", E9=" 20.5 "), "评分表.xlsx")
    assert reading.score is not None and reading.score.points == GOOD


def test_the_total_an_office_program_worked_out_is_accepted():
    assert read_sheet(recalculated(filled(), 85.5), "评分表.xlsx").problems == ()


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        ({"E13": 91}, "E13 合计被改写为“91”，按各项得分应为 85.50"),
        ({"E13": "优"}, "E13 合计被改写为“优”"),
        ({"E13": None}, "E13 合计被改写为“空”"),
        ({"E9": 26}, "E9 “节能减排效果”的分数 26 超出 0 到 25"),
        ({"E9": -0.5}, "E9 “节能减排效果”的分数 -0.5 超出 0 到 25"),
        ({"E9": None}, "E9 “节能减排效果”没有分数，请填 0 到 25"),
        ({"E9": "20分"}, "E9 “节能减排效果”的分数“20分”不是数字"),
        ({"E9": "nan"}, "E9 “节能减排效果”的分数“nan”不是数字"),
        ({"E9": True}, "E9 “节能减排效果”的分数“True”不是数字"),
        ({"C9": 30}, "C9 “节能减排效果”的满分应为 25，现为 30"),
        ({"D9": 5}, "D9 “节能减排效果”的权重应为 25，现为 5"),
        ({"A9": "美观"}, "A9 应为“节能减排效果”，现为“美观”"),
        ({"B14": "不推荐"}, "B14 结论“不推荐”与总分 85.50（不低于 80）矛盾"),
        ({"E7": 0, "E8": 0, "E9": 0}, "B14 结论“推荐”与总分 30.00（低于 60）矛盾"),
        ({"B14": None}, "B14 推荐结论未填"),
        ({"B14": "还行"}, "B14 推荐结论“还行”不明"),
        ({"B2": None}, "申报编号、专家编号或评审轮次缺失"),
        ({"E2": 1.5}, "申报编号、专家编号或评审轮次缺失"),
    ],
)
def test_a_contradiction_is_named_with_its_cell_and_the_sheet_left_out(cells, told):
    reading = read_sheet(filled(**cells), "张三.xlsx")
    assert reading.score is None
    assert any(line.startswith(f"张三.xlsx：{told}") for line in reading.problems), reading.problems
    assert all("\n" not in line for line in reading.problems)


def test_a_total_typed_over_by_the_right_figure_does_no_harm():
    assert read_sheet(filled(E13=85.5), "评分表.xlsx").problems == ()


def test_a_formula_that_shows_another_total_is_named():
    told = read_sheet(recalculated(filled(), 99), "评分表.xlsx").problems
    assert told == ("评分表.xlsx：E13 合计被改写为“99”，按各项得分应为 85.50，请核对得分并恢复公式",)


def test_every_gap_is_named_at_once():
    reading = read_sheet(blank(), "评分表.xlsx")
    assert [line.split("：")[1].split(" ")[0] for line in reading.problems] == [
        *(f"E{row}" for row in range(7, 13)), "B14",
    ]  # fmt: skip
    assert reading.score is None


@pytest.mark.parametrize(
    ("wanted", "told"),
    [
        ({"expert_id": "ZJ-0002"}, "B3 专家编号“ZJ-0001”不是本材料包的“ZJ-0002”"),
        ({"dossier_id": "SB-2026-0002"}, "B2 申报编号“SB-2026-0001”不是本材料包的“SB-2026-0002”"),
        ({"round": 2}, "E2 评审轮次“1”不是本材料包的“2”"),
    ],
)
def test_numbers_of_another_package_are_named(wanted, told):
    reading = read_sheet(filled(), "评分表.xlsx", **wanted)
    assert reading.score is None
    assert reading.problems[0].startswith(f"评分表.xlsx：{told}")
    usual = {"expert_id": "ZJ-0001", "dossier_id": "SB-2026-0001", "round": 1}
    assert read_sheet(filled(), "评分表.xlsx", **usual).problems == ()


def test_a_sheet_of_other_weights_is_not_read():
    changed = CRITERIA.criteria[0].model_copy(update={"weight": 30.0})
    other = CRITERIA.model_copy(update={"criteria": (changed, *CRITERIA.criteria[1:])})
    reading = read_sheet(filled(blank(other)), "评分表.xlsx")
    assert reading.score is None
    assert "“先进性”的权重应为 20，现为 30" in reading.problems[0]
    assert read_sheet(filled(blank(other)), "评分表.xlsx", criteria=other).problems == ()


def test_what_is_no_scoring_sheet_is_one_line():
    book = openpyxl.Workbook()
    stream = io.BytesIO()
    book.save(stream)
    other = openpyxl.Workbook()
    other.active.title = "评分表"
    second = io.BytesIO()
    other.save(second)
    for content, told in [
        (b"nothing", "不是可读的 XLSX"), (blank()[:2000], "不是可读的 XLSX"),
        (stream.getvalue(), "没有“评分表”工作表"), (second.getvalue(), "A1 不是“清洁生产技术专家评分表”"),
    ]:  # fmt: skip
        with pytest.raises(BadInput, match=told):
            read_sheet(content, "x.xlsx")


def test_text_never_becomes_a_formula():
    form = Nomination(name='=HYPERLINK("http://x","y")', field="@SUM(1)")
    content = sheet_xlsx(form, CRITERIA, Expert(id="ZJ-0001", name="=1+1"), "SB-2026-0001", 1)
    page = openpyxl.load_workbook(io.BytesIO(content))["评分表"]
    assert [page[cell].data_type for cell in ("B4", "B5", "E3")] == ["s"] * 3


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.integers(0, 10), min_size=6, max_size=6), st.sampled_from(["推荐", "修改后推荐", "不推荐"])
)
def test_what_is_read_is_what_was_filled_or_nothing(tenths, verdict):
    points = {code: FULL[code] * share / 10 for code, share in zip(CODES, tenths, strict=True)}
    cells = {f"E{row}": value for row, value in enumerate(points.values(), 7)}
    reading = read_sheet(filled(**cells, B14=verdict), "x.xlsx")
    total = sum(points.values())
    wrong = (verdict == "推荐" and total < 59.995) or (verdict == "不推荐" and total >= 79.995)
    if wrong:
        assert reading.score is None and len(reading.problems) == 1
    else:
        assert reading.score is not None
        assert reading.score.points == pytest.approx(points)
