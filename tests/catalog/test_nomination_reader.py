import copy
import datetime
import io
import json
import zipfile

import openpyxl
import pytest
from docx import Document
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from catalog.errors import BadInput
from catalog.nominations import reader
from catalog.nominations.cli import app
from catalog.nominations.form import (
    ADVANCEMENT_LABELS,
    CASE_LABELS,
    CLASS_LABELS,
    EVIDENCE_LABELS,
    LABELS,
    Attachment,
    Evidence,
    IntellectualProperty,
    Nomination,
    NominationCase,
)
from catalog.nominations.reader import accepted, apply, read_form
from catalog.nominations.template import form_docx, form_xlsx

DAY = datetime.date


def xlsx(rows, merged=(), sheet="申报表", edit=None):
    book = openpyxl.Workbook()
    page = book.active
    page.title = sheet
    for row in rows:
        page.append(row)
    for cells in merged:
        page.merge_cells(cells)
    if edit:
        edit(book)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def saved(document):
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def docx(lines=(), tables=()):
    document = Document()
    for line in lines:
        document.add_paragraph(line)
    for rows in tables:
        made = document.add_table(rows=0, cols=max(map(len, rows)))
        for row in rows:
            cells = made.add_row().cells
            for cell, text in zip(cells, row, strict=False):
                cell.text = text
    return saved(document)


def one(reading, name):
    found = [field for field in reading.fields if field.field == name]
    assert len(found) == 1, [(field.field, field.text, field.fault) for field in reading.fields]
    return found[0]


def read_one(label, value, *, edit=None):
    rows = [["技术名称", "某技术"], [label, value]]
    return read_form(xlsx(rows, edit=edit), "form.xlsx")


# round trip

HAN = "清洁生产烟气余热循环改造回用膜槽铬镍钢厂水泥某市新材料0123456789AB"
words = st.text(alphabet=HAN, min_size=1, max_size=12)
label_words = st.sampled_from(
    ["用户证明（2024）", "检测报告", "规模", "技术名称", "说明", "无", "=1+1", "合同：A-1"]
)
short = st.one_of(st.just(""), words, label_words)
long = st.one_of(st.just(""), st.lists(words, min_size=1, max_size=3).map("\n".join))
figures = st.one_of(st.none(), st.integers(0, 10**7).map(lambda n: n / 100))
signed = st.one_of(st.none(), st.integers(-(10**6), 10**6).map(lambda n: n / 10))
shares = st.one_of(st.none(), st.integers(0, 1000).map(lambda n: n / 10))
days = st.one_of(st.none(), st.dates(DAY(1990, 1, 1), DAY(2035, 12, 31)))
pollutants = st.sampled_from(["COD", "氨氮", "SO2", "PM2.5", "颗粒物（有组织）", "VOCs", "总磷"])
cases = st.builds(
    NominationCase,
    user=short, scale=short, commissioned=days, investment_wan_yuan=figures,
    operating_cost_wan_yuan=figures, saving_tce=signed, water_saving_m3=signed,
    reductions_t=st.dictionaries(pollutants, st.integers(-50, 5000).map(lambda n: n / 4), max_size=3),
    co2_t=signed, payback_years=figures, domestic=st.booleans(), proof=short,
)  # fmt: skip
rights = st.builds(
    IntellectualProperty, kind=st.sampled_from(["发明专利", "软件著作权", "技术秘密"]),
    number=st.sampled_from(["", "ZL202010123456.7", "2021SR0123456", "007"]), holder=short,
)  # fmt: skip
proofs = st.builds(
    Evidence, kind=st.sampled_from(list(EVIDENCE_LABELS)), issuer=short,
    number=st.sampled_from(["", "JC-1", "01"]), date=days, cma=st.sampled_from([None, True, False]),
)  # fmt: skip
forms = st.builds(
    Nomination,
    name=short, applicant=words, credit_code=st.sampled_from(["", "91500000MA5U0AAA0X"]), contact=short,
    phone=st.sampled_from(["", "023-67880000", "13800000000"]), region=short, recommender=short,
    recommendation=long, field=short, industries=st.sampled_from([(), ("0111",), ("3110", "335"), ("33",)]),
    technology_class=st.sampled_from([None, *CLASS_LABELS]), summary=long, principle=long, parameters=long,
    effects=long, features=long, scope=long, advancement=st.sampled_from([None, *ADVANCEMENT_LABELS]),
    trl=st.one_of(st.none(), st.integers(1, 9)), in_use_since=days,
    intellectual_property=st.lists(rights, max_size=4).map(tuple),
    evidence=st.lists(proofs, max_size=4).map(tuple),
    cases=st.lists(cases, max_size=3).map(tuple), penetration_now=shares, penetration_forecast=shares,
    barriers=long, declared=st.booleans(), declared_by=short, declared_on=days,
    technology_id=st.sampled_from([None, "CPT-0012"]),
)  # fmt: skip


