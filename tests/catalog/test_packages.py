"""Packages for experts: nothing in them says whose technology it is; what comes back is kept whole or not."""

import datetime
import hashlib
import io
import shutil

import openpyxl
import pytest
from docx import Document
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.errors import BadInput
from catalog.nominations.form import Attachment, Evidence, IntellectualProperty, Nomination, NominationCase
from catalog.people import NotAllowed, Person
from catalog.review.brief import anonymous_brief, brief_docx
from catalog.review.desk import Desk
from catalog.review.dossier import Assignment
from catalog.review.experts import Expert, ExpertRegister
from catalog.review.packages import read_packages, write_packages
from catalog.store import NotFound, Store

CITY = Person("市员", "authority", "市局")
TODAY = datetime.date(2026, 3, 2)
FORM = Nomination(
    name="清源环保烧结烟气循环技术",
    applicant="重庆渝北清源环保（集团）有限公司",
    credit_code="91500112MA5U12345X",
    contact="高强",
    phone="023-68881234",
    region="渝北区",
    recommender="渝北区生态环境局",
    recommendation="经渝北区生态环境局审核，同意推荐。",
    field="钢铁",
    industries=("3110",),
    technology_class="promoted",
    summary=(
        "由重庆渝北清源环保(集团)有限公司研发，在重庆东钢钢铁股份有限公司和宜宾纸业有限责任公司应用；"
        "重庆东钢钢铁的 2 号机也已改造。采用高强度滤料，高强教授主持，联系人：高强，承诺人欧阳明远。"
        "电话 13800001111，023-68881234，邮箱 gq.a@qingyuan-hb.com.cn，代码 91500112MA5U12345X。"
    ),
    principle="清源环保自主研发；与西南大学共有专利。",
    effects="SO2 出口浓度由 120 mg/m³ 降到 35 mg/m³，年处理 13800001111.5 m³",
    advancement="domestic_leading",
    trl=9,
    in_use_since=datetime.date(2022, 5, 1),
    intellectual_property=(
        IntellectualProperty(number="ZL202010000001.1", holder="重庆渝北清源环保（集团）有限公司"),
        IntellectualProperty(number="ZL202010000002.2", holder="西南大学"),
        IntellectualProperty(kind="软件著作权", number="2021SR000001", holder="西南大学"),
    ),
    evidence=(
        Evidence(issuer="西南大学检测中心", number="JC-1", date=datetime.date(2023, 1, 5), cma=True),
    ),
    cases=(
        NominationCase(
            user="重庆东钢钢铁股份有限公司", scale="360 m²", investment_wan_yuan=1200, saving_tce=5000.0,
            reductions_t={"SO2": 320.5}, proof="东钢钢铁证明",
        ),
        NominationCase(user="宜宾纸业有限责任公司", scale="重庆东钢钢铁同型", domestic=True),
        NominationCase(user="重庆东钢钢铁股份有限公司"),
        NominationCase(user="重庆渝北清源环保（集团）有限公司"),
        NominationCase(user="某钢铁企业"),
    ),
    penetration_now=0.0,
    declared=True,
    declared_by="欧阳明远",
    declared_on=TODAY,
    attachments=(Attachment(sha256="0" * 64, name="清源环保专利.pdf", media_type="application/pdf", size=9),),
    technology_id="CPT-0137",
)  # fmt: skip
SECRETS = (
    "清源环保", "东钢", "宜宾纸业", "西南大学", "渝北区", "欧阳", "13800001111，", "68881234",
    "91500112MA5U12345X", "qingyuan", "ZL2020", "2021SR", "高强教授", "联系人：高强", "CPT-0137", "专利.pdf",
)  # fmt: skip


def without_quantities(text):
    return text.replace("高强度", "")


# Anonymous brief


