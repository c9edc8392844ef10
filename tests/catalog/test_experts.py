"""Experts: the register and its table, conflicts of interest, assignment without chance, recusal."""

import io
from concurrent.futures import ThreadPoolExecutor
from itertools import permutations

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.errors import BadInput
from catalog.nominations.form import IntellectualProperty, Nomination, NominationCase
from catalog.people import NotAllowed, Person
from catalog.review.assignment import Choice, assign, match, recuse, save_assignments
from catalog.review.desk import Desk, Kept
from catalog.review.dossier import Assignment, Dossier
from catalog.review.experts import Expert, ExpertRegister, conflict, read_experts, same_unit
from catalog.store import Conflict, NotFound, Store

CITY = Person("市员", "authority", "市局")
FORM = Nomination(
    name="烟气循环",
    applicant="重庆渝清环保科技有限公司",
    contact="高强 13800001111",
    recommender="渝北区生态环境局",
    field="钢铁行业节能",
    industries=("3110",),
    declared_by="孙明远",
    cases=(NominationCase(user="重庆钢铁股份有限公司"), NominationCase(user="某钢铁企业")),
    intellectual_property=(IntellectualProperty(holder="重庆大学、林一"),),
)


@pytest.fixture
def store(tmp_path):
    kept = Store.open(tmp_path / "a.db", clock=lambda: "2026-03-02T00:00:00+00:00")
    yield kept
    kept.close()


@pytest.fixture
def register(store):
    return ExpertRegister(store)


@pytest.fixture
def desk(store):
    return Desk(store)


def expert(number, **values):
    return Expert(**{"id": f"ZJ-{number:04d}", "name": f"专家{number}", "unit": f"第{number}研究院"} | values)


def dossier(number, form=FORM, **values):
    filled = {"form": form, "year": 2026, "state": "expert_review", "round": 1} | values
    return Kept(f"SB-2026-{number:04d}", 1, Dossier(**filled))


def reviewed(desk, form=FORM):
    """Return a dossier under review in the store."""
    kept = desk.create(form, CITY, year=2026)
    return desk.update(kept, CITY, "test", state="expert_review", round=1)


# Register


def test_an_expert_is_registered_changed_and_never_lost(register):
    made = register.add(Expert(name=" 张三 ", unit="甲院", industries=("炼铁", "311", "31")), CITY)
    assert (made.expert.id, made.expert.name, made.revision) == ("ZJ-0001", "张三", 1)
    assert made.expert.industries == ("311", "31")
    assert register.add(Expert(name="李四", unit="甲院"), CITY).expert.id == "ZJ-0002"
    changed = made.expert.model_copy(update={"active": False, "note": "退休"})
    saved = register.update(changed, CITY, revision=1, reason="退休")
    assert register.get("ZJ-0001") == saved
    assert [one.id for one in register.list()] == ["ZJ-0001", "ZJ-0002"]
    assert [one.id for one in register.list(active_only=True)] == ["ZJ-0002"]
    told = [(e.action, e.actor, e.role, e.reason) for e in register.history("ZJ-0001")]
    assert told == [("register", "市员", "authority", ""), ("update", "市员", "authority", "退休")]
    assert register.history("ZJ-0001")[1].detail == {"fields": ["active", "note"]}


@pytest.mark.parametrize("role", ["applicant", "district", "expert"])
def test_only_the_authority_registers(register, role):
    made = register.add(Expert(name="张三"), CITY)
    who = Person("某", role, "ZJ-0001")
    for attempt in (
        lambda: register.add(Expert(name="李四"), who),
        lambda: register.update(made.expert, who, revision=1),
        lambda: register.import_table(b"", "x.csv", who),
    ):
        with pytest.raises(NotAllowed, match="登记专家"):
            attempt()
    assert len(register.list()) == 1


