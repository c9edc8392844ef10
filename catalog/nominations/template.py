"""The filing form (申报表) as files to fill in: XLSX and DOCX, blank or filled, and the summary sheet.

What stands where is said once (``SECTIONS``, ``EXPLANATIONS``, ``PARTS``); the two writers lay
it out, and the reader knows from the same tables what is the form's own wording.
"""

from __future__ import annotations

import datetime
import io
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from catalog.codes import Codes, load_codes
from catalog.errors import BadInput
from catalog.export import FIXED_DATE
from catalog.nominations.attachments import ALLOWED, DOSSIER_LIMIT, FILE_LIMIT, MEGABYTE
from catalog.nominations.form import (
    ADVANCEMENT_LABELS,
    ATTACHMENT_LABELS,
    CASE_LABELS,
    CLASS_LABELS,
    EVIDENCE_LABELS,
    LABELS,
    FormPart,
    Nomination,
)
from catalog.paths import DATA_DIR
from catalog.publish import word
from catalog.publish.columns import NOT_GIVEN, clean, lines_of

if TYPE_CHECKING:
    from catalog.review.dossier import Dossier

TITLE = "清洁生产技术申报表"
MAIN_SHEET, CASE_SHEET, PROOF_SHEET, GUIDE_SHEET = "申报表", "应用案例", "知识产权与检测", "填写说明"
CHECKED, UNCHECKED = "☑", "□"
YES, NO = "是", "否"
NUMBER_LABEL = "序号"


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
INDUSTRY_SEPARATOR = "；"
RIGHT_KINDS = ("发明专利", "实用新型专利", "外观设计专利", "软件著作权", "专有技术", "其他")

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
SUMMARY_TITLE = "清洁生产技术推荐汇总表"
_SUMMARY_NOTE = (
    "推荐单位（盖章）：　　　　　　　　　　　　填报日期：　　　年　　月　　日　　　　　共 {count} 项"
)
SUMMARY_HEADER = (
    "序号", "技术名称", "申报单位", "所属领域", "适用行业", "技术类别", "推荐单位", "推荐意见",
)  # fmt: skip


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


@lru_cache(maxsize=1)
def shipped_codes() -> Codes:
    """Return the shipped vocabularies, read once."""
    return load_codes(DATA_DIR / "codes")


def figure(value: float) -> str:
    """Return a number without superfluous digits and without losing any that a table holds."""
    return f"{value:.15g}"


def text_of(field: str, value: Any, codes: Codes) -> str:
    """Return the value of a field of the form or of one of its parts as it is written in a text.

    Unknown (None, empty) is the empty text; 0 is 0. A declaration not made is left open.
    """
    if value is None or value == "":
        return ""
    if field == "industries":
        return INDUSTRY_SEPARATOR.join(_industry(code, codes) for code in value)
    if field == "reductions_t":
        return "；".join(f"{clean(name)}={figure(amount)}" for name, amount in value.items())
    if field in PERCENT_FIELDS:
        return f"{figure(value)}%"
    labels = choices(field)
    if labels:
        return "" if field == "declared" and not value else labels.get(value, str(value))
    if isinstance(value, datetime.date):
        return value.isoformat()
    return clean(value) if isinstance(value, str) else figure(value)


def _industry(code: str, codes: Codes) -> str:
    known = codes["industries"]
    return f"{code} {known.label(code)}" if code in known else clean(code)


def choices(field: str, *, part: str = "") -> Mapping[Any, str]:
    """Return the values a field may take with their labels; empty where it is free."""
    if field == "technology_class":
        return CLASS_LABELS
    if field == "advancement":
        return ADVANCEMENT_LABELS
    if field in ("declared", "domestic", "cma"):
        return {True: YES, False: NO}
    if field == "kind" and part != "intellectual_property":
        return EVIDENCE_LABELS
    return {}


def starred(rules: str = "city") -> frozenset[str]:
    """Return the fields that the rules want filled, so that the form can mark them.

    Raises:
        BadInput: there is no such rule file, or a rule of it cannot be used.
    """
    from catalog.nominations.rules import rule_set

    kinds = {"required", "credit_code", "scope", "declaration"}
    return frozenset(rule.field for rule in rule_set(rules).rules if rule.kind in kinds)