def test_the_brief_keeps_what_is_judged():
    brief = anonymous_brief(FORM)
    assert brief.name == "申报单位烧结烟气循环技术"
    assert brief.summary == (
        "由申报单位研发，在用户单位 1和用户单位 2应用；用户单位 1的 2 号机也已改造。"
        "采用高强度滤料，有关人员教授主持，联系人：有关人员，承诺人有关人员。"
        "电话 （略），（略），邮箱 （略），代码 （略）。"
    )
    assert brief.principle == "申报单位自主研发；与权利人共有专利。"
    assert brief.recommendation == "经推荐单位审核，同意推荐。"
    assert brief.effects == FORM.effects
    assert [case.user for case in brief.cases] == [
        "用户单位 1", "用户单位 2", "用户单位 1", "申报单位", "用户单位 3",
    ]  # fmt: skip
    assert brief.cases[1].scale == "用户单位 1同型"
    first, before = brief.cases[0], FORM.cases[0]
    assert (first.scale, first.investment_wan_yuan, first.saving_tce, first.reductions_t) == (
        before.scale, before.investment_wan_yuan, before.saving_tce, before.reductions_t,
    )  # fmt: skip
    assert [right.kind for right in brief.intellectual_property] == ["发明专利", "发明专利", "软件著作权"]
    assert (brief.trl, brief.industries, brief.penetration_now) == (9, ("3110",), 0.0)
    assert (brief.technology_class, brief.advancement) == ("promoted", "domestic_leading")


def test_nothing_says_whose_it_is():
    brief = anonymous_brief(FORM)
    for name in ("applicant", "contact", "phone", "credit_code", "recommender", "region", "declared_by"):
        assert getattr(brief, name) == "", name
    assert (brief.attachments, brief.technology_id, brief.declared_on) == ((), None, None)
    assert all(not right.holder and not right.number for right in brief.intellectual_property)
    told = without_quantities(brief.model_dump_json())
    assert not [secret for secret in SECRETS if secret in told]
    assert Nomination.model_validate(brief.model_dump()) == brief


def test_a_brief_of_a_brief_is_the_same():
    once = anonymous_brief(FORM)
    assert anonymous_brief(anonymous_brief(Nomination())) == Nomination()
    assert anonymous_brief(once).summary == once.summary


@pytest.mark.parametrize(
    ("changed", "text", "wanted"),
    [
        ({"applicant": "甲厂"}, "甲厂研发，乙厂使用", "申报单位研发，乙厂使用"),
        ({"applicant": "重庆水泥制造有限公司"}, "水泥制造业", "水泥制造业"),
        ({"applicant": "某环保企业"}, "某环保企业研发", "某环保企业研发"),
        ({"applicant": "ABC(重庆)环保有限公司"}, "abc（重庆）环保研发", "申报单位研发"),
        ({"contact": "张力"}, "张力控制稳定；张力博士", "张力控制稳定；有关人员博士"),
        ({"contact": "张力、李大海 13911112222"}, "由李大海完成", "由有关人员完成"),
        ({}, "", ""),
        ({}, "热值 29307.6 kJ，压力 0.13911112222 MPa", "热值 29307.6 kJ，压力 0.13911112222 MPa"),
    ],
)
def test_words_are_replaced_and_figures_and_other_words_are_not(changed, text, wanted):
    form = Nomination(summary=text).model_copy(update=changed)
    assert anonymous_brief(form).summary == wanted


def test_the_longer_name_goes_first():
    form = Nomination(
        applicant="清源环保科技公司", summary="清源环保科技公司重庆分公司与清源环保科技公司",
        cases=(NominationCase(user="清源环保科技公司重庆分公司"),),
    )  # fmt: skip
    assert anonymous_brief(form).summary == "用户单位 1与申报单位"


