import hashlib
import io
import zipfile

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from catalog.errors import BadInput
from catalog.nominations import attachments
from catalog.nominations.attachments import (
    DOCX,
    MEGABYTE,
    XLSX,
    attach,
    check,
    content_of,
    detach,
    safe_name,
    save_all,
)
from catalog.nominations.form import Attachment, Nomination
from catalog.nominations.template import form_docx, form_xlsx
from catalog.store import NotFound, Store

PDF = b"%PDF-1.7\n1 0 obj\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40
JPG = b"\xff\xd8\xff\xe0" + b"\0" * 40
FORM = Nomination(name="某技术")


@pytest.fixture(scope="module")
def docx():
    return form_docx()


@pytest.fixture(scope="module")
def xlsx():
    return form_xlsx()


@pytest.fixture
def store(tmp_path):
    made = Store.open(tmp_path / "q.db")
    yield made
    made.close()


def package(parts, *, packing=zipfile.ZIP_DEFLATED):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", packing) as made:
        for name, data in {"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<w/>", **parts}.items():
            made.writestr(name, data)
    return stream.getvalue()


def test_the_kinds_that_are_taken(docx, xlsx):
    assert check(PDF, "报告.pdf") == ("application/pdf", len(PDF))
    assert check(PNG, "图.PNG") == ("image/png", len(PNG))
    assert check(JPG, "照片.jpeg") == ("image/jpeg", len(JPG))
    assert check(docx, "表.docx") == (DOCX, len(docx))
    assert check(xlsx, "表.xlsx") == (XLSX, len(xlsx))


REFUSED = [
    (b"", "空.pdf", "0 字节"),
    (PNG, "图.pdf", "不符"),
    (PDF, "报告.docx", "损坏"),
    (package({}), "表.xlsx", "不符"),
    (PDF, "报告.zip", "后缀"),
    (PDF, "报告", "后缀“无”"),
    (PDF, "报告.pdf.exe", "后缀"),
    (b"MZ\x90\0" + b"\0" * 60, "报告.pdf", "可执行"),
    (b"\x7fELF" + b"\0" * 60, "a.png", "可执行"),
    (b"#!/bin/sh\n", "a.pdf", "可执行"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 60, "表.docx", "密码"),
    (package({"word/vbaProject.bin": b"x"}), "表.docx", "宏"),
    (package({"word/embeddings/setup.exe": b"x"}), "表.docx", "setup.exe"),
    (package({"word/styles.xml": b"<!DOCTYPE x [<!ENTITY a 'b'>]><x/>"}), "表.docx", "文档类型声明"),
    (package({"word/a.xml": "<!DOCTYPE x>".encode("utf-16")}), "表.docx", "文档类型声明"),
]


@pytest.mark.parametrize(("content", "name", "told"), REFUSED)
def test_what_is_refused_is_one_line_with_name_and_cure(content, name, told):
    with pytest.raises(BadInput) as caught:
        check(content, name)
    message = str(caught.value)
    assert told in message and message.startswith(name) and "请" in message and "\n" not in message


def test_a_declaration_over_the_border_of_two_reads_is_seen(monkeypatch):
    monkeypatch.setattr(attachments, "_CHUNK", 16)
    content = package({"word/a.xml": b" " * 12 + b"<!DOCTYPE x><x/>"})
    with pytest.raises(BadInput, match="文档类型声明"):
        check(content, "表.docx")


def test_size_limits(monkeypatch):
    monkeypatch.setattr(attachments, "FILE_LIMIT", 30)
    assert check(PDF, "a.pdf")[1] == len(PDF) == 23
    with pytest.raises(BadInput, match="超过单个文件上限"):
        check(PDF + b"0" * 8, "a.pdf")


def test_a_bomb_is_refused_before_it_unpacks():
    bomb = package({"word/media/a.bin": b"\0" * (30 * MEGABYTE)})
    assert len(bomb) < MEGABYTE
    with pytest.raises(BadInput, match="压缩炸弹"):
        check(bomb, "表.docx")


def test_a_package_that_unpacks_to_too_much_is_refused(monkeypatch):
    monkeypatch.setattr(attachments, "UNPACKED_LIMIT", 1000)
    with pytest.raises(BadInput, match="压缩炸弹"):
        check(package({"word/media/a.png": b"0123456789" * 200}, packing=zipfile.ZIP_STORED), "表.docx")
    monkeypatch.setattr(attachments, "UNPACKED_LIMIT", 10**6)
    monkeypatch.setattr(attachments, "XML_LIMIT", 1000)
    with pytest.raises(BadInput, match="压缩炸弹"):
        check(package({"word/a.xml": b"0123456789" * 200}, packing=zipfile.ZIP_STORED), "表.docx")


def test_a_bomb_that_lies_about_its_size_is_refused():
    content = bytearray(package({"word/media/a.bin": b"\0" * (30 * MEGABYTE)}))
    size = (30 * MEGABYTE).to_bytes(4, "little")
    assert content.count(size) == 2  # local header and directory
    content = bytes(content).replace(size, (100).to_bytes(4, "little"))
    with pytest.raises(BadInput, match="损坏"):
        check(content, "表.docx")


