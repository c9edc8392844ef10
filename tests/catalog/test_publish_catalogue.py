"""The table of an edition: official columns, nothing invented, the same bytes, a header on every page."""

import io
import zipfile
from html.parser import HTMLParser

import openpyxl
import pytest
from docx import Document
from docx.oxml.ns import qn

from catalog.editions.edition import Edition, Entry, EntryCase, entry_of, freeze
from catalog.errors import BadInput
from catalog.publish import columns
from catalog.publish.catalogue import BODY_MM, catalogue_docx, catalogue_html, catalogue_xlsx
from catalog.publish.neutral import left_out, neutral, neutral_indicators

MEE = ["序号", "技术名称", "工艺路线", "主要技术指标及应用效果", "技术特点", "适用范围", "技术类别"]
MIIT_TOP = ["序号", "技术名称", "技术介绍", "适用范围", "目前推广比例", "未来5年节能潜力"]
NDRC_TOP = ["序号", "技术名称", "适用范围", "主要技术内容", "典型项目", "目前推广比例", "未来5年潜力"]
NDRC_PROJECT = ["建设规模", "投资额（万元）", "节能量（tce/a）", "CO2减排量（tCO2/a）"]
NDRC_FUTURE = ["总投入（亿元）", "预计推广比例", "节能能力（万tce/a）", "碳减排能力（万tCO2/a）"]

FULL = Entry(
    number="CPT-0001",
    group="大气污染防治领域",
    name="烧结烟气密相塔半干法脱硫除尘技术",
    entry_class="demonstrated",
    summary="脱硫除尘一体。",
    route="烟气进入密相塔。",
    indicators="出口二氧化硫：≤35 mg/m³，相对湿法",
    features="无废水",
    scope="钢铁",
    cases=(
        EntryCase(site="甲厂", scale="90 m²"),
        EntryCase(site="乙厂", scale="360 m²", investment_wan_yuan=1200.0, saving_tce=0.0, co2_t=5.25),
    ),
    penetration_now=5.0,
    penetration_forecast=30.5,
)
BARE = Entry(number="CPT-0002", group="水污染防治领域", name="=1+1 & <b>回用</b>")


def made(*entries, **values):
    head = {"year": 2026, "title": "清洁生产技术推广目录", **values}
    return freeze(Edition(entries=entries or (FULL, BARE), **head))


def grid(content):
    """Rows of the table of a DOCX as lists of texts, and the rows themselves."""
    table = Document(io.BytesIO(content)).tables[0]
    rows = table._tbl.tr_lst
    return [["\n".join(p.text for p in cell.p_lst) for cell in row.tc_lst] for row in rows], rows


# Columns.


def test_an_unknown_style_lists_the_three():
    with pytest.raises(BadInput) as error:
        columns.style("gb")
    assert all(name in str(error.value) for name in ("“gb”", "mee（", "miit（", "ndrc（"))


@pytest.mark.parametrize("name", columns.STYLES)
def test_columns_fill_the_page_and_no_more(name):
    style = columns.style(name)
    assert sum(column.width_mm for column in style.columns) == pytest.approx(BODY_MM[0])
    assert sum(span for _, span in style.spans) == len(style.columns)


def test_the_columns_are_those_of_the_official_catalogues():
    assert [column.title for column in columns.style("mee").columns] == MEE
    assert [title for title, _ in columns.style("miit").spans] == MIIT_TOP
    assert [title for title, _ in columns.style("ndrc").spans] == NDRC_TOP
    own = columns.style("ndrc").columns
    assert [c.title for c in own if c.group == "典型项目"] == NDRC_PROJECT
    assert [c.title for c in own if c.group == "未来5年潜力"] == NDRC_FUTURE


