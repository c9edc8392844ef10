"""Chapters 4 and 5 as Word: what stands in them, read back from the file."""

import datetime
import io
import time
import zipfile

import pytest
from docx import Document
from docx.enum.section import WD_ORIENT
from docx.oxml.ns import qn
from docx.shared import Pt
from docx.table import Table

from catalog.errors import BadInput
from catalog.schema import PolicyCitation
from recommender.audit.project import AuditProject, parsed
from recommender.audit.report import report_content, report_docx, templates
from recommender.audit.report.content import fixed, mark, plain, sized

TODAY = datetime.date(2026, 3, 2)
FORMULA_LIKE = '=HYPERLINK("http://example.com","点击")'
ALL_YES = {"technical": True, "environmental": True, "economic": True, "ease": True}


def figure(value, unit, source="", evidence="site", **ends):
    return {"value": value, "unit": unit, "source": source, "evidence": evidence, **ends}


def effect(kind, item, label, *given, **ends):
    return {"kind": kind, "item": item, "label": label, "figure": figure(*given, **ends)}


PROFILE = {
    "name": "渝江表面处理有限公司",
    "industry": "3360",
    "product": "镀件",
    "product_unit": "万m²",
    "discount_rate": 0.08,
    "prices": [
        {
            "item": "electricity",
            "label": "电力",
            "figure": figure(0.7232, "元/kWh", "2025年电费发票"),
            "tax": "included",
            "vat_rate": 0.13,
        },
        {
            "item": "fresh_water",
            "label": "新鲜水",
            "figure": figure(4.5, "元/m³", "2025年水费发票"),
            "tax": "included",
        },
        {
            "item": "hazardous_waste",
            "label": "危险废物处置",
            "figure": figure(3500, "元/t", "同类企业合同", "estimate"),
        },
    ],
}
YEARS = [
    {
        "kind": "energy",
        "item": "electricity",
        "label": "电力",
        "unit": "kWh",
        "amounts": {"2025": 3_200_000},
        "source": "电表",
    },
    {
        "kind": "water",
        "item": "fresh_water",
        "label": "新鲜水",
        "unit": "m³",
        "amounts": {"2025": 86_000},
        "source": "水表",
    },
    {"kind": "product", "item": "plated", "label": "镀件", "unit": "万m²", "amounts": {"2025": 40}},
]
PROBLEMS = [
    {
        "id": "P1",
        "number": "1",
        "process": "整流",
        "text": "镀槽整流机老化，效率不到八成，电耗高",
        "cause_aspect": "equipment",
    },
    {
        "id": "P2",
        "number": "2",
        "process": "漂洗",
        "text": "镀镍镀铬后三级漂洗全部用自来水，清洗水耗高",
        "cause_aspect": "process_technology",
    },
    {"id": "P3", "number": "3", "process": "废水站", "text": "回用率低", "cause_aspect": "waste"},
    {"id": "P4", "number": "4", "text": "员工夜班交接记录不全", "cause_aspect": "staff"},
    {"id": "P5", "number": "5", "process": "空压站", "text": "空压机余热放空"},
]
CANDIDATE = {
    "technology_id": "CPT-0259",
    "name": "高频开关与脉冲电源",
    "level": "strong",
    "score": 3.2,
    "probability": 0.9,
}
MATCHES = [
    {"problem_id": "P1", "verdict": "matched", "candidates": [CANDIDATE]},
    {"problem_id": "P2", "verdict": "matched", "candidates": [CANDIDATE]},
    {"problem_id": "P3", "verdict": "matched", "candidates": [CANDIDATE]},
    {"problem_id": "P4", "verdict": "none", "none_reason": "目录中没有与该问题对应的技术"},
]
OPTIONS = [
    {
        "id": "F1",
        "name": "交接班记录和镀液点检制度",
        "aspect": "management",
        "problem_ids": ["P4"],
        "content": "统一表单，班前核对。",
        "investment": figure(0, "万元", "制度建设，无投资"),
        "money": [{"label": "返工减少", "figure": figure(1.2, "万元", "返工台账")}],
        "comparison": ALL_YES,
        "outcome": "feasible_low_cost",
        "state": "completed",
        "actual": {
            "date": "2025-09-30",
            "cost_wan_yuan": 0.15,
            "saving_wan_yuan": 1.05,
            "effects": [effect("water", "fresh_water", "新鲜水", 260, "m³", "水表抄表")],
            "note": "已纳入班组考核",
        },
    },
    {
        "id": "F2",
        "name": "镀槽加滴流板",
        "aspect": "equipment",
        "problem_ids": ["P2"],
        "content": "在镀槽与漂洗槽之间加滴流板，延长滴落时间。",
        "investment": figure(2.4, "万元", "供应商报价"),
        "effects": [
            effect(
                "water", "fresh_water", "新鲜水", 1500, "m³", "按带出液量推算", "estimate", low=900, high=2100
            )
        ],
        "comparison": ALL_YES,
        "outcome": "feasible_low_cost",
        "state": "implementing",
    },
    {
        "id": "F3",
        "name": "高频开关电源替换硅整流",
        "origin": "matched",
        "technology_id": "CPT-0259",
        "aspect": "equipment",
        "problem_ids": ["P1"],
        "content": "更换 12 台硅整流机。",
        "investment": figure(28, "万元", "供应商报价单 2026-01"),
        "effects": [effect("energy", "electricity", "电力", 120_000, "kWh", "分表计量比对")],
        "money": [{"label": "维修费减少", "figure": figure(0.5, "万元", "维修台账")}],
        "comparison": ALL_YES,
        "ratings": {"environment": 6, "economy": 7, "technology": 9, "ease": 8},
        "group": "节能节水",
        "outcome": "preliminary_high_cost",
        "state": "selected",
    },
    {
        "id": "F4",
        "name": "漂洗废水反渗透回用",
        "origin": "matched",
        "technology_id": "CPT-0255",
        "aspect": "waste",
        "problem_ids": ["P2", "P3"],
        "content": "分质收集后经超滤和反渗透回用到漂洗槽，浓水进废水站。",
        "investment": figure(66.2, "万元", "由案例折算", "estimate"),
        "scaling": {
            "case_investment_wan_yuan": 100,
            "case_capacity": 200,
            "capacity": 100,
            "capacity_unit": "m³/d",
            "exponent": 0.6,
            "source": "某电镀园区回用工程",
        },
        "effects": [
            effect("water", "fresh_water", "新鲜水", 42_000, "m³", "水平衡测试"),
            effect("energy", "electricity", "电力", -65_000, "kWh", "装机功率×运行时间", "estimate"),
            effect("generated", "hazardous_waste", "危险废物", -3, "t", "供应商说明", "declared"),
            effect("discharged", "COD", "化学需氧量", 2.1, "t", "监测报告", "third_party_test"),
        ],
        "comparison": ALL_YES,
        "ratings": {"environment": 9, "economy": 5, "technology": 6, "ease": 6},
        "group": "节能节水",
        "assessment": {
            "advanced": "国内先进，已写入 HJ 1306-2023。",
            "fit": "废水站东侧有 60 m² 空地，可布置膜组。",
            "environment": "新鲜水和化学需氧量减少，用电和污泥增加，总体有利。",
        },
        "outcome": "preliminary_high_cost",
    },
    {
        "id": "F5",
        "name": "空压机余热供前处理槽加热",
        "aspect": "materials_energy",
        "problem_ids": ["P5"],
        "effects": [effect("energy", "natural_gas", "天然气", 9000, "m³", "热平衡估算", "estimate")],
        "comparison": ALL_YES,
        "cost_class": "medium_cost",
        "outcome": "preliminary_high_cost",
    },
    {
        "id": "F6",
        "name": "全厂迁建自动线",
        "aspect": "process_technology",
        "investment": figure(900, "万元", "规划"),
        "comparison": {**ALL_YES, "ease": False, "reasons": {"ease": "厂区没有可用场地"}},
        "outcome": "not_feasible",
        "rejection": "space",
        "outcome_reason": "现有厂房无法布置，须新征用地",
    },
    {"id": "F7", "name": FORMULA_LIKE, "aspect": "staff", "content": "{ PAGE } +1\x07 −2"},
    {
        "id": "F8",
        "name": "逆流漂洗改造",
        "aspect": "process_technology",
        "problem_ids": ["P2"],
        "investment": figure(12, "万元", "示例", "example"),
        "effects": [effect("water", "fresh_water", "新鲜水", 20_000, "m³", "示例", "example")],
        "comparison": ALL_YES,
        "assessment": {"market": "产品和产能均不变化。", "safety": "无新增危险源。"},
        "outcome": "preliminary_high_cost",
    },
]


