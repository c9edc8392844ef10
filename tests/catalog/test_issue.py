"""One set of files from one edition: complete, the same twice, nothing written outside its folder."""

import datetime
import hashlib
import io
import shutil
import subprocess
import sys
import time
from pathlib import Path

import openpyxl
import pytest
from docx import Document

from catalog.editions.diff import difference
from catalog.editions.edition import Edition, Entry, EntryCase, Withdrawal, edition_bytes, freeze
from catalog.errors import BadInput
from catalog.publish import pdf
from catalog.publish.issue import issue_warnings, pdfs_of, publish_set, write_set
from catalog.publish.lists import (
    CHANGE_HEADER,
    Objections,
    change_rows,
    changes_docx,
    check_rows,
    public_list_docx,
)
from catalog.review.dossier import PublicNotice

ROOT = Path(__file__).parents[2]


def entry(place, **values):
    return Entry.model_validate({"number": f"CPT-{place:04d}", "name": f"技术{place}", **values})


@pytest.fixture(scope="module")
def before():
    entries = (entry(1, summary="旧"), entry(2), entry(3), entry(4, penetration_now=10.0))
    return freeze(Edition(year=2025, title="推广目录", entries=entries))


@pytest.fixture(scope="module")
def after(before):
    entries = (
        entry(1, name="新名称", summary="新"),
        entry(2, merged_numbers=("CPT-0003",)),
        entry(5, applicant="某环保公司", group="大气", cases=(EntryCase(site="某厂", year=2026),)),
    )
    left = (Withdrawal(number="CPT-0004", name="技术4", reason="已属强制要求", basis="GB 1-2026"),)
    made = Edition(year=2026, title="推广目录", issuer="某局", entries=entries, withdrawn=left)
    return freeze(made, before=before)


ALWAYS = {
    "附件1_推广目录（2026年）.docx", "附件1_推广目录（2026年）.xlsx", "附件2_技术简介.docx",
    "附件2_技术简介.html", "公示稿.docx", "目录.html", "目录.json", "核查提示.xlsx",
}  # fmt: skip
CHANGES = {"变更清单.docx", "变更清单.xlsx"}


def words(content):
    document = Document(io.BytesIO(content))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return [paragraph.text for paragraph in document.paragraphs], cells


# The set.


def test_the_set_is_complete_and_the_same_twice(before, after):
    files = publish_set(after, before=before)
    assert set(files) == ALWAYS | CHANGES
    assert set(publish_set(after)) == ALWAYS
    assert files == publish_set(after, before=before)
    assert files["目录.json"] == edition_bytes(after)


def test_the_set_is_the_same_in_another_process(before, after, tmp_path):
    path = tmp_path / "2026.json"
    path.write_bytes(edition_bytes(after))
    code = (
        "import hashlib, pathlib, sys\n"
        "from catalog.editions.edition import read_edition\n"
        "from catalog.publish.issue import publish_set\n"
        "files = publish_set(read_edition(pathlib.Path(sys.argv[1])))\n"
        "print([hashlib.sha256(files[name]).hexdigest() for name in sorted(files)])\n"
    )
    found = subprocess.run(
        [sys.executable, "-c", code, str(path)], capture_output=True, check=True, text=True, cwd=ROOT
    ).stdout
    own = publish_set(after)
    assert found.strip() == str([hashlib.sha256(own[name]).hexdigest() for name in sorted(own)])


def test_only_the_formats_asked_for(after):
    assert {name.rsplit(".")[-1] for name in publish_set(after, formats=("xlsx", "json"))} == {"xlsx", "json"}


def test_the_style_reaches_every_table(after):
    files = publish_set(after, style="ndrc", formats=("docx", "html"))
    assert "典型项目" in words(files["附件1_推广目录（2026年）.docx"])[1]
    assert "典型项目" in files["目录.html"].decode()


def test_the_draft_notice_is_filled_from_what_is_known(after):
    where, days = Objections(office="某局科技处"), PublicNotice(start="2026-11-25", days=7)
    files = publish_set(after, objections=where, notice=days, formats=("docx",))
    told = "\n".join(words(files["公示稿.docx"])[0])
    assert "某局科技处" in told and "2026年11月25日" in told and "联系电话：（待填）" in told


def test_the_draft_notice_is_signed_and_dated(after):
    made = publish_set(after, formats=("docx",), signed_by="某区局", signed_on=datetime.date(2026, 11, 24))
    told = words(made["公示稿.docx"])[0]
    assert "2026年11月24日" in told and "某区局" in told