def assert_same(form, content, name):
    reading = read_form(content, name)
    assert not reading.faults and not reading.unknown and not reading.rest, reading
    assert accepted(reading, reading.readable) == form


@settings(max_examples=30, deadline=None)
@given(forms)
def test_a_form_written_as_xlsx_reads_back_equal(form):
    assert_same(form, form_xlsx(form), "申报表.xlsx")


@settings(max_examples=30, deadline=None)
@given(forms)
def test_a_form_written_as_docx_reads_back_equal(form):
    assert_same(form, form_docx(form), "申报表.docx")


def test_a_blank_form_answers_nothing():
    for content, name in ((form_xlsx(), "a.xlsx"), (form_docx(), "a.docx")):
        reading = read_form(content, name)
        assert reading.fields == () and reading.faults == () and reading.rest == ()
        assert set(reading.missing) == set(LABELS.values()) - {"附件"}
        assert accepted(reading, LABELS) == Nomination()


# values

VALUES = [
    ("技术类别", "☑推广技术 □示范技术", "technology_class", "promoted"),
    ("技术类别", "推广技术（√）  示范技术（  ）", "technology_class", "promoted"),
    ("技术类别", "□ 推广类   ■ 示范类", "technology_class", "demonstrated"),
    ("类别", "示范类", "technology_class", "demonstrated"),
    ("技术先进性", "□国际领先 □国际先进 √国内领先 □国内先进", "advancement", "domestic_leading"),
    ("技术水平", "国内先进水平", "advancement", "domestic_advanced"),
    ("首次工业应用时间", "2023年5月18日", "in_use_since", DAY(2023, 5, 18)),
    ("首次应用时间", "2023年5月", "in_use_since", DAY(2023, 5, 1)),
    ("首次应用时间", "2023-05", "in_use_since", DAY(2023, 5, 1)),
    ("首次应用时间", "2023.5", "in_use_since", DAY(2023, 5, 1)),
    ("首次应用时间", "２０２３．１０", "in_use_since", DAY(2023, 10, 1)),
    ("首次应用时间", "20230518", "in_use_since", DAY(2023, 5, 18)),
    ("首次应用时间", "二〇二三年十二月三十一日", "in_use_since", DAY(2023, 12, 31)),
    ("首次应用时间", datetime.datetime(2023, 5, 18), "in_use_since", DAY(2023, 5, 18)),
    ("目前推广比例", "约８５％", "penetration_now", 85.0),
    ("推广比例（现状）", "15%", "penetration_now", 15.0),
    ("推广比例（预测）", 40, "penetration_forecast", 40.0),
    ("技术成熟度", "TRL 9", "trl", 9),
    ("技术成熟度", "8级", "trl", 8),
    ("适用行业", "炼铁、炼钢", "industries", ("311", "312")),
    ("适用行业", "C3110；稻谷种植（0111）", "industries", ("3110", "0111")),
    ("适用行业", "建筑、安全用金属制品制造", "industries", ("335",)),
    ("统一社会信用代码", " ９１５００000ma5u0aaa0x ", "credit_code", "91500000MA5U0AAA0X"),
    ("联系电话", 13800000000, "phone", "13800000000"),
    ("申报单位", "某环保公司（盖章）", "applicant", "某环保公司"),
    ("真实性承诺", "☑ 本单位承诺所填内容真实", "declared", True),
    ("真实性承诺", "是", "declared", True),
    ("推荐单位意见", "同意推荐。\n（盖章）\n   年   月   日", "recommendation", "同意推荐。"),
]


@pytest.mark.parametrize(("label", "value", "name", "wanted"), VALUES)
def test_values_are_read_as_people_write_them(label, value, name, wanted):
    found = one(read_one(label, value), name)
    assert (found.value, found.fault) == (wanted, "")
    assert found.place == "申报表!B2"


