"""The volume: seven sections in order, contents that read as they are, side effects printed."""

import io
import re

import pytest
from docx import Document
from docx.oxml.ns import qn

from catalog.editions.edition import Edition, Entry, EntryCase, entry_of, freeze
from catalog.publish.volume import HEADINGS, chapters, volume_docx, volume_html

FULL = Entry(
    number="CPT-0001",
    merged_numbers=("CPT-0009",),
    group="余热",
    name="低温余热发电",
    aliases=("ORC", "有机朗肯循环"),
    summary="把低温余热变成电。",
    route="热水加热工质 <蒸发>。",
    indicators="发电量：12 kWh/t",
    features="模块化",
    scope="钢铁；热水放散",
    cases=(
        EntryCase(
            site="甲厂", scale="1 MW", year=2024, investment_wan_yuan=0.0, saving_tce=350.5, co2_t=900.0,
            result="年发电700万kWh",
        ),
        EntryCase(site="乙厂"),
    ),
    penetration_now=5.0,
    investment="800 万元（1 MW；价格年份：2024年）",
    payback="4 年（静态）",
    policy=("《某方案》专栏1：“余热”",),
    publications=("某研究，某刊，2020",),
    maturity="推广（TRL 9）",
    preconditions=("热源稳定",),
    not_suitable=("热源间断",),
    negative_effects=("耗冷却水：未知，运行时",),
)  # fmt: skip
BARE = Entry(number="CPT-0002", group="节水", name="废水回用")


@pytest.fixture(scope="module")
def edition():
    return freeze(
        Edition(year=2026, title="推广目录", issuer="某市生态环境局", document_number="某环〔2026〕1号",
                published_on="2026-10-15", entries=(FULL, BARE))
    )  # fmt: skip


@pytest.fixture(scope="module")
def document(edition):
    return Document(io.BytesIO(volume_docx(edition)))


def texts(document):
    return [paragraph.text for paragraph in document.paragraphs]


def lines(edition, place):
    sheet = [sheet for chapter in chapters(edition) for sheet in chapter.sheets][place]
    return {section.heading[2:]: list(section.lines) for section in sheet.sections}


def test_a_sheet_has_the_seven_sections_of_the_case_books_in_order(edition):
    sheet = chapters(edition)[0].sheets[0]
    assert [section.heading for section in sheet.sections] == [
        "一、技术名称", "二、技术适用范围", "三、技术原理及工艺", "四、技术指标", "五、技术功能特性",
        "六、应用案例", "七、推广前景与潜力",
    ]  # fmt: skip


def test_what_is_known_is_printed(edition):
    found = lines(edition, 0)
    assert found["技术名称"] == [
        ("", "低温余热发电（推广技术）"), ("编号", "CPT-0001"), ("并入编号", "CPT-0009"),
        ("又称", "ORC、有机朗肯循环"),
    ]  # fmt: skip
    assert found["技术适用范围"][1:] == [("前提条件", "热源稳定"), ("不适用情形", "热源间断")]
    assert found["技术指标"][2] == ("投资回收期", "4 年（静态）")
    assert found["技术功能特性"][2] == ("副作用", "耗冷却水：未知，运行时")
    assert found["应用案例"][0] == (
        "案例1",
        "甲厂：建设规模1 MW，投产年份2024年，投资额0 万元，节能量350.5 tce/a，CO2减排量900 tCO2/a。"
        "效果：年发电700万kWh",
    )
    assert found["应用案例"][1] == (
        "案例2", "乙厂（建设规模、投产年份、投资额、节能量、CO2减排量：未提供）",
    )  # fmt: skip
    assert found["推广前景与潜力"] == [("目前推广比例", "5%"), ("预计推广比例", "未提供")]


def test_what_is_unknown_is_named_as_not_given(edition):
    found = lines(edition, 1)
    for heading in HEADINGS[1:]:
        assert all(text == "未提供" for _, text in found[heading]), heading
    sheet = chapters(edition)[1].sheets[0]
    assert sheet.sources == (("政策出处", "未提供"), ("文献来源", "未提供"))