def test_the_register_refuses_doubles_gaps_and_unknown_industries(register):
    register.add(Expert(name="张三", unit="甲院"), CITY)
    other = register.add(Expert(name="张三", unit="乙院"), CITY).expert
    with pytest.raises(BadInput, match="已登记为 ZJ-0001"):
        register.add(Expert(name="张三", unit=" 甲院"), CITY)
    with pytest.raises(BadInput, match="与 ZJ-0001 相同"):
        register.update(other.model_copy(update={"unit": "甲院"}), CITY, revision=1)
    with pytest.raises(BadInput, match="姓名为空"):
        register.add(Expert(name="  "), CITY)
    with pytest.raises(BadInput, match=r"行业“炼铁厂房”不在 GB/T 4754 中，可写：.*炼铁"):
        register.add(Expert(name="李四", industries=("炼铁厂房",)), CITY)
    with pytest.raises(NotFound):
        register.update(Expert(id="ZJ-0009", name="无"), CITY, revision=1)
    assert len(register.list()) == 2


def test_two_editors_of_one_expert(register):
    made = register.add(Expert(name="张三"), CITY)
    register.update(made.expert.model_copy(update={"note": "先"}), CITY, revision=1)
    with pytest.raises(Conflict):
        register.update(made.expert.model_copy(update={"note": "后"}), CITY, revision=1)
    assert register.get("ZJ-0001").expert.note == "先"


def test_experts_registered_at_once_get_numbers_of_their_own(register):
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda n: register.add(Expert(name=f"专家{n}"), CITY).expert.id, range(8)))
    assert sorted(made) == [f"ZJ-{number:04d}" for number in range(1, 9)]


# Table

HEAD = ["序号", "专家姓名", "工作单位", "职称", "专业领域", "熟悉行业", "所在地区", "联系电话", "曾任职单位",
        "是否在库", "备注", "星座"]  # fmt: skip
ROWS = [
    ["1", "张三", "甲院", "教授级高工", "钢铁、节能", "炼铁；31", "重庆", 13800001111, "乙厂、丙院", "是",
     "", "天秤"],
    ["2", None, "甲院", "", "", "", "", "", "", "", "", ""],
    ["3", "李四", "乙院", "", "", "火星工业", "", "", "", "", "", ""],
    ["4", "王五", "丙院", "", "", "", "", "", "", "也许", "", ""],
    ["5", "张三", "甲院", "", "", "", "", "", "", "", "", ""],
    [None] * 12,
    ["6", "赵六", "丁院", "", "印染", "", "", "", "", "停用", "外地", ""],
]  # fmt: skip


def xlsx(rows):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "专家"
    for row in rows:
        sheet.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def test_a_table_is_read_and_every_fault_has_its_line():
    reading = read_experts(xlsx([["清洁生产专家名单"], HEAD, *ROWS]), "专家.xlsx")
    zhang, zhao = reading.experts
    assert zhang == Expert(
        name="张三", unit="甲院", title="教授级高工", fields=("钢铁", "节能"), industries=("311", "31"),
        region="重庆", contact="13800001111", former_units=("乙厂", "丙院"),
    )  # fmt: skip
    assert (zhao.name, zhao.active, zhao.note) == ("赵六", False, "外地")
    starts = ["“专家”第4行", "“专家”第5行", "“专家”第6行", "“专家”第7行"]
    assert [fault.split("：")[0] for fault in reading.faults] == starts
    for words, fault in zip(
        ["姓名为空", "火星工业", "“也许”不明", "在表中重复"], reading.faults, strict=True
    ):
        assert words in fault and "未读入" in fault and "\n" not in fault
    assert reading.unknown_columns == ("“专家”第L列：星座",)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_csv_gives_the_same_as_xlsx(encoding):
    text = "\r\n".join(",".join("" if v is None else str(v) for v in row) for row in [HEAD, *ROWS])
    reading = read_experts(text.encode(encoding), "专家.CSV")
    assert reading.experts == read_experts(xlsx([HEAD, *ROWS]), "专家.xlsx").experts
    assert reading.faults[0].startswith("第3行：")