FAULTS = [
    ("技术类别", "样板", "示范技术、推广技术"),
    ("技术类别", "示范技术/推广技术", "示范技术、推广技术"),
    ("技术类别", "☑示范技术 ☑推广技术", "示范技术、推广技术"),
    ("首次应用时间", "2023年", "2023-05-18"),
    ("首次应用时间", "2023年13月", "没有这一天"),
    ("首次应用时间", 2023.1, "分不清 1 月和 10 月"),
    ("目前推广比例", "很高", "15%"),
    ("目前推广比例", 0.35, "35% 还是 0.35%"),
    ("目前推广比例", "120%", "0–100%"),
    ("目前推广比例", "10%~20%", "一个比例"),
    ("技术成熟度", "12", "1–9"),
    ("适用行业", "火星工业", "GB/T 4754-2017"),
    ("适用行业", "3110 炼钢", "GB/T 4754-2017"),
    ("适用行业", 111, "0111"),
    ("统一社会信用代码", 91500000123456789, "设为文本"),
    ("真实性承诺", "本单位承诺所填内容真实", "是、否"),
    ("应用案例", "已在多家企业应用", "逐项填写"),
    ("检测鉴定", "有检测报告", "逐项填写"),
]


@pytest.mark.parametrize(("label", "value", "cure"), FAULTS)
def test_what_cannot_be_read_is_a_fault_with_place_value_and_cure(label, value, cure):
    reading = read_one(label, value)
    (fault,) = reading.faults
    assert "申报表!B2" in fault and str(value)[:12] in fault and cure in fault and "\n" not in fault
    found = next(field for field in reading.fields if field.fault)
    assert found.value is None
    with pytest.raises(BadInput, match="不能采用"):
        accepted(reading, [found.field])


@pytest.mark.parametrize("label", ["技术类别", "首次应用时间", "目前推广比例", "技术成熟度", "真实性承诺"])
@pytest.mark.parametrize("value", ["", "/", "——", "未提供", "   年  月  日", "□示范技术 □推广技术"])
def test_an_answer_left_open_is_none_and_no_fault(label, value):
    reading = read_one(label, value)
    if "□" in value and label != "技术类别":
        return
    assert [field.field for field in reading.fields] == ["name"] and not reading.faults


CASE_VALUES = [
    ("投资", "320万元", "investment_wan_yuan", 320.0),
    ("总投资（元）", 3200000, "investment_wan_yuan", 320.0),
    ("投资额（元）", "320万", "investment_wan_yuan", 320.0),
    ("投资", "0.5亿元", "investment_wan_yuan", 5000.0),
    ("投资", "1,200（含税）", "investment_wan_yuan", 1200.0),
    ("年运行费用", "45.5 万元/年", "operating_cost_wan_yuan", 45.5),
    ("节能量", "1.2 万tce", "saving_tce", 12000.0),
    ("节能量（万tce/a）", "1.2", "saving_tce", 12000.0),
    ("年节能量", "350吨标准煤/年", "saving_tce", 350.0),
    ("节能量", -12.5, "saving_tce", -12.5),
    ("节水量", "3万吨/年", "water_saving_m3", 30000.0),
    ("节水量", "120 m3/a", "water_saving_m3", 120.0),
    ("减碳量", "3.2万吨CO2", "co2_t", 32000.0),
    ("年减排量（tCO2/a）", "500", "co2_t", 500.0),
    ("投资回收期", "30个月", "payback_years", 2.5),
    ("投资回收期（月）", 18, "payback_years", 1.5),
    ("投资回收期", "约2.5年", "payback_years", 2.5),
    ("减排量", "COD=12；氨氮=1.5", "reductions_t", {"COD": 12.0, "氨氮": 1.5}),
    ("减排量", "COD：1,200t/a，SO2 300 吨/年", "reductions_t", {"COD": 1200.0, "SO2": 300.0}),
    ("减排量", "颗粒物减排12kg/a、PM2.5=0.5", "reductions_t", {"颗粒物": 0.012, "PM2.5": 0.5}),
    ("是否国内", "国外", "domestic", False),
    ("规模", 360, "scale", "360"),
]


@pytest.mark.parametrize(("label", "value", "name", "wanted"), CASE_VALUES)
def test_figures_of_a_case_come_in_the_unit_of_the_form(label, value, name, wanted):
    reading = read_form(xlsx([["技术名称", "甲"], ["用户单位", "某厂"], [label, value]]), "a.xlsx")
    found = one(reading, f"cases.1.{name}")
    assert (found.value, found.fault, found.index) == (wanted, "", 1)


