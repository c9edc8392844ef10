"""The official's steps of a year by clicking: packages, opinion, visit, notice, objections, freezing."""

import datetime
import io
import zipfile

import openpyxl
import pytest

from catalog.editions import shelf
from catalog.editions.edition import Entry, read_edition
from catalog.nominations.form import Nomination
from catalog.people import Person
from catalog.review.dossier import Assignment, Objection, PublicNotice, Score
from catalog.review.experts import Expert, ExpertRegister
from catalog.review.scoring import load_criteria
from recommender.ui.pages.official.arrangement import heading
from tests.app.elements import button, shown
from tests.app.official_app import page

AUTHORITY = Person("丙", "authority", "")
FORM = Nomination(
    name="镀镍漂洗水在线回收示例技术", applicant="示例科技有限公司", field="清洁生产", industries=("3360",)
)
POINTS = {criterion.code: criterion.max * 0.8 for criterion in load_criteria().criteria}


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("QINGYUAN_HOME", str(tmp_path / "home"))


@pytest.fixture
def register(desk):
    made = ExpertRegister(desk.store)
    for name in ("张三", "李四", "王五"):
        made.add(Expert(name=name), AUTHORITY)
    return made


@pytest.fixture
def review(desk, register):
    """A dossier in round 1 with two experts asked and no sheet yet."""
    kept = desk.create(FORM, Person("丙", "authority", ""), year=2026)
    asked = tuple(Assignment(expert_id=f"ZJ-000{n}", round=1) for n in (1, 2))
    return desk.update(kept, AUTHORITY, "test", state="expert_review", round=1, assignments=asked)


def scored(desk, kept):
    scores = tuple(Score(expert_id=f"ZJ-000{n}", round=1, points=POINTS) for n in (1, 2))
    return desk.update(kept, AUTHORITY, "test", scores=scores)


def press(app, label):
    button(app, label).click().run()
    assert not app.exception, app.exception


def put(elements, label, value):
    next(one for one in elements if one.label == label).set_value(value)


def labelled(elements):
    return [one.label for one in elements]


# Packages


def filled(sheet):
    book = openpyxl.load_workbook(io.BytesIO(sheet))
    values = {f"E{row}": value for row, value in enumerate((18, 17, 20.5, 12, 13, 5), 7)}
    for cell, value in (values | {"B14": "推荐", "B15": "可靠"}).items():
        book["评分表"][cell] = value
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_packages_go_out_as_a_zip_and_come_back(desk, register, review):
    app = page("review", AUTHORITY)
    press(app, "生成第 1 轮材料包")
    made = app.session_state["packages_made"][2]
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        names = archive.namelist()
        sheets = {name: archive.read(name) for name in names if name.endswith(".xlsx")}
    assert {name.split("/")[0] for name in names} == {"张三_ZJ-0001", "李四_ZJ-0002"}
    assert desk.history(review.id)[-1].action == "hand_out"
    press(app, "生成第 1 轮材料包")
    assert app.session_state["packages_made"][2] == made
    back = io.BytesIO()
    with zipfile.ZipFile(back, "w") as archive:
        archive.writestr(
            "张三_ZJ-0001/SB-2026-0001_评分表.xlsx", filled(sheets["张三_ZJ-0001/SB-2026-0001_评分表.xlsx"])
        )
        archive.writestr("李四_ZJ-0002/SB-2026-0001_评分表.xlsx",
                         sheets["李四_ZJ-0002/SB-2026-0001_评分表.xlsx"])  # fmt: skip
    uploads = [("交回.zip", back.getvalue(), "application/zip"), ("坏.zip", b"PK", "application/zip")]
    app.file_uploader[0].set_value(uploads).run()
    press(app, "读入评分表")
    told = shown(app)
    table = next(one.value for one in app.dataframe if "总分" in one.value and "专家" in one.value)
    assert "已读入 1 份" in told
    assert table.to_dict("records") == [{"编号": review.id, "专家": "张三", "轮次": 1, "总分": 85.5}]
    assert "坏.zip：压缩包已损坏" in told and "未读入，须核实" in told
    assert [score.expert_id for score in desk.get(review.id).dossier.scores] == ["ZJ-0001"]
    press(app, "读入评分表")
    assert "跳过 1 份" in shown(app)


# Opinion and visit


