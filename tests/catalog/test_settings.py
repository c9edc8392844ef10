"""Who sends the documents: a file people fill in; faults in one Chinese line."""

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, Field

from catalog.editions.edition import Edition, Entry
from catalog.errors import BadInput
from catalog.parsing import parsed
from catalog.paths import DATA_DIR
from catalog.publish.settings import (
    CallSettings,
    NoticeSettings,
    PublicNoticeSettings,
    kind_of,
    label_of,
    lacking,
    proposed,
    read_settings,
    settings_bytes,
    settings_of,
)

DAY = datetime.date


def read(text):
    return settings_of(text.encode(), where="发文信息.yaml")


def test_the_shipped_settings_are_those_of_an_example():
    settings = read_settings(DATA_DIR / "editions" / "2026_notices.yaml")
    assert (settings.contact, settings.phone) == ("示例联系人", "000-00000000")
    assert settings.email.endswith("@example.org") and "示例" in settings.call.number
    assert settings.call.fields[0] == "清洁生产+" and settings.call.quota == 10
    assert settings.public_notice == PublicNoticeSettings(start=DAY(2026, 9, 21), days=7)


def test_the_blank_form_explains_every_line_and_reads_as_nothing():
    blank = settings_bytes().decode()
    assert all("# " in line for line in blank.splitlines())
    assert "  unit_deadline: # 申报单位截止日期" in blank.splitlines()
    assert read(blank) == NoticeSettings() == read("") == read("call:\ncontact:\n")


WORD = st.text("甲乙abc012 :#'\"\\-", min_size=1, max_size=8).map(str.strip).filter(bool)
DAYS = st.none() | st.dates(DAY(2000, 1, 1), DAY(2100, 1, 1))


@given(
    st.builds(
        NoticeSettings,
        contact=WORD,
        phone=WORD,
        copies=st.lists(WORD, max_size=3).map(tuple),
        call=st.builds(
            CallSettings, date=DAYS, deadline=DAYS, focus=st.lists(WORD, max_size=2).map(tuple),
            quota=st.none() | st.integers(1, 99),
        ),
    )
)  # fmt: skip
def test_written_settings_are_read_back(settings):
    assert settings_of(settings_bytes(settings), where="x") == settings


def test_words_stand_as_they_are_written():
    settings = read("phone: 0231234567\ncontact: no\ncall: {fields: 甲、乙，丙, focus: 甲、乙；丙}")
    assert (settings.phone, settings.contact) == ("0231234567", "no")
    assert settings.call.fields == ("甲", "乙", "丙") and settings.call.focus == ("甲、乙", "丙")
    assert read("copies: [甲, 乙]").copies == ("甲", "乙")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("call: {date: 2026-13-01}", "call.date: “2026-13-01”：请写日期，例如 2026-01-31"),
        ("call: {quota: 很多}", "call.quota: “很多”：请写整数"),
        ("call: {quota: 0}", "call.quota: “0”：须不小于 1"),
        ("public_notice: {days: 61}", "public_notice.days: “61”：须不大于 60"),
        ("联系人: 张三", "联系人: “张三”：没有此项，请删去或检查拼写"),
        ("call: 尽快", "call: “尽快”：请写成“名称: 值”"),
        ("contact: [张三]", "contact: 请写文字"),
        ("contact: a: b", "第 1 行: 不是 YAML 格式，请写成“名称: 值”，冒号后空一格"),
        ("- 张三", "不是发文信息，请用 edition settings 写出的空白文件填写"),
    ],
)
def test_a_fault_is_one_line_with_file_field_value_and_remedy(text, told):
    with pytest.raises(BadInput) as fault:
        read(text)
    assert str(fault.value) == f"发文信息.yaml: {told}"


def test_a_file_that_cannot_be_read(tmp_path):
    with pytest.raises(BadInput, match="无法读取"):
        read_settings(tmp_path / "none.yaml")
    with pytest.raises(BadInput, match="不是 UTF-8"):
        settings_of("联系人".encode("gbk"), where="a.yaml")


def test_what_is_lacking_is_named():
    call = CallSettings(date=DAY(2026, 1, 1))
    assert lacking(call, "date", "deadline", "fields") == ("推荐单位截止日期", "征集领域")
    assert lacking(call, "date") == ()
    assert lacking(NoticeSettings(contact="张工"), "issuer", "contact", "email") == ("发文机关", "电子邮箱")
    assert [label_of(one) for one in (call, PublicNoticeSettings())] == ["征集通知", "公示"]


def test_kinds_of_fields():
    kinds = {name: kind_of(field) for name, field in CallSettings.model_fields.items()}
    assert kinds == {
        "number": "words", "date": "day", "unit_deadline": "day", "deadline": "day", "fields": "words",
        "focus": "words", "quota": "number",
    }  # fmt: skip
    assert kind_of(PublicNoticeSettings.model_fields["days"]) == "number"


def test_an_edition_proposes_what_it_knows():
    entries = tuple(
        Entry(number=f"CPT-000{n}", name=f"技术{n}", group=group) for n, group in enumerate("乙甲乙", 1)
    )
    edition = Edition(
        year=2026, title="目录", issuer="某局", document_number="某〔2026〕1号",
        published_on=DAY(2026, 10, 15), entries=entries,
    )  # fmt: skip
    settings = proposed(edition)
    assert (settings.issuer, settings.contact, settings.call.fields) == ("某局", "", ("乙", "甲"))
    assert (settings.publication.number, settings.publication.date) == ("某〔2026〕1号", DAY(2026, 10, 15))


class Sample(BaseModel):
    share: float = Field(gt=0)
    names: dict[str, str] = Field(default={}, min_length=1)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ({}, "x: share: 未填写，请补上"),
        ({"share": 0}, "x: share: “0”：须大于 0"),
        ({"share": 1, "names": {}}, "x: names: 太少，请补写"),
        ({"share": 1, "names": 3}, "x: names: “3”：请写成“名称: 值”"),
        ([], "x: 请写成“名称: 值”"),
    ],
)
def test_words_for_faults_are_chinese(content, told):
    with pytest.raises(BadInput) as fault:
        parsed(Sample, content, where="x")
    assert str(fault.value) == told
