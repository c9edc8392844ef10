import datetime
import io
import zipfile

import openpyxl
import pytest

from recommender.audit.project import (
    Actual,
    AuditProject,
    Figure,
    ItemEffect,
    MoneyLine,
    Option,
    Price,
    Problem,
    Profile,
    Schedule,
    YearlyItem,
)
from recommender.audit.totals import totals
from recommender.audit.valuation import value_all
from recommender.audit.workbook import economic_formulas, economic_values, flow_formula, project_xlsx

HYPERLINK = '=HYPERLINK("http://example.com","点我")'
HEADER = [
    "方案编号", "方案名称", "所属方面", "解决的问题", "方案内容简介", "费用类别", "投资(万元)", "环境效益",
    "节能量(tce/a)", "减碳量(tCO2/a)", "经济效益(万元/a)", "回收期(a)", "实施时间", "责任部门", "责任人",
    "对应指标", "筛选结论",
]  # fmt: skip
FIRST = 4
"""Row of the first option: title, note and header stand above."""


def figure(value, unit, evidence="site", **ends):
    return Figure(value=value, unit=unit, evidence=evidence, source="台账", **ends)


def effect(kind, item, label, value, unit, evidence="site", **ends):
    return ItemEffect(kind=kind, item=item, label=label, figure=figure(value, unit, evidence, **ends))


def electricity(kwh, evidence="site", **ends):
    return effect("energy", "electricity", "电力", kwh, "kWh", evidence, **ends)


def option(id, investment=None, effects=(), evidence="site", **values):
    given = None if investment is None else figure(investment, "万元", evidence)
    return Option(**{"id": id, "name": f"方案{id}", "investment": given, "effects": effects, **values})


def sample(**profile):
    """Eight options: matched, manual, without price, without investment, of no investment, estimated."""
    start = Schedule(start=datetime.date(2026, 7, 1), days=20, stop_days=5)
    done = Actual(
        date=datetime.date(2026, 3, 5), cost_wan_yuan=0.2, saving_wan_yuan=0.5, effects=(electricity(9000),)
    )
    options = (
        option("F1", 0, (electricity(10000),), outcome="feasible_low_cost", state="completed", actual=done,
               problem_ids=("P1",), department="动力车间", person="张三", indicator="单位产品电耗"),
        option("F2", 4, (effect("water", "fresh_water", "新鲜水", 12000, "m³"),), name=HYPERLINK,
               origin="matched", technology_id="CPT-0001", outcome="feasible_low_cost", content="-逆流漂洗"),
        option("F3", 80, (electricity(400000, "estimate", low=300000, high=450000),), schedule=start,
               outcome="preliminary_high_cost", aspect="equipment"),
        option("F4", 30, (effect("energy", "steam", "蒸汽", 800, "t"),)),
        option("F5", None, (effect("generated", "hazardous_waste", "危险废物", 40, "t", "example"),)),
        option("F6", 900, (electricity(1500000),), "estimate", life_years=20,
               outcome="preliminary_high_cost"),
        option("F7", 120, (electricity(-90000),),
               money=(MoneyLine(label="@维护", figure=figure(-3, "万元")),)),
        option("F8", 1, (electricity(100),), outcome="not_feasible", rejection="space",
               outcome_reason="无处安装"),
    )  # fmt: skip
    settings = {
        "name": "=某电镀厂",
        "discount_rate": 0.1,
        "prices": (
            Price(item="electricity", label="电力", figure=figure(0.6, "元/kWh")),
            Price(
                item="fresh_water",
                label="新鲜水",
                figure=figure(4.36, "元/m³"),
                tax="included",
                vat_rate=0.09,
            ),
            Price(item="hazardous_waste", label="危险废物", figure=figure(3000, "元/t", "estimate")),
        ),
    }
    return AuditProject(
        profile=Profile(**(settings | profile)),
        problems=(Problem(id="P1", text="+车间照明老旧"),),
        years=(
            YearlyItem(
                kind="energy", item="electricity", label="电力", unit="kWh", amounts={2024: None, 2025: 5e6}
            ),
            YearlyItem(kind="product", item="plate", label="镀件", unit="t", amounts={2025: 10000}),
        ),
        options=options,
    )


def opened(content, **settings):
    return openpyxl.load_workbook(io.BytesIO(content), **settings)


@pytest.fixture(scope="module")
def project():
    return sample()


@pytest.fixture(scope="module")
def content(project, catalog):
    return project_xlsx(project, catalog)


@pytest.fixture(scope="module")
def formulas(content):
    return opened(content)