def test_the_opinion_is_drafted_saved_and_downloaded(desk, review):
    app = page("review", AUTHORITY)
    assert next(one for one in app.text_area if one.label == "专家组意见").value == ""
    assert "还没有评分" in shown(app)
    scored(desk, review)
    app = page("review", AUTHORITY)
    area = next(one for one in app.text_area if one.label == "专家组意见")
    assert "2位专家平均80.00分" in area.value
    area.set_value("")
    press(app, "保存专家组意见")
    assert "专家组意见为空" in shown(app)
    put(app.text_area, "专家组意见", "同意，补充台账。")
    press(app, "保存专家组意见")
    assert desk.get(review.id).dossier.group_opinion == "同意，补充台账。"
    assert f"下载 专家组意见_{review.id}.docx" in labelled(app.get("download_button"))
    press(app, "改回按评分代拟的文字")
    assert "2位专家平均80.00分" in next(a for a in app.text_area if a.label == "专家组意见").value
    assert desk.get(review.id).dossier.group_opinion == "同意，补充台账。"


def test_a_visit_is_not_done_without_what_was_found(desk, review):
    desk.update(review, AUTHORITY, "test", state="site_visit")
    app = page("review", AUTHORITY)
    press(app, "现场核查完成")
    assert "现场核查情况为空" in shown(app)
    assert desk.get(review.id).dossier.state == "site_visit"
    put(app.text_area, "现场核查情况", "台账与申报一致")
    press(app, "现场核查完成")
    dossier = desk.get(review.id).dossier
    assert (dossier.state, dossier.site_visit) == ("expert_review", "台账与申报一致")
    assert desk.history(review.id)[-1].reason == "台账与申报一致"
    assert "台账与申报一致" in shown(app)


# Notice and objections


def test_the_notice_has_the_chosen_days(desk, review):
    desk.update(review, AUTHORITY, "test", state="proposed")
    app = page("review", AUTHORITY)
    put(app.date_input, "公示开始日期", datetime.date(2026, 12, 1))
    next(one for one in app.number_input if one.label == "公示天数").set_value(10).run()
    assert "公示到 2026-12-10，2026-12-11 起可以发布" in shown(app)
    press(app, "公示")
    assert desk.get(review.id).dossier.notice == PublicNotice(start=datetime.date(2026, 12, 1), days=10)


def test_an_objection_is_raised_and_handled(desk, review):
    notice = PublicNotice(start=datetime.date(2026, 12, 1))
    desk.update(review, AUTHORITY, "test", state="public_notice", notice=notice)
    app = page("review", AUTHORITY)
    press(app, "登记异议")
    assert "提出人为空" in shown(app)
    put(app.text_input, "提出人", "丙公司")
    press(app, "登记异议")
    assert "异议内容为空" in shown(app)
    put(app.text_area, "异议内容", "数据偏高")
    press(app, "登记异议")
    assert [one.text for one in desk.get(review.id).dossier.objections] == ["数据偏高"]
    press(app, "登记处理")
    assert "处理结果未选" in shown(app)
    put(app.text_area, "处理意见", "经核实无误")
    app.session_state[f"accepted_{review.id}_YY-1"] = False
    press(app, "登记处理")
    done = desk.get(review.id).dossier.objections[0]
    assert (done.handling, done.accepted) == ("经核实无误", False)
    assert [one.action for one in desk.history(review.id)][-2:] == ["object", "handle_objection"]


@pytest.fixture
def announced(desk, review):
    form = FORM.model_copy(update={"summary": "回收镍。", "phone": "13900000000", "principle": "膜分离"})
    notice = PublicNotice(start=desk.today())
    objection = Objection(id="YY-1", raised_by="戊公司", raised_on=desk.today(), text="专利有争议")
    return desk.update(
        review, AUTHORITY, "test", state="public_notice", notice=notice, form=form,
        group_opinion="同意推荐", objections=(objection,),
    )  # fmt: skip


OUTSIDERS = [
    Person("己", "applicant", "另一家公司"),
    Person("庚", "district", "另一区"),
    Person("辛", "applicant", ""),
]


@pytest.mark.parametrize("person", OUTSIDERS, ids=["applicant", "district", "no unit"])
def test_an_outsider_objects_and_sees_only_what_is_published(desk, announced, person):
    app = page("review", person)
    told = shown(app)
    assert FORM.applicant in told and "回收镍。" in told
    assert next(one for one in app.selectbox if one.label == "选择申报").options == [
        f"{announced.id} {FORM.name}"
    ]
    everything = told + str([*app.expander, *app.dataframe, *app.text_area, *app.text_input])
    for hidden in ("13900000000", "膜分离", "同意推荐", "戊公司", "专利有争议", "ZJ-000"):
        assert hidden not in everything, hidden
    assert "登记异议" not in labelled(app.button) and "没有可见的申报" in told
    press(app, "提出异议")
    assert "异议内容为空" in shown(app)
    put(app.text_area, "异议内容", "数据偏高")
    press(app, "提出异议")
    assert "已登记：对 SB-2026-0001 的异议 YY-2" in shown(app)
    made = desk.get(announced.id).dossier.objections[-1]
    assert (made.raised_by, made.text) == (person.unit or person.name, "数据偏高")
    event = desk.history(announced.id)[-1]
    assert (event.action, event.actor, event.role) == ("object", person.name, person.role)
    assert next(one for one in app.text_area if one.label == "异议内容").value == ""


