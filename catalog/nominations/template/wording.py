"""What the filing form (申报表) says and where: sections, explanations, examples, notes.

The writers of XLSX and DOCX lay it out, and the reader knows from the same tables what is the
form's own wording.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from catalog.nominations.attachments import ALLOWED, DOSSIER_LIMIT, FILE_LIMIT, MEGABYTE
from catalog.nominations.form import CASE_LABELS, LABELS

TITLE = "清洁生产技术申报表"
MAIN_SHEET, CASE_SHEET, PROOF_SHEET, GUIDE_SHEET = "申报表", "应用案例", "知识产权与检测", "填写说明"
NUMBER_LABEL = "序号"
LABEL_FILL = "DCE9E1"
"""Background of labels and headers, in both files."""


@dataclass(frozen=True)
class Section:
    """One heading of the form with the fields under it; ``signature`` is the line to sign on."""

    title: str
    fields: tuple[str, ...] = ()
    part: str = ""
    signature: str = ""


SECTIONS = (
    Section(
        "一、基本信息",
        ("name", "applicant", "credit_code", "contact", "phone", "region", "field", "industries",
         "technology_class", "technology_id"),
    ),
    Section(
        "二、技术内容",
        ("summary", "principle", "parameters", "effects", "features", "scope", "advancement", "trl",
         "in_use_since"),
    ),
    Section("三、知识产权", part="intellectual_property"),
    Section("四、检测鉴定", part="evidence"),
    Section("五、推广情况", ("penetration_now", "penetration_forecast", "barriers"), part="cases"),
    Section(
        "六、承诺", ("declared", "declared_by", "declared_on"),
        signature="申报单位（盖章）：　　　　　　　　　　　　年　　月　　日",
    ),
    Section(
        "七、推荐意见", ("recommender", "recommendation"),
        signature="推荐单位（盖章）：　　　　　　　　　　　　年　　月　　日",
    ),
)  # fmt: skip
PARTS: dict[str, dict[str, str]] = {
    "intellectual_property": {"kind": "知识产权种类", "number": "编号", "holder": "权利人"},
    "evidence": {
        "kind": "材料种类", "issuer": "出具机构", "number": "报告编号", "date": "出具日期", "cma": "CMA 资质",
    },
    "cases": CASE_LABELS,
}  # fmt: skip
"""Tables of the form: part -> column -> title."""
LONG_FIELDS = frozenset(
    {"summary", "principle", "parameters", "effects", "features", "scope", "barriers", "recommendation"}
)
"""Fields that take paragraphs."""
PERCENT_FIELDS = frozenset({"penetration_now", "penetration_forecast"})
DATE_FIELDS = frozenset({"in_use_since", "declared_on", "commissioned", "date"})
EXPLANATIONS: dict[str, str] = {
    "name": "与附件中的名称一致，不含企业名称和商标",
    "applicant": "营业执照上的单位全称",
    "credit_code": "营业执照上的 18 位代码",
    "contact": "熟悉本技术、可随时联系的人",
    "phone": "手机，或区号-电话",
    "region": "申报单位所在区县",
    "field": "五类选一",
    "industries": "GB/T 4754-2017 代码或名称，多个用“；”分开",
    "technology_class": "二者选一：示范技术为已有工程、宜先示范；推广技术为成熟、宜普遍采用",
    "technology_id": "更新已入选技术时填写，新申报留空",
    "summary": "一至三句：对什么介质、做什么、效果如何",
    "principle": "按物料走向写工艺路线和主要设备",
    "parameters": "运行条件和控制范围，带单位",
    "effects": "与改造前或同类技术比较的数值，带单位和比较基准",
    "features": "与同类技术不同之处",
    "scope": "适用的行业、装置和前提条件",
    "advancement": "四者选一，以鉴定结论为准",
    "trl": "GB/T 22900-2022 的 1–9 级；9 级为多项工程长期运行",
    "in_use_since": "首台（套）工业规模投用的日期",
    "penetration_now": "本技术占可用场合的比例",
    "penetration_forecast": "未来五年可达到的比例",
    "barriers": "投资、场地、运行、标准等方面的障碍",
    "declared": "承诺所填内容和附件真实，不侵犯他人知识产权",
    "declared_by": "法定代表人或其授权人",
    "declared_on": "签署日期",
    "recommender": "区县主管部门或行业协会全称",
    "recommendation": "由推荐单位填写",
}  # fmt: skip
"""What each field asks for, shown beside it."""
CASE_EXPLANATIONS: dict[str, str] = {
    "user": "一行一个案例，写用户单位全称",
    "scale": "装置或产品规模，带单位",
    "commissioned": "投产日期，至少到月",
    "investment_wan_yuan": "总投资，万元",
    "operating_cost_wan_yuan": "年运行费，万元/a",
    "saving_tce": "年节能量，tce/a；能耗增加写负数",
    "water_saving_m3": "年节水量，m³/a",
    "reductions_t": "污染物=年减排量（t/a），多项用“；”分开；氮氧化物等按减排量，不是浓度",
    "co2_t": "年减碳量，tCO2/a",
    "payback_years": "静态投资回收期，年",
    "domestic": "案例在国内写“是”",
    "proof": "用户证明、合同或验收文件的名称或编号",
}
EXAMPLES: dict[str, str] = {
    "name": "示例：烧结烟气循环技术",
    "industries": "示例：3110 炼铁；3120 炼钢",
    "parameters": "示例：循环率 25%–35%；循环烟气温度不低于 120 ℃",
    "effects": "示例：与未循环相比，外排烟气量减少 25%",
    "in_use_since": "示例：2023-05-18，只记得月份写 2023-05",
    "penetration_now": "示例：15%",
    "commissioned": "示例：2023-05-18",
    "investment_wan_yuan": "示例：320",
    "saving_tce": "示例：1250",
    "reductions_t": "示例：COD=12；氨氮=1.5",
    "payback_years": "示例：2.5",
    "proof": "示例：用户证明（2024-03）",
}
NOTE = "带 * 的必填；没有的留空，空白即未提供，不写 0。数值只写数字，单位已在栏目中注明。"
ELSEWHERE = {
    "intellectual_property": f"专利、软件著作权等逐项填写在工作表“{PROOF_SHEET}”的上表",
    "evidence": f"检测、鉴定、验收材料逐项填写在工作表“{PROOF_SHEET}”的下表",
    "cases": f"应用案例逐个填写在工作表“{CASE_SHEET}”",
}
CASE_NOTE = "一行一个案例；没有的留空，不写 0。减排量写作 COD=12；氨氮=1.5，单位 t/a。"
DOCX_NOTES = {
    "intellectual_property": "一行一项，行数不够可添加。",
    "evidence": "一行一份材料，行数不够可添加。",
    "cases": "一个案例一张表，不够时整表复制。减排量写作 COD=12；氨氮=1.5，单位 t/a。",
}
FIELD_HEADER = ("项目", "填写内容", "说明")
CASE_HEADER = ("项目", "填写内容", "项目", "填写内容")
PROOF_TITLES = {"intellectual_property": "知识产权", "evidence": "检测、鉴定或验收材料"}
GUIDE_HEADER = ("项目", "要求", "示例")
GUIDE_TITLES = ("限制", "各栏要求", "形式审查要点")


def limits() -> tuple[str, ...]:
    """Return the limits an applicant has to know, one sentence each."""
    return (
        f"附件为 {ALLOWED}，单个文件不超过 {FILE_LIMIT // MEGABYTE} MB，"
        f"一项申报合计不超过 {DOSSIER_LIMIT // MEGABYTE} MB；附件在申报页面上传，不插入本表。",
        "推广比例在 0–100% 之间；投资、运行费、回收期不为负；技术成熟度为 1–9 的整数。",
        "日期写作 2023-05-18，至少写到月；数值写单一数字，不写范围和“约”。",
        "标有“示例”的内容只说明写法，不是真实数据，请勿照抄。",
    )


def fixed_texts() -> frozenset[str]:
    """Return the form's own wording: what is no answer wherever it stands."""
    texts = {
        TITLE, NOTE, CASE_NOTE, CASE_SHEET, PROOF_SHEET, GUIDE_SHEET, NUMBER_LABEL, *GUIDE_TITLES,
        *FIELD_HEADER, *GUIDE_HEADER,
        *ELSEWHERE.values(), *DOCX_NOTES.values(), *PROOF_TITLES.values(), *EXPLANATIONS.values(),
        *EXAMPLES.values(), *limits(),
    }  # fmt: skip
    for section in SECTIONS:
        texts |= {section.title, section.signature}
    return frozenset(texts - {""})


