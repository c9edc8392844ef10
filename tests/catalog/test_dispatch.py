"""From one edition, one command: everything that goes out, and one line for what cannot be made."""

import datetime
import io
import zipfile
from pathlib import Path

import pytest
from docx import Document
from typer.testing import CliRunner

from catalog.editions.cli import app
from catalog.editions.edition import Edition, Entry, freeze, write_edition
from catalog.errors import BadInput
from catalog.nominations.form import Nomination
from catalog.people import Person
from catalog.publish.dispatch import FOLDERS, Papers, archive, contents, papers_of, whole_set
from catalog.publish.settings import NoticeSettings, settings_bytes
from catalog.review.desk import Desk, Kept
from catalog.review.dossier import (
    Assignment,
    Correction,
    Dossier,
    Finding,
    Objection,
    PublicNotice,
    Score,
)
from catalog.review.experts import Expert, ExpertRegister
from catalog.review.scoring import load_criteria
from catalog.store import Store

DAY = datetime.date
CITY = Person("市员", "authority", "市局")
OLD = freeze(Edition(year=2025, title="推广目录", entries=(Entry(number="CPT-0001", name="技术1"),)))
EDITION = freeze(
    Edition(
        year=2026, title="推广目录", issuer="某市局", document_number="某〔2026〕9号",
        published_on=DAY(2026, 10, 15),
        entries=(
            Entry(number="CPT-0001", name="技术1", dossier="SB-2025-0001"),
            Entry(number="CPT-0002", name="技术2", applicant="甲公司", dossier="SB-2025-0002"),
        ),
    ),
    before=OLD,
)  # fmt: skip
SETTINGS = NoticeSettings.model_validate({
    "contact": "张工", "phone": "000-1", "addressee": "各区县", "email": "a@b.cn", "address": "某路1号",
    "call": {
        "number": "某〔2026〕1号", "date": "2026-03-02", "unit_deadline": "2026-04-15",
        "deadline": "2026-04-30", "fields": "钢铁、化工",
    },
    "correction": {"deadline": "2026-06-01"}, "public_notice": {"start": "2026-09-21"},
})  # fmt: skip
FINDING = Finding(rule="案例不少于 2 个", field="cases", value="1 个", remedy="请补充案例")
POINTS = {criterion.code: criterion.max / 2 for criterion in load_criteria().criteria}


def kept(id, applicant="甲公司", **values):
    form = Nomination(name=f"技术{id[-1]}", applicant=applicant)
    return Kept(id, 1, Dossier.model_validate({"form": form, "year": int(id[3:7]), **values}))


FULL = (
    kept(
        "SB-2026-0001", state="listed", round=1, group_opinion="同意。",
        corrections=(
            Correction(sequence=1, returned_on=DAY(2026, 5, 11), findings=(FINDING,)),
            Correction(sequence=2, returned_on=DAY(2026, 5, 20), reason="缺检测报告",
                       deadline=DAY(2026, 7, 1)),
        ),
        assignments=(Assignment(expert_id="ZJ-0001", round=1),
                     Assignment(expert_id="ZJ-0002", round=1, recused=True, recusal_reason="有合作")),
        scores=(Score(expert_id="ZJ-0001", round=1, points=POINTS),),
        notice=PublicNotice(start=DAY(2026, 9, 1), days=10),
        objections=(Objection(id="YY-1", raised_by="某厂", raised_on=DAY(2026, 9, 3), text="数据偏高"),),
    ),
    kept("SB-2026-0002", "乙/公司", state="not_selected", round=1,
         scores=(Score(expert_id="ZJ-0001", round=1, points=POINTS),)),
    kept("SB-2026-0003", "乙:公司", state="not_selected", round=1,
         scores=(Score(expert_id="ZJ-0001", round=1, points=POINTS),)),
)  # fmt: skip
NAMES = {"ZJ-0001": "王甲", "ZJ-0002": "李乙"}
PAPERS = Papers(EDITION, OLD, FULL, NAMES, SETTINGS)


def text(content):
    document = Document(io.BytesIO(content))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])


@pytest.fixture(scope="module")
def full():
    return whole_set(PAPERS)