@pytest.fixture(scope="module")
def shown(content):
    return opened(content, data_only=True)


def column(sheet, title, header=3):
    return next(cell.column for cell in sheet[header] if cell.value == title)


def texts(sheet):
    return "\n".join(cell.value for row in sheet.iter_rows() for cell in row if isinstance(cell.value, str))


# The file


def test_the_same_project_gives_the_same_bytes(project, catalog, content):
    assert project_xlsx(project, catalog) == content
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        assert "2000-01-01T00:00:00Z" in package.read("docProps/core.xml").decode()


def test_sheets_stand_in_order_ready_to_print(formulas):
    assert formulas.sheetnames == [
        "方案汇总表", "无低费方案表", "中高费方案表", "经济评估表", "现金流量表", "效果汇总", "数据来源",
    ]  # fmt: skip
    for sheet in formulas:
        assert sheet.freeze_panes == "C4" and sheet.print_title_rows == "$3:$3"
        assert sheet.page_setup.orientation == "landscape" and sheet.page_setup.paperSize == 8
        assert sheet.sheet_properties.pageSetUpPr.fitToPage and sheet.page_setup.fitToHeight == 0
        assert sheet.page_setup.fitToWidth is None  # one page wide, which is the default
        assert sheet.cell(1, 1).value.startswith("=某电镀厂")


def test_text_never_becomes_a_formula_or_a_link(formulas):
    found = set()
    for sheet in formulas:
        assert not sheet._hyperlinks
        for row in sheet.iter_rows():
            for cell in row:
                if isinstance(cell.value, str) and cell.value[:1] in "=+-@\t" and cell.data_type == "s":
                    found.add(cell.value)
                if cell.data_type == "f":
                    assert "HYPERLINK" not in cell.value and "http" not in cell.value
    assert {HYPERLINK, "-逆流漂洗", "@维护"} <= found
    assert any(text.startswith("=某电镀厂") for text in found)


def test_rows_are_as_high_as_their_longest_text(catalog):
    content = "更换为高效灯具，按区域控制。" * 20
    found = AuditProject(profile=Profile(name="厂"), options=(option("F1", 1, content=content),))
    sheet = opened(project_xlsx(found, catalog))["方案汇总表"]
    cell = sheet.cell(FIRST, column(sheet, "方案内容简介"))
    # 280 Han characters are 560 wide in a column of 32 less 1 of padding and 2 that stay empty: 20 lines
    assert sheet.row_dimensions[FIRST].height == pytest.approx(20 * 14.5 + 2, abs=0.5)
    assert cell.alignment.wrap_text


def test_a_project_without_options_is_a_workbook_all_the_same(catalog):
    book = opened(project_xlsx(AuditProject(profile=Profile(name="空厂")), catalog))
    assert book["方案汇总表"]["A3"].value == "方案编号" and book["方案汇总表"].max_row == 3
    assert "没有这一类方案" in texts(book["无低费方案表"])


# Table of options


def test_the_table_of_options_has_the_columns_consultants_use(formulas):
    assert [cell.value for cell in formulas["方案汇总表"][3]] == HEADER


def test_a_row_tells_an_option(shown):
    sheet = shown["方案汇总表"]
    row = {title: sheet.cell(FIRST, n).value for n, title in enumerate(HEADER, 1)}
    assert row["所属方面"] == "技术工艺" and row["解决的问题"] == "P1 +车间照明老旧"
    assert row["费用类别"] == "无费" and row["投资(万元)"] == 0
    assert row["环境效益"] == "电力减少 10000 kWh/a"
    assert row["节能量(tce/a)"] == pytest.approx(1.229)  # 10000 x 0.1229 / 1000
    assert row["减碳量(tCO2/a)"] == pytest.approx(5.581)  # 10000 x 0.5581 / 1000
    assert row["经济效益(万元/a)"] == pytest.approx(0.6) and row["回收期(a)"] == 0
    assert row["实施时间"] == "2026-03-05 完成" and row["筛选结论"] == "可行的无/低费方案；完成"
    assert (row["责任部门"], row["责任人"], row["对应指标"]) == ("动力车间", "张三", "单位产品电耗")