CASE_FAULTS = [
    ("投资", "300~500万元", "万元"), ("投资", "约三百万", "万元"), ("投资", -5, "不为负"),
    ("投资", "12 t", "万元"),
    ("节能量", "1200吨", "tce"), ("节能量（kWh）", "1200", "tce"), ("节能量", "35 t/d", "tce"),
    ("减排量", "35", "COD=12"), ("减排量", "COD 50 mg/L", "COD=12"), ("减排量", "COD=1；COD=2", "保留一个"),
    ("减排量", "PM 2.5", "COD=12"), ("投资回收期", "2年3个月", "2.5"), ("投产时间", "投产后", "2023-05"),
]  # fmt: skip


@pytest.mark.parametrize(("label", "value", "cure"), CASE_FAULTS)
def test_a_figure_in_doubt_is_never_guessed(label, value, cure):
    reading = read_form(xlsx([["技术名称", "甲"], ["用户单位", "某厂"], [label, value]]), "a.xlsx")
    (fault,) = reading.faults
    assert fault.startswith("申报表!B3：应用案例 1 ") and cure in fault


def test_a_formula_without_result_is_not_taken_for_an_empty_cell():
    reading = read_one("目前推广比例", "=1/4")
    assert "公式没有保存计算结果" in reading.faults[0] and "申报表!B2" in reading.faults[0]


def test_a_percent_cell_of_excel_holds_the_share():
    def as_percent(book):
        book.active["B2"].number_format = "0.0%"

    assert one(read_one("目前推广比例", 0.07, edit=as_percent), "penetration_now").value == 7.0


def test_what_was_read_into_an_answer_is_said():
    assert "1 日" in one(read_one("首次应用时间", "2023-05"), "in_use_since").note
    assert "约" in one(read_one("目前推广比例", "约85%"), "penetration_now").note
    assert (
        "含税"
        in one(
            read_form(xlsx([["技术名称", "甲"], ["投资", "5万元（含税）"]]), "a.xlsx"),
            "cases.1.investment_wan_yuan",
        ).note
    )


# foreign forms

FOREIGN = [
    ["附件1"],
    ["绿色技术申报表（2024年度）"],
    ["一、技术名称：", "烧结烟气循环技术", None, None],
    ["申 报 单 位", "某环保公司", "注册资本", "5000万元"],
    ["联系人", "姓名", "张三", None],
    ["联系电话", "０２３－６７８８００００", "电子邮箱", "a@example.org"],
    ["技术原理及工艺", None, None, None],
    ["烟气自风箱引出。\n经除尘后返回。", None, None, None],
    ["技术类别", "☑推广技术  □示范技术", "推广比例现状", "约15%"],
    ["应用案例", None, None, None],
    ["序号", "用户单位", "节能减排效果", None],
    ["序号", "用户单位", "节能量（tce/a）", "减排量（t/a）"],
    [1, "甲厂", "1.2万", "SO2=310"],
    [2, "乙厂", 560, "SO2 未测"],
    ["合计", None, 12560, None],
    ["推广障碍", "场地紧张", None, None],
    ["注：本表一式三份", None, None, None],
]
FOREIGN_MERGED = ("A2:D2", "B3:D3", "A7:D7", "A8:D8", "A10:D10", "A11:A12", "B11:B12", "C11:D11",
                  "B16:D16", "A17:D17", "C5:D5")  # fmt: skip


def test_a_foreign_workbook_is_read_with_merged_cells_titles_in_two_rows_and_sub_labels():
    reading = read_form(xlsx(FOREIGN, FOREIGN_MERGED, sheet="附件1"), "绿色技术.xlsx")
    places = {field.field: field.place for field in reading.fields}
    assert places["name"] == "附件1!B3" and places["principle"] == "附件1!A8"
    assert places["cases.1.saving_tce"] == "附件1!C13"
    form = accepted(reading, reading.readable)
    assert (form.name, form.applicant, form.contact) == ("烧结烟气循环技术", "某环保公司", "张三")
    assert form.phone == "023-67880000"
    assert form.principle == "烟气自风箱引出。\n经除尘后返回。"
    assert (form.technology_class, form.penetration_now, form.barriers) == ("promoted", 15.0, "场地紧张")
    assert form.cases == (
        NominationCase(user="甲厂", saving_tce=12000, reductions_t={"SO2": 310}),
        NominationCase(user="乙厂", saving_tce=560),
    )
    assert len(reading.faults) == 1 and "附件1!D14" in reading.faults[0]