def _label(field: str, marked: frozenset[str]) -> str:
    unit = "（%）" if field in PERCENT_FIELDS else ""
    return f"{LABELS[field]}{unit}{' *' if field in marked else ''}"


def _rules_told(rules: str) -> list[tuple[str, str]]:
    from catalog.nominations.rules import rule_set

    return [(rule.label, rule.remedy) for rule in rule_set(rules).rules]


def attachment_lines(form: Nomination) -> str:
    """Return the attachments, a line each: name, kind, size."""
    return "\n".join(
        f"{clean(one.name)}（{ATTACHMENT_LABELS[one.kind]}，{figure(math.ceil(one.size / 1024))} KB）"
        for one in form.attachments
    )


# Excel

_FILL, _BAND = "DCE9E1", "2F6B4F"
_POINTS = 10.5
_LINE_POINTS = 14.5
_TALLEST_ROW_POINTS = 400.0
"""A little under what Excel accepts; a longer text takes several merged rows."""
_ROOM_POINTS = 58.0
"""Height of an empty field for paragraphs."""
_MM_PER_CHARACTER = 1.95
_INDENT = 1.0
"""Characters the text stands off the line."""
_LONGEST_TEXT = 32767
_A4 = 9
_MAIN_WIDTHS = (22.0, 49.0, 26.0)
_MAIN_TEXT_WIDTHS = (22.0, 49.0, 31.0)
"""The same in characters of the type size: explanations are set smaller."""
_CASE_WIDTHS = {
    "user": 24.0, "scale": 18.0, "commissioned": 12.0, "investment_wan_yuan": 10.0,
    "operating_cost_wan_yuan": 10.0, "saving_tce": 10.0, "water_saving_m3": 10.0, "reductions_t": 26.0,
    "co2_t": 11.0, "payback_years": 10.0, "domestic": 6.5, "proof": 24.0,
}  # fmt: skip
_PROOF_WIDTHS = (6.0, 20.0, 28.0, 26.0, 13.0, 11.0)
_CASE_ROWS, _PROOF_ROWS = 10, 8
_AS_TEXT = frozenset({"credit_code", "phone", "industries", "technology_id", "number"})
"""Kept as text by Excel: leading zeros and the last of eighteen digits count."""


def form_xlsx(form: Nomination | None = None, *, codes: Codes | None = None, rules: str = "city") -> bytes:
    """Return the form as XLSX, blank or filled; the same input gives the same bytes.

    Args:
        form: what to fill in; a blank form by default.
        codes: vocabularies for drop-downs and industry names; the shipped ones by default.
        rules: rule set whose required fields are marked and whose points are told.

    Raises:
        BadInput: a text is longer than a cell can hold; unknown rule set.
    """
    import xlsxwriter

    filled, known = form or Nomination(), codes or shipped_codes()
    stream = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(stream, options)
    book.set_properties({"created": FIXED_DATE, "title": TITLE, "author": "清源"})
    styles = _styles(book)
    _write_main(book.add_worksheet(MAIN_SHEET), filled, known, styles, starred(rules))
    _write_cases(book.add_worksheet(CASE_SHEET), filled, known, styles)
    _write_proofs(book.add_worksheet(PROOF_SHEET), filled, known, styles)
    _write_guide(book.add_worksheet(GUIDE_SHEET), styles, rules)
    book.close()
    return stream.getvalue()