def test_import_registers_each_once(register):
    content = xlsx([HEAD, *ROWS])
    first = register.import_table(content, "专家.xlsx", CITY)
    assert [one.id for one in first.experts] == ["ZJ-0001", "ZJ-0002"]
    assert len(first.faults) == 4
    again = register.import_table(content, "专家.xlsx", CITY)
    assert again.experts == ()
    assert sum("已登记为" in fault for fault in again.faults) == 2
    assert [one.name for one in register.list()] == ["张三", "赵六"]
    assert [e.action for e in register.history("ZJ-0002")] == ["register"]


@pytest.mark.parametrize(
    ("content", "name", "told"),
    [
        (b"PK\x03\x04 nothing", "专家.xlsx", "不是可读的 XLSX"),
        (b"\xff\xfe\xff\xff", "专家.csv", "编码不是 UTF-8"),
        (b"%PDF", "专家.pdf", "文件类型不支持"),
        ("甲,乙\n1,2\n".encode(), "专家.csv", "没有找到标题行"),
        (xlsx([["姓名"], ["张三"]]), "专家.xlsx", "没有找到标题行"),
    ],
)
def test_what_is_no_table_of_experts_is_one_line(content, name, told):
    with pytest.raises(BadInput, match=told) as refused:
        read_experts(content, name)
    assert str(refused.value).startswith(name) and "\n" not in str(refused.value)


# Conflict of interest


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"unit": "重庆渝清环保科技有限责任公司"}, "工作单位“重庆渝清环保科技有限责任公司”与申报单位"),
        ({"unit": "重庆钢铁"}, "与案例用户“重庆钢铁股份有限公司”"),
        ({"unit": "重庆大学环境与生态学院"}, "与知识产权权利人“重庆大学”"),
        ({"unit": "渝北区生态环境局"}, "与推荐单位“渝北区生态环境局”"),
        ({"former_units": ("某院", "重庆钢铁股份有限公司")}, "曾任职单位“重庆钢铁股份有限公司”与案例用户"),
        ({"name": "高强"}, "与联系人“高强”同名"),
        ({"name": "孙明远"}, "与承诺人“孙明远”同名"),
        ({"name": "林一"}, "与知识产权权利人“林一”同名"),
        ({}, None),
        ({"unit": ""}, None),
        ({"unit": "某钢铁企业"}, None),
        ({"unit": "四川大学"}, None),
        ({"name": "高强生"}, None),
    ],
)
def test_why_an_expert_must_not_score(values, told):
    found = conflict(expert(1, **values), FORM)
    assert found is None if told is None else found is not None and told in found


def test_an_empty_form_conflicts_with_nobody():
    assert conflict(expert(1, unit="", name=""), Nomination()) is None


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("甲厂", "甲厂", True), ("甲厂", "甲厂二分厂", False), ("有限公司", "有限公司", True),
        ("", "", False),
        ("重庆钢铁（集团）公司", "重庆钢铁(集团)公司", True), ("ABC 环保公司", "abc环保有限公司", True),
        ("重庆大学", "重庆大学环境学院", True), ("重庆大学", "大学", False), ("某企业", "某企业", False),
    ],
)  # fmt: skip
def test_same_unit(one, other, same):
    assert same_unit(one, other) is same
    assert same_unit(other, one) is same


# Assignment


@pytest.mark.parametrize(
    ("values", "points"),
    [
        ({}, 0),
        ({"fields": ("节能",)}, 2),
        ({"fields": ("印染",)}, 0),
        ({"industries": ("3110",)}, 2),
        ({"industries": ("311",)}, 2),
        ({"industries": ("31",)}, 2),
        ({"industries": ("3120",)}, 1),
        ({"industries": ("3210", "1713")}, 0),
        ({"industries": ("3120", "3110"), "fields": ("钢铁行业节能减排",)}, 4),
    ],
)
def test_match_by_field_and_industry(values, points):
    found, reasons = match(expert(1, **values), FORM)
    assert found == points
    assert bool(reasons) is bool(points)


def test_a_form_without_field_and_industry_fits_nobody():
    assert match(expert(1, fields=("节能",), industries=("31",)), Nomination()) == (0, ())