def test_what_the_form_does_not_ask_is_listed_and_nothing_is_dropped():
    reading = read_form(xlsx(FOREIGN, FOREIGN_MERGED, sheet="附件1"), "绿色技术.xlsx")
    assert {(one.label, one.text) for one in reading.unknown} == {
        ("注册资本", "5000万元"), ("电子邮箱", "a@example.org"),
    }  # fmt: skip
    assert [one.text for one in reading.rest] == ["附件1", "绿色技术申报表（2024年度）", "注：本表一式三份"]
    assert any("合计" in note for note in reading.notes)


def test_labels_with_colon_in_paragraphs_and_long_answers_below_them():
    lines = [
        "清洁生产技术征集表",
        "技术名称：＿＿烧结烟气循环技术＿＿",
        "申 报 单 位：某环保公司（公章）      联 系 人：张三    联系电话：023-1",
        "二、技术原理与工艺",
        "烟气自风箱引出。",
        "1、除尘：多管除尘器。",
        "三、适用范围：钢铁",
        "注册资本：5000万元",
        "承诺人（签字）：李四        承诺日期：2026年10月9日",
    ]
    reading = read_form(docx(lines), "a.docx")
    form = accepted(reading, reading.readable)
    assert (form.name, form.applicant, form.contact, form.phone) == (
        "烧结烟气循环技术", "某环保公司", "张三", "023-1",
    )  # fmt: skip
    assert form.principle == "烟气自风箱引出。\n1、除尘：多管除尘器。"
    assert form.scope.startswith("钢铁")
    assert (form.declared_by, form.declared_on) == ("李四", DAY(2026, 10, 9))
    assert one(reading, "principle").place == "第4段" and one(reading, "contact").place == "第3段"
    told = [*reading.unknown, *reading.rest]
    assert any("清洁生产技术征集表" in item.text for item in told)
    assert "注册资本" in form.scope or any(item.label == "注册资本" for item in told)


def test_several_labels_in_one_cell_are_told_apart():
    rows = [["技术名称", "甲"], ["申报单位：乙公司\n联系人：张三  电话：023-1", ""]]
    form = accepted(read_form(docx(tables=[rows]), "a.docx"), LABELS)
    assert (form.applicant, form.contact, form.phone) == ("乙公司", "张三", "023-1")


def test_cases_side_by_side_are_read_by_column():
    rows = [
        ["项目", "案例1", "案例2"],
        ["用户单位", "甲厂", "乙厂"],
        ["投产时间", "2021年5月", "2022-10-01"],
        ["投资（万元）", "320", ""],
        ["备注", "", "二期"],
    ]
    reading = read_form(docx(tables=[[["技术名称", "某技术"]], rows]), "a.docx")
    assert accepted(reading, reading.readable).cases == (
        NominationCase(user="甲厂", commissioned=DAY(2021, 5, 1), investment_wan_yuan=320),
        NominationCase(user="乙厂", commissioned=DAY(2022, 10, 1)),
    )
    assert one(reading, "cases.2.user").place == "第2张表 第2行第3列"
    assert [(item.label, item.text) for item in reading.unknown] == [("备注（案例2）", "二期")]


def test_one_table_a_case_counts_the_cases():
    block = [["用户单位", "{0}厂", "规模", "{0}号机"], ["投资额", "{1}", "节水量", ""]]
    filled = [
        [[text.format(name, amount) for text in row] for row in block]
        for name, amount in (("甲", 3), ("乙", 4))
    ]
    reading = read_form(docx(["技术名称：某技术"], filled), "a.docx")
    assert accepted(reading, ["cases"]).cases == (
        NominationCase(user="甲厂", scale="甲号机", investment_wan_yuan=3),
        NominationCase(user="乙厂", scale="乙号机", investment_wan_yuan=4),
    )


def test_rights_are_found_in_a_sentence_by_their_numbers():
    text = "发明专利 ZL202010123456.7；软件著作权2021SR0123456"
    reading = read_one("知识产权", text)
    assert accepted(reading, ["intellectual_property"]).intellectual_property == (
        IntellectualProperty(kind="发明专利", number="ZL202010123456.7"),
        IntellectualProperty(kind="软件著作权", number="2021SR0123456"),
    )
    assert "逐项填写" in read_one("知识产权", "拥有多项专利").faults[0]