def _styles(book: Any) -> dict[str, Any]:
    cell = {"font_name": word.SONG, "font_size": _POINTS, "text_wrap": True, "border": 1,
            "border_color": "#9AA8A0", "valign": "vcenter"}  # fmt: skip
    made = {
        "title": {"font_name": word.HEI, "font_size": 18, "align": "center", "valign": "vcenter"},
        "note": {"font_name": word.KAI, "font_size": 9.5, "font_color": "#555555", "text_wrap": True,
                 "valign": "vcenter"},
        "band": {"font_name": word.HEI, "font_size": 11, "font_color": "#FFFFFF", "bg_color": f"#{_BAND}",
                 "valign": "vcenter", "indent": 1},
        "label": {**cell, "font_name": word.HEI, "bg_color": f"#{_FILL}", "indent": 1},
        "head": {**cell, "font_name": word.HEI, "font_size": 10, "bg_color": f"#{_FILL}", "align": "center"},
        "help": {**cell, "font_name": word.KAI, "font_size": 9, "font_color": "#555555", "indent": 1},
        "pointer": {**cell, "font_name": word.KAI, "font_size": 10, "font_color": "#555555", "indent": 1},
        "sign": {**cell, "font_size": 10, "align": "right"},
        "value": {**cell, "align": "left", "indent": 1},
        "text": {**cell, "align": "left", "num_format": "@", "indent": 1},
        "date": {**cell, "align": "left", "num_format": "yyyy-mm-dd", "indent": 1},
        "percent": {**cell, "align": "left", "num_format": "0.0###%", "indent": 1},
        "number": {**cell, "align": "right", "indent": 1},
        "center": {**cell, "align": "center"},
    }  # fmt: skip
    return {name: book.add_format(style) for name, style in made.items()}


def _page(page: Any, widths: Sequence[float], *, landscape: bool) -> None:
    for column, width in enumerate(widths):
        page.set_column(column, column, width)
    if landscape:
        page.set_landscape()
    page.set_paper(_A4)
    page.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.6)
    page.fit_to_pages(1, 0)
    page.center_horizontally()
    page.set_footer("&C&9— &P —")
    page.hide_gridlines(2)


def _head(page: Any, title: str, note: str, last: int, styles: dict[str, Any]) -> None:
    page.merge_range(0, 0, 0, last, title, styles["title"])
    page.set_row(0, 36)
    page.merge_range(1, 0, 1, last, note, styles["note"])
    page.set_row(1, 30)


def _height(texts: Sequence[str], widths: Sequence[float], *, least: float = 22.0) -> float:
    """Return the height in points that shows every text; not every program fits rows on opening."""
    lines = lines_of(texts, [(width - _INDENT) * _MM_PER_CHARACTER for width in widths], _POINTS)
    return max(least, lines * _LINE_POINTS + 7)


def _style_of(field: str) -> str:
    if field in DATE_FIELDS:
        return "date"
    if field in _POSITIVE | _SIGNED:
        return "number"
    return "percent" if field in PERCENT_FIELDS else "text" if field in _AS_TEXT else "value"


def _put(page: Any, row: int, column: int, field: str, value: Any, codes: Codes, style: Any) -> None:
    """Write one value: numbers, percentages and dates as such, everything else as text, never a formula."""
    if isinstance(value, datetime.date):
        page.write_datetime(row, column, datetime.datetime.combine(value, datetime.time()), style)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        page.write_number(row, column, value / 100 if field in PERCENT_FIELDS else value, style)
    else:
        text = text_of(field, value, codes)
        if len(text) > _LONGEST_TEXT:
            label = LABELS.get(field) or CASE_LABELS.get(field, field)
            told = f"{label}：{len(text)} 字，超过 Excel 单元格上限 {_LONGEST_TEXT} 字"
            raise BadInput(f"{told}，请删减或改用 Word 申报表")
        (page.write_string if text else page.write_blank)(row, column, text or None, style)


def _validate(
    page: Any, cells: tuple[int, int, int, int], field: str, codes: Codes, *, part: str = ""
) -> None:
    """Set drop-down or limits of the cells (first row, first column, last row, last column)."""
    rule = _validation(field, codes, part)
    if rule is not None:
        page.data_validation(*cells, rule)