def test_nothing_is_offered_when_the_notice_is_over_or_the_file_is_ones_own(desk, announced):
    own = page("review", Person("甲", "applicant", FORM.applicant))
    assert "提出异议" not in labelled(own.button) and "登记异议" in labelled(own.button)
    assert "提出异议" not in labelled(page("review", AUTHORITY).button)
    over = PublicNotice(start=desk.today() - datetime.timedelta(days=7))
    desk.update(announced, AUTHORITY, "test", notice=over)
    assert "提出异议" not in labelled(page("review", OUTSIDERS[0]).button)


# Experts


def test_an_expert_steps_back_and_another_takes_over(desk, review):
    app = page("experts", AUTHORITY)
    assert list(app.dataframe[0].value["本轮项数"]) == [1, 1, 0]
    press(app, "登记回避")
    assert "回避必须写明理由" in shown(app)
    put(app.text_input, "回避理由", "曾任职")
    press(app, "登记回避")
    assert f"已登记：张三回避 {review.id}" in shown(app)
    recused = [a for a in desk.get(review.id).dossier.assignments if a.recused]
    assert [(a.expert_id, a.recusal_reason) for a in recused] == [("ZJ-0001", "曾任职")]
    press(app, "改派王五（ZJ-0003）")
    assert f"已改派：王五评审 {review.id}" in shown(app)
    assert list(app.dataframe[0].value["本轮项数"]) == [0, 1, 1]


def test_an_expert_is_set_inactive_with_a_reason_and_back(register, review):
    app = page("experts", AUTHORITY)
    assert "本轮还有 1 项待评分" in shown(app)
    press(app, "停用")
    assert "停用：必须写明理由" in shown(app)
    next(one for one in app.text_input if one.label == "理由").set_value("退休")
    press(app, "停用")
    assert not register.get("ZJ-0001").expert.active
    assert register.history("ZJ-0001")[-1].reason == "退休"
    next(one for one in app.text_input if one.label == "理由").set_value("返聘")
    press(app, "恢复")
    assert register.get("ZJ-0001").expert.active


# Freezing


@pytest.mark.parametrize("example", [True, False])
def test_an_edition_with_an_example_nomination_or_of_an_example_is_an_example(desk, home, example):
    from recommender.ui.pages.official import freezing

    before = shelf.editions()[-1]
    entry = before.entries[0]
    plain = before.model_copy(update={"is_example": False})
    kept = desk.create(FORM, AUTHORITY, year=2026, is_example=example)
    new = entry.model_copy(update={"number": "CPT-9990", "dossier": kept.id, "merged_numbers": ()})
    assert freezing._is_example(plain, [entry, new]) is example
    assert freezing._is_example(before, [entry]) and before.is_example
    assert freezing._is_example(None, [entry]) is False


def typed(app, **rows):
    """What an official types into the table, which AppTest cannot do."""
    app.session_state["freeze_order_typed"] = {f"CPT-{number[1:]}": values for number, values in rows.items()}
    app.session_state["freeze_order_base"] = (None, None)
    app.run()


def test_an_edition_is_frozen_with_a_merge_a_new_name_and_a_new_place(desk, home):
    before = shelf.editions()[-1]
    first, second, third, fourth = before.entries[:4]
    app = page("editions", AUTHORITY)
    typed(app, **{f"n{second.number[4:]}": {"into": "CPT-9999"}})
    assert f"{second.number} 并入编号" in shown(app).replace("\\", "") and "不在本版选入的技术中" in shown(
        app
    )
    press(app, "冻结")
    assert "还有 1 处须改正" in shown(app) and shelf.editions()[-1].year == before.year
    typed(
        app,
        **{
            f"n{second.number[4:]}": {"into": first.number},
            f"n{third.number[4:]}": {"name": "更名后的技术", "group": "新领域"},
            f"n{fourth.number[4:]}": {"place": 1},
        },
    )
    press(app, "冻结")
    assert not app.error, [one.value for one in app.error]
    frozen = read_edition(shelf.folder() / f"{before.year + 1}.json")
    assert [one.number for one in frozen.entries[:2]] == [fourth.number, first.number]
    assert frozen.entry(second.number).number == first.number
    renamed = frozen.entry(third.number)
    assert (renamed.number, renamed.name, renamed.group) == (third.number, "更名后的技术", "新领域")
    assert len(frozen.entries) == len(before.entries) - 1


