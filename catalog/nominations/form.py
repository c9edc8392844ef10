"""The filing form (申报表): the union of the fields national calls ask for.

A draft may be incomplete; what a submission needs is decided by the rules
(``data/rules/``), never here. Values nobody gave are None or empty.
"""

from __future__ import annotations

import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Class = Literal["demonstrated", "promoted"]
Advancement = Literal[
    "international_leading", "international_advanced", "domestic_leading", "domestic_advanced"
]
EvidenceKind = Literal["test_report", "appraisal", "acceptance", "certificate", "monitoring"]
AttachmentKind = Literal["test_report", "ip", "case_proof", "declaration", "photo", "filled_form", "other"]

CLASS_LABELS: dict[Class, str] = {"demonstrated": "示范技术", "promoted": "推广技术"}
ADVANCEMENT_LABELS: dict[Advancement, str] = {
    "international_leading": "国际领先", "international_advanced": "国际先进",
    "domestic_leading": "国内领先", "domestic_advanced": "国内先进",
}  # fmt: skip
EVIDENCE_LABELS: dict[EvidenceKind, str] = {
    "test_report": "检测报告", "appraisal": "鉴定证书", "acceptance": "验收报告",
    "certificate": "认证证书", "monitoring": "监测报告",
}  # fmt: skip
ATTACHMENT_LABELS: dict[AttachmentKind, str] = {
    "test_report": "检测、鉴定或验收材料", "ip": "知识产权证明", "case_proof": "应用案例证明",
    "declaration": "真实性承诺书", "photo": "照片", "filled_form": "申报表原件", "other": "其他",
}  # fmt: skip


class FormPart(BaseModel):
    """Base of all parts of the form."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


Positive = Annotated[float, Field(ge=0)]


class NominationCase(FormPart):
    """One application case."""

    user: str = ""
    scale: str = ""
    commissioned: datetime.date | None = None
    investment_wan_yuan: Positive | None = None
    operating_cost_wan_yuan: Positive | None = Field(None, description="万元/a")
    saving_tce: float | None = Field(None, description="tce/a")
    water_saving_m3: float | None = Field(None, description="m³/a")
    reductions_t: dict[str, float] = Field(default={}, description="pollutant name -> t/a")
    co2_t: float | None = Field(None, description="tCO2/a")
    payback_years: Positive | None = None
    domestic: bool = True
    proof: str = Field("", description="number or name of the proof")


class IntellectualProperty(FormPart):
    """A patent or other right."""

    kind: str = "发明专利"
    number: str = ""
    holder: str = ""


class Evidence(FormPart):
    """A test report, appraisal or acceptance."""

    kind: EvidenceKind = "test_report"
    issuer: str = ""
    number: str = ""
    date: datetime.date | None = None
    cma: bool | None = Field(None, description="laboratory holds CMA; None: not stated")


class Attachment(FormPart):
    """A stored file: content lies in the store under its hash."""

    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    name: str
    media_type: str
    size: Annotated[int, Field(ge=1)]
    kind: AttachmentKind = "other"


class Nomination(FormPart):
    """One filed technology."""

    name: str = ""
    applicant: str = ""
    credit_code: str = Field("", description="统一社会信用代码, 18 characters")
    contact: str = ""
    phone: str = ""
    region: str = Field("", description="district or county")
    recommender: str = Field("", description="district or association that recommends")
    recommendation: str = Field("", description="opinion of the recommending unit")
    field: str = Field("", description="所属领域")
    industries: tuple[str, ...] = Field((), description="GB/T 4754-2017 codes")
    technology_class: Class | None = None
    summary: str = ""
    principle: str = Field("", description="技术原理与工艺")
    parameters: str = Field("", description="关键参数")
    effects: str = Field("", description="主要技术指标及应用效果")
    features: str = Field("", description="技术特点")
    scope: str = Field("", description="适用范围")
    advancement: Advancement | None = None
    trl: Annotated[int, Field(ge=1, le=9)] | None = None
    in_use_since: datetime.date | None = Field(None, description="first use at industrial scale")
    intellectual_property: tuple[IntellectualProperty, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    cases: tuple[NominationCase, ...] = ()
    penetration_now: Annotated[float, Field(ge=0, le=100)] | None = Field(None, description="%")
    penetration_forecast: Annotated[float, Field(ge=0, le=100)] | None = Field(None, description="%")
    barriers: str = Field("", description="推广障碍")
    declared: bool = Field(False, description="declaration of truth signed")
    declared_by: str = ""
    declared_on: datetime.date | None = None
    attachments: tuple[Attachment, ...] = ()
    technology_id: str | None = Field(None, description="number of the record it renews, if any")


LABELS: dict[str, str] = {
    "name": "技术名称",
    "applicant": "申报单位",
    "credit_code": "统一社会信用代码",
    "contact": "联系人",
    "phone": "联系电话",
    "region": "所在区县",
    "recommender": "推荐单位",
    "recommendation": "推荐单位意见",
    "field": "所属领域",
    "industries": "适用行业",
    "technology_class": "技术类别",
    "summary": "技术简介",
    "principle": "技术原理与工艺",
    "parameters": "关键参数",
    "effects": "主要技术指标及应用效果",
    "features": "技术特点",
    "scope": "适用范围",
    "advancement": "技术先进性",
    "trl": "技术成熟度",
    "in_use_since": "首次工业应用时间",
    "intellectual_property": "知识产权",
    "evidence": "检测、鉴定或验收",
    "cases": "应用案例",
    "penetration_now": "目前推广比例",
    "penetration_forecast": "预计推广比例",
    "barriers": "推广障碍",
    "declared": "真实性承诺",
    "declared_by": "承诺人",
    "declared_on": "承诺日期",
    "attachments": "附件",
    "technology_id": "原目录编号",
}
"""Chinese label of every field of the form: one table for screen, template, reader and documents."""

CASE_LABELS: dict[str, str] = {
    "user": "用户单位",
    "scale": "规模",
    "commissioned": "投产时间",
    "investment_wan_yuan": "投资（万元）",
    "operating_cost_wan_yuan": "运行费（万元/a）",
    "saving_tce": "节能量（tce/a）",
    "water_saving_m3": "节水量（m³/a）",
    "reductions_t": "减排量（t/a）",
    "co2_t": "减碳量（tCO2/a）",
    "payback_years": "投资回收期（a）",
    "domestic": "国内案例",
    "proof": "证明材料",
}