@settings(max_examples=150, deadline=None)
@given(
    st.text("渝清源环保东西南北", min_size=2, max_size=6),
    st.text("渝清源环保东西南北", min_size=2, max_size=6),
    st.text("渝清源环保东西南北，。", max_size=12),
)
def test_no_unit_survives_in_any_text(applicant, user, rest):
    form = Nomination(
        applicant=f"{applicant}有限公司", cases=(NominationCase(user=f"{user}有限公司"),),
        summary=f"{rest}{applicant}有限公司{rest}{user}有限公司{rest}",
    )  # fmt: skip
    told = anonymous_brief(form).summary
    assert f"{applicant}有限公司" not in told and f"{user}有限公司" not in told


def docx_text(content):
    document = Document(io.BytesIO(content))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(p.text for p in document.paragraphs), *cells])


def test_the_brief_as_a_document():
    brief = anonymous_brief(FORM)
    content = brief_docx(brief, "SB-2026-0001")
    assert content == brief_docx(brief, "SB-2026-0001")
    told = docx_text(content)
    assert not [secret for secret in SECRETS if secret in without_quantities(told)]
    known = (
        "SB-2026-0001", "国内领先", "推广技术", "炼铁（3110）", "320.5", "5000", "1200", "0%", "2022-05-01",
        "发明专利 2 项；软件著作权 1 项", "检测报告", "2023-01-05", "应用案例 5",
    )  # fmt: skip
    for words in known:
        assert words in told, words
    assert "未提供" in docx_text(brief_docx(Nomination(), "SB-2026-0002"))


def test_characters_no_document_can_hold_are_left_out():
    form = Nomination(name="甲\x00乙\x0b", cases=(NominationCase(reductions_t={"SO\x012": 1.0}),))
    told = docx_text(brief_docx(form, "SB-2026-0001"))
    assert "甲乙" in told and "SO2 1" in told


# Packages out


@pytest.fixture
def desk(tmp_path):
    store = Store.open(tmp_path / "a.db", clock=lambda: "2026-03-02T00:00:00+00:00")
    yield Desk(store, today=lambda: TODAY)
    store.close()


@pytest.fixture
def register(desk):
    made = ExpertRegister(desk.store)
    for name in ("张三", "李/四"):
        made.add(Expert(name=name), CITY)
    return made


@pytest.fixture
def kept(desk, register):
    """Two dossiers in round 1; expert 1 is asked for both, expert 2 for the first."""
    made = []
    for experts in (("ZJ-0001", "ZJ-0002"), ("ZJ-0001",)):
        one = desk.create(FORM, CITY, year=2026)
        asked = tuple(Assignment(expert_id=id, round=1) for id in experts)
        made.append(desk.update(one, CITY, "test", state="expert_review", round=1, assignments=asked))
    return made


@pytest.fixture
def out(desk, register, kept, tmp_path):
    folder = tmp_path / "packages"
    write_packages(desk, folder, round=1, register=register)
    return folder


def digests(folder):
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*")) if path.is_file()
    }  # fmt: skip


def test_one_folder_an_expert_the_same_bytes_each_time(desk, register, out, tmp_path):
    one, two = "张三_ZJ-0001", "李_四_ZJ-0002"
    common = ("说明.txt", "回避声明.docx", "SB-2026-0001_简介.docx", "SB-2026-0001_评分表.xlsx")
    more = ("SB-2026-0002_简介.docx", "SB-2026-0002_评分表.xlsx")
    wanted = {f"{one}/{name}" for name in (*common, *more)} | {f"{two}/{name}" for name in common}
    assert set(digests(out)) == wanted
    folders = write_packages(desk, tmp_path / "again", round=1, register=register)
    assert [folder.name for folder in folders] == [one, two]
    assert digests(tmp_path / "again") == digests(out)
    assert write_packages(desk, out, round=1, register=register) == [out / one, out / two]


def test_no_file_of_a_package_says_whose_technology_it_is(out):
    for path in sorted(out.rglob("*")):
        if path.suffix == ".docx":
            told = docx_text(path.read_bytes())
        elif path.suffix == ".xlsx":
            pages = openpyxl.load_workbook(path).worksheets
            told = "\n".join(str(cell.value) for page in pages for row in page.iter_rows() for cell in row)
        else:
            told = path.read_text(encoding="utf-8-sig") if path.is_file() else ""
        assert not [secret for secret in SECRETS if secret in without_quantities(told)], path