def _validation(field: str, codes: Codes, part: str) -> dict[str, Any] | None:
    labels = list(choices(field, part=part).values())
    if labels:
        return _listed(labels, strict=True)
    if field == "field":
        return _listed([row.label for row in codes["plus_classes"]], strict=False)
    if field == "kind":
        return _listed(list(RIGHT_KINDS), strict=False)
    if field == "trl":
        return _listed([str(level) for level in range(1, 10)], strict=True)
    if field in DATE_FIELDS:
        told = "请写日期，例如 2023-05-18；只有年月的写 2023-05"
        least, most = datetime.date(1949, 10, 1), datetime.date(2100, 12, 31)
        return {**_limits("date", told), "minimum": least, "maximum": most}
    if field in PERCENT_FIELDS:
        return {**_limits("decimal", "请写 0–100% 之间的比例，例如 15%"), "minimum": 0, "maximum": 1}
    if field in _POSITIVE:
        return {**_limits("decimal", "请写不为负的数字，不带单位"), "minimum": 0, "maximum": 1e12}
    if field in _SIGNED:
        return {**_limits("decimal", "请写数字，不带单位"), "minimum": -1e12, "maximum": 1e12}
    return None


_POSITIVE = frozenset({"investment_wan_yuan", "operating_cost_wan_yuan", "payback_years"})
_SIGNED = frozenset({"saving_tce", "water_saving_m3", "co2_t"})


def _listed(labels: list[str], *, strict: bool) -> dict[str, Any]:
    told = f"请从下拉列表中选择：{'、'.join(labels)}"
    return {
        "validate": "list", "source": labels, "error_title": "不在列表中", "error_message": told[:255],
        "error_type": "stop" if strict else "warning",
    }  # fmt: skip


def _limits(kind: str, told: str) -> dict[str, Any]:
    return {"validate": kind, "criteria": "between", "error_title": "写法不符", "error_message": told,
            "error_type": "stop"}  # fmt: skip


def _write_main(
    page: Any, form: Nomination, codes: Codes, styles: dict[str, Any], marked: frozenset[str]
) -> None:
    _page(page, _MAIN_WIDTHS, landscape=False)
    _head(page, TITLE, NOTE, 2, styles)
    for column, title in enumerate(FIELD_HEADER):
        page.write_string(2, column, title, styles["head"])
    page.freeze_panes(3, 0)
    page.repeat_rows(2)
    row = 3
    for section in SECTIONS:
        page.merge_range(row, 0, row, 2, section.title, styles["band"])
        page.set_row(row, 22)
        row += 1
        for field in section.fields:
            row = _write_field(page, row, field, form, codes, styles, marked)
        if section.part:
            page.merge_range(row, 0, row, 2, ELSEWHERE[section.part], styles["pointer"])
            page.set_row(row, 22)
            row += 1
        if section.signature:
            page.merge_range(row, 0, row, 2, section.signature, styles["sign"])
            page.set_row(row, 40)
            row += 1
    if form.attachments:
        lines = attachment_lines(form)
        page.write_string(row, 0, LABELS["attachments"], styles["label"])
        page.merge_range(row, 1, row, 2, lines, styles["value"])
        page.set_row(row, min(_TALLEST_ROW_POINTS, _height([lines], [sum(_MAIN_WIDTHS[1:])])))
        row += 1
    page.print_area(0, 0, row - 1, 2)


def _write_field(
    page: Any,
    row: int,
    field: str,
    form: Nomination,
    codes: Codes,
    styles: dict[str, Any],
    marked: frozenset[str],
) -> int:
    """Write one field and return the next free row; a text too high for one row takes several."""
    value = getattr(form, field)
    cells = [_label(field, marked), text_of(field, value, codes), EXPLANATIONS[field]]
    height = _height(cells, _MAIN_TEXT_WIDTHS, least=_ROOM_POINTS if field in LONG_FIELDS else 22.0)
    rows = math.ceil(height / _TALLEST_ROW_POINTS)
    style = styles[_style_of(field)]
    for line in range(row, row + rows):
        page.set_row(line, height / rows)
    if rows > 1:
        page.merge_range(row, 0, row + rows - 1, 0, "", styles["label"])
        page.merge_range(row, 1, row + rows - 1, 1, "", style)
        page.merge_range(row, 2, row + rows - 1, 2, "", styles["help"])
    page.write_string(row, 0, cells[0], styles["label"])
    _put(page, row, 1, field, value, codes, style)
    page.write_string(row, 2, cells[2], styles["help"])
    _validate(page, (row, 1, row, 1), field, codes)
    return row + rows