def test_figures_that_are_known_are_printed_and_the_others_are_not_zero():
    rows = [row for part in columns.parts(made(), columns.style("ndrc")) for row in part.rows]
    assert list(rows[0][4:]) == [
        "360 m²", "1200", "0", "5.25", "5%", "未提供", "30.5%", "未提供", "未提供",
    ]  # fmt: skip
    assert list(rows[1][2:]) == ["未提供"] * 11
    miit = [row for part in columns.parts(made(), columns.style("miit")) for row in part.rows]
    assert list(miit[0][2:]) == ["脱硫除尘一体。\n烟气进入密相塔。", "钢铁", "5%", "30.5%", "未提供"]


def test_the_typical_project_is_the_case_with_most_figures():
    assert columns.typical(FULL).site == "乙厂"
    assert columns.typical(BARE) is None
    twice = FULL.model_copy(update={"cases": (EntryCase(site="一"), EntryCase(site="二"))})
    assert columns.typical(twice).site == "一"


def test_field_headings_are_numbered_in_the_order_of_the_entries():
    entries = [
        Entry(number=f"CPT-{place:04d}", name=str(place), group=group)
        for place, group in enumerate(["三、水", "大气", "水", ""], 1)
    ]
    found = columns.fields_of(entries)
    assert [heading for heading, _ in found] == ["一、水", "二、大气", "三、其他领域"]
    assert [entry.number for entry in found[0][1]] == ["CPT-0001", "CPT-0003"]
    assert columns.fields_of([BARE.model_copy(update={"group": ""})])[0][0] == ""


@pytest.mark.parametrize(
    ("position", "word"), [(1, "一"), (9, "九"), (10, "十"), (12, "十二"), (20, "二十"), (43, "四十三")]
)
def test_heading_numbers(position, word):
    assert columns.heading_number(position) == word


def test_the_title_has_its_year_once_and_example_data_says_so():
    assert columns.title_of(made()) == "清洁生产技术推广目录（2026年）"
    assert columns.title_of(made(title="目录（2026年版）")) == "目录（2026年版）"
    assert columns.title_of(made(is_example=True)).endswith("（2026年）（示例）")


@pytest.mark.parametrize(
    ("texts", "widths", "lines"),
    [
        # 9 pt: half a Han character is 1.5875 mm; 20 mm leave 18 mm, 11 half characters
        (["一二三四五", "x"], [20, 20], 1),
        (["一二三四五六", "x"], [20, 20], 2),
        (["x", "abcdefghijkl"], [20, 20], 2),
        (["a\nb\nc", ""], [20, 20], 3),
    ],
)
def test_lines_of_a_row(texts, widths, lines):
    assert columns.lines_of(texts, widths, 9.0) == lines


# No company names, prices and brands in MEE rows.


def test_names_of_applicant_users_and_companies_are_left_out():
    entry = Entry(
        number="CPT-0001", name="x", dossier="SB-2026-0001", applicant="重庆绿源环保科技",
        cases=(EntryCase(site="涪陵第二水泥厂"),),
    )  # fmt: skip
    text = "重庆绿源环保科技研发，在涪陵第二水泥厂和华东某某有限公司应用，采用“蓝天”牌滤袋，A1™风机"
    assert neutral(text, entry) == "某企业研发，在某企业和某企业应用，采用滤袋，风机"
    assert neutral("委托专业环境公司治理", entry) == "委托专业环境公司治理"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("节电12 %，年节约120万元，无废水", "节电12 %，无废水"),
        ("投资1 200 万元；出口颗粒物<10 mg/m3", "出口颗粒物<10 mg/m3"),
        ("运行费0.6元/t。脱硫效率95 %。", "脱硫效率95 %。"),
        ("售价US$ 5000，节水", "节水"),
        ("回收金属元素8种，3元素复合催化剂", "回收金属元素8种，3元素复合催化剂"),
    ],
)
def test_price_clauses_are_left_out(text, wanted):
    assert neutral(text, Entry(number="CPT-0001", name="x", dossier="SB-2026-0001")) == wanted