def sample(**changes):
    content = {
        "profile": PROFILE,
        "years": YEARS,
        "problems": PROBLEMS,
        "matches": MATCHES,
        "options": OPTIONS,
        "chosen": ["F1", "F3", "F4"],
    }
    return parsed(AuditProject, content | changes)


def with_option(id, **changes):
    return sample(options=[one | changes if one["id"] == id else one for one in OPTIONS])


def read(content):
    return Document(io.BytesIO(content))


@pytest.fixture(scope="module")
def project():
    return sample()


@pytest.fixture(scope="module")
def content(project, catalog):
    return report_docx(project, catalog, today=TODAY)


@pytest.fixture(scope="module")
def document(content):
    return read(content)


def headings(document, level=None):
    styles = (f"Heading {level}",) if level else ("Heading 1", "Heading 2", "Heading 3")
    return [p.text for p in document.paragraphs if p.style.name in styles]


def tables(document):
    """Caption without number -> rows of texts, header first."""
    found, caption = {}, ""
    for block in document.element.body.iterchildren():
        if block.tag == qn("w:p"):
            caption = "".join(text.text or "" for text in block.iter(qn("w:t")))
        elif block.tag == qn("w:tbl"):
            rows = [[cell.text for cell in row.cells] for row in Table(block, document).rows]
            found[caption.split(" ", 2)[2]] = rows
    return found