def test_everything_is_made_in_its_folder_and_the_same_twice(full):
    assert full.left_out == ()
    table = "附件1_推广目录（2026年）"
    assert list(full.files) == [
        "01_征集/征集通知.docx", "01_征集/申报表.docx", "01_征集/申报表.xlsx", "01_征集/推荐汇总表.xlsx",
        "02_形式审查/补正通知/补正通知_SB-2026-0001.docx",
        "02_形式审查/补正通知/补正通知_SB-2026-0001_第2次.docx",
        "03_专家评审/评分汇总表（内部）.docx",
        "03_专家评审/评分汇总表_各申报单位/评分汇总表_乙_公司.docx",
        "03_专家评审/评分汇总表_各申报单位/评分汇总表_乙_公司（2）.docx",
        "03_专家评审/评分汇总表_各申报单位/评分汇总表_甲公司.docx",
        "03_专家评审/专家组意见/专家组意见_SB-2026-0001.docx",
        "03_专家评审/回避声明/回避声明_李乙.docx",
        "04_公示/公示.docx", "04_公示/意见汇总处理表.docx", "04_公示/公示稿.docx",
        "05_发布/发布通知.docx", f"05_发布/{table}.docx", f"05_发布/{table}.xlsx",
        "05_发布/附件2_技术简介.docx", "05_发布/附件2_技术简介.html", "05_发布/目录.html",
        "05_发布/目录.json",
        "06_变更与核查/核查提示.xlsx", "06_变更与核查/变更清单.docx", "06_变更与核查/变更清单.xlsx",
    ]  # fmt: skip
    assert whole_set(PAPERS) == full


def test_the_letters_say_what_settings_and_records_say(full):
    call = text(full.files["01_征集/征集通知.docx"])
    assert "某〔2026〕1号" in call and "张工" in call and "钢铁、化工" in call
    first = text(full.files["02_形式审查/补正通知/补正通知_SB-2026-0001.docx"])
    assert "案例不少于 2 个" in first and "2026年5月11日" in first and "请于2026年6月1日前" in first
    second = text(full.files["02_形式审查/补正通知/补正通知_SB-2026-0001_第2次.docx"])
    assert "缺检测报告" in second and "2026年5月20日" in second and "请于2026年7月1日前" in second
    notice = text(full.files["04_公示/公示.docx"])
    assert "2026年9月21日至2026年9月30日，共10日" in notice
    assert "技术2" in notice and "技术1" not in notice
    draft = text(full.files["04_公示/公示稿.docx"])
    assert "2026年9月21日至2026年9月30日（10天）" in draft and "\n某市局\n2026年9月21日\n" in draft
    assert "电子邮箱：a@b.cn，通信地址：某路1号" in draft and "待填" not in draft
    publication = text(full.files["05_发布/发布通知.docx"])
    assert "某〔2026〕9号" in publication and "2026年10月15日" in publication
    assert "数据偏高" in text(full.files["04_公示/意见汇总处理表.docx"])


def test_applicants_see_no_names(full):
    inside = text(full.files["03_专家评审/评分汇总表（内部）.docx"])
    outside = text(full.files["03_专家评审/评分汇总表_各申报单位/评分汇总表_甲公司.docx"])
    assert "王甲" in inside and "王甲" not in outside and "SB-2026-0002" not in outside


def test_without_dossiers_nothing_is_made_up():
    made = whole_set(Papers(EDITION, OLD, settings=SETTINGS))
    assert made.left_out == (
        "未生成 补正通知：数据库中没有 2026 年申报记录",
        "未生成 评分汇总表、专家组意见、回避声明：数据库中没有 2026 年申报记录",
    )
    assert not [name for name in made.files if name.startswith(("02_", "03_"))]
    assert "公示期内未收到意见" in text(made.files["04_公示/意见汇总处理表.docx"])


def test_dossiers_without_scores_and_returns_say_so():
    made = whole_set(Papers(EDITION, OLD, (kept("SB-2026-0001", state="listed"),), settings=SETTINGS))
    assert made.left_out == (
        "未生成 补正通知：没有退回补正的记录",
        "未生成 评分汇总表：没有专家评分的记录",
        "未生成 专家组意见（1 份）：已审定而未填写专家组意见（SB-2026-0001）",
        "未生成 回避声明：没有专家回避的记录",
    )