def test_a_listed_nomination_takes_a_place_of_its_field_and_a_number_never_used(desk, home):
    before = shelf.editions()[-1]
    group = before.entries[0].group
    form = FORM.model_copy(update={"field": group})
    kept = desk.create(form, AUTHORITY, year=2026)
    desk.update(kept, AUTHORITY, "test", state="listed")
    app = page("editions", AUTHORITY)
    press(app, "冻结")
    frozen = shelf.editions()[-1]
    last = max(i for i, one in enumerate(before.entries) if one.group == group)
    assert frozen.entries[last + 1].dossier == kept.id
    used = {n for one in before.entries for n in (one.number, *one.merged_numbers)}
    assert frozen.entries[last + 1].number not in used


NEIGHBOURS = (
    Entry(number="CPT-0001", name="甲", group="一、钢铁", industries=("3110",)),
    Entry(number="CPT-0002", name="乙", group="一、钢铁", industries=("3120", "2520")),
    Entry(number="CPT-0003", name="丙", group="二、化工", industries=("2614",)),
    Entry(number="CPT-0004", name="丁", group="三、炼焦", industries=("3130",), merged_numbers=("CPT-0009",)),
    Entry(number="CPT-0005", name="戊", industries=("44",)),
)


@pytest.mark.parametrize(
    ("form", "group"),
    [
        ({"field": "清洁生产+", "industries": ("2614",)}, "二、化工"),
        ({"field": "清洁生产+", "industries": ("31",)}, "一、钢铁"),
        ({"field": "清洁生产+", "industries": ("3130",)}, "三、炼焦"),  # class 3 against divisions 1 + 1
        ({"field": "清洁生产+", "industries": ("26", "25")}, "一、钢铁"),  # alike: the first of the edition
        ({"field": "清洁生产+", "industries": ("4411",)}, "清洁生产+"),  # its neighbour has no heading
        ({"field": "清洁生产+"}, "清洁生产+"),
        ({"field": "化工", "industries": ("3110",)}, "二、化工"),
        ({"field": "清洁生产+", "industries": ("26",), "technology_id": "CPT-0009"}, "三、炼焦"),
    ],
)
def test_a_heading_is_proposed_from_the_edition_before(form, group):
    assert heading(Nomination(**form), NEIGHBOURS) == group
    assert heading(Nomination(**form), ()) == form["field"]


def test_nominations_are_frozen_under_the_proposed_heading_on_the_chosen_day(desk, home):
    before = shelf.editions()[-1]
    form = FORM.model_copy(update={"field": "清洁生产+", "industries": ("3110",)})
    kept = desk.create(form, AUTHORITY, year=2026)
    desk.update(kept, AUTHORITY, "test", state="listed")
    app = page("editions", AUTHORITY)
    day = next(one for one in app.date_input if one.label == "发布日期")
    assert day.value == desk.today()
    day.set_value(datetime.date(2027, 10, 15)).run()
    press(app, "冻结")
    frozen = shelf.editions()[-1]
    made = next(one for one in frozen.entries if one.dossier == kept.id)
    assert made.group in {one.group for one in before.entries} and made.group == "钢铁与焦化"
    assert frozen.published_on == datetime.date(2027, 10, 15)


def test_a_withdrawal_needs_its_reason_and_what_was_typed_stays(desk, home):
    before = shelf.editions()[-1]
    app = page("editions", AUTHORITY)
    gone = before.entries[0]
    box = next(one for one in app.multiselect if one.label == "从目录库选入")
    box.unselect(gone.number).run()
    third = before.entries[2].number
    app.session_state["freeze_order_typed"] = {third: {"name": "更名后的技术"}}
    app.session_state["freeze_order_base"] = (None, None)
    press(app, "冻结")
    assert f"{gone.number} {gone.name} 退出理由" in shown(app).replace("\\", "")
    assert app.session_state["freeze_order_typed"] == {third: {"name": "更名后的技术"}}
    app.session_state["freeze_gone_typed"] = {gone.number: {"reason": "已普及"}}
    app.session_state["freeze_gone_base"] = (None, None)
    press(app, "冻结")
    frozen = shelf.editions()[-1]
    assert [(one.number, one.reason) for one in frozen.withdrawn] == [(gone.number, "已普及")]
    assert frozen.entry(third).name == "更名后的技术"
