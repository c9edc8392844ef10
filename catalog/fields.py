"""The field dictionary: Chinese label, English label and meaning of every record field.

One table for the screen, the exports and the documents, so that a field has one name.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Field:
    """How one record field is shown."""

    label: str
    label_en: str
    vocabulary: str | None = None


FIELDS: dict[str, Field] = {
    "id": Field("编号", "number"),
    "name": Field("技术名称", "technology"),
    "name_en": Field("英文名称", "English name"),
    "aliases": Field("别名", "aliases"),
    "parent": Field("所属技术族", "family"),
    "status": Field("状态", "status", "statuses"),
    "summary": Field("技术简介", "summary"),
    "principle": Field("工艺路线", "process route"),
    "stage": Field("环节", "stage", "stages"),
    "measure_tags": Field("措施类型", "measures", "measure_tags"),
    "plus_class": Field("供需五类", "class of the need-and-supply lists", "plus_classes"),
    "audit_aspects": Field("审核八个方面", "audit aspects", "audit_aspects"),
    "industries": Field("适用行业", "industries", "industries"),
    "cross_industry": Field("通用领域", "cross-industry field", "cross_industry"),
    "processes": Field("工序", "unit processes", "processes"),
    "equipment": Field("设备", "equipment", "equipment"),
    "media": Field("介质", "media", "media"),
    "pollutants": Field("污染物", "pollutants", "pollutants"),
    "resources": Field("资源能源", "resources", "resources"),
    "problems": Field("解决的主要问题", "problems solved"),
    "terms": Field("相关词", "related words"),
    "starting_situation": Field("适用的现状", "starting situation"),
    "preconditions": Field("前提条件", "preconditions"),
    "not_suitable": Field("不适用情形", "not suitable"),
    "operating_window": Field("运行条件", "operating window"),
    "resource_claims": Field("占用的物流或能流", "streams used"),
    "effects": Field("效果", "effects"),
    "side_effects": Field("副作用", "side effects"),
    "investment": Field("投资", "investment"),
    "operating_cost": Field("运行费用", "operating cost"),
    "payback_years": Field("投资回收期（年）", "payback, years"),
    "cost_class": Field("费用类别", "cost class", "cost_classes"),
    "maturity": Field("成熟度", "maturity", "maturity_stages"),
    "cases": Field("应用案例", "cases"),
    "suppliers": Field("供应单位", "suppliers"),
    "listed_in": Field("入选目录", "listed in"),
    "sources": Field("政策出处", "policy source"),
    "publications": Field("文献来源", "publications"),
    "alternatives": Field("可替代技术", "alternatives"),
    "conflicts_with": Field("互斥技术", "conflicts"),
    "requires": Field("前置技术", "prerequisites"),
    "installation": Field("施工与停产", "installation"),
    "hazards": Field("安全风险", "hazards", "hazards"),
    "approvals": Field("可能涉及的手续", "approvals", "approvals"),
}

UNKNOWN_LABEL = "未知"
NONE_KNOWN_LABEL = "未见报道"
SIGN_LABELS = {"positive": "效益", "negative": "副作用"}


def label(field: str) -> str:
    """Return the Chinese label of ``field``."""
    return FIELDS[field].label