def test_tables_of_rights_and_proofs_with_other_titles():
    rows = [["技术名称", "某技术"], ["专利名称", "专利号", "专利权人"], ["一种装置", "ZL1", "甲公司"]]
    proofs = [
        ["材料类别", "检测机构", "报告编号", "报告日期", "CMA"],
        ["检测报告", "乙所", "J-1", "2024.3", "有"],
    ]
    reading = read_form(docx(tables=[rows, proofs]), "a.docx")
    form = accepted(reading, reading.readable)
    assert form.intellectual_property == (IntellectualProperty(number="ZL1", holder="甲公司"),)
    assert form.evidence == (
        Evidence(kind="test_report", issuer="乙所", number="J-1", date=DAY(2024, 3, 1), cma=True),
    )
    assert [(item.label, item.text) for item in reading.unknown] == [("专利名称", "一种装置")]


def test_content_controls_tick_boxes_and_deleted_text_of_word():
    document = Document()
    table = document.add_table(rows=4, cols=2)
    for row, label in zip(table.rows, ("技术名称", "技术类别", "联系人", "申报单位"), strict=True):
        row.cells[0].text = label
    content = "<w:sdtContent><w:r><w:t>{text}</w:t></w:r></w:sdtContent>"
    control = "<w:sdt {ns}><w:sdtPr>{prompt}</w:sdtPr>" + content + "</w:sdt>"
    name = control.format(ns=nsdecls("w"), prompt="", text="某技术")
    table.cell(0, 1).paragraphs[0]._p.append(parse_xml(name))
    prompt = control.format(ns=nsdecls("w"), prompt="<w:showingPlcHdr/>", text="单击此处输入")
    table.cell(2, 1).paragraphs[0]._p.append(parse_xml(prompt))
    line = table.cell(1, 1).paragraphs[0]
    for char, text in (("F0A8", "示范技术"), ("F0FE", "推广技术")):
        symbol = OxmlElement("w:sym")
        symbol.set(qn("w:char"), char)
        line.add_run()._r.append(symbol)
        line.add_run(text)
    deleted = f"<w:del {nsdecls('w')}><w:r><w:delText>旧公司</w:delText></w:r></w:del>"
    table.cell(3, 1).text = "新公司"
    table.cell(3, 1).paragraphs[0]._p.append(parse_xml(deleted))
    reading = read_form(saved(document), "a.docx")
    form = accepted(reading, reading.readable)
    assert (form.name, form.technology_class, form.applicant) == ("某技术", "promoted", "新公司")
    assert form.contact == "" and "联系人" in reading.missing


def test_merged_cells_and_a_table_inside_a_cell_of_word():
    document = Document()
    table = document.add_table(rows=3, cols=3)
    table.cell(0, 0).text, table.cell(0, 2).text = "技术名称", "某技术"
    table.cell(0, 0).merge(table.cell(0, 1))
    table.cell(1, 0).text = "联系人"
    table.cell(1, 0).merge(table.cell(2, 0))
    for row, (label, value) in enumerate((("姓名", "张三"), ("电话", "023-1")), 1):
        table.cell(row, 1).text, table.cell(row, 2).text = label, value
    inner = document.add_table(rows=1, cols=1).cell(0, 0).add_table(1, 2)
    inner.cell(0, 0).text, inner.cell(0, 1).text = "所在区县", "某区"
    reading = read_form(saved(document), "a.docx")
    form = accepted(reading, reading.readable)
    assert (form.name, form.contact, form.phone, form.region) == ("某技术", "张三", "023-1", "某区")
    assert one(reading, "name").place == "第1张表 第1行第2列"
    assert one(reading, "region").place == "第2张表 第1行第1列内的表 第1行第2列"


def test_two_answers_to_one_question_are_a_fault_and_the_same_answer_twice_is_one():
    same = read_form(docx(["技术名称：甲技术"], [[["技术名称", "甲技术"]]]), "a.docx")
    assert one(same, "name").value == "甲技术"
    reading = read_form(docx(["技术名称：甲技术"], [[["技术名称", "乙技术"]]]), "a.docx")
    assert accepted(reading, ["name"]).name == "甲技术"
    (fault,) = reading.faults
    assert "第1张表 第1行第2列" in fault and "第1段" in fault and "乙技术" in fault