def test_of_a_record_only_impersonal_words_about_a_figure_are_kept():
    entry = Entry(
        number="CPT-0002", name="烧结烟气循环",
        indicators="氮氧化物下降：8.1 %，天津某某铁公司改造，下降17 mg/m³；"
        "成本：5 元/t（供应方声称），厂家资料；节电：30 %（供应方声称），默克，相对常规，企业口径；"
        "蒸汽：2 t/h，1:4超低浴比",
    )  # fmt: skip
    assert neutral_indicators(entry) == (
        "氮氧化物下降：8.1 %，下降17 mg/m³；节电：30 %（供应方声称），相对常规，企业口径；"
        "蒸汽：2 t/h，1:4超低浴比"
    )
    assert left_out(entry) == ("天津某某铁公司改造", "成本：5 元/t（供应方声称）", "厂家资料", "默克")
    assert left_out(FULL) == ()


def test_no_row_made_of_a_record_names_a_company_or_a_price(catalog):
    words = ("有限公司", "集团", "宝钢", "首钢", "石化2021", "万元", "美元", "默克", "联合利华")
    for technology in catalog.technologies:
        entry = entry_of(technology, catalog)
        printed = neutral_indicators(entry)
        assert not [word for word in words if word in printed], technology.id
        assert all(case.site not in printed for case in entry.cases if len(case.site) > 3)


# Word.


@pytest.mark.parametrize("name", columns.STYLES)
def test_every_output_is_the_same_twice(name):
    edition = made()
    for write in (catalogue_docx, catalogue_xlsx, catalogue_html):
        assert write(edition, style=name) == write(edition, style=name)


def test_the_word_table_repeats_its_header_and_parts_no_row():
    texts, rows = grid(catalogue_docx(made(), style="mee"))
    assert texts[0] == MEE
    assert texts[1] == ["一、大气污染防治领域"] and texts[3] == ["二、水污染防治领域"]
    assert texts[2][0] == "1" and texts[2][-1] == "示范技术"
    assert texts[4][1] == "=1+1 & <b>回用</b>" and texts[4][2] == "未提供"
    headers = [row.find(f".//{qn('w:tblHeader')}") is not None for row in rows]
    assert headers == [True, False, False, False, False]
    assert all(row.find(f".//{qn('w:cantSplit')}") is not None for row in rows)
    span = rows[1].tc_lst[0].find(f".//{qn('w:gridSpan')}")
    assert span.get(qn("w:val")) == "7"
    assert rows[1].find(f".//{qn('w:keepNext')}") is not None


def test_only_a_row_as_high_as_a_page_may_part():
    long = FULL.model_copy(update={"route": "工艺" * 700})
    short = FULL.model_copy(update={"number": "CPT-0003", "name": "短", "route": "工艺" * 100})
    _, rows = grid(catalogue_docx(made(long, short), style="mee"))
    assert [row.find(f".//{qn('w:cantSplit')}") is not None for row in rows] == [True, True, False, True]


def test_a_grouped_header_has_two_repeated_rows():
    texts, rows = grid(catalogue_docx(made(), style="ndrc"))
    assert texts[0] == NDRC_TOP
    assert texts[1] == ["", "", "", "", *NDRC_PROJECT, "", *NDRC_FUTURE]
    headers = [row.find(f".//{qn('w:tblHeader')}") is not None for row in rows]
    assert headers == [True, True, False, False, False, False]
    merges = [cell.find(f".//{qn('w:vMerge')}") for cell in rows[0].tc_lst]
    assert [m.get(qn("w:val")) if m is not None else None for m in merges] == [
        "restart", "restart", "restart", "restart", None, "restart", None,
    ]  # fmt: skip