def _write_rows(
    page: Any,
    top: int,
    part: str,
    entries: Sequence[FormPart],
    codes: Codes,
    styles: dict[str, Any],
    *,
    widths: Sequence[float],
    least_rows: int,
) -> int:
    """Write header and rows of one part, blank ones at the end; return the next free row."""
    columns = PARTS[part]
    rows = max(least_rows, len(entries))
    titles = [title.replace("（", "\n（") for title in (NUMBER_LABEL, *columns.values())]
    for column, title in enumerate(titles):
        page.write_string(top, column, title, styles["head"])
    if len(columns) + 1 < len(widths):  # the last column takes what is left of the page
        for row in range(top, top + 1 + rows):
            page.merge_range(row, len(columns), row, len(widths) - 1, "", styles["value"])
        page.write_string(top, len(columns), titles[-1], styles["head"])
    page.set_row(top, _height(titles, widths[: len(titles)], least=30.0))
    for position in range(rows):
        row = top + 1 + position
        page.write_number(row, 0, position + 1, styles["center"])
        entry = entries[position] if position < len(entries) else None
        texts = []
        for column, field in enumerate(columns, 1):
            value = getattr(entry, field) if entry is not None else None
            _put(page, row, column, field, value, codes, styles[_style_of(field)])
            texts.append(text_of(field, value, codes))
        height = _height(texts, widths[1 : 1 + len(columns)], least=24.0)
        page.set_row(row, min(_TALLEST_ROW_POINTS, height))
    for column, field in enumerate(columns, 1):
        _validate(page, (top + 1, column, top + rows, column), field, codes, part=part)
    return top + 1 + rows


def _write_cases(page: Any, form: Nomination, codes: Codes, styles: dict[str, Any]) -> None:
    widths = (5.0, *_CASE_WIDTHS.values())
    _page(page, widths, landscape=True)
    _head(page, CASE_SHEET, CASE_NOTE, len(widths) - 1, styles)
    end = _write_rows(
        page, 2, "cases", form.cases, codes, styles, widths=widths, least_rows=_CASE_ROWS
    )  # fmt: skip
    page.freeze_panes(3, 2)
    page.repeat_rows(2)
    page.print_area(0, 0, end - 1, len(widths) - 1)


def _write_proofs(page: Any, form: Nomination, codes: Codes, styles: dict[str, Any]) -> None:
    last = len(_PROOF_WIDTHS) - 1
    _page(page, _PROOF_WIDTHS, landscape=False)
    page.merge_range(0, 0, 0, last, PROOF_SHEET, styles["title"])
    page.set_row(0, 36)
    row = 1
    for part, entries in (("intellectual_property", form.intellectual_property), ("evidence", form.evidence)):
        page.merge_range(row, 0, row, last, PROOF_TITLES[part], styles["band"])
        page.set_row(row, 22)
        row = _write_rows(
            page, row + 1, part, entries, codes, styles, widths=_PROOF_WIDTHS, least_rows=_PROOF_ROWS
        )  # fmt: skip
        row += 1
    page.print_area(0, 0, row - 2, last)


def _write_guide(page: Any, styles: dict[str, Any], rules: str) -> None:
    widths = (26.0, 46.0, 30.0)
    _page(page, widths, landscape=False)
    page.merge_range(0, 0, 0, 2, GUIDE_SHEET, styles["title"])
    page.set_row(0, 36)
    row = 1
    for title, lines in zip(GUIDE_TITLES, _guide_lines(rules), strict=True):
        page.merge_range(row, 0, row, 2, title, styles["band"])
        page.set_row(row, 22)
        row += 1
        for line in lines:
            page.set_row(
                row, _height(line, {1: [sum(widths)], 2: [widths[0], sum(widths[1:])]}.get(len(line), widths))
            )
            if len(line) == 1:
                page.merge_range(row, 0, row, 2, line[0], styles["value"])
            elif len(line) == 2:
                page.write_string(row, 0, line[0], styles["value"])
                page.merge_range(row, 1, row, 2, line[1], styles["value"])
            else:
                looks = ["head"] * 3 if line == GUIDE_HEADER else ["value", "value", "help"]
                for column, (text, look) in enumerate(zip(line, looks, strict=True)):
                    page.write_string(row, column, text, styles[look])
            row += 1
    page.print_area(0, 0, row - 1, 2)