def table(document, caption):
    return tables(document)[caption]


def row_of(document, caption, key):
    return next(row for row in table(document, caption) if row[0] == key)


def text_of(document):
    cells = [cell.text for one in document.tables for row in one.rows for cell in row.cells]
    return "\n".join([*(p.text for p in document.paragraphs), *cells])


def rebuilt(catalog, **changes):
    return read(report_docx(sample(**changes), catalog, today=TODAY))


# --- structure ---

MANUAL = [
    "4 方案产生和筛选", "4.1 方案产生", "4.2 分类汇总", "4.3 初步筛选", "4.4 结果汇总",
    "4.5 核定无/低费方案实施效果",
    "5 可行性分析", "5.1 市场调研", "5.2 技术评估", "5.3 环境评估", "5.4 经济评估", "5.5 推荐方案",
    "数据来源",
]  # fmt: skip
HJ469 = [
    "4 方案的产生与筛选", "4.1 产生方案", "4.2 分类汇总方案", "4.3 筛选方案", "4.4 汇总筛选结果",
    "4.5 核定并汇总无/低费方案实施效果",
    "5 方案的确定", "5.1 市场调查", "5.2 技术评估", "5.3 环境评估", "5.4 经济评估", "5.5 推荐可实施方案",
    "数据来源",
]  # fmt: skip


@pytest.mark.parametrize(("template", "expected"), [("manual", MANUAL), ("hj469", HJ469)])
def test_headings_follow_the_template(project, catalog, template, expected):
    document = read(report_docx(project, catalog, template=template, today=TODAY))
    found = [text for text in headings(document) if text not in headings(document, 3)]
    assert found == expected


def test_every_preliminary_feasible_option_has_its_part_in_three_sections(document):
    names = {o["id"]: o["name"] for o in OPTIONS if o.get("outcome") == "preliminary_high_cost"}
    expected = [
        f"5.{section}.{index} {id} {name}"
        for section in (2, 3, 4)
        for index, (id, name) in enumerate(names.items(), start=1)
    ]
    assert headings(document, 3) == expected


def test_unknown_template_names_the_known_ones(project, catalog):
    assert templates() == ("manual", "hj469")
    with pytest.raises(BadInput, match="报告模板“huawei”不存在，请用 manual、hj469"):
        report_docx(project, catalog, template="huawei", today=TODAY)


def test_tables_are_numbered_by_chapter_without_a_gap(document):
    captions = [p.text.split()[1] for p in document.paragraphs if p.text.startswith("表 ")]
    for chapter in ("4", "5"):
        own = [number for number in captions if number.startswith(chapter)]
        assert own == [f"{chapter}-{index}" for index in range(1, len(own) + 1)]
    assert len(captions) == len(document.tables)


def test_every_option_stands_in_the_summary_in_project_order(document):
    assert [row[0] for row in table(document, "方案汇总")[1:]] == [o["id"] for o in OPTIONS]


# --- chapter 4 ---


def test_counts_of_problems_and_options_by_origin(document):
    text = text_of(document)
    assert "列出问题 5 个，其中 3 个在清洁生产技术目录中匹配到技术，2 个未匹配，其中 1 个尚未匹配。" in text
    assert "共产生方案 8 个：由目录匹配 2 个，自拟 6 个。" in text