def test_guide_and_recusal_form_name_expert_and_dossiers(out):
    guide = (out / "张三_ZJ-0001" / "说明.txt").read_bytes()
    assert guide.startswith(b"\xef\xbb\xbf") and b"\r\n" in guide
    text = guide.decode("utf-8-sig")
    for words in ("张三（ZJ-0001）", "第 1 轮", "SB-2026-0001", "SB-2026-0002", "2 项"):
        assert words in text
    told = docx_text((out / "张三_ZJ-0001" / "回避声明.docx").read_bytes())
    for words in ("回避声明", "张三（ZJ-0001）", "SB-2026-0001", "SB-2026-0002", "签名"):
        assert words in told


def test_only_who_has_still_to_score_gets_a_package(desk, register, kept, tmp_path):
    first, second = kept
    away = first.dossier.assignments[0].model_copy(update={"recused": True, "recusal_reason": "亲属"})
    desk.update(first, CITY, "recuse", assignments=(away, *first.dossier.assignments[1:]))
    desk.update(second, CITY, "test", state="proposed")
    folders = write_packages(desk, tmp_path / "p", round=1, register=register)
    assert [folder.name for folder in folders] == ["李_四_ZJ-0002"]
    with pytest.raises(BadInput, match="第 2 轮没有待评分的分派"):
        write_packages(desk, tmp_path / "p2", round=2, register=register)
    assert not (tmp_path / "p2").exists()


def test_a_filled_sheet_is_never_overwritten(desk, register, out):
    path = out / "张三_ZJ-0001" / "SB-2026-0001_评分表.xlsx"
    fill(path)
    gone = out / "李_四_ZJ-0002" / "说明.txt"
    gone.unlink()
    before = digests(out)
    with pytest.raises(BadInput, match=r"SB-2026-0001_评分表\.xlsx：已有内容不同的文件"):
        write_packages(desk, out, round=1, register=register)
    assert digests(out) == before


def test_handing_out_is_permitted_and_recorded(desk, register, kept, tmp_path):
    with pytest.raises(NotAllowed):
        write_packages(
            desk, tmp_path / "p", round=1, register=register, person=Person("张三", "expert", "ZJ-0001")
        )
    write_packages(desk, tmp_path / "p", round=1, register=register, person=CITY)
    events = [desk.history(one.id)[-1] for one in kept]
    assert [(e.action, e.actor, e.detail["experts"]) for e in events] == [
        ("hand_out", "市员", ["ZJ-0001", "ZJ-0002"]), ("hand_out", "市员", ["ZJ-0001"]),
    ]  # fmt: skip


def test_an_expert_who_is_not_registered(desk, register, kept, tmp_path):
    asked = (Assignment(expert_id="ZJ-0009", round=1),)
    desk.update(kept[0], CITY, "assign", assignments=asked)
    with pytest.raises(NotFound, match="ZJ-0009"):
        write_packages(desk, tmp_path / "p", round=1, register=register)
    assert not (tmp_path / "p").exists()


def test_a_folder_that_cannot_be_written(desk, register, kept, tmp_path):
    place = tmp_path / "file"
    place.write_text("x")
    with pytest.raises(BadInput, match="无法写入"):
        write_packages(desk, place, round=1, register=register)


# Packages back

POINTS = (18, 17, 20.5, 12, 13, 5)


def fill(path, *, points=POINTS, verdict="推荐", **cells):
    """Fill a sheet in place."""
    book = openpyxl.load_workbook(path)
    values = {f"E{row}": value for row, value in enumerate(points, 7)} | {"B14": verdict, "B15": "可靠"}
    for cell, value in (values | cells).items():
        book["评分表"][cell] = value
    book.save(path)


def sheets(out):
    return sorted(out.rglob("*_评分表.xlsx"))