def _guide_lines(rules: str) -> tuple[list[tuple[str, ...]], ...]:
    fields = [(LABELS[field], text, EXAMPLES.get(field, "")) for field, text in EXPLANATIONS.items()]
    cases = [
        (f"案例：{CASE_LABELS[field]}", text, EXAMPLES.get(field, ""))
        for field, text in CASE_EXPLANATIONS.items()
    ]
    return [(line,) for line in limits()], [GUIDE_HEADER, *fields, *cases], [*_rules_told(rules)]


def summary_xlsx(dossiers: Iterable[Dossier], *, codes: Codes | None = None) -> bytes:
    """Return the summary sheet of what is recommended (推荐汇总表), in the order given."""
    import xlsxwriter

    rows = list(dossiers)
    known = codes or shipped_codes()
    widths = (6.0, 30.0, 24.0, 13.0, 24.0, 10.0, 20.0, 34.0)
    stream = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(stream, options)
    book.set_properties({"created": FIXED_DATE, "title": SUMMARY_TITLE, "author": "清源"})
    styles = _styles(book)
    page = book.add_worksheet(SUMMARY_TITLE)
    _page(page, widths, landscape=True)
    example = "（示例）" if any(dossier.is_example for dossier in rows) else ""
    _head(page, SUMMARY_TITLE + example, _SUMMARY_NOTE.format(count=len(rows)), len(widths) - 1, styles)
    for column, title in enumerate(SUMMARY_HEADER):
        page.write_string(2, column, title, styles["head"])
    page.set_row(2, 24)
    page.freeze_panes(3, 2)
    page.repeat_rows(2)
    for position, dossier in enumerate(rows, 1):
        texts = _summary_row(dossier.form, known)
        page.write_number(2 + position, 0, position, styles["center"])
        for column, text in enumerate(texts, 1):
            page.write_string(2 + position, column, text[:_LONGEST_TEXT], styles["value"])
        page.set_row(2 + position, min(_TALLEST_ROW_POINTS, _height(texts, widths[1:])))
    page.print_area(0, 0, 2 + len(rows), len(widths) - 1)
    book.close()
    return stream.getvalue()


def _summary_row(form: Nomination, codes: Codes) -> list[str]:
    texts = (
        form.name, form.applicant, form.field, text_of("industries", form.industries, codes),
        text_of("technology_class", form.technology_class, codes), form.recommender, form.recommendation,
    )  # fmt: skip
    return [clean(text).strip() or NOT_GIVEN for text in texts]


# Word

_FIELD_WIDTHS_MM = (40.0, 88.0, 42.0)
_CASE_WIDTHS_MM = (38.0, 47.0, 38.0, 47.0)
_PART_WIDTHS_MM = {
    "intellectual_property": (12.0, 42.0, 62.0, 54.0),
    "evidence": (12.0, 26.0, 46.0, 38.0, 26.0, 22.0),
}
_MARGINS_MM = (20.0, 18.0, 20.0, 20.0)
_BLANK_PROOFS, _BLANK_CASES = 3, 2
_SHORT_SECTION = 3
"""Sections of up to so many fields stay on one page."""
_ROOM_MM = 22.0
_DOCX_POINTS = 10.0