def test_unmatched_problems_are_listed_with_reason_and_the_options_written_for_them(document):
    rows = table(document, "未匹配的问题")[1:]
    assert rows == [
        ["4", "员工夜班交接记录不全", "未匹配", "目录中没有与该问题对应的技术", "F1"],
        ["5", "空压机余热放空", "未匹配", "尚未匹配", "F5"],
    ]


def test_a_problem_is_listed_with_process_aspect_and_options(document):
    assert row_of(document, "问题清单", "2") == [
        "2", "漂洗", "镀镍镀铬后三级漂洗全部用自来水，清洗水耗高", "技术工艺", "已匹配", "F2、F4、F8",
    ]  # fmt: skip
    assert row_of(document, "问题清单", "5")[3] == "未提供"


def test_policy_basis_is_cited_with_title_number_state_and_words(document, catalog):
    row = row_of(document, "方案所用的目录技术及其政策依据", "F4")
    source = catalog["CPT-0255"].sources[0]
    assert isinstance(source, PolicyCitation)
    policy = catalog.policy.documents[source.doc]
    for part in (policy.title, policy.number, policy.state, source.term):
        assert part in row[3]


def test_a_record_that_left_the_catalogue_is_said_to_be_missing(catalog):
    options = [one | {"technology_id": "CPT-9999"} if one["id"] == "F4" else one for one in OPTIONS]
    document = rebuilt(catalog, options=options)
    assert row_of(document, "方案所用的目录技术及其政策依据", "F4")[1:] == [
        "CPT-9999", "未提供", "所用目录中没有这条记录，政策依据无法引用",
    ]  # fmt: skip
    assert "所用目录中没有记录 CPT-9999" in text_of(document)


def test_options_are_counted_by_aspect_and_cost_class(document):
    rows = table(document, "方案按八个方面和费用类别的数量（个）")
    assert rows[0] == ["方面", "无费", "低费", "中费", "高费", "未分类", "合计"]
    assert rows[3] == ["设备", "0", "1", "1", "0", "0", "2"]  # F2 2.4, F3 28
    assert rows[-1] == ["合计", "1", "1", "3", "2", "1", "8"]  # F7 has no investment
    assert len(rows) == 1 + 8 + 1
    assert "由本项目自行设定" in text_of(document)


def test_a_cross_stands_with_its_reason(document):
    assert row_of(document, "方案简易比较", "F6") == [
        "F6", "全厂迁建自动线", "√", "√", "√", "×", "不通过", "实施难易：厂区没有可用场地",
    ]  # fmt: skip
    assert "未做简易比较的方案：F7。" in text_of(document)


def test_ranking_prints_ratings_products_and_totals(document):
    rows = table(document, "权重总和计分排序（比选组“节能节水”）")
    assert rows[0][2:6] == ["环境效果 W=10", "经济可行性 W=8", "技术可行性 W=7", "可实施性 W=5"]
    # F3: 60 + 56 + 63 + 40 = 219; F4: 90 + 40 + 42 + 30 = 202
    assert [row[0] for row in rows[1:]] == ["F3", "F4"]
    assert rows[1][2:] == ["6（60）", "7（56）", "9（63）", "8（40）", "219", "1"]
    assert rows[2][-2:] == ["202", "2"]


def test_results_stand_in_three_lists_and_the_undecided_are_named(document):
    assert [row[0] for row in table(document, "可行的无/低费方案")[1:]] == ["F1", "F2"]
    assert [row[0] for row in table(document, "初步可行的中/高费方案")[1:]] == ["F3", "F4", "F5", "F8"]
    assert row_of(document, "不可行方案", "F6")[2:] == ["占地", "现有厂房无法布置，须新征用地"]
    assert f"尚未得出筛选结论的方案：F7 {FORMULA_LIKE}。" in text_of(document)


def test_an_outcome_that_does_not_fit_the_cost_class_is_noted(catalog):
    document = read(report_docx(with_option("F3", outcome="feasible_low_cost"), catalog, today=TODAY))
    assert "F3 的筛选结论与费用类别（中费）不一致" in text_of(document)


def test_a_cost_class_set_by_hand_against_the_limits_is_noted(catalog):
    document = read(report_docx(with_option("F2", cost_class="no_cost"), catalog, today=TODAY))
    assert "F2 的费用类别为人工指定（无费），按投资额应为低费" in text_of(document)