# accepting

FILLED = Nomination(
    name="某技术", applicant="某公司", trl=9,
    cases=(NominationCase(user="甲厂", saving_tce=1), NominationCase(user="乙厂", saving_tce=2)),
)  # fmt: skip


def test_only_what_is_accepted_enters_the_form():
    reading = read_form(form_xlsx(FILLED), "a.xlsx")
    assert accepted(reading, []) == Nomination()
    assert accepted(reading, ["name"]) == Nomination(name="某技术")
    assert accepted(reading, ["cases.2"]) == Nomination(cases=(FILLED.cases[1],))
    only = accepted(reading, ["cases.2.user", "cases.2.domestic"])
    assert only == Nomination(cases=(NominationCase(user="乙厂"),))
    with pytest.raises(BadInput, match="nme"):
        accepted(reading, ["nme"])


def test_applying_changes_the_accepted_fields_of_a_form_and_nothing_else():
    attachment = Attachment(sha256="0" * 64, name="a.pdf", media_type="application/pdf", size=1)
    mine = Nomination(
        name="旧名",
        phone="1",
        cases=(NominationCase(user="甲厂", scale="1号", saving_tce=7),),
        attachments=(attachment,),
    )
    reading = read_form(form_xlsx(FILLED), "a.xlsx")
    before = copy.deepcopy(mine)
    done = apply(mine, reading, ["name", "cases.1.saving_tce", "cases.2"])
    assert mine == before
    assert (done.name, done.phone, done.applicant, done.attachments) == ("某技术", "1", "", (attachment,))
    assert done.cases == (NominationCase(user="甲厂", scale="1号", saving_tce=1), FILLED.cases[1])


# files that are no form


@pytest.mark.parametrize("name", ["a.doc", "a.pdf", "a", "a.xls"])
def test_another_kind_of_file_is_refused_with_what_to_do(name):
    with pytest.raises(BadInput, match="另存"):
        read_form(b"%PDF-1.4", name)


def test_a_file_without_any_label_of_the_form_is_refused():
    with pytest.raises(BadInput, match="技术名称"):
        read_form(xlsx([["甲", "乙"], ["1", "2"]]), "a.xlsx")
    with pytest.raises(BadInput, match="不符"):
        read_form(form_docx(), "a.xlsx")


@pytest.fixture(scope="module")
def good_files():
    return [(form_xlsx(FILLED), "a.xlsx"), (form_docx(FILLED), "a.docx")]