def test_missing_figures_are_words_and_never_zero(shown):
    sheet = shown["方案汇总表"]

    def at(id, title):
        return sheet.cell(FIRST + int(id[1:]) - 1, HEADER.index(title) + 1).value

    assert at("F4", "经济效益(万元/a)") == at("F4", "减碳量(tCO2/a)") == at("F4", "回收期(a)") == "未计算"
    assert at("F4", "节能量(tce/a)") == pytest.approx(102.88)  # 800 x 0.1286
    assert at("F5", "投资(万元)") == "未提供" and at("F5", "费用类别") == "未计算"
    assert at("F2", "节能量(tce/a)") == at("F2", "减碳量(tCO2/a)") == "—"
    assert at("F7", "回收期(a)") == "无解"
    assert at("F3", "实施时间") == "2026-07-01 起，工期 20 天，停产 5 天" and at("F4", "实施时间") == "未提供"
    assert at("F8", "筛选结论") == "不可行（占地：无处安装）"


def test_estimates_and_examples_are_marked_and_stay_numbers(shown):
    sheet = shown["方案汇总表"]
    assert sheet.cell(FIRST + 2, 8).value == "电力减少 400000（300000–450000） kWh/a（估）"
    assert sheet.cell(FIRST + 4, 8).value == "危险废物产生减少 40 t/a（示例）"
    for row, title, mark in (
        (FIRST + 2, "减碳量(tCO2/a)", "（估）"), (FIRST + 2, "经济效益(万元/a)", "（估）"),
        (FIRST + 5, "投资(万元)", "（估）"), (FIRST + 4, "经济效益(万元/a)", "（估、示例）"),
    ):  # fmt: skip
        cell = sheet.cell(row, HEADER.index(title) + 1)
        assert isinstance(cell.value, float | int) and cell.number_format == f'#,##0.00"{mark}"'
    assert sheet.cell(FIRST, 7).number_format == "#,##0.00"


def test_sums_are_formulas_over_all_and_over_the_options_that_count(formulas, shown):
    row = FIRST + 8
    assert formulas["方案汇总表"].cell(row, 7).value == "=SUM(G4:G11)"
    assert formulas["方案汇总表"].cell(row + 1, 7).value == "=SUM(G4:G6,G9)"
    assert shown["方案汇总表"].cell(row, 7).value == pytest.approx(0 + 4 + 80 + 30 + 900 + 120 + 1)
    assert shown["方案汇总表"].cell(row + 1, 7).value == pytest.approx(984)
    # F1 0.6, F2 12000 x 4.36 / 1.09, F3 24, F6 90
    assert shown["方案汇总表"].cell(row + 1, 11).value == pytest.approx(0.6 + 4.8 + 24 + 90)
    assert "投资(万元)合计：不含未提供或未计算的方案 F5；含估算、声称或示例数据 F6（估）。" in texts(
        shown["方案汇总表"]
    )


def test_a_sum_of_nothing_known_is_not_zero(catalog):
    found = AuditProject(profile=Profile(name="厂"), options=(option("F1"), option("F2")))
    content = project_xlsx(found, catalog)
    assert opened(content)["方案汇总表"].cell(6, 7).value == '=IF(COUNT(G4:G5)=0,"未计算",SUM(G4:G5))'
    assert opened(content, data_only=True)["方案汇总表"].cell(6, 7).value == "未计算"


def test_the_note_names_prices_and_factors(shown):
    note = shown["方案汇总表"]["A2"].value
    assert "新鲜水 4 元/m³（由含税价 4.36 按增值税率 9% 折算）" in note
    assert "危险废物 3000 元/t（估）（不含税）" in note
    assert "电力 0.1229 kgce/kWh，GB/T 2589-2020 当量值" in note and "重庆 2023 年 0.5581" in note
    assert "未计算：缺少数据，不按 0 处理" in note


# Both classes


def test_low_cost_options_show_what_they_really_cost_and_brought(shown):
    sheet = shown["无低费方案表"]
    rows = {sheet.cell(row, 2).value: row for row in (4, 5)}
    assert list(rows) == ["F1", "F2"]
    found = [cell.value for cell in sheet[rows["F1"]]][7:11]
    assert found == [datetime.datetime(2026, 3, 5), 0.2, 0.5, "电力减少 9000 kWh/a"]
    assert [cell.value for cell in sheet[rows["F2"]]][7:11] == ["未完成", "—", "—", "—"]
    assert "不可行或已放弃，未列入：F8。" in texts(sheet)
    assert "未提供投资、不能归类的方案：F5。" in texts(sheet)


def test_high_cost_options_show_the_economic_result(shown, formulas):
    sheet = shown["中高费方案表"]
    assert [sheet.cell(row, 2).value for row in range(4, 8)] == ["F3", "F4", "F6", "F7"]
    assert sheet.cell(4, 12).value == "可行" and sheet.cell(5, 12).value == "未计算"
    assert formulas["中高费方案表"].cell(4, 10).value == "='经济评估表'!Q6"