def test_what_was_carried_out_stands_beside_what_was_not(document):
    done, going = table(document, "无/低费方案实施效果")[1:]
    assert done[2] == "已实施\n2025-09-30"
    assert done[3].startswith("0.15[") and done[4].startswith("1.05[")
    assert done[5].startswith("新鲜水减少 260 m³/a[")
    assert going[2:6] == ["实施中，未核定", "—", "—", "—"]
    text = text_of(document)
    assert "实际费用合计 0.15 万元，实际年节省合计 1.05 万元/a。尚未核定：F2（实施中，未核定）。" in text


# --- chapter 5 ---


def test_market_is_printed_where_given_and_not_invented(document):
    rows = {row[0]: row[2] for row in table(document, "市场调研")[1:]}
    assert rows == {"F3": "未提供", "F4": "未提供", "F5": "未提供", "F8": "产品和产能均不变化。"}


def test_technical_assessment_prefers_own_text_then_the_record_then_says_not_given(document, catalog):
    rows = {row[0]: row[1:] for row in table(document, "F4 技术评估")[1:]}
    assert rows["先进性"] == ["国内先进，已写入 HJ 1306-2023。", "本项目评估"]
    assert rows["与现有条件的匹配"][1] == "本项目评估"
    assert rows["成熟程度"][0].startswith("推广（TRL 9）")
    assert rows["成熟程度"][1].startswith("目录记载，须现场核实[")
    assert rows["危害因素"][0] == "腐蚀"
    assert rows["公用工程"] == ["未提供", "—"]
    own = {row[0]: row[1:] for row in table(document, "F3 技术评估")[1:]}
    applicability = catalog["CPT-0259"].applicability
    assert applicability.preconditions[0] in own["与现有条件的匹配"][0]
    assert applicability.not_suitable[0] in own["与现有条件的匹配"][0]
    by_hand = table(document, "F5 技术评估")[1:]
    assert all(row[1:] == ["未提供", "—"] for row in by_hand)


def test_negative_effects_stand_beside_the_positive_ones(document):
    rows = {row[1]: row[2:] for row in table(document, "F4 环境效果")[1:]}
    assert rows["电力"][:2] == ["增加 65000 kWh/a（估）", "不利"]
    assert rows["危险废物"][:2] == ["增加 3 t/a（声称）", "不利"]
    assert rows["化学需氧量"][:2] == ["减少 2.1 t/a", "有利"]
    assert "附加的不利影响（目录记载，须现场核实）" in text_of(document)
    assert "浓水需处理" in text_of(document)
    summary = row_of(document, "方案汇总", "F4")[8]
    assert "电力增加 65000 kWh/a（估）[" in summary


def test_standard_coal_and_carbon_print_basis_and_factor_row(document):
    text = text_of(document)
    # 120 000 kWh x 0.1229 kgce = 14.748 tce; x 0.5581 kgCO2 = 66.972 t
    assert "节能量（当量值） 14.75 tce/a。折标准煤系数：电力 0.1229 kgce/kWh，GB/T 2589-2020" in text
    assert "二氧化碳减排量 66.97 tCO2/a。二氧化碳排放因子：" in text and "重庆 2023 年 0.5581" in text
    # more electricity: 65 000 x 0.1229 = 7.99 tce more
    assert "节能量（当量值） -7.99 tce/a（估）" in text
    assert "节能量（当量值）：未计算（方案未提供能源变化量）。" in text  # F8 changes water only


def test_yearly_saving_by_line_with_prices_and_tax(document):
    rows = table(document, "F3 年节省金额")
    # 120 000 kWh x 0.7232 / 1.13 = 0.64 yuan = 7.68 wan yuan; + 0.5
    assert rows[1][0] == "电力" and rows[1][1].startswith("减少 120000 kWh/a[")
    assert rows[1][2].startswith("0.64 元/kWh（不含税）[") and rows[1][3] == "7.68"
    assert rows[2][0] == "维修费减少" and rows[2][3].startswith("0.50[")
    assert rows[3] == ["合计 P", "—", "—", "8.18"]
    water = row_of(document, "价格", "新鲜水")
    assert water[2:] == ["含税", "未提供", "4.5 元/m³（含税）"]
    assert "新鲜水价格为含税价且未给增值税率，按含税价计算" in text_of(document)
    assert row_of(document, "F4 年节省金额", "化学需氧量排放")[2:] == ["未提供", "未计价"]