def form_docx(form: Nomination | None = None, *, codes: Codes | None = None, rules: str = "city") -> bytes:
    """Return the form as a Word document, blank or filled; the same input gives the same bytes.

    Args:
        form: what to fill in; a blank form by default.
        codes: vocabularies for choices and industry names; the shipped ones by default.
        rules: rule set whose required fields are marked and whose points are told.

    Raises:
        BadInput: unknown rule set.
    """
    filled, known = form or Nomination(), codes or shipped_codes()
    document = word.new_document(margins_mm=_MARGINS_MM, size=_DOCX_POINTS)
    document.core_properties.title = TITLE
    word.page_number(document.sections[0].footer, dashes=True)
    title = word.paragraph(document, TITLE, font=word.HEI, size=18, align="center")
    _space(title, before=0, after=8)
    _small(document, NOTE)
    marked = starred(rules)
    for section in SECTIONS:
        word.heading(document, section.title, 1, size=13)
        if section.fields:
            _docx_fields(document, section, filled, known, marked)
        if section.part == "cases":
            _docx_cases(document, filled, known)
        elif section.part:
            _docx_rows(document, section.part, getattr(filled, section.part), known)
        if section.signature:
            _space(word.paragraph(document, section.signature, align="right"), before=14, after=6)
    if filled.attachments:
        rows = [[LABELS["attachments"], attachment_lines(filled), ""]]
        _space(word.paragraph(document, ""), before=0, after=0)
        _field_table(document, rows, ())
    _docx_guide(document, rules)
    return word.to_bytes(document)


def _space(paragraph: Any, *, before: float, after: float) -> None:
    from docx.shared import Pt

    paragraph.paragraph_format.space_before = Pt(before)
    paragraph.paragraph_format.space_after = Pt(after)


def _small(document: Any, text: str, *, keep_with_next: bool = False) -> None:
    line = word.paragraph(document, text, font=word.KAI, size=9, keep_with_next=keep_with_next)
    _space(line, before=0, after=3)


def _written(field: str, value: Any, codes: Codes, *, part: str = "") -> str:
    """Return a value as Word text: choices as boxes to tick, everything else as in ``text_of``."""
    labels = choices(field, part=part)
    if not labels or part == "evidence":
        return text_of(field, value, codes)
    if field == "declared":
        labels = {True: "已承诺"}
    return "   ".join(f"{CHECKED if value == one else UNCHECKED}{label}" for one, label in labels.items())


def _docx_fields(
    document: Any, section: Section, form: Nomination, codes: Codes, marked: frozenset[str]
) -> None:
    rows = [
        [_label(field, marked), _written(field, getattr(form, field), codes), EXPLANATIONS[field]]
        for field in section.fields
    ]
    made = _field_table(document, rows, section.fields)
    if len(rows) <= _SHORT_SECTION:
        _keep_together(made, with_next=bool(section.signature))


def _keep_together(made: Any, *, with_next: bool = False) -> None:
    """Part a table never over two pages, on request not from the paragraph after it either."""
    rows = list(made.rows)
    for row in rows if with_next else rows[:-1]:
        for cell in row.cells:
            cell.paragraphs[0].paragraph_format.keep_with_next = True


def _field_table(document: Any, rows: Sequence[Sequence[str]], fields: Sequence[str]) -> Any:
    """Add a table of labels, values and explanations; rows for paragraphs are high and may be parted."""
    from docx.oxml.ns import qn
    from docx.shared import Mm, RGBColor

    made = word.table(document, FIELD_HEADER, rows, widths_mm=_FIELD_WIDTHS_MM, size=_DOCX_POINTS)
    _roomy(made)
    for position, row in enumerate(list(made.rows)[1:]):
        cells = row.cells
        _shade(cells[0])
        run = cells[2].paragraphs[0].runs[0]
        word.set_font(run, word.KAI, 8.5)
        run.font.color.rgb = RGBColor(0x55, 0x55, 0x55)
        if position < len(fields) and fields[position] in LONG_FIELDS:
            row.height = Mm(_ROOM_MM)
            for mark in row._tr.trPr.findall(qn("w:cantSplit")):
                row._tr.trPr.remove(mark)
    return made


