"""The page 目录与发布 writes everything of an edition, run without a browser."""

import io
import zipfile

import pytest
from streamlit.testing.v1 import AppTest

from catalog.editions import shelf
from catalog.paths import DATA_DIR
from catalog.publish.settings import read_settings, settings_bytes
from catalog.review.desk import Desk
from catalog.store import Store

SHIPPED = DATA_DIR / "editions" / "2026_notices.yaml"


@pytest.fixture(autouse=True)
def desk(tmp_path, monkeypatch):
    """A desk of its own for each test."""
    monkeypatch.setenv("QINGYUAN_DATABASE", f"sqlite:///{tmp_path / 'desk.db'}")
    return Desk(Store.open())


def page():
    def script():
        from catalog.editions import shelf
        from recommender.ui.pages.official import publishing

        before, edition = shelf.edition_of(2025), shelf.edition_of(2026)
        publishing.draw(edition, before)

    app = AppTest.from_function(script, default_timeout=120)
    app.run()
    assert not app.exception, app.exception
    return app


def field(app, label):
    elements = [*app.text_input, *app.date_input, *app.number_input]
    return next(one for one in elements if one.label.startswith(label))


def make(app):
    next(one for one in app.button if one.label == "生成发布文件").click().run()
    assert not app.exception, app.exception
    return app


def made(app):
    return app.session_state["published_set"][1]


def test_the_form_begins_with_what_the_edition_says():
    app = page()
    edition = shelf.edition_of(2026)
    assert field(app, "发文机关").value == edition.issuer
    assert field(app, "文号（空则用目录的文号）").value == edition.document_number
    assert field(app, "成文日期（空则用目录的发布日期）").value == edition.published_on
    assert "钢铁与焦化" in field(app, "征集领域").value
    assert field(app, "联系人").value == ""


def test_what_is_missing_is_told_beside_the_files():
    app = make(page())
    told = app.warning[0].value
    assert "未生成 征集通知：发文信息缺 联系人、联系电话、征集通知的成文日期、申报单位截止日期" in told
    assert "提示 公示稿：发文信息缺 联系人、联系电话、电子邮箱、通信地址、公示开始日期、成文日期" in told
    assert "未生成 补正通知：数据库中没有 2026 年申报记录" in told
    assert "05_发布/目录.json" in made(app).files and "01_征集/征集通知.docx" not in made(app).files


def test_what_is_filled_in_reaches_the_documents():
    from docx import Document

    app = page()
    field(app, "联系人").set_value("赵工")
    field(app, "联系电话").set_value("000-7")
    field(app, "公示开始日期").set_value("2026-09-21")
    make(app)
    notice = Document(io.BytesIO(made(app).files["04_公示/公示.docx"]))
    assert any("联系人：赵工，联系电话：000-7" in one.text for one in notice.paragraphs)
    assert "未生成 公示" not in app.warning[0].value


def test_an_uploaded_file_fills_the_form_and_gives_the_whole_set():
    app = page()
    app.file_uploader[0].set_value(("发文信息.yaml", SHIPPED.read_bytes(), "application/yaml")).run()
    assert field(app, "联系人").value == "示例联系人"
    assert field(app, "每个推荐单位最多推荐几项").value == 10
    make(app)
    assert "01_征集/征集通知.docx" in made(app).files and "征集通知" not in app.warning[0].value
    used = app.session_state["published_set"][2]
    assert settings_bytes(used) == settings_bytes(read_settings(SHIPPED))


def test_a_faulty_file_is_one_line_and_the_form_stays():
    app = page()
    app.file_uploader[0].set_value(("a.yaml", "call: {date: 三月}".encode(), "application/yaml")).run()
    assert not app.exception
    assert "请写日期" in app.error[0].value and "三月" in app.error[0].value
    assert field(app, "发文机关").value == shelf.edition_of(2026).issuer


def downloads(app):
    return list(app.get("download_button"))


def test_the_set_is_offered_as_zip_and_one_by_one_by_kind():
    app = make(page())
    labels = [one.proto.label for one in downloads(app)]
    assert labels[:2] == ["全部下载（ZIP）", "下载发文信息（下次可读取）"]
    assert "下载 申报表.xlsx" in labels and "下载 目录.json" not in labels
    kinds = next(one for one in app.segmented_control if one.label == "单个文件")
    kinds.set_value("05_发布").run()
    assert not app.exception
    labels = [one.proto.label for one in downloads(app)]
    assert "下载 目录.json" in labels and "下载 申报表.xlsx" not in labels


def test_an_archive_holds_the_folders():
    app = make(page())
    with zipfile.ZipFile(io.BytesIO(app.session_state["published_set"][3])) as package:
        assert set(package.namelist()) == set(made(app).files)