def test_a_pollutant_given_twice_is_priced_once_on_what_is_discharged(catalog):
    price = {"item": "COD", "label": "COD", "figure": figure(1400, "元/t", "税额标准")}
    effects = [
        effect("generated", "COD", "COD", 5, "t", "监测"),
        effect("discharged", "COD", "COD", 2, "t", "监测"),
    ]
    options = [one | {"effects": effects} if one["id"] == "F3" else one for one in OPTIONS]
    profile = PROFILE | {"prices": [*PROFILE["prices"], price]}
    document = rebuilt(catalog, options=options, profile=profile)
    assert row_of(document, "F3 年节省金额", "COD产生")[3] == "未计价（按排放量计价）"
    assert row_of(document, "F3 年节省金额", "COD排放")[3] == "0.28"


def test_results_of_the_economic_assessment(document):
    rows = [row[:3] for row in table(document, "F3 经济评估结果")[1:]]
    values = {(symbol, name): value for symbol, name, value in rows}
    assert values["I", "总投资费用"].startswith("28.00 万元[")
    assert values["P", "年运行费用总节省金额"] == "8.18 万元/a"
    assert values["D", "年折旧"] == "2.80 万元/a"
    assert values["T", "应税利润"] == "5.38 万元/a"
    assert values["E", "净利润"] == "4.04 万元/a"  # 4.035
    assert values["F", "年增加现金流量"] == "6.84 万元/a"  # 6.835
    assert values["N", "投资偿还期"] == "4.10 年"  # 28 / 6.835 = 4.0966
    assert values["NPV", "净现值"] == "17.86 万元"  # 6.835 x 6.71008 - 28
    assert values["NPVR", "净现值率"] == "63.80%"
    assert values["IRR", "内部收益率（精确解）"] == "20.69%"
    last = table(document, "F3 经济评估结果")[-1]
    assert (
        last[1] == "内部收益率（插值法）"
        and last[3] == "i1 = 20%，NPV1 = 0.66 万元；i2 = 21%，NPV2 = -0.29 万元"
    )
    assert "投资偿还期 4.10 年，限值（中费）3 年以内：不符合" in text_of(document)
    assert "结论：经济不可行。" in text_of(document)


def test_missing_inputs_are_named_and_nothing_becomes_zero(document):
    rows = {row[1]: row[2] for row in table(document, "F5 经济评估结果")[1:]}
    assert rows["总投资费用"] == "未提供"
    assert rows["年运行费用总节省金额"] == "未计算（缺少：天然气价格）"
    for name in ("年折旧", "投资偿还期", "净现值", "内部收益率（插值法）"):
        assert rows[name] == "未计算（缺少：天然气价格、投资）"
    assert "经济可行性：未计算（缺少：天然气价格、投资）。" in text_of(document)
    row = row_of(document, "初步可行的中/高费方案综合比较", "F5")
    assert row[2:8] == ["未提供", *["未计算"] * 5]


def test_without_a_discount_rate_npv_is_not_calculated_but_payback_is(catalog):
    document = rebuilt(catalog, profile=PROFILE | {"discount_rate": None})
    rows = {row[1]: row[2] for row in table(document, "F3 经济评估结果")[1:]}
    assert rows["净现值"] == rows["净现值率"] == "未计算（缺少：贴现率）"
    assert rows["投资偿还期"] == "4.10 年"
    assert "贴现率 未提供" in text_of(document)


def test_estimates_and_examples_are_marked_wherever_they_are_printed(document):
    investment = {row[0]: row[6] for row in table(document, "方案汇总")[1:]}
    assert investment["F4"].startswith("66.20（估）[")
    assert investment["F8"].startswith("12.00（示例）[")
    rows = {row[1]: row[2] for row in table(document, "F8 经济评估结果")[1:]}
    assert all("（示例）" in rows[name] for name in ("净现值", "净利润", "年运行费用总节省金额"))
    effects = {row[0]: row[8] for row in table(document, "方案汇总")[1:]}
    assert effects["F2"].startswith("新鲜水减少 1500（900–2100） m³/a（估）[")
    scaled = {row[1]: row[3] for row in table(document, "F4 经济评估结果")[1:]}["总投资费用"]
    assert "由案例投资 100.00 万元按规模折算：200 → 100 m³/d，指数 0.6[" in scaled


def test_a_scaled_investment_is_an_estimate_whatever_its_evidence_says(catalog):
    document = read(
        report_docx(with_option("F4", investment=figure(66.2, "万元", "折算")), catalog, today=TODAY)
    )
    assert row_of(document, "方案汇总", "F4")[6].startswith("66.20（估）[")


def test_criteria_that_disagree_are_told(document):
    conflict = [p.text for p in document.paragraphs if "须说明取舍" in p.text]
    assert len(conflict) >= 1
    assert all("的是 F" in text for text in conflict)