def test_filled_packages_are_saved_and_a_second_reading_skips_them(desk, out, kept):
    for path in sheets(out):
        fill(path)
    reading = read_packages(desk, out, CITY)
    assert (reading.problems, reading.skipped) == ((), ())
    assert [(a.dossier_id, a.expert_id, a.round, a.total) for a in reading.accepted] == [
        ("SB-2026-0001", "ZJ-0001", 1, pytest.approx(85.5)),
        ("SB-2026-0002", "ZJ-0001", 1, pytest.approx(85.5)),
        ("SB-2026-0001", "ZJ-0002", 1, pytest.approx(85.5)),
    ]
    scores = desk.get(kept[0].id).dossier.scores
    assert [(s.expert_id, s.opinion, s.verdict, s.scored_on) for s in scores] == [
        ("ZJ-0001", "可靠", "recommend", TODAY), ("ZJ-0002", "可靠", "recommend", TODAY),
    ]  # fmt: skip
    event = desk.history(kept[0].id)[-1]
    assert (event.action, event.actor, event.detail["expert"]) == ("enter_score", "市员", "ZJ-0002")
    assert event.detail["source"] == "李_四_ZJ-0002/SB-2026-0001_评分表.xlsx"
    revisions = [desk.get(one.id).revision for one in kept]
    again = read_packages(desk, out, CITY)
    assert (again.accepted, again.problems, len(again.skipped)) == ((), (), 3)
    assert [desk.get(one.id).revision for one in kept] == revisions
    assert desk.move(kept[1].id, "approve", CITY, reason="同意").dossier.state == "proposed"
    assert len(read_packages(desk, out, CITY).skipped) == 3


def test_a_faulty_sheet_is_left_out_and_named_the_others_are_saved(desk, out, kept):
    first, second, _ = sheets(out)
    fill(first, E9=99)
    fill(second)
    reading = read_packages(desk, out, CITY)
    assert [a.name for a in reading.accepted] == ["张三_ZJ-0001/SB-2026-0002_评分表.xlsx"]
    own = [line for line in reading.problems if line.startswith("张三_ZJ-0001/SB-2026-0001_评分表.xlsx：")]
    assert len(own) == 1 and "E9 “节能减排效果”的分数 99 超出 0 到 25" in own[0]
    empty = [line for line in reading.problems if line.startswith("李_四_ZJ-0002/")]
    assert len(empty) == 7
    assert all("\n" not in line for line in reading.problems)
    assert desk.get(kept[0].id).dossier.scores == ()
    fill(first, E9=20.5)
    assert [a.dossier_id for a in read_packages(desk, out, CITY).accepted] == ["SB-2026-0001"]


def test_another_sheet_of_the_same_expert_is_a_contradiction_not_an_overwrite(desk, out, kept):
    first = sheets(out)[0]
    fill(first)
    read_packages(desk, first.parent, CITY)
    before = desk.get(kept[0].id)
    fill(first, E7=10)
    reading = read_packages(desk, first.parent, CITY)
    assert reading.accepted == ()
    assert any("已有另一份评分（原 85.50 分，新 77.50 分），未覆盖" in line for line in reading.problems)
    assert desk.get(kept[0].id) == before


def test_two_different_copies_in_one_folder_are_both_left_out(desk, out, kept):
    first = sheets(out)[0]
    fill(first)
    copy = first.with_name("SB-2026-0001_评分表 (2).xlsx")
    shutil.copy(first, copy)
    other = out / "李_四_ZJ-0002"
    shutil.rmtree(other)
    sheets(out)[1].unlink()
    fill(copy, E7=10)
    reading = read_packages(desk, out, CITY)
    assert reading.accepted == ()
    (line,) = reading.problems
    assert "(2).xlsx" in line and "内容不同的评分表，均未读入" in line
    fill(copy)
    reading = read_packages(desk, out, CITY)
    assert (len(reading.accepted), len(reading.skipped), reading.problems) == (1, 1, ())