def starred(rules: str = "city") -> frozenset[str]:
    """Return the fields that the rules want filled, so that the form can mark them.

    Raises:
        BadInput: there is no such rule file, or a rule of it cannot be used.
    """
    from catalog.nominations.rules import rule_set

    kinds = {"required", "credit_code", "scope", "declaration"}
    return frozenset(rule.field for rule in rule_set(rules).rules if rule.kind in kinds)


def marked_label(field: str, marked: frozenset[str]) -> str:
    """Return the label of a field with its unit, and a star where it is among the ``marked``."""
    unit = "（%）" if field in PERCENT_FIELDS else ""
    return f"{LABELS[field]}{unit}{' *' if field in marked else ''}"


def case_title(number: int) -> str:
    """Return the heading of a case, counted from 1."""
    return f"{LABELS['cases']} {number}"


def rules_told(rules: str) -> list[tuple[str, str]]:
    """Return label and remedy of every rule of a rule set, in its order."""
    from catalog.nominations.rules import rule_set

    return [(rule.label, rule.remedy) for rule in rule_set(rules).rules]


def guide_line(number: int, label: str, remedy: str) -> str:
    """Return one point of the formal check as the form tells it."""
    return f"（{number}）{label}。{remedy}。"


def guide_texts(rules: Iterable[str] = ("city", "ministry")) -> frozenset[str]:
    """Return the lines about the formal check, so that a reader knows them as the form's own."""
    return frozenset(
        guide_line(number, *told) for name in rules for number, told in enumerate(rules_told(name), 1)
    )