def test_chosen_package_is_summed_with_what_it_changes(document):
    text = text_of(document)
    assert "推荐实施的方案组合：F1 交接班记录和镀液点检制度、F3" in text
    rows = dict(table(document, "推荐组合合计")[1:])
    assert rows["总投资 I"] == "94.20 万元（估）"  # 0 + 28 + 66.2
    assert rows["节能量（当量值）"] == "6.76 tce/a（估）"  # (120 000 - 65 000) x 0.1229 / 1000
    electricity = next(row for row in table(document, "推荐组合的环境效果") if row[1] == "电力")
    assert electricity[2:6] == ["3200000 kWh/a", "减少 55000 kWh/a（估）", "1.72%", "3145000 kWh/a（估）"]


def test_a_package_without_its_prerequisite_is_written_all_the_same(catalog):
    options = [one | {"requires": ["F8"]} if one["id"] == "F3" else one for one in OPTIONS]
    text = text_of(rebuilt(catalog, options=options))
    assert "组合合计：未计算（组合缺少前置方案，见表后说明）。" in text
    assert "缺少前置方案 F8" in text


def test_a_chosen_option_that_fails_its_assessment_is_named(document):
    assert "F3 高频开关电源替换硅整流 经济评估结论为不可行，选入组合须说明理由" in text_of(document)


def test_depreciation_of_a_firm_investment_carries_no_mark_of_the_saving(catalog):
    effects = [effect("energy", "electricity", "电力", 120_000, "kWh", "估算", "estimate")]
    document = read(report_docx(with_option("F3", effects=effects), catalog, today=TODAY))
    rows = {row[1]: row[2] for row in table(document, "F3 经济评估结果")[1:]}
    assert rows["年折旧"] == "2.80 万元/a"
    assert rows["净利润"] == "4.04 万元/a（估）"


def test_nothing_chosen_and_nothing_feasible_are_said(catalog):
    assert "尚未选定推荐实施的方案组合。" in text_of(rebuilt(catalog, chosen=[]))
    low_only = rebuilt(catalog, options=OPTIONS[:2], chosen=[])
    assert text_of(low_only).count("没有初步可行的中/高费方案，本节无内容。") == 5


def test_an_empty_project_is_a_report_too(catalog):
    document = read(report_docx(parsed(AuditProject, {"profile": {"name": "空"}}), catalog, today=TODAY))
    assert headings(document) == MANUAL
    assert "列出问题 0 个" in text_of(document)


# --- sources and marks ---


def test_every_reference_is_in_the_list_and_every_entry_is_used(project, catalog):
    import re

    report = report_content(project, catalog, template="manual", today=TODAY)
    document = read(report_docx(project, catalog, today=TODAY))
    entries = [p.text for p in document.paragraphs if re.match(r"\[\d+] ", p.text)]
    assert [entry.split("] ", 1)[1] for entry in entries] == list(report.sources)
    assert len(set(report.sources)) == len(report.sources)
    body = text_of(document).replace("\n".join(entries), "")
    used = {int(number) for number in re.findall(r"\[(\d+)]", body)}
    assert used == set(range(1, len(entries) + 1))


def test_sources_say_which_kind_of_evidence_they_are(document):
    text = text_of(document)
    for entry in (
        "现场数据：分表计量比对", "申报声称：供应商说明", "第三方检测：监测报告", "工程估计：由案例折算",
        "示例：示例", "折标准煤系数：电力 0.1229 kgce/kWh", "清洁生产技术目录：CPT-0255",
    ):  # fmt: skip
        assert entry in text


def test_a_figure_without_a_source_says_so(catalog):
    project = with_option("F3", investment=figure(28, "万元"))
    assert "现场数据：出处未提供" in text_of(read(report_docx(project, catalog, today=TODAY)))


def test_a_worked_example_says_so_on_top_and_marks_its_results(catalog, document):
    warning = "本文为示例：标有（示例）的数值均为虚构，不得引用。"
    example = rebuilt(catalog, is_example=True)
    assert warning in [p.text for p in example.paragraphs[:4]]
    assert warning not in text_of(document)
    assert table(example, "无/低费方案实施效果")[1][3].startswith("0.15（示例）[")


