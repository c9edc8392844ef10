"""All words the recommender shows to people."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from recommender.economics import Economics

TEXT_EMPTY = "问题描述：为空；请写出工序或设备、现状和对象，例如“烧结机头烟气150度直接排放”"
TEXT_TOO_LONG = "问题描述：共 {length} 字，超过上限 {limit} 字；请只保留要解决的问题，分多条提交"
TEXT_NO_WORDS = "问题描述：“{value}”中没有文字；请用汉字、字母或数字描述工序、设备和现状"
INDUSTRY_READ_AS = "行业“{value}”按“{shown}”理解"
INDUSTRY_IN_TEXT = "没有选行业，按文字开头的“{value}”理解为“{shown}”；不是这个行业请另选"
INDUSTRY_UNKNOWN = "行业“{value}”不在行业词表中，已作为描述的一部分参与匹配；相近的行业：{near}"
INDUSTRY_SEE_LIST = "见 data/codes/industries.csv"

LEVELS = {"strong": "强", "medium": "中", "weak": "弱"}

RELATIONS = {
    "same": "行业一致：适用于{labels}",
    "division": "同一大类：适用于{labels}",
    "cross": "跨行业通用：{tags}",
    "other": "行业不同：记录适用于{labels}，请核对工况",
    "not_given": "未给定行业：适用于{labels}",
}

PARTS = {
    "lexical": "词语匹配",
    "dense": "语义接近",
    "industry": "行业关系",
    "named": "描述点名",
    "replacement": "替代淘汰技术",
    "window": "工况",
    "constraint": "约束",
}

ALIKE = "类似的问题"
REASON_SENTENCE = ALIKE + "：{text}"
REASON_EXACT = "命中词：{words}"
REASON_RELATED = "相关词：{words}"
REASON_PARTS = "得分构成：{parts}"
NO_WORDS_MATCHED = "无相同词，按语义接近推荐"

NONE_NOTHING_FITS = "目录中没有与该问题对应的技术；可补充工序、设备、介质和数值后再试，或按技术需求提交"
NONE_WIDE = (
    "只说了目标，没有说是哪道工序、哪台设备或哪股水、气、渣；请补充其中一项再试，也可在“技术目录”中按行业查看"
)
NONE_FILTERED = "筛选条件下没有符合的技术；请放宽筛选"
"""Sentences for the verdict none."""

CONSTRAINT_IN_PLACE = "已有：{thing}"
CONSTRAINT_IN_PLACE_NOTE = "描述中说已经采用（{label}），作为扩大或完善时再看"
CONSTRAINT_UNWANTED = "不要：{thing}"
CONSTRAINTS_APPLIED = "已按约束处理：{labels}"
CONSTRAINT_BROKEN = "与“{label}”可能冲突，请核对"
CORRECTED = "“{written}”按“{read_as}”理解"
WINDOW = {
    "met": "工况满足：{parameter} {limits}（描述为 {written}）",
    "not_met": "工况不满足：{parameter} {limits}（描述为 {written}）",
    "missing": "工况缺数据：{parameter} {limits}",
}
QUESTION_NUMBER = "{parameter}大约多少{unit}？补充后结果可能不同"
QUESTION_PROCESS = "问题主要在哪道工序？例如{names}；补充后结果可能不同"
QUESTION_INDUSTRY = "是哪个行业？例如{names}；补充后结果可能不同"
COVERS = "对应需求：{needs}"
UNCOVERED = "未覆盖的需求：{needs}"
ELIMINATED_REPLACEMENTS = "可替代的技术：{names}"
RESTRICTED = "限制类，须符合条件：{condition}"

BATCH_EMPTY_TEXT = "问题描述为空，未匹配"


def join(words: list[str]) -> str:
    """Return words as a Chinese list."""
    return "、".join(words)


NOT_CALCULATED = "未计算"
ECONOMIC_FLAGS = {
    "loss_year": "年节省低于折旧，当年不缴所得税",
    "not_repaid_within_life": "寿命期内收不回投资",
    "depreciation_ends_before_life": "折旧期短于寿命期，折旧期满后不再抵税",
    "depreciation_longer_than_life": "折旧期长于寿命期，未提完的折旧不计",
    "irr_undefined": "内部收益率无解",
    "cash_flow_not_positive": "年净现金流不为正，回收期无解",
}


def amount(value: float | None, unit: str = "", digits: int = 2) -> str:
    """Return a number with its unit, or 未计算."""
    return NOT_CALCULATED if value is None else f"{value:.{digits}f}{' ' if unit else ''}{unit}"


def percent(value: float | None) -> str:
    """Return a fraction as percent, or 未计算."""
    return NOT_CALCULATED if value is None else f"{value:.2%}"


def economics_lines(result: Economics) -> list[str]:
    """Return an economic assessment as the lines a consultant reads, symbol by symbol."""
    inputs, found = result.inputs, result.interpolation
    lines = [f"投资 I：{amount(inputs.investment_wan_yuan, '万元')}"]
    if result.depreciation_wan_yuan is not None:
        lines += [
            f"年节省 P：{amount(inputs.annual_saving_wan_yuan, '万元')}",
            f"年折旧 D：{amount(result.depreciation_wan_yuan, '万元')}",
            f"应税利润 T：{amount(result.taxable_profit_wan_yuan, '万元')}",
            f"净利润 E：{amount(result.net_profit_wan_yuan, '万元')}",
        ]
    lines += [
        f"年净现金流 F：{amount(result.net_cash_flow_wan_yuan, '万元')}",
        f"投资偿还期 N：{amount(result.payback_years, '年')}",
        f"净现值 NPV：{amount(result.npv_wan_yuan, '万元')}",
        f"净现值率 NPVR：{percent(result.npvr)}",
        f"内部收益率 IRR：{percent(result.irr)}",
    ]
    if found is not None:
        lines.append(
            f"内部收益率（插值）：{percent(found.irr)}，i1 {found.i1:.0%} 时 NPV {amount(found.npv1)}，"
            f"i2 {found.i2:.0%} 时 NPV {amount(found.npv2)}"
        )
    if result.missing:
        lines.append("缺少：" + join([MISSING_INPUTS[name] for name in result.missing]))
    return [*lines, *(f"提示：{ECONOMIC_FLAGS[flag]}" for flag in result.flags)]


MISSING_INPUTS = {
    "investment": "投资", "discount_rate": "贴现率", "life_years": "寿命期",
    "annual_saving": "年节省", "tax_rate": "税率", "depreciation_years": "折旧年限",
}  # fmt: skip
"""Inputs of an economic assessment as people call them."""