def test_a_damaged_package_is_refused(docx):
    with pytest.raises(BadInput, match="损坏"):
        check(docx[: len(docx) // 2], "表.docx")
    with zipfile.ZipFile(io.BytesIO(docx)) as whole:
        entry = whole.getinfo("word/document.xml")
    start = entry.header_offset + 30 + len(entry.filename) + 50
    with pytest.raises(BadInput, match="损坏"):
        check(docx[:start] + bytes(20) + docx[start + 20 :], "表.docx")


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("报告.pdf", "报告.pdf"),
        ("C:\\用户\\报告.pdf", "报告.pdf"),
        ("../../etc/报告.pdf", "报告.pdf"),
        ('检测<报告>:"1"?.pdf', "检测_报告___1__.pdf"),
        ("CON.pdf", "_CON.pdf"),
        ("lpt1", "_lpt1"),
        ("报告.pdf. . ", "报告.pdf"),
        ("报\u202efdp.告\x07.pdf", "报fdp.告.pdf"),
        ("长" * 300 + ".pdf", "长" * 58 + ".pdf"),
    ],
)
def test_names_are_cleaned_for_windows(name, wanted):
    assert safe_name(name) == wanted


@pytest.mark.parametrize("name", ["", "..", "a/", "\u200b", " . "])
def test_a_name_of_nothing_is_refused(name):
    with pytest.raises(BadInput, match="改名"):
        safe_name(name)


@given(st.text(max_size=300))
def test_a_safe_name_stays_as_it_is_and_can_be_written(name):
    try:
        safe = safe_name(name)
    except BadInput:
        return
    assert safe_name(safe) == safe
    assert not set(safe) & set('<>:"/\\|?*\0\n') and len(safe.encode()) <= 200
    assert safe not in (".", "..") and safe == safe.rstrip(". ")


def test_attaching_keeps_the_file_under_its_hash(store):
    form = attach(store, FORM, PDF, "C:\\报告.pdf", "test_report")
    (added,) = form.attachments
    assert added == Attachment(
        sha256=hashlib.sha256(PDF).hexdigest(), name="报告.pdf", media_type="application/pdf",
        size=len(PDF), kind="test_report",
    )  # fmt: skip
    assert FORM.attachments == () and content_of(store, added) == PDF
    assert detach(form, added) == FORM
    assert content_of(store, added) == PDF  # the history may still show it


def test_the_same_file_twice_is_refused_but_may_prove_two_things(store):
    form = attach(store, FORM, PDF, "报告.pdf", "test_report")
    with pytest.raises(BadInput, match="内容相同"):
        attach(store, form, PDF, "另一个名字.pdf", "test_report")
    assert len(attach(store, form, PDF, "报告.pdf", "ip").attachments) == 2


def test_the_whole_dossier_has_a_limit(store, monkeypatch):
    monkeypatch.setattr(attachments, "DOSSIER_LIMIT", len(PDF) + len(PNG))
    form = attach(store, FORM, PDF, "报告.pdf")
    form = attach(store, form, PNG, "图.png")
    with pytest.raises(BadInput, match="附件合计"):
        attach(store, form, JPG, "照片.jpg")


def test_nothing_is_kept_of_a_refused_file(store):
    with pytest.raises(BadInput):
        attach(store, FORM, PNG, "图.pdf")
    with pytest.raises(NotFound):
        store.blob(hashlib.sha256(PNG).hexdigest())


def test_an_unknown_kind_and_a_missing_attachment_are_refused(store):
    with pytest.raises(BadInput, match="附件种类"):
        attach(store, FORM, PDF, "报告.pdf", "报告")
    form = attach(store, FORM, PDF, "报告.pdf")
    with pytest.raises(BadInput, match="不在申报表中"):
        detach(FORM, form.attachments[0])


def test_content_that_changed_in_the_store_is_never_given_out(store, tmp_path):
    form = attach(store, FORM, PDF, "报告.pdf")
    engine = sa.create_engine(f"sqlite:///{tmp_path / 'q.db'}")
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE blobs SET content = X'00'"))
    engine.dispose()
    with pytest.raises(BadInput, match="校验值"):
        content_of(store, form.attachments[0])
    with pytest.raises(BadInput, match="校验值"):
        save_all(store, form, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_all_files_are_saved_under_names_of_their_own(store, tmp_path):
    form = FORM
    for number, name in enumerate(("报告.pdf", "报告.PDF", "报告.pdf", "图.pdf")):
        form = attach(store, form, PDF + bytes([48 + number]), name)
    folder = tmp_path / "附件"
    paths = save_all(store, form, folder)
    assert [path.name for path in paths] == ["报告.pdf", "报告 (2).PDF", "报告 (3).pdf", "图.pdf"]
    assert [path.read_bytes()[-1:] for path in paths] == [b"0", b"1", b"2", b"3"]
    assert save_all(store, form, folder) == paths  # again: the same files
    assert len(list(folder.iterdir())) == 4


def test_a_file_of_another_content_is_never_overwritten(store, tmp_path):
    (tmp_path / "报告.pdf").write_bytes(b"mine")
    form = attach(store, FORM, PDF, "报告.pdf")
    assert [path.name for path in save_all(store, form, tmp_path)] == ["报告 (2).pdf"]
    assert (tmp_path / "报告.pdf").read_bytes() == b"mine"


def test_a_name_from_a_foreign_store_cannot_leave_the_folder(store, tmp_path):
    form = attach(store, FORM, PDF, "报告.pdf")
    evil = form.attachments[0].model_copy(update={"name": "../../报告.pdf"})
    (path,) = save_all(store, FORM.model_copy(update={"attachments": (evil,)}), tmp_path / "out")
    assert path.parent == tmp_path / "out"


def test_a_folder_that_cannot_be_written_is_one_line(store, tmp_path):
    (tmp_path / "file").write_bytes(b"")
    form = attach(store, FORM, PDF, "报告.pdf")
    with pytest.raises(BadInput, match="无法写入"):
        save_all(store, form, tmp_path / "file" / "out")