def test_fitting_experts_first_then_the_others_marked():
    pool = [
        expert(1), expert(2, fields=("节能",)), expert(3, industries=("3120",)),
        expert(4, industries=("3110",), fields=("节能",)),
    ]  # fmt: skip
    plan = assign([dossier(1)], pool, per_dossier=4, round=1)
    assert [(c.expert_id, c.match, c.matched) for c in plan.choices] == [
        ("ZJ-0004", 4, True), ("ZJ-0002", 2, True), ("ZJ-0003", 1, True), ("ZJ-0001", 0, False),
    ]  # fmt: skip
    assert plan.choices[0].reasons == ("所属领域：节能", "行业：3110")
    assert plan.shortages == ()
    assert [c.expert_id for c in assign([dossier(1)], pool, round=1).of("SB-2026-0001")] == [
        "ZJ-0004", "ZJ-0002", "ZJ-0003",
    ]  # fmt: skip


def test_work_is_shared_among_those_who_fit():
    pool = [expert(n, fields=("节能",)) for n in range(1, 4)]
    plan = assign([dossier(n) for n in range(1, 4)], pool, per_dossier=1, round=1)
    assert [(c.dossier_id[-1], c.expert_id[-1]) for c in plan.choices] == [("1", "1"), ("2", "2"), ("3", "3")]


def test_the_dossier_with_the_fewest_fitting_experts_chooses_first():
    pool = [expert(1, fields=("节能", "印染")), expert(2, fields=("节能",))]
    dyeing = FORM.model_copy(update={"field": "印染", "industries": ("1713",)})
    plan = assign([dossier(1), dossier(2, dyeing)], pool, per_dossier=1, round=1)
    assert [(c.dossier_id[-1], c.expert_id[-1]) for c in plan.choices] == [("1", "2"), ("2", "1")]


def test_too_few_is_said_for_each_dossier_with_the_reasons():
    pool = [
        expert(1, fields=("节能",)), expert(2, unit="重庆大学"), expert(3, active=False),
        expert(4, name="高强"),
    ]  # fmt: skip
    away = Assignment(expert_id="ZJ-0001", round=1, recused=True, recusal_reason="亲属")
    plan = assign([dossier(1), dossier(2, assignments=(away,))], pool, per_dossier=3, round=1)
    assert [c.expert_id for c in plan.choices] == ["ZJ-0001"]
    first, second = plan.shortages
    assert (first.dossier_id, first.lacking, second.dossier_id, second.lacking) == (
        "SB-2026-0001", 2, "SB-2026-0002", 3,
    )  # fmt: skip
    assert [reason.split("）")[0] for reason in first.reasons] == [
        "专家2（ZJ-0002", "专家3（ZJ-0003", "高强（ZJ-0004",
    ]  # fmt: skip
    assert "重庆大学" in first.reasons[0] and "已停用" in first.reasons[1] and "同名" in first.reasons[2]
    assert second.reasons[0] == "专家1（ZJ-0001）已回避本项"
    assert str(first).startswith("SB-2026-0001 还缺 2 位专家：专家2（ZJ-0002）")
    assert str(assign([dossier(1)], [], round=1).shortages[0]) == (
        "SB-2026-0001 还缺 3 位专家：专家库中没有其他专家"
    )


def test_who_is_already_asked_stays_and_counts():
    asked = (Assignment(expert_id="ZJ-0001", round=1), Assignment(expert_id="ZJ-0002", round=2))
    pool = [expert(n, fields=("节能",)) for n in range(1, 4)]
    plan = assign([dossier(1, assignments=asked)], pool, per_dossier=2, round=1)
    assert [c.expert_id for c in plan.choices] == ["ZJ-0002"]
    assert assign([dossier(1, assignments=asked)], pool, per_dossier=1, round=1).choices == ()


def test_a_number_below_one_is_refused():
    with pytest.raises(BadInput, match="每项专家数 0"):
        assign([dossier(1)], [expert(1)], per_dossier=0, round=1)