def changed_part(content, part, start, noise):
    """Return a package with one part changed and its check sums right."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(stream, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            if name == part:
                start = start % len(data)
                data = data[:start] + noise + data[start + len(noise) :]
            new.writestr(name, data)
    return stream.getvalue()


NOISE = st.one_of(st.binary(min_size=1, max_size=40), st.sampled_from([b"<", b"</w:p>", b"9", b'"']))


@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_a_damaged_file_is_one_line_and_never_a_traceback(good_files, data):
    content, name = data.draw(st.sampled_from(good_files))
    start = data.draw(st.integers(0, 10**6))
    noise = data.draw(NOISE)
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        part = data.draw(st.sampled_from([None, *sorted(package.namelist())]))
    if part is None:
        start %= len(content)
        damaged = content[:start] + noise + content[start + len(noise) :]
    else:
        damaged = changed_part(content, part, start, noise)
    try:
        read_form(damaged, name)
    except BadInput as error:
        assert "\n" not in str(error)


def test_sheets_with_explanations_are_left_out_and_named():
    def add(book):
        page = book.create_sheet("填表示例")
        page.append(["技术名称", "示例技术"])

    reading = read_form(xlsx([["技术名称", "某技术"]], edit=add), "a.xlsx")
    assert one(reading, "name").value == "某技术"
    assert any("填表示例" in note for note in reading.notes)


def test_every_label_of_the_form_and_of_a_case_is_known():
    for name, label in LABELS.items():
        if name in ("attachments", "cases", "evidence", "intellectual_property"):
            continue
        reading = read_one(label, "某") if name != "name" else read_form(xlsx([[label, "某"]]), "a.xlsx")
        assert any(field.field == name for field in reading.fields), label
    for name, label in CASE_LABELS.items():
        reading = read_one(label, "某")
        assert any(field.field == f"cases.1.{name}" for field in reading.fields), label


def test_titles_in_two_rows_without_merged_cells():
    rows = [
        ["技术名称", "某技术", "", ""],
        ["序号", "用户单位", "节能减排效果", ""],
        ["", "", "节能量", "减排量"],
        ["1", "甲厂", "12", "COD=1"],
    ]
    reading = read_form(xlsx(rows, ["C2:D2"]), "a.xlsx")
    assert accepted(reading, reading.readable).cases == (
        NominationCase(user="甲厂", saving_tce=12, reductions_t={"COD": 1}),
    )


def test_old_check_boxes_and_text_boxes_of_word():
    document = Document()
    table = document.add_table(rows=2, cols=2)
    for row, label in zip(table.rows, ("技术名称", "技术类别"), strict=True):
        row.cells[0].text = label
    table.cell(0, 1).text = "某技术"
    line = table.cell(1, 1).paragraphs[0]
    for state, text in (("0", "示范技术"), ("1", "推广技术")):
        data = f'<w:ffData><w:checkBox><w:sizeAuto/><w:default w:val="{state}"/></w:checkBox></w:ffData>'
        field = f'<w:r {nsdecls("w")}><w:fldChar w:fldCharType="begin">{data}</w:fldChar></w:r>'
        line._p.append(parse_xml(field))
        line.add_run(text)
    box = f"<w:r {nsdecls('w')}><w:pict><w:txbxContent><w:p><w:r><w:t>联系人：张三</w:t></w:r></w:p>"
    document.add_paragraph("附件1")._p.append(parse_xml(f"{box}</w:txbxContent></w:pict></w:r>"))
    reading = read_form(saved(document), "a.docx")
    form = accepted(reading, reading.readable)
    assert (form.technology_class, form.contact) == ("promoted", "张三")
    assert one(reading, "contact").place == "第1段旁的文本框"


LONG_TEXTS = [" " * 30000, "年" * 30000, "：" * 30000, "(" * 30000, "生产" * 15000, "A 1" * 9000]


@pytest.mark.parametrize("text", LONG_TEXTS, ids=range(len(LONG_TEXTS)))
def test_a_very_long_text_does_not_keep_anybody_waiting(text):
    labels = [*LABELS.values(), *CASE_LABELS.values()]
    rows = [["技术名称", "某技术"], *([label, f"x{text}x"] for label in labels)]
    reading = read_form(xlsx(rows), "a.xlsx")
    assert all(len(fault) < 400 for fault in reading.faults)
    read_form(docx([f"x{text}", f"申报单位：{text}"], [[["技术名称", "某技术"]]]), "a.docx")


def test_a_workbook_far_larger_than_a_form_is_refused(monkeypatch):
    monkeypatch.setattr(reader, "_XML_LIMIT", 5000)
    with pytest.raises(BadInput, match="不像申报表"):
        read_form(xlsx([["技术名称", "某技术"]] * 200), "a.xlsx")


# command line


def run(*arguments):
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def test_reading_on_the_command_line_tells_places_and_faults(tmp_path):
    path = tmp_path / "申报表.xlsx"
    path.write_bytes(xlsx([["技术名称", "某技术"], ["技术类别", "样板"], ["注册资本", "5000万元"]]))
    done = run("read", path)
    assert done.exit_code == 1
    assert "技术名称：某技术（申报表!B1）" in done.output
    assert "读不出：申报表!B2：技术类别“样板”" in done.output
    assert "未识别的栏目 注册资本" in done.output
    told = json.loads(run("read", path, "--format", "json").output)
    assert told["fields"][0]["value"] == "某技术" and told["fields"][1]["place"] == "申报表!B2"
    assert isinstance(run("read", path, "--format", "xml").exception, BadInput)
    assert isinstance(run("read", tmp_path / "none.xlsx").exception, BadInput)


def test_checking_on_the_command_line_runs_rules_and_duplicates(tmp_path):
    path = tmp_path / "申报表.docx"
    path.write_bytes(form_docx(Nomination(name="烧结烟气内循环", applicant="某公司")))
    done = run("check", path, "--today", "2026-11-21")
    assert done.exit_code == 1
    assert "不合格：联系人已填写" in done.output and "（2026-11-21）" in done.output
    assert "疑似重复：目录 CPT-0002" in done.output
    assert isinstance(run("check", path, "--today", "明天").exception, BadInput)