def _roomy(made: Any) -> None:
    """Give every row of a table the height to write by hand, and its text a distance from the lines."""
    from docx.enum.table import WD_ROW_HEIGHT_RULE
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from docx.shared import Mm

    for row in made.rows:
        row.height = Mm(8.5)
        row.height_rule = WD_ROW_HEIGHT_RULE.AT_LEAST
    margins = OxmlElement("w:tblCellMar")
    for side in ("top", "bottom"):
        edge = OxmlElement(f"w:{side}")
        edge.set(qn("w:w"), "40")
        edge.set(qn("w:type"), "dxa")
        margins.append(edge)
    look = made._tbl.tblPr.find(qn("w:tblLook"))
    if look is not None:
        look.addprevious(margins)
    else:
        made._tbl.tblPr.append(margins)


def _shade(cell: Any) -> None:
    """Give a label cell the font and background of the header."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    shade = OxmlElement("w:shd")
    for name, value in (("val", "clear"), ("color", "auto"), ("fill", _FILL)):
        shade.set(qn(f"w:{name}"), value)
    properties = cell._tc.get_or_add_tcPr()
    places = properties.findall(qn("w:vAlign"))
    if places:
        places[0].addprevious(shade)
    else:
        properties.append(shade)
    word.set_font(cell.paragraphs[0].runs[0], word.HEI, _DOCX_POINTS)


def _docx_rows(document: Any, part: str, entries: Sequence[FormPart], codes: Codes) -> None:
    _small(document, DOCX_NOTES[part], keep_with_next=True)
    columns = PARTS[part]
    rows = []
    for position in range(max(_BLANK_PROOFS, len(entries))):
        entry = entries[position] if position < len(entries) else None
        values = [getattr(entry, field) if entry is not None else None for field in columns]
        texts = [text_of(field, value, codes) for field, value in zip(columns, values, strict=True)]
        rows.append([str(position + 1), *texts])
    header = (NUMBER_LABEL, *columns.values())
    _roomy(word.table(document, header, rows, widths_mm=_PART_WIDTHS_MM[part], size=_DOCX_POINTS))


def _docx_cases(document: Any, form: Nomination, codes: Codes) -> None:
    """Add one table a case, never parted: two labels with their values in every row."""
    _space(word.paragraph(document, ""), before=0, after=0)
    _small(document, DOCX_NOTES["cases"], keep_with_next=True)
    fields = list(CASE_LABELS)
    half = len(fields) // 2
    for position in range(max(_BLANK_CASES, len(form.cases))):
        case = form.cases[position] if position < len(form.cases) else None
        word.heading(document, case_title(position + 1), 2, size=11)
        texts = [_written(f, getattr(case, f) if case is not None else None, codes) for f in fields]
        rows = [
            [CASE_LABELS[left], texts[line], CASE_LABELS[right], texts[half + line]]
            for line, (left, right) in enumerate(zip(fields[:half], fields[half:], strict=True))
        ]
        made = word.table(document, CASE_HEADER, rows, widths_mm=_CASE_WIDTHS_MM, size=_DOCX_POINTS)
        _roomy(made)
        for line, row in enumerate(made.rows):
            cells = row.cells
            if line:
                _shade(cells[0])
                _shade(cells[2])
        _keep_together(made)


def case_title(number: int) -> str:
    """Return the heading of a case, counted from 1."""
    return f"{LABELS['cases']} {number}"


def _docx_guide(document: Any, rules: str) -> None:
    word.heading(document, GUIDE_SHEET, 1, size=13).paragraph_format.page_break_before = True
    for line in limits():
        _small(document, line)
    _small(document, GUIDE_TITLES[2], keep_with_next=True)
    for number, (label, remedy) in enumerate(_rules_told(rules), 1):
        _small(document, guide_line(number, label, remedy))


def guide_line(number: int, label: str, remedy: str) -> str:
    """Return one point of the formal check as the form tells it."""
    return f"（{number}）{label}。{remedy}。"


def guide_texts(rules: Iterable[str] = ("city", "ministry")) -> frozenset[str]:
    """Return the lines about the formal check, so that a reader knows them as the form's own."""
    return frozenset(
        guide_line(number, *told) for name in rules for number, told in enumerate(_rules_told(name), 1)
    )