def test_without_a_sender_only_what_needs_none_is_made(full):
    made = whole_set(Papers(EDITION, OLD, FULL, NAMES))
    assert made.left_out == (
        "未生成 征集通知、补正通知、公示、发布通知：没有发文信息（发文机关、联系人、文号、日期）",
        "提示 公示稿：发文信息缺 联系人、联系电话、电子邮箱、通信地址，文中待填",
    )
    assert set(full.files) - set(made.files) == {
        "01_征集/征集通知.docx", "02_形式审查/补正通知/补正通知_SB-2026-0001.docx",
        "02_形式审查/补正通知/补正通知_SB-2026-0001_第2次.docx", "04_公示/公示.docx",
        "05_发布/发布通知.docx",
    }  # fmt: skip
    assert "2026年9月1日至2026年9月10日" in text(made.files["04_公示/公示稿.docx"])


def test_what_the_settings_lack_is_told_for_each_document():
    bare = EDITION.model_copy(update={"published_on": None, "fingerprint": ""})
    made = whole_set(Papers(freeze(bare, before=OLD), OLD, FULL[1:], NAMES, NoticeSettings()))
    told = [line for line in made.left_out if "评" not in line and "专家" not in line]
    assert told == [
        "未生成 征集通知：发文信息缺 联系人、联系电话、"
        "征集通知的成文日期、申报单位截止日期、推荐单位截止日期、征集领域",
        "未生成 补正通知：没有退回补正的记录",
        "未生成 公示：发文信息缺 联系人、联系电话、公示开始日期，也没有办理公示的记录",
        "未生成 发布通知：发文信息缺 发布通知的成文日期",
        "提示 公示稿：发文信息缺 联系人、联系电话、电子邮箱、通信地址、公示开始日期、成文日期，文中待填",
    ]
    nameless = NoticeSettings(public_notice=SETTINGS.public_notice)
    told = whole_set(Papers(EDITION, OLD, settings=nameless)).left_out
    assert "未生成 公示：发文信息缺 联系人、联系电话" in told
    unsigned = freeze(bare.model_copy(update={"issuer": ""}), before=OLD)
    told = whole_set(Papers(unsigned, OLD, settings=SETTINGS)).left_out
    assert "未生成 公示：发文信息缺 发文机关" in told


def test_a_publication_that_names_whom_to_ask_needs_the_telephone():
    told = whole_set(Papers(EDITION, OLD, settings=NoticeSettings(contact="张工"))).left_out
    assert "未生成 发布通知：发文信息缺 联系电话" in told


def returned(id, *days):
    corrections = tuple(
        Correction(sequence=place, returned_on=DAY(2026, 5, 11), findings=(FINDING,), deadline=day)
        for place, day in enumerate(days, 1)
    )
    return kept(id, state="submitted", corrections=corrections)


def test_one_line_tells_of_all_documents_of_a_kind():
    ids = [f"SB-2026-{n:04}" for n in range(1, 7)]
    settings = SETTINGS.model_copy(update={"correction": NoticeSettings().correction})
    every = tuple(returned(id, None) for id in ids)
    made = whole_set(Papers(EDITION, OLD, every, settings=settings))
    assert "未生成 补正通知（6 份）：发文信息缺 补正期限" in made.left_out
    some = (
        returned(ids[0], DAY(2026, 6, 1)),
        returned(ids[1], None, None),
        returned(ids[2], DAY(2026, 5, 1)),
    )
    line = next(line for line in whole_set(Papers(EDITION, OLD, some, settings=settings)).left_out
                if "补正" in line)  # fmt: skip
    assert line == (
        "未生成 补正通知（3 份）：发文信息缺 补正期限（SB-2026-0002）；"
        "补正期限 2026-05-01 应晚于通知日期 2026-05-11，请改晚（SB-2026-0003）"
    )
    some = (*every, returned("SB-2026-0007", DAY(2026, 6, 1)))
    told = "\n".join(whole_set(Papers(EDITION, OLD, some, settings=settings)).left_out)
    assert f"发文信息缺 补正期限（{'、'.join(ids[:5])}等 6 项）" in told


def test_a_return_of_before_returns_were_kept_needs_a_day():
    open_still = kept("SB-2026-0001", state="returned", findings=(FINDING,))
    made = whole_set(Papers(EDITION, OLD, (open_still,), settings=SETTINGS))
    assert "未生成 补正通知（1 份）：发文信息缺 补正通知的成文日期" in made.left_out
    dated = SETTINGS.correction.model_copy(update={"date": DAY(2026, 5, 12)})
    settings = SETTINGS.model_copy(update={"correction": dated})
    made = whole_set(Papers(EDITION, OLD, (open_still,), settings=settings))
    assert "2026年5月12日" in text(made.files["02_形式审查/补正通知/补正通知_SB-2026-0001.docx"])