def test_the_order_of_dossiers_and_experts_does_not_matter():
    pool = [expert(1), expert(2, fields=("节能",)), expert(3, industries=("31",)), expert(4, unit="重庆大学")]
    dossiers = [
        dossier(1),
        dossier(2, FORM.model_copy(update={"field": "印染", "industries": ("1713",)})),
        dossier(3),
    ]
    wanted = assign(dossiers, pool, per_dossier=2, round=1)
    for experts in permutations(pool):
        assert assign(reversed(dossiers), experts, per_dossier=2, round=1) == wanted


FIELDS = ("钢铁", "印染", "化工")
UNITS = ("甲厂", "乙厂", "丙厂", "丁院")


@st.composite
def rounds(draw):
    experts = [
        expert(
            number, unit=draw(st.sampled_from(UNITS)), fields=(draw(st.sampled_from(FIELDS)),),
            active=draw(st.sampled_from([True, True, True, False])),
        )
        for number in range(1, draw(st.integers(0, 8)) + 1)
    ]  # fmt: skip
    dossiers = [
        dossier(
            number,
            Nomination(applicant=draw(st.sampled_from(UNITS)), field=draw(st.sampled_from(FIELDS))),
        )
        for number in range(1, draw(st.integers(0, 6)) + 1)
    ]
    return experts, dossiers, draw(st.integers(1, 4))


@settings(max_examples=150, deadline=None)
@given(rounds())
def test_no_conflict_nobody_twice_and_nobody_left_out(case):
    experts, dossiers, wanted = case
    by_id = {one.id: one for one in experts}
    plan = assign(dossiers, experts, per_dossier=wanted, round=1)
    lacking = {shortage.dossier_id: shortage.lacking for shortage in plan.shortages}
    for kept in dossiers:
        chosen = plan.of(kept.id)
        names = [choice.expert_id for choice in chosen]
        assert len(set(names)) == len(names)
        assert len(names) + lacking.get(kept.id, 0) == wanted
        for choice in chosen:
            assert by_id[choice.expert_id].active
            assert conflict(by_id[choice.expert_id], kept.dossier.form) is None
        able = [e for e in experts if e.active and conflict(e, kept.dossier.form) is None]
        assert len(names) == min(wanted, len(able))
        left_fitting = [e for e in able if e.id not in names and match(e, kept.dossier.form)[0]]
        assert not left_fitting or all(choice.matched for choice in chosen)


@settings(max_examples=100, deadline=None)
@given(st.integers(1, 9), st.integers(1, 12), st.integers(1, 4))
def test_like_experts_get_like_loads(experts, dossiers, wanted):
    pool = [expert(n, fields=("节能",)) for n in range(1, experts + 1)]
    plan = assign([dossier(n) for n in range(1, dossiers + 1)], pool, per_dossier=wanted, round=1)
    loads = [sum(c.expert_id == e.id for c in plan.choices) for e in pool]
    assert max(loads) - min(loads) <= 1


# Saving and stepping back


def test_a_proposal_is_saved_with_its_history(desk, register):
    for number in range(1, 4):
        register.add(Expert(name=f"专家{number}", fields=("节能",)), CITY)
    kept = reviewed(desk)
    plan = assign([kept], register.list(), per_dossier=2, round=1)
    (saved,) = save_assignments(desk, plan.choices, CITY, round=1)
    assert [(a.expert_id, a.round, a.recused) for a in saved.dossier.assignments] == [
        ("ZJ-0001", 1, False), ("ZJ-0002", 1, False),
    ]  # fmt: skip
    event = desk.history(kept.id)[-1]
    assert (event.action, event.role) == ("assign", "authority")
    assert event.detail["experts"] == ["ZJ-0001", "ZJ-0002"]
    assert save_assignments(desk, plan.choices, CITY, round=1) == ()
    assert len(desk.get(kept.id).dossier.assignments) == 2