# Economics


def test_formulas_of_the_economic_sheet():
    found = economic_formulas(5, "M")
    assert found["D"] == '=IF(COUNT(C5,D5)<2,"未计算",C5*(1-I5)/E5)'
    assert found["T"] == '=IF(COUNT(C5,D5)<2,"未计算",D5-J5)'
    assert found["E"] == '=IF(COUNT(C5,D5)<2,"未计算",K5-MAX(K5,0)*G5)'
    assert found["F"] == '=IF(COUNT(C5,D5)<2,"未计算",L5+J5)'
    assert found["N"] == (
        '=IF(COUNT(C5,D5)<2,"未计算",IF(M5<=0,"无解",IF(C5=0,0,'
        "IF(OR(F5<=E5,C5<=M5*E5),C5/M5,E5+(C5-M5*E5)/N5))))"
    )
    assert found["NPV"] == (
        '=IF(COUNT(C5,D5,H5)<3,"未计算",'
        "-PV(H5,MIN(E5,F5),M5)-(PV(H5,F5,N5)-PV(H5,MIN(E5,F5),N5))+C5*I5/(1+H5)^F5-C5)"
    )
    assert found["NPVR"] == '=IF(COUNT(C5,D5,H5)<3,"未计算",IF(C5=0,"—",Q5/C5))'
    assert "RATE(F5,M5,-C5,C5*I5,0," in found["IRR"] and "IRR('现金流量表'!C5:M5," in found["IRR"]


def test_formulas_of_the_cash_flow():
    assert flow_formula(4, 0) == "=IF(COUNT('经济评估表'!C4,'经济评估表'!D4)<2,\"\",-'经济评估表'!C4)"
    assert "MAX('经济评估表'!D4-IF(D$3<='经济评估表'!E4,'经济评估表'!J4,0),0)" in flow_formula(4, 1)


def test_a_worked_example_of_the_audit_manual(catalog):
    # methods.md V2: I 10, P 1.58, Y = n = 10, 25 %, 6 %: D 1, T 0.58, E 0.435, F 1.435, N 6.9686,
    # NPV 0.5617, IRR 7.1702 %
    line = MoneyLine(label="节省", figure=figure(1.58, "万元"))
    found = AuditProject(
        profile=Profile(name="厂", discount_rate=0.06), options=(option("F1", 10, money=(line,)),)
    )
    sheet = opened(project_xlsx(found, catalog), data_only=True)["经济评估表"]
    row = {cell.value: sheet.cell(FIRST, cell.column).value for cell in sheet[3]}
    assert row["年折旧 D（万元/a）"] == 1
    assert row["应税利润 T（万元/a）"] == pytest.approx(0.58)
    assert row["净利润 E（万元/a）"] == pytest.approx(0.435)
    assert row["年净现金流 F（万元/a）"] == pytest.approx(1.435)
    assert row["投资偿还期 N（a）"] == pytest.approx(6.9686, abs=1e-4)
    assert row["净现值 NPV（万元）"] == pytest.approx(0.5617, abs=1e-4)
    assert row["净现值率 NPVR"] == pytest.approx(0.05617, abs=1e-5)
    assert row["内部收益率 IRR"] == pytest.approx(0.071702, abs=1e-6)
    assert row["评估结论"] == "不可行"  # N is not below the 3 years of a low-cost option


def test_cached_values_are_those_of_the_assessment(project, shown):
    sheet, values = shown["经济评估表"], value_all(project)
    for row, option_ in enumerate(project.options, FIRST):
        found = values[option_.id].economics
        told = economic_values(values[option_.id])
        expected = {
            "D": found.depreciation_wan_yuan, "F": found.net_cash_flow_wan_yuan, "N": found.payback_years,
            "NPV": found.npv_wan_yuan, "NPVR": found.npvr, "IRR": found.irr,
        }  # fmt: skip
        cells = {"D": 10, "F": 13, "N": 15, "NPV": 17, "NPVR": 18, "IRR": 19}
        for key, number in cells.items():
            value = sheet.cell(row, number).value
            if expected[key] is None:
                assert value == told[key] and value in ("未计算", "无解", "—"), (option_.id, key)
            else:
                assert value == pytest.approx(expected[key]), (option_.id, key)


