"""Documents of the review of dossiers: correction (补正通知), opinion (专家组意见), recusal (回避声明)."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence

from catalog.errors import BadInput
from catalog.nominations.form import CLASS_LABELS, LABELS
from catalog.publish.columns import NOT_GIVEN
from catalog.publish.gongwen import Form, FormRow, Gongwen, Grid, chinese_date
from catalog.publish.notices.wording import (
    Sender,
    Values,
    contact_of,
    filled_body,
    letter,
    name_of,
    person,
    sheet,
)
from catalog.review.desk import Kept
from catalog.review.dossier import Correction, Finding


def correction_document(
    kept: Kept, *, sender: Sender, deadline: datetime.date, correction: Correction | None = None
) -> Gongwen:
    """Return the notice that lists what an applicant has to mend: rule, field, value, remedy.

    Args:
        kept: the dossier that was returned.
        sender: who returned it.
        deadline: last day to mend.
        correction: the return in question; by default what the formal check says now. A return
            without findings is told by its reason.

    Raises:
        BadInput: nothing to mend, a deadline that is over, or a missing contact.
    """
    dossier = kept.dossier
    findings = dossier.findings if correction is None else _findings(correction)
    if not findings:
        raise BadInput(f"{kept.id}：没有需要补正的问题，请先做形式审查")
    if deadline <= sender.on:
        raise BadInput(
            f"{kept.id}：补正期限 {deadline.isoformat()} 应晚于通知日期 {sender.on.isoformat()}，请改晚"
        )
    values: Values = {
        **contact_of(sender), "technology": name_of(kept), "dossier": kept.id,
        "count": str(len(findings)), "deadline": chinese_date(deadline),
    }  # fmt: skip
    rows = tuple(
        (str(place), f.rule, LABELS.get(f.field, f.field), f.value or NOT_GIVEN, f.remedy)
        for place, f in enumerate(findings, 1)
    )
    header = ("序号", "审查规则", "栏目", "所填内容", "补正要求")
    grid = Grid(header, rows, (13.0, 35.0, 27.0, 31.0, 50.0), ("center",))
    return letter(
        "correction", values, sender, filled_body("correction", values, {"findings": (grid,)}),
        red_head=False, example=dossier.is_example,
        addressee=dossier.form.applicant or "（申报单位未填写）",
    )  # fmt: skip


_BY_HAND = "审查意见"
"""What stands in the place of a rule where an official wrote what to mend."""


def _findings(correction: Correction) -> tuple[Finding, ...]:
    if correction.findings or not correction.reason.strip():
        return correction.findings
    return (Finding(rule=_BY_HAND, field="申报表", value="", remedy=correction.reason.strip()),)


def opinion_document(kept: Kept, *, names: Mapping[str, str]) -> Gongwen:
    """Return the opinion of the expert group on a dossier, with a place to sign.

    Raises:
        BadInput: no opinion yet, or an expert without a name.
    """
    dossier = kept.dossier
    if not dossier.group_opinion.strip():
        raise BadInput(f"{kept.id}：专家组意见为空，请先填写专家组意见")
    form = dossier.form
    summary = Form((
        FormRow((LABELS["name"], name_of(kept))),
        FormRow(("申报编号", kept.id, "评审轮次", f"第{dossier.round}轮")),
        FormRow((LABELS["applicant"], form.applicant or NOT_GIVEN)),
        FormRow((LABELS["field"], form.field or NOT_GIVEN, LABELS["technology_class"],
                 CLASS_LABELS[form.technology_class] if form.technology_class else NOT_GIVEN)),
    ))  # fmt: skip
    present = [a for a in dossier.assignments if a.round == dossier.round]
    asked = sorted({a.expert_id for a in present if not a.recused})
    rows = tuple((str(place), person(names, id), "") for place, id in enumerate(asked, 1))
    recused = "、".join(person(names, id) for id in sorted({a.expert_id for a in present if a.recused}))
    notes = (f"已回避、未参加评审的专家：{recused}。",) if recused else ()
    header, widths = ("序号", "专家姓名", "签字"), (16.0, 50.0, 90.0)
    experts = Grid(header, rows, widths, ("center", "center"), 12.0, notes, row_mm=12.0)
    values: Values = {
        "opinion": _paragraphs(dossier.group_opinion), "site_visit": _paragraphs(dossier.site_visit)
    }  # fmt: skip
    body = filled_body("opinion", values, {"summary": (summary,), "experts": (experts,)})
    return sheet("opinion", values, body, landscape=False, example=dossier.is_example)


def _paragraphs(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.splitlines() if line.strip())


def recused(dossiers: Iterable[Kept]) -> tuple[str, ...]:
    """Return the ids of the experts who recused themselves from any dossier."""
    return tuple(sorted({a.expert_id for kept in dossiers for a in kept.dossier.assignments if a.recused}))


def recusal_document(dossiers: Sequence[Kept], *, expert_id: str, names: Mapping[str, str]) -> Gongwen:
    """Return the statement of one recused expert over all dossiers concerned.

    Raises:
        BadInput: the expert is recused from none, or has no name.
    """
    concerned = [
        (kept, a) for kept in dossiers for a in kept.dossier.assignments
        if a.recused and a.expert_id == expert_id
    ]  # fmt: skip
    if not concerned:
        raise BadInput(f"专家“{expert_id}”没有回避记录，不需要回避声明")
    rows = tuple(
        (
            kept.id, name_of(kept), kept.dossier.form.applicant or NOT_GIVEN, str(a.round),
            a.recusal_reason or NOT_GIVEN,
        )
        for kept, a in concerned
    )  # fmt: skip
    header = ("申报编号", "技术名称", "申报单位", "轮次", "回避事由")
    grid = Grid(header, rows, (27.0, 42.0, 36.0, 12.0, 39.0), ("center", "left", "left", "center"))
    years = sorted({kept.dossier.year for kept, _ in concerned})
    values: Values = {"expert": person(names, expert_id), "year": "、".join(map(str, years))}
    body = filled_body("recusal", values, {"recused": (grid,)})
    example = any(kept.dossier.is_example for kept, _ in concerned)
    return sheet("recusal", values, body, landscape=False, example=example)