def test_what_cannot_be_published(before, after):
    with pytest.raises(BadInput, match="“odt”不存在，可用：docx、xlsx、html、json"):
        publish_set(after, formats=("odt",))
    with pytest.raises(BadInput, match="样式“gb”不存在"):
        publish_set(after, style="gb")
    with pytest.raises(BadInput, match="尚未冻结"):
        publish_set(after.model_copy(update={"fingerprint": ""}))
    with pytest.raises(BadInput, match="冻结后被改动"):
        publish_set(after.model_copy(update={"issuer": "别的局"}))
    with pytest.raises(BadInput, match="应早于 2025 年"):
        publish_set(before, before=after)


def test_a_title_gives_a_file_name_any_system_takes(after):
    made = freeze(Edition(year=2026, title='推广/目录: "试行" ' + "长" * 90, entries=after.entries))
    names = [name for name in publish_set(made) if name.startswith("附件1")]
    assert all(len(name) < 80 and not set(name) & set('\\/:*?"<>|') for name in names)


def test_files_are_written_into_the_folder_only(tmp_path):
    folder = tmp_path / "发布" / "2026"
    paths = write_set({"目录.json": b"1", "公示稿.docx": b"2"}, folder)
    assert [path.name for path in paths] == ["目录.json", "公示稿.docx"]
    assert paths[1].read_bytes() == b"2"
    for name in ("../x.txt", "a/../../b.txt", "/b.txt", "a//b.txt", "a\\b.txt", ".."):
        with pytest.raises(BadInput, match="含有文件夹以外的路径"):
            write_set({name: b"1"}, folder)
    assert sorted(path.name for path in folder.iterdir()) == ["公示稿.docx", "目录.json"]
    assert write_set({"04_公示/公示.docx": b"3"}, folder)[0].read_bytes() == b"3"


def test_a_folder_that_cannot_be_written_is_one_line(tmp_path):
    file = tmp_path / "file"
    file.write_bytes(b"")
    with pytest.raises(BadInput, match="无法写入"):
        write_set({"a.txt": b"1"}, file)


# Lists.


def test_every_change_is_a_row(before, after):
    rows = change_rows(before, difference(before, after))
    assert all(len(row) == len(CHANGE_HEADER) for row in rows)
    assert rows == [
        ["新增", "CPT-0005", "技术5", "列入目录", "—", "第 3 项，推广技术，大气", "—"],
        ["更名", "CPT-0001", "新名称", "技术名称", "技术1", "新名称", "—"],
        ["变更", "CPT-0001", "新名称", "技术简介", "旧", "新", "—"],
        ["合并", "CPT-0003", "技术3", "编号", "CPT-0003", "并入 CPT-0002 技术2，两个编号均保留", "—"],
        [
            "退出",
            "CPT-0004",
            "技术4",
            "退出目录",
            "第 4 项，推广技术",
            "—",
            "已属强制要求（依据：GB 1-2026）",
        ],
    ]


def test_a_number_that_was_merged_in_earlier_and_is_parted_again_is_told(after):
    entries = (entry(1, name="新名称", summary="新"), entry(2), entry(3), entry(5))
    later = freeze(Edition(year=2027, title="推广目录", entries=entries), before=after)
    rows = change_rows(after, difference(after, later))
    assert ["变更", "CPT-0002", "技术2", "并入编号", "CPT-0003", "未提供", "—"] in rows
    assert rows[0][:2] == ["新增", "CPT-0003"]


def test_the_list_of_changes_as_documents(before, after):
    found = difference(before, after)
    paragraphs, cells = words(changes_docx(before, found))
    assert paragraphs[0] == "2026年目录变更清单"
    assert paragraphs[1] == "与 2025 年目录相比：新增 1 项，更名 1 项，变更 2 项，合并 1 项，退出 1 项。"
    assert cells[:7] == list(CHANGE_HEADER)
    assert "已属强制要求（依据：GB 1-2026）" in cells
    sheet = openpyxl.load_workbook(io.BytesIO(publish_set(after, before=before)["变更清单.xlsx"])).active
    assert [cell.value for cell in sheet[1]] == list(CHANGE_HEADER)
    assert sheet["C2"].value == "技术5"
    with pytest.raises(BadInput, match="不符"):
        changes_docx(after, found)