def test_an_example_is_marked_everywhere():
    example = freeze(EDITION.model_copy(update={"is_example": True, "fingerprint": ""}), before=OLD)
    made = whole_set(Papers(example, OLD, settings=SETTINGS))
    for name in ("01_征集/征集通知", "04_公示/公示", "04_公示/意见汇总处理表", "05_发布/发布通知"):
        assert "示例数据，不得印发" in text(made.files[f"{name}.docx"]), name


def test_an_edition_that_cannot_be_published_is_refused():
    with pytest.raises(BadInput, match="尚未冻结"):
        whole_set(Papers(EDITION.model_copy(update={"fingerprint": ""}), settings=SETTINGS))


def test_contents_and_archive(full):
    lines = contents(full.files)
    assert [line.partition("：")[0] for line in lines] == list(FOLDERS)
    assert lines[1] == "02_形式审查：补正通知（2 个文件）"
    package = archive(full.files)
    assert package == archive(full.files)
    with zipfile.ZipFile(io.BytesIO(package)) as read:
        assert set(read.namelist()) == set(full.files)
        assert read.read("05_发布/目录.json") == full.files["05_发布/目录.json"]


# What comes from the store


@pytest.fixture
def store(tmp_path, monkeypatch):
    monkeypatch.setenv("QINGYUAN_DATABASE", f"sqlite:///{tmp_path / 'a.db'}")
    return Store.open()


def test_dossiers_are_those_of_the_year_and_of_the_new_entries(store):
    desk = Desk(store)
    for year, flow in ((2025, "city"), (2025, "city"), (2025, "city"), (2026, "city"), (2026, "ministry")):
        desk.create(Nomination(name="技术", applicant="甲公司"), CITY, year=year, flow=flow)
    ExpertRegister(store).add(Expert(name="王甲"), CITY)
    found = papers_of(EDITION, store, before=OLD)
    assert [one.id for one in found.dossiers] == ["SB-2025-0002", "SB-2026-0001"]
    assert found.names == {"ZJ-0001": "王甲"}
    everything = papers_of(EDITION, store).dossiers
    assert [one.id for one in everything] == ["SB-2025-0001", "SB-2025-0002", "SB-2026-0001"]


# The command


def run(*arguments):
    done = CliRunner().invoke(app, [str(one) for one in arguments])
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.output


def test_one_command_writes_the_set(store, tmp_path, full):
    write_edition(EDITION, tmp_path / "2026.json")
    write_edition(OLD, tmp_path / "2025.json")
    (tmp_path / "发文信息.yaml").write_bytes(settings_bytes(SETTINGS))
    out = tmp_path / "发布"
    arguments = ["publish", tmp_path / "2026.json", "--before", tmp_path / "2025.json", "-o", out]
    told = run(*arguments, "--notices", tmp_path / "发文信息.yaml")
    made = whole_set(Papers(EDITION, OLD, settings=SETTINGS))
    assert f"已写出 {len(made.files)} 个文件：{out}" in told
    assert "01_征集：征集通知.docx、申报表.docx、申报表.xlsx、推荐汇总表.xlsx" in told
    assert "未生成 补正通知：数据库中没有 2026 年申报记录" in told
    for name, content in made.files.items():
        assert (out / name).read_bytes() == content, name
    told = run(*arguments)
    assert "edition settings -o 发文信息.yaml" in told and "没有发文信息" in told


def test_the_blank_settings_are_never_written_over_others(store, tmp_path):
    path = tmp_path / "发文信息.yaml"
    assert f"已写出：{path}" in run("settings", "-o", path)
    assert path.read_bytes() == settings_bytes()
    with pytest.raises(BadInput, match="已有此文件，未覆盖"):
        run("settings", "-o", path)
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(BadInput, match="无法写入"):
        run("settings", "-o", tmp_path / "file" / "a.yaml")


def test_a_fault_of_the_settings_writes_nothing(store, tmp_path):
    write_edition(EDITION, tmp_path / "2026.json")
    path = tmp_path / "发文信息.yaml"
    path.write_text("call: {date: 三月二日}\n", encoding="utf-8")
    with pytest.raises(BadInput, match=r"发文信息\.yaml: call\.date: “三月二日”：请写日期"):
        run("publish", tmp_path / "2026.json", "-o", tmp_path / "out", "--notices", path)
    assert not Path(tmp_path / "out").exists()