def test_side_effects_of_every_record_are_printed(catalog):
    entries = tuple(entry_of(technology, catalog) for technology in catalog.technologies)
    made = freeze(Edition(year=2026, title="目录", entries=entries))
    sheets = [sheet for chapter in chapters(made) for sheet in chapter.sheets]
    assert len(sheets) == len(catalog)
    for entry, sheet in zip(made.entries, sheets, strict=True):
        printed = dict(sheet.sections[4].lines)["副作用"]
        assert all(effect in printed for effect in entry.negative_effects)


def test_the_volume_is_the_same_twice(edition):
    assert volume_docx(edition) == volume_docx(edition)
    assert volume_html(edition) == volume_html(edition)


def test_the_cover(document):
    cover = texts(document)[:7]
    assert cover == [
        "附件2", "推广目录（2026年）", "技术简介", "共 2 项技术", "某市生态环境局", "某环〔2026〕1号",
        "2026年10月15日",
    ]  # fmt: skip


def test_the_contents_are_a_list_and_a_field_around_it(document):
    paragraphs = document.paragraphs
    start = texts(document).index("目　录") + 1
    listed = paragraphs[start : start + 4]
    assert [one.text.strip() for one in listed] == ["一、余热", "1　低温余热发电", "二、节水", "2　废水回用"]
    xml = "".join(one._p.xml for one in listed)
    marks = re.findall(r'fldCharType="(\w+)"', xml)
    assert marks[:2] == ["begin", "separate"] and marks[-1] == "end"
    assert marks.count("begin") == marks.count("end") == marks.count("separate") == 3
    assert "TOC \\o" in xml and "PAGEREF t1" in xml and "PAGEREF t2" in xml


def test_the_contents_without_the_field_are_the_same_list(edition):
    plain = Document(io.BytesIO(volume_docx(edition, contents_field=False)))
    assert texts(plain) == texts(Document(io.BytesIO(volume_docx(edition))))
    assert "TOC" not in plain.element.xml


def test_links_lead_to_the_headings_which_stand_in_the_outline(document):
    xml = document.element.xml
    assert set(re.findall(r'w:anchor="(\w+)"', xml)) == set(
        re.findall(r'w:bookmarkStart [^>]*w:name="(\w+)"', xml)
    )
    outline = [(p.style.name, p.text) for p in document.paragraphs if p.style.name.startswith("Heading")]
    assert outline == [
        ("Heading 1", "一、余热"), ("Heading 2", "1　低温余热发电"),
        ("Heading 1", "二、节水"), ("Heading 2", "2　废水回用"),
    ]  # fmt: skip


def test_every_technology_starts_a_new_page(document):
    breaks = [p.text for p in document.paragraphs if p._p.find(f".//{qn('w:pageBreakBefore')}") is not None]
    assert breaks == ["目　录", "二、节水"]
    one_field = freeze(
        Edition(year=2026, title="目录", entries=(FULL, BARE.model_copy(update={"group": "余热"})))
    )
    second = Document(io.BytesIO(volume_docx(one_field)))
    breaks = [p.text for p in second.paragraphs if p._p.find(f".//{qn('w:pageBreakBefore')}") is not None]
    assert breaks == ["目　录", "2　废水回用"]


def test_sources_stand_in_small_type(document):
    small = [p for p in document.paragraphs if p.style.name == "SheetSource"]
    assert small[0].text == "政策出处：《某方案》专栏1：“余热”"
    assert document.styles["SheetSource"].font.size.pt == 9
    assert document.styles["SheetLine"].font.size.pt == 12


def test_the_page_holds_the_same_words(edition, document):
    page = volume_html(edition).decode()
    start = texts(document).index("一、余热", texts(document).index("一、余热") + 1)
    for text in texts(document)[start:]:
        assert text.replace("<", "&lt;").replace(">", "&gt;") in page
    assert "热水加热工质 &lt;蒸发&gt;。" in page
    assert 'href="#t1"' in page and 'id="t1"' in page