def test_the_row_of_flows_returns_the_net_present_value(project, shown):
    sheet, values = shown["现金流量表"], value_all(project)
    assert [cell.value for cell in sheet[3]][2:] == list(range(21))
    flows = [cell.value for cell in sheet[FIRST + 5]][2:]
    # F6: I 900, P 90, D 90 for 10 of 20 years, 25 %: F 90, then 67.5
    assert flows == [-900] + [pytest.approx(90)] * 10 + [pytest.approx(67.5)] * 10
    found = sum(flow / 1.1**year for year, flow in enumerate(flows))
    assert found == pytest.approx(values["F6"].economics.npv_wan_yuan)
    assert all(cell.value is None for cell in sheet[FIRST + 3][2:])


def test_missing_inputs_are_named(shown):
    sheet = shown["经济评估表"]
    missing = {sheet.cell(row, 1).value: sheet.cell(row, 24).value or "" for row in range(4, 12)}
    assert {id: text for id, text in missing.items() if text} == {"F4": "蒸汽价格", "F5": "投资"}
    assert (sheet["C8"].value, sheet["Q8"].value, sheet["V8"].value) == ("未提供", "未计算", "未计算")


def test_without_discount_rate_only_what_needs_it_is_left_open(catalog):
    book = opened(project_xlsx(sample(discount_rate=None), catalog), data_only=True)
    row = {cell.value: book["经济评估表"].cell(6, cell.column).value for cell in book["经济评估表"][3]}
    assert row["贴现率 i"] == "未提供" and row["缺少"] == "贴现率"
    assert row["净现值 NPV（万元）"] == row["净现值率 NPVR"] == row["评估结论"] == "未计算"
    assert isinstance(row["投资偿还期 N（a）"], float) and isinstance(row["内部收益率 IRR"], float)


# Effect and sources


def test_the_effect_sheet_shows_the_totals(project, shown, formulas):
    sheet = shown["效果汇总"]
    assert [cell.value for cell in sheet[4]][:3] == ["能源", "电力", "kWh/a"]
    found = totals(project).item("energy", "electricity")
    # 5e6 less 10000, then 8 % and 30 % of what is left: 10000 + 399200 + 1377240
    assert found.saving == pytest.approx(1786440)
    assert [sheet.cell(4, n).value for n in (4, 5, 6, 7)] == [
        5e6, pytest.approx(1786440), pytest.approx(0.357288), pytest.approx(3213560),
    ]  # fmt: skip
    assert [formulas["效果汇总"].cell(4, n).value for n in (6, 7)] == ["=E4/D4", "=D4-E4"]
    assert sheet.cell(4, 8).value == 500 and sheet.cell(4, 9).value == pytest.approx(321.356)
    water = [cell.value for cell in sheet[5]]
    assert water[3:7] == ["未提供", 12000, "未计算", "未计算"]
    assert "F1、F2、F3、F6" in sheet["A2"].value
    sums = {(sheet.cell(r, 1).value, sheet.cell(r, 2).value): sheet.cell(r, 5).value for r in range(6, 18)}
    assert sums["全部方案合计", "投资"] == 984 and sums["中/高费方案合计", "投资"] == 980


def test_every_figure_has_its_source(shown, catalog):
    sheet = shown["数据来源"]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=FIRST)]

    def find(group, owner, name):
        return next(row for row in rows if row[:3] == [group, owner, name])

    assert find("项目设置", "=某电镀厂", "贴现率")[3:5] == [10, "%"]
    assert find("价格", "新鲜水", "单价")[3:5] == [4.36, "元/m³"]
    assert find("年度数据", "能源：电力", "2024 年")[3] == "未提供"
    assert find("年度数据", "能源：电力", "2025 年")[3:9] == [
        5e6,
        "kWh/a",
        "—",
        "—",
        "现场数据",
        "出处未提供",
    ]
    assert find("方案", "F3 方案F3", "电力（能源）")[3:9] == [
        400000, "kWh/a", 300000, 450000, "工程估计", "台账",
    ]  # fmt: skip
    assert find("方案", "F5 方案F5", "投资")[3] == "未提供"
    assert find("实施结果", "F1 方案F1", "实际费用")[3] == 0.2
    factor = next(row for row in rows if row[0] == "因子" and "0.5581" in row[8])
    assert factor[1] == "F1、F3、F6、F7、F8"
    technology = next(row for row in rows if row[0] == "技术")
    assert technology[2].startswith("CPT-0001") and "渝" in technology[8]


def test_a_technology_that_is_in_no_catalogue_is_named(catalog):
    found = AuditProject(
        profile=Profile(name="厂"), options=(option("F1", 1, technology_id="CPT-9999", origin="matched"),)
    )
    assert "技术目录中没有这个编号" in texts(opened(project_xlsx(found, catalog))["数据来源"])
