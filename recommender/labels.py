"""All words the recommender shows to people."""

from __future__ import annotations

TEXT_EMPTY = "问题描述：为空；请写出工序或设备、现状和对象，例如“烧结机头烟气150度直接排放”"
TEXT_TOO_LONG = "问题描述：共 {length} 字，超过上限 {limit} 字；请只保留要解决的问题，分多条提交"
TEXT_NO_WORDS = "问题描述：“{value}”中没有文字；请用汉字、字母或数字描述工序、设备和现状"
INDUSTRY_READ_AS = "行业“{value}”按“{shown}”理解"
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

REASON_SENTENCE = "对应的问题：{text}"
REASON_SUMMARY = "对应的内容：{text}"
REASON_EXACT = "命中词：{words}"
REASON_RELATED = "相关词：{words}"
REASON_PARTS = "得分构成：{parts}"
NO_WORDS_MATCHED = "无相同词，按语义接近推荐"

NONE_NOTHING_FITS = "目录中没有与该问题对应的技术；可补充工序、设备、介质和数值后再试，或按技术需求提交"
NONE_FILTERED = "筛选条件下没有符合的技术；请放宽筛选"
"""Sentences for the verdict none."""

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
QUESTION_INDUSTRY = "是哪个行业？例如{names}；补充后结果可能不同"
COVERS = "对应需求：{needs}"
UNCOVERED = "未覆盖的需求：{needs}"
ELIMINATED_REPLACEMENTS = "可替代的技术：{names}"
RESTRICTED = "限制类，须符合条件：{condition}"

BATCH_EMPTY_TEXT = "问题描述为空，未匹配"


def join(words: list[str]) -> str:
    """Return words as a Chinese list."""
    return "、".join(words)