def test_what_cannot_be_assigned_is_refused_before_anything_is_saved(desk, register):
    register.add(Expert(name="可用"), CITY)
    register.add(Expert(name="同单位", unit="重庆大学"), CITY)
    register.add(Expert(name="停用", active=False), CITY)
    good, other = reviewed(desk), reviewed(desk)
    first = Choice(good.id, "ZJ-0001")
    for bad, error, told in [
        (Choice(other.id, "ZJ-0002"), BadInput, f"{other.id} 不能分派 ZJ-0002：工作单位“重庆大学”"),
        (Choice(other.id, "ZJ-0003"), BadInput, "已停用"),
        (Choice(other.id, "ZJ-0009"), NotFound, "ZJ-0009"),
    ]:
        with pytest.raises(error, match=told):
            save_assignments(desk, [first, bad], CITY, round=1)
    with pytest.raises(BadInput, match="正在第 1 轮评审，不是第 2 轮"):
        save_assignments(desk, [first], CITY, round=2)
    with pytest.raises(NotAllowed, match="分派专家"):
        save_assignments(desk, [first], Person("区员", "district", "渝北区"), round=1)
    desk.update(other, CITY, "test", state="formal_check")
    with pytest.raises(BadInput, match="处于“形式审查”"):
        save_assignments(desk, [first, Choice(other.id, "ZJ-0001")], CITY, round=1)
    assert desk.get(good.id).dossier.assignments == ()


@pytest.fixture
def asked(desk, register):
    """A dossier with two of four experts asked; the third has a conflict."""
    for name, unit in (("张三", "甲院"), ("李四", "乙院"), ("王五", "重庆大学"), ("赵六", "丁院")):
        register.add(Expert(name=name, unit=unit, fields=("节能",)), CITY)
    kept = reviewed(desk)
    choices = [Choice(kept.id, "ZJ-0001"), Choice(kept.id, "ZJ-0002")]
    return save_assignments(desk, choices, CITY, round=1)[0]


@pytest.mark.parametrize("who", [Person("张三", "expert", "ZJ-0001"), CITY])
def test_stepping_back_is_recorded_and_somebody_else_proposed(desk, asked, who):
    done = recuse(desk, asked.id, "ZJ-0001", who, " 参与过研发 ")
    first, second = done.kept.dossier.assignments
    assert (first.recused, first.recusal_reason, second.recused) == (True, "参与过研发", False)
    assert done.replacement is not None
    assert (done.replacement.expert_id, done.shortage) == ("ZJ-0004", None)
    assert len(desk.get(asked.id).dossier.assignments) == 2
    event = desk.history(asked.id)[-1]
    assert (event.action, event.actor, event.reason) == ("recuse", who.name, "参与过研发")
    assert event.detail["expert"] == "ZJ-0001"
    save_assignments(desk, [done.replacement], CITY, round=1)
    with pytest.raises(BadInput, match="已回避本项"):
        save_assignments(desk, [Choice(asked.id, "ZJ-0001")], CITY, round=1)


def test_stepping_back_without_anybody_left(desk, register, asked):
    register.update(register.get("ZJ-0004").expert.model_copy(update={"active": False}), CITY, revision=1)
    done = recuse(desk, asked.id, "ZJ-0001", CITY, "亲属")
    assert done.replacement is None
    assert done.shortage is not None
    assert "王五（ZJ-0003）工作单位“重庆大学”" in str(done.shortage)
    assert "张三（ZJ-0001）已回避本项" in str(done.shortage)


def test_who_may_step_back_from_what(desk, asked):
    zhang = Person("张三", "expert", "ZJ-0001")
    with pytest.raises(NotAllowed, match="只能声明本人回避"):
        recuse(desk, asked.id, "ZJ-0002", zhang, "不想让他评")
    with pytest.raises(BadInput, match="必须写明理由"):
        recuse(desk, asked.id, "ZJ-0001", zhang, "  ")
    for role in ("applicant", "district"):
        with pytest.raises(NotAllowed):
            recuse(desk, asked.id, "ZJ-0001", Person("某", role, "甲"), "理由")
    with pytest.raises(BadInput, match="没有分派给 ZJ-0004"):
        recuse(desk, asked.id, "ZJ-0004", CITY, "理由")
    recuse(desk, asked.id, "ZJ-0001", zhang, "理由")
    with pytest.raises(BadInput, match="或已回避"):
        recuse(desk, asked.id, "ZJ-0001", zhang, "再次")
    assert [e.action for e in desk.history(asked.id)].count("recuse") == 1