def test_a_sheet_in_the_folder_of_another_expert_or_under_another_number(desk, out, kept):
    zhang, _, li = sheets(out)
    fill(zhang)
    shutil.move(zhang, li)
    reading = read_packages(desk, li.parent, CITY)
    assert "B3 专家编号“ZJ-0001”不是本材料包的“ZJ-0002”" in reading.problems[0]
    renamed = out / "张三_ZJ-0001" / "SB-2026-0002_评分表.xlsx"
    shutil.move(li, renamed)
    told = read_packages(desk, renamed.parent, CITY).problems
    assert any("B2 申报编号“SB-2026-0001”不是本材料包的“SB-2026-0002”" in line for line in told)
    assert desk.get(kept[0].id).dossier.scores == ()


def test_who_is_not_asked_or_stepped_back_is_not_heard(desk, out, kept):
    for path in sheets(out):
        fill(path, B3="ZJ-0007")
        shutil.move(path, out / path.name)
        break
    shutil.rmtree(out / "李_四_ZJ-0002")
    zhang = sheets(out)[-1]
    fill(zhang)
    away = kept[1].dossier.assignments[0].model_copy(update={"recused": True, "recusal_reason": "亲属"})
    desk.update(kept[1], CITY, "recuse", assignments=(away,))
    reading = read_packages(desk, out, CITY)
    assert reading.accepted == ()
    text = "\n".join(reading.problems)
    assert "ZJ-0007 在 SB-2026-0001 第 1 轮未分派" in text
    assert "ZJ-0001 在 SB-2026-0002 第 1 轮已回避" in text


def test_a_sheet_of_a_round_that_is_over_or_of_an_unknown_dossier(desk, out, kept):
    first, second, third = sheets(out)
    third.unlink()
    fill(first)
    fill(second, B2="SB-2026-0777")
    shutil.move(second, second.with_name("评分表.xlsx"))
    desk.update(kept[0], CITY, "test", round=2)
    text = "\n".join(read_packages(desk, out, CITY).problems)
    assert "SB-2026-0001 正在第 2 轮评审，不是第 1 轮" in text
    assert "没有编号为“SB-2026-0777”" in text


def test_an_expert_brings_only_the_own_sheets(desk, out, kept):
    for path in sheets(out):
        fill(path)
    reading = read_packages(desk, out, Person("张三", "expert", "ZJ-0001"))
    assert [a.expert_id for a in reading.accepted] == ["ZJ-0001", "ZJ-0001"]
    (line,) = reading.problems
    assert "张三只能提交本人的评分，不能代 ZJ-0002 评分" in line
    assert desk.history(kept[1].id)[-1].action == "score"


@pytest.mark.parametrize("role", ["applicant", "district"])
def test_nobody_else_brings_sheets(desk, out, role):
    with pytest.raises(NotAllowed, match="分派专家"):
        read_packages(desk, out, Person("某", role, "甲"))


def test_other_files_in_the_folder(desk, out):
    first = sheets(out)[0]
    fill(first)
    for path in sheets(out)[1:]:
        path.unlink()
    (first.parent / "~$SB-2026-0001_评分表.xlsx").write_bytes(b"lock")
    (first.parent / "照片.jpg").write_bytes(b"jpg")
    (first.parent / "笔记.xlsx").write_bytes(b"no workbook")
    reading = read_packages(desk, out, CITY)
    assert len(reading.accepted) == 1
    assert reading.problems == (
        "张三_ZJ-0001/笔记.xlsx：不是可读的 XLSX 表格，请用表格软件打开后另存为 .xlsx",
    )


def test_a_folder_without_sheets(desk, tmp_path):
    with pytest.raises(BadInput, match="不是文件夹"):
        read_packages(desk, tmp_path / "missing", CITY)
    (tmp_path / "empty").mkdir()
    with pytest.raises(BadInput, match="没有评分表"):
        read_packages(desk, tmp_path / "empty", CITY)