@pytest.mark.parametrize(
    ("value", "shown"),
    [(120_000, "120000"), (1e12, "1000000000000"), (0.00001, "0.00001"), (2.10, "2.1"), (-3.0, "-3")],
)
def test_given_numbers_keep_their_digits_without_exponent(value, shown):
    assert plain(value) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [(0.0, "0.00"), (4.035, "4.04"), (-1.005, "-1.01"), (0.004, "0.004"), (-0.0001234, "-0.000123")],
)
def test_computed_numbers_have_two_decimals_unless_these_show_nothing(value, shown):
    assert fixed(value) == shown


def test_marks_are_printed_once_in_a_fixed_order():
    assert mark([]) == mark(["site", "case", "third_party_test", "literature"]) == ""
    assert mark(["example", "estimate", "site", "example"]) == "（估、示例）"
    assert mark(["declared"]) == "（声称）"


def test_a_range_is_turned_round_with_its_figure():
    from recommender.audit.project import Figure

    assert sized(Figure(value=-3, unit="t", low=-4, high=-2.5), sign=-1) == "3（2.5–4）"
    assert sized(Figure(value=3, unit="t", high=5), digits=1) == "3.0（3.0–5.0）"


# --- the file ---


def test_formula_like_text_stays_text_and_only_page_numbers_are_fields(content, document):
    assert row_of(document, "方案汇总", "F7")[1] == FORMULA_LIKE
    assert row_of(document, "方案汇总", "F7")[4] == "{ PAGE } +1 −2"
    package = zipfile.ZipFile(io.BytesIO(content))
    body = package.read("word/document.xml").decode()
    assert "instrText" not in body and "fldSimple" not in body and "w:hyperlink" not in body
    footers = [package.read(name).decode() for name in package.namelist() if "footer" in name]
    assert [text.count(">PAGE<") for text in footers] == [1]


def test_body_is_fangsong_at_exactly_24_points_and_headings_are_hei(document):
    body = next(p for p in document.paragraphs if p.text.startswith("审核共列出问题"))
    assert body.runs[0].element.rPr.rFonts.get(qn("w:eastAsia")) == "仿宋"
    assert body.runs[0].font.size == Pt(12)
    normal = document.styles["Normal"]
    assert normal.element.rPr.rFonts.get(qn("w:eastAsia")) == "仿宋"
    assert normal.paragraph_format.line_spacing == Pt(24)
    for heading in (p for p in document.paragraphs if p.style.name.startswith("Heading")):
        assert heading.runs[0].element.rPr.rFonts.get(qn("w:eastAsia")) == "黑体"
        assert heading.paragraph_format.keep_with_next


def test_every_run_names_an_east_asian_font(document):
    for run in document.element.body.iter(qn("w:r")):
        assert run.rPr.rFonts.get(qn("w:eastAsia")) in ("仿宋", "黑体", "宋体")


def test_tables_are_song_in_small_type_with_repeated_headers(document):
    for one in document.tables:
        header = one.rows[0]._tr.trPr
        assert header.find(qn("w:tblHeader")) is not None
        assert all(row._tr.trPr.find(qn("w:cantSplit")) is not None for row in one.rows)
        for cell in one.rows[-1].cells:
            run = cell.paragraphs[0].runs[0]
            assert run.element.rPr.rFonts.get(qn("w:eastAsia")) == "宋体"
            assert run.font.size in (Pt(10.5), Pt(9))


def test_pages_are_a4_and_wide_tables_stand_on_landscape_pages(document):
    for section in document.sections:
        sides = sorted((section.page_width.mm, section.page_height.mm))
        assert sides == pytest.approx([210, 297], abs=0.1)
    kinds = [section.orientation for section in document.sections]
    assert WD_ORIENT.LANDSCAPE in kinds and kinds[0] == kinds[-1] == WD_ORIENT.PORTRAIT


def test_no_table_is_wider_than_its_page(document):
    sections = iter(document.sections)
    section = next(sections)
    for block in document.element.body.iterchildren():
        if block.tag == qn("w:tbl"):
            width = sum(column.width for column in Table(block, document).columns)
            room = section.page_width - section.left_margin - section.right_margin
            assert room * 0.98 <= width <= room * 1.001
        elif block.tag == qn("w:p") and block.find(f"{qn('w:pPr')}/{qn('w:sectPr')}") is not None:
            section = next(sections)


def test_the_same_input_gives_the_same_bytes(project, catalog, content):
    time.sleep(2.1)
    assert report_docx(project, catalog, today=TODAY) == content


def test_the_date_is_the_one_given(project, catalog):
    other = report_docx(project, catalog, today=datetime.date(2027, 1, 5))
    assert "2027-01-05" in text_of(read(other))