def test_the_page_of_the_word_file():
    content = catalogue_docx(made(issuer="某市生态环境局"), style="mee")
    document = Document(io.BytesIO(content))
    section = document.sections[0]
    assert (round(section.page_width.mm), round(section.page_height.mm)) == (297, 210)
    first, title = document.paragraphs[:2]
    assert first.text == "附件1" and first.alignment in (None, 0)
    assert title.text == "清洁生产技术推广目录（2026年）" and title.alignment == 1
    fonts = [p.runs[0].font.element.rPr.rFonts.get(qn("w:eastAsia")) for p in (first, title)]
    assert fonts == ["黑体", "方正小标宋简体"]
    assert title.runs[0].font.size.pt == 22
    assert "“未提供”指没有公开或申报的内容" in document.paragraphs[-2].text
    assert document.core_properties.comments == f"目录指纹 {made(issuer='某市生态环境局').fingerprint}"
    assert Document(io.BytesIO(catalogue_docx(made(), style="mee", attachment=""))).paragraphs[0].text == (
        "清洁生产技术推广目录（2026年）"
    )


def test_characters_no_document_can_hold_are_dropped():
    odd = FULL.model_copy(update={"route": "烟气\x0b进入\x00塔", "group": "大气\x07"})
    texts, _ = grid(catalogue_docx(made(odd), style="mee"))
    assert texts[1] == ["一、大气"] and texts[2][2] == "烟气进入塔"


# Excel.


def test_the_workbook_holds_text_only_and_a_frozen_header():
    sheet = openpyxl.load_workbook(io.BytesIO(catalogue_xlsx(made(), style="ndrc"))).active
    assert sheet["A1"].value == "清洁生产技术推广目录（2026年）"
    assert [sheet.cell(2, place).value for place in (1, 2, 5, 9, 10)] == [
        "序号", "技术名称", "典型项目", "目前推广比例", "未来5年潜力",
    ]  # fmt: skip
    assert [sheet.cell(3, place).value for place in range(5, 9)] == NDRC_PROJECT
    assert sheet.freeze_panes == "C4"
    assert sheet.print_title_rows == "$2:$3"
    assert sheet["A4"].value == "一、大气污染防治领域"
    merged = {str(one) for one in sheet.merged_cells.ranges}
    assert {"A4:M4", "A2:A3", "E2:H2", "J2:M2"} <= merged
    name = sheet["B7"]
    assert (name.value, name.data_type) == ("=1+1 & <b>回用</b>", "s")
    assert sheet["F5"].value == "1200" and sheet["F5"].data_type == "s"
    assert sheet.page_setup.orientation == "landscape"


def test_the_workbook_of_a_style_with_one_header_row():
    sheet = openpyxl.load_workbook(io.BytesIO(catalogue_xlsx(made(), style="mee"))).active
    assert [cell.value for cell in sheet[2]] == MEE
    assert sheet.freeze_panes == "C3" and sheet.print_title_rows == "$2:$2"


def test_no_formula_stands_in_the_package():
    with zipfile.ZipFile(io.BytesIO(catalogue_xlsx(made(), style="mee"))) as package:
        assert b"<f>" not in package.read("xl/worksheets/sheet1.xml")


# HTML.


class Cells(HTMLParser):
    """Texts of the cells of a page."""

    def __init__(self):
        super().__init__()
        self.cells, self.open = [], False

    def handle_starttag(self, tag, attrs):
        if tag in ("td", "th"):
            self.open = True
            self.cells.append("")

    def handle_endtag(self, tag):
        self.open = self.open and tag not in ("td", "th")

    def handle_data(self, data):
        if self.open:
            self.cells[-1] += data


@pytest.mark.parametrize("name", columns.STYLES)
def test_the_page_shows_what_the_word_file_shows(name):
    edition = made()
    page = catalogue_html(edition, style=name).decode()
    reader = Cells()
    reader.feed(page)
    texts, _ = grid(catalogue_docx(edition, style=name))
    assert reader.cells == [text for row in texts for text in row if text]
    assert "<b>回用" not in page and "&lt;b&gt;回用" in page
    assert "table-header-group" in page and "landscape" in page
    assert edition.fingerprint in page