def test_the_public_notice_names_applicants_and_where_to_object(after):
    paragraphs, cells = words(public_list_docx(after))
    text = "\n".join(paragraphs)
    assert "拟将3项技术列入《推广目录（2026年）》，1项技术退出目录" in text
    assert "向（待填）提出" in text and "公示期为（待填）至（待填）" in text
    assert cells[:5] == ["序号", "技术名称", "申报单位", "所属领域", "技术类别"]
    assert cells[5:10] == ["1", "新名称", "未提供", "未提供", "推广技术"]
    assert "某环保公司" in cells and "已属强制要求" in cells
    where = Objections(office="某局科技处", contact="张工", phone="1", email="a@b.cn", address="某路1号")
    filled = words(
        public_list_docx(after, objections=where, notice=PublicNotice(start="2026-11-25", days=7))
    )[0]
    told = "\n".join(filled)
    assert "公示期为2026年11月25日至2026年12月1日（7天）" in told and "某局科技处" in told
    assert "【" not in told and "待填" not in told
    assert public_list_docx(after) == public_list_docx(after)


def test_an_example_says_so_in_the_public_notice(after):
    made = freeze(Edition(year=2026, title="推广目录", entries=after.entries, is_example=True))
    assert any("示例数据，不得印发" in text for text in words(public_list_docx(made))[0])


def test_what_to_check_before_publishing(after):
    rows = check_rows(after)
    assert [(row[0], row[2]) for row in rows] == [
        ("CPT-0001", "三年内无新案例"), ("CPT-0002", "三年内无新案例"),
    ]  # fmt: skip
    named = freeze(
        Edition(
            year=2026, title="x", entries=(entry(7, indicators="节电：12 %，宝钢150 t转炉；成本：5 元/t"),)
        )
    )
    last = check_rows(named, found=())[-1]
    assert last[2] == "目录表有略去的内容" and "宝钢150 t转炉；成本：5 元/t" in last[3]
    assert check_rows(named, found=(), style="ndrc") == []
    book = openpyxl.load_workbook(io.BytesIO(publish_set(after)["核查提示.xlsx"])).active
    assert [book.cell(2, place).value for place in (1, 2, 3)] == ["CPT-0001", "新名称", "三年内无新案例"]


# PDF.


def test_without_libreoffice_there_is_a_line_and_no_pdf(after, monkeypatch):
    monkeypatch.setattr(pdf.shutil, "which", lambda name: None)
    assert pdf.to_pdf(b"x") is None
    assert "LibreOffice" in pdf.pdf_warning()
    assert pdfs_of(after, publish_set(after)) == {}
    assert pdf.pdf_warning() in issue_warnings(pdf_wanted=True)
    assert pdf.pdf_warning() not in issue_warnings()


def program(tmp_path, monkeypatch, script):
    """Put a program in the place of LibreOffice."""
    path = tmp_path / "soffice"
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(0o755)
    monkeypatch.setattr(pdf, "converter", lambda: str(path))


@pytest.mark.skipif(sys.platform == "win32", reason="a shell script stands in")
def test_a_conversion_that_fails_or_hangs_is_one_line(tmp_path, monkeypatch):
    program(tmp_path, monkeypatch, "exit 1")
    with pytest.raises(BadInput, match=r"“公示稿\.docx”：LibreOffice 未能转换"):
        pdf.to_pdfs({"公示稿.docx": b"x"})
    program(tmp_path, monkeypatch, "sleep 60 & wait")
    started = time.monotonic()
    with pytest.raises(BadInput, match=r"超过 0\.3 秒"):
        pdf.to_pdf(b"x", timeout_seconds=0.3)
    assert time.monotonic() - started < 20


@pytest.mark.skipif(sys.platform == "win32", reason="a shell script stands in")
def test_every_word_file_becomes_a_pdf(tmp_path, monkeypatch, after):
    script = 'for last; do case "$last" in *.docx) cp "$last" "${last%.docx}.pdf";; esac; done'
    program(tmp_path, monkeypatch, script)
    files = publish_set(after, formats=("docx", "json"))
    placed = {f"05_发布/{name}": content for name, content in files.items()} | {"通知.docx": b"notice"}
    made = pdfs_of(after, placed)
    assert {name.removesuffix(".pdf") for name in made} == {
        name.removesuffix(".docx") for name in placed if name.endswith(".docx")
    }
    assert made["通知.pdf"] == b"notice"
    assert made["05_发布/公示稿.pdf"] == files["公示稿.docx"]
    assert made["05_发布/附件2_技术简介.pdf"] != files["附件2_技术简介.docx"]


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_libreoffice_makes_a_pdf(after):
    made = pdf.to_pdf(public_list_docx(after))
    assert made.startswith(b"%PDF")
